"""subprocess_shell(): commands, and what becomes of them."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.children import running
from ..support.requirement import requirement


@requirement(
    "subprocess.shell.runs_through_shell",
    api="loop.subprocess_shell",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_the_command_is_the_shells(loop: AbstractEventLoop) -> None:
    """subprocess_shell() has the shell run its command, with all that shells can do.

    If this fails, look for a command line that is split into words and executed.
    """
    async with running(loop, "echo $((6 * 7)) | cat", by_shell=True) as child:
        await child.until_over()

    assert child.output(1) == b"42\n", (
        "subprocess_shell('echo $((6 * 7)) | cat') printed "
        f"{child.output(1)!r}; expected what a shell prints, b'42\\n'"
    )


@requirement(
    "subprocess.shell.returns_pair",
    api="loop.subprocess_shell",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_it_returns_transport_and_protocol_too(loop: AbstractEventLoop) -> None:
    """subprocess_shell() returns (transport, protocol), and the protocol is the factory's.

    If this fails, look at the end of the call, should it not share that of subprocess_exec().
    """
    async with running(loop, "true", by_shell=True) as child:
        result = child.result
        expected = (child.transport, child)

    assert isinstance(result, tuple), (
        f"subprocess_shell() returned {result!r}; expected a tuple, (transport, protocol)"
    )
    assert result == expected, (
        f"subprocess_shell() returned {result!r}; expected the transport that connection_made() "
        "got and the protocol that the factory returned"
    )


@requirement(
    "subprocess.shell.bytes_command",
    api="loop.subprocess_shell",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_a_command_may_be_bytes(loop: AbstractEventLoop) -> None:
    """subprocess_shell() takes a command in bytes, encoded as the file system is.

    If this fails, look for a check of the command's type that knows str alone.
    """
    try:
        async with running(loop, b"printf hi", by_shell=True) as child:
            await child.until_over()
    except (TypeError, ValueError) as error:
        raise AssertionError(
            f"subprocess_shell(b'printf hi') raised {error!r}; expected it to be accepted"
        ) from error

    assert child.output(1) == b"hi", (
        f"subprocess_shell(b'printf hi') printed {child.output(1)!r}; expected b'hi'"
    )


@requirement(
    "subprocess.shell.exit_status",
    api="loop.subprocess_shell",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_the_shells_status_is_the_return_code(loop: AbstractEventLoop) -> None:
    """The exit status of the shell is the transport's return code.

    If this fails, look for a wait status that is not decoded, or not kept.
    """
    async with running(loop, "exit 7", by_shell=True) as child:
        await child.until_over()
        code = child.transport.get_returncode()

    assert code == 7, f"subprocess_shell('exit 7') ended with the return code {code!r}; expected 7"


@requirement(
    "subprocess.shell.missing_command_is_exit_127",
    api="loop.subprocess_shell",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_missing_command_is_the_shells_affair(loop: AbstractEventLoop) -> None:
    """A command that the shell does not find is the shell's exit status 127, and no exception.

    If this fails, look for a command that is looked up before a shell sees it.
    """
    command = "loopconform-no-such-program"

    try:
        async with running(loop, command, by_shell=True) as child:
            await child.until_over()
            code = child.transport.get_returncode()
    except OSError as error:
        raise AssertionError(
            f"subprocess_shell() of a missing command raised {error!r}; expected a child"
        ) from error

    assert code == 127, (
        f"subprocess_shell() of a missing command ended with {code!r}; expected the shell's 127"
    )
