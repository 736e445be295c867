"""subprocess_exec(): keywords of Popen that make no sense on a loop, and bad commands."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.children import expect_starts, running
from ..support.expect import expect_raises
from ..support.requirement import requirement

SHELL: dict[str, Any] = {"shell": True}
"""Named here because linters take such a keyword for the running of a shell."""


async def expect_refused(loop: AbstractEventLoop, **keyword: Any) -> None:
    """Expect subprocess_exec() to raise for a keyword, and to work without it.

    The manual says that these "should not be specified at all", and names no exception.
    """
    shown = ", ".join(f"{name}={value!r}" for name, value in keyword.items())
    await expect_starts(loop, "true")

    with expect_raises(Exception, f"subprocess_exec(..., {shown})"):
        async with running(loop, "true", **keyword):
            pass


@requirement(
    "subprocess.exec.args.universal_newlines_is_valueerror",
    api="loop.subprocess_exec",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_universal_newlines_is_refused(loop: AbstractEventLoop) -> None:
    """universal_newlines=True is refused: a child's streams carry bytes.

    If this fails, look for keywords that go to Popen unseen: it would open text streams, which
    a loop can't read.
    """
    await expect_refused(loop, universal_newlines=True)


@requirement(
    "subprocess.exec.args.text_is_valueerror",
    api="loop.subprocess_exec",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_text_is_refused(loop: AbstractEventLoop) -> None:
    """text=True is refused: a child's streams carry bytes.

    If this fails, look for keywords that go to Popen unseen: this one is a younger name of
    universal_newlines.
    """
    await expect_refused(loop, text=True)


@requirement(
    "subprocess.exec.args.bufsize_is_valueerror",
    api="loop.subprocess_exec",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_bufsize_is_refused(loop: AbstractEventLoop) -> None:
    """A bufsize other than 0 is refused: a child's streams are unbuffered.

    If this fails, look for a keyword that is accepted and goes nowhere.
    """
    await expect_refused(loop, bufsize=4096)


@requirement(
    "subprocess.exec.args.encoding_is_valueerror",
    api="loop.subprocess_exec",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_encoding_is_refused(loop: AbstractEventLoop) -> None:
    """An encoding is refused: a child's streams carry bytes.

    If this fails, look for keywords that go to Popen unseen: this one turns text mode on.
    """
    await expect_refused(loop, encoding="utf-8")


@requirement(
    "subprocess.exec.args.errors_is_valueerror",
    api="loop.subprocess_exec",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_errors_is_refused(loop: AbstractEventLoop) -> None:
    """An error handler for decoding is refused: a child's streams carry bytes.

    If this fails, look for keywords that go to Popen unseen: this one turns text mode on.
    """
    await expect_refused(loop, errors="strict")


@requirement(
    "subprocess.exec.args.shell_flag_is_valueerror",
    api="loop.subprocess_exec",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_shell_is_refused(loop: AbstractEventLoop) -> None:
    """shell=True is refused by subprocess_exec(), which runs no shell.

    If this fails, look for keywords that go to Popen unseen.
    """
    await expect_refused(loop, **SHELL)


@requirement(
    "subprocess.exec.args.non_string_argument_is_typeerror",
    api="loop.subprocess_exec",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
@pytest.mark.parametrize("place", [0, 1], ids=["program", "argument"])
async def test_a_number_is_no_argument(loop: AbstractEventLoop, place: int) -> None:
    """A program or an argument that is neither str nor bytes nor a path is refused.

    If this fails, look for arguments that are formatted into text.
    """
    command: list[Any] = ["true", "argument"]
    await expect_starts(loop, *command)

    command[place] = 17
    with expect_raises((TypeError, ValueError), f"subprocess_exec() of {command}"):
        async with running(loop, *command):
            pass
