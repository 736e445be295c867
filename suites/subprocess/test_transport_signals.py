"""SubprocessTransport: signals to a child."""

from __future__ import annotations

import signal
from asyncio import AbstractEventLoop

import pytest

from ..support.children import running, sh
from ..support.requirement import requirement

MANUAL = "library/asyncio-protocol.html#asyncio.SubprocessTransport."


@requirement(
    "subprocess.transport.negative_returncode_for_signal",
    api="asyncio.SubprocessTransport",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{MANUAL}kill",
)
@pytest.mark.parametrize("call", ["kill", "terminate"])
async def test_a_signals_return_code_is_negative(loop: AbstractEventLoop, call: str) -> None:
    """kill() sends SIGKILL and terminate() SIGTERM; the return code is minus that number.

    If this fails, look for a wait status that is decoded as shells do, or for one call
    that is made to stand for both.
    """
    expected = -{"kill": signal.SIGKILL, "terminate": signal.SIGTERM}[call]

    async with running(loop, *sh("echo; exec cat")) as child:
        await child.until_called("pipe_data_received(1)")
        getattr(child.transport, call)()
        await child.until_exit()
        code = child.transport.get_returncode()

    assert code == expected, (
        f"after {call}() the child's return code is {code!r}; expected {expected}"
    )


@requirement(
    "subprocess.transport.send_signal",
    api="asyncio.SubprocessTransport",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{MANUAL}send_signal",
)
@pytest.mark.parametrize("name", ["SIGUSR1", "SIGHUP"])
async def test_send_signal_sends_that_signal(loop: AbstractEventLoop, name: str) -> None:
    """send_signal() delivers the given signal to the child.

    If this fails, look for a signal's number that is dropped on the way.
    """
    script = "trap 'exit 5' USR1; trap 'exit 6' HUP; echo; read line; exit 7"
    expected = {"SIGUSR1": 5, "SIGHUP": 6}[name]

    async with running(loop, *sh(script)) as child:
        await child.until_called("pipe_data_received(1)")
        child.transport.send_signal(getattr(signal, name))
        await child.until_exit()
        code = child.transport.get_returncode()

    assert code == expected, (
        f"after send_signal({name}) the child, whose handler ends it with {expected}, has the "
        f"return code {code!r}; expected {expected}"
    )


@requirement(
    "subprocess.transport.signal_after_exit",
    api="asyncio.SubprocessTransport",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=f"{MANUAL}kill",
)
@pytest.mark.parametrize("call", ["kill", "terminate", "send_signal"])
async def test_there_is_no_process_to_signal_after_the_end(
    loop: AbstractEventLoop, call: str
) -> None:
    """After connection_lost(), kill(), terminate() and send_signal() find no process.

    They raise ProcessLookupError, or do nothing, as those of Popen, to which the manual refers.
    If this fails, look for what they need and what goes away with the child.
    """
    arguments = (signal.SIGTERM,) if call == "send_signal" else ()

    async with running(loop, "cat") as child:
        over = await child.until_over()
        assert over, "cat brought no connection_lost() after its end; expected it"

        send = getattr(child.transport, call)
        try:
            send(*arguments)
        except NotImplementedError:
            raise
        except ProcessLookupError:
            pass
        except Exception as error:
            raise AssertionError(
                f"{call}() after connection_lost() raised {error!r}; expected ProcessLookupError, "
                "or nothing"
            ) from error
