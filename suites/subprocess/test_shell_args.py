"""subprocess_shell(): keywords of Popen that make no sense on a loop, and bad commands."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import Any

from ..support.children import expect_starts, running
from ..support.expect import expect_raises
from ..support.requirement import requirement

SHELL: dict[str, Any] = {"shell": False}
"""Named here because linters take such a keyword for the running of a shell."""


async def expect_refused(loop: AbstractEventLoop, **keyword: Any) -> None:
    """Expect subprocess_shell() to raise for a keyword, and to work without it.

    The manual says that these "should not be specified at all", and names no exception.
    """
    shown = ", ".join(f"{name}={value!r}" for name, value in keyword.items())
    await expect_starts(loop, "true", by_shell=True)

    with expect_raises(Exception, f"subprocess_shell(..., {shown})"):
        async with running(loop, "true", by_shell=True, **keyword):
            pass


@requirement(
    "subprocess.shell.args.universal_newlines_is_valueerror",
    api="loop.subprocess_shell",
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
    "subprocess.shell.args.text_is_valueerror",
    api="loop.subprocess_shell",
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
    "subprocess.shell.args.bufsize_is_valueerror",
    api="loop.subprocess_shell",
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
    "subprocess.shell.args.encoding_is_valueerror",
    api="loop.subprocess_shell",
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
    "subprocess.shell.args.errors_is_valueerror",
    api="loop.subprocess_shell",
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
    "subprocess.shell.args.shell_flag_is_valueerror",
    api="loop.subprocess_shell",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_no_shell_is_refused(loop: AbstractEventLoop) -> None:
    """shell=False is refused by subprocess_shell(), which always runs a shell.

    If this fails, look for keywords that go to Popen unseen.
    """
    await expect_refused(loop, **SHELL)


@requirement(
    "subprocess.shell.args.command_must_be_text_or_bytes",
    api="loop.subprocess_shell",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_a_list_is_no_command(loop: AbstractEventLoop) -> None:
    """A command for the shell that is neither str nor bytes is refused.

    If this fails, look for a list that is taken for a program and its arguments. Which of
    ValueError (asyncio's own) and TypeError it is, the manual leaves open.
    """
    await expect_starts(loop, "true", by_shell=True)

    with expect_raises((ValueError, TypeError), "subprocess_shell(['true'])"):
        async with running(loop, ["true"], by_shell=True):
            pass
