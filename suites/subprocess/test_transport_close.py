"""SubprocessTransport: close()."""

from __future__ import annotations

import signal
from asyncio import AbstractEventLoop

from ..support.children import FOREVER, running, sh
from ..support.pipes import until
from ..support.requirement import requirement
from ..support.turns import turns

MANUAL = "library/asyncio-protocol.html#asyncio.SubprocessTransport"
LEADS_A_CAT = "exec 3<&0; cat <&3 & echo; exec sleep 60"
"""A child that runs until it is killed, beside a `cat` that holds the same pipes."""


@requirement(
    "subprocess.transport.close_kills_running_child",
    api="asyncio.SubprocessTransport",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{MANUAL}.close",
)
async def test_close_kills_a_running_child(loop: AbstractEventLoop) -> None:
    """close() kills a child that still runs, and ends with connection_lost().

    If this fails, look for a close() that closes the pipes and leaves the child to notice.
    """
    async with running(loop, *FOREVER) as child:
        child.transport.close()
        over = await child.until_called("connection_lost")
        calls, code = child.calls.copy(), child.transport.get_returncode()

    assert over, (
        f"close() of a running child brought the callbacks {calls[1:]}; expected the child "
        "to be killed and connection_lost to come"
    )
    assert code == -signal.SIGKILL, (
        f"after close() the child's return code is {code!r}; expected {-signal.SIGKILL}"
    )


@requirement(
    "subprocess.transport.is_closing_after_close",
    api="asyncio.SubprocessTransport",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc="library/asyncio-protocol.html#asyncio.BaseTransport.is_closing",
)
async def test_is_closing_tells_of_close(loop: AbstractEventLoop) -> None:
    """is_closing() is false while the child runs, and true once close() was called.

    If this fails, look for a flag that is set by the child's end and not by close().
    """
    async with running(loop, *FOREVER) as child:
        states = [child.transport.is_closing()]
        child.transport.close()
        states.append(child.transport.is_closing())

    assert [bool(state) for state in states] == [False, True], (
        f"is_closing() before and after close() returned {states}; expected [False, True]"
    )


@requirement(
    "subprocess.transport.close_closes_pipes",
    api="asyncio.SubprocessTransport",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{MANUAL}.close",
)
async def test_close_closes_the_pipes(loop: AbstractEventLoop) -> None:
    """close() closes the transports of the child's pipes.

    Here a process that the child has started holds them too. If this fails, look for a close()
    that kills the child and leaves the pipes to their end.
    """
    async with running(loop, *sh(LEADS_A_CAT)) as child:
        await child.until_called("pipe_data_received(1)")
        pipes = [child.pipe(fd) for fd in range(3)]
        before = [bool(pipe.is_closing()) for pipe in pipes]
        child.transport.close()
        await until(lambda: all(pipe.is_closing() for pipe in pipes))
        after = [bool(pipe.is_closing()) for pipe in pipes]

    assert (before, after) == ([False] * 3, [True] * 3), (
        f"is_closing() of the pipes 0, 1 and 2 was {before} before the child's close() and "
        f"{after} after it; expected [False, False, False] and [True, True, True]"
    )


@requirement(
    "subprocess.transport.close_after_exit",
    api="asyncio.SubprocessTransport",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=MANUAL,
)
async def test_close_after_the_exit_keeps_the_status(loop: AbstractEventLoop) -> None:
    """close() after the child's exit keeps its return code, and ends with connection_lost().

    If this fails, look for a close() that kills without asking whether there is a child.
    """
    async with running(loop, *sh("exit 4")) as child:
        await child.until_exit()
        child.transport.close()
        over = await child.until_called("connection_lost")
        calls, code = child.calls.copy(), child.transport.get_returncode()

    assert code == 4, (
        f"a child ended with 4, and after close() its return code is {code!r}; expected 4"
    )
    assert over, f"close() after the exit brought the callbacks {calls}; expected connection_lost"


@requirement(
    "subprocess.transport.close_is_idempotent",
    api="asyncio.SubprocessTransport",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=MANUAL,
)
async def test_further_closes_do_nothing(loop: AbstractEventLoop) -> None:
    """A second close(), at once or after connection_lost(), does nothing.

    If this fails, look for a close() that does not ask whether it was called before.
    """
    async with running(loop, "cat") as child:
        child.transport.close()
        try:
            child.transport.close()
            await child.until_called("connection_lost")
            child.transport.close()
        except Exception as error:
            raise AssertionError(
                f"a further close() raised {error!r}; expected it to do nothing"
            ) from error
        await turns()
        lost = child.calls.count("connection_lost")

    assert lost == 1, f"close(), called three times, brought {lost} connection_lost(); expected one"
