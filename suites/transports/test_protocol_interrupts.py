"""KeyboardInterrupt and SystemExit in a protocol's callbacks: they leave the run."""

from __future__ import annotations

from asyncio import AbstractEventLoop

import pytest

from ..support.expect import expect_raises
from ..support.listeners import connected_pair
from ..support.protocols import Recorder, dispose
from ..support.requirement import requirement
from ..support.running import GUARD
from ..support.sockets import Reports

MORE = 4_000_000
"""More bytes than a kernel takes from one end of a connection whose other end reads nothing."""


class _Interrupting(Recorder):
    """Raises in the callback of that name, the first time, after it was recorded."""

    def __init__(self, callback: str, interrupt: BaseException) -> None:
        super().__init__()
        self.callback, self.interrupt = callback, interrupt

    def _record(self, name: str) -> None:
        super()._record(name)
        if name == self.callback and self.calls.count(name) == 1:
            raise self.interrupt


@requirement(
    "transports.callback_error.interrupt_leaves_the_run",
    api="asyncio.Protocol",
    level="interop",  # of a raw Ctrl+C the manual only says that it may strike anywhere
    since="3.11",
    libraries=("asyncio",),
    doc="library/asyncio-runner.html#handling-keyboard-interruption",
)
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("callback", ["data_received", "pause_writing"])
def test_an_interrupt_in_a_protocols_callback_leaves_the_run(
    loop: AbstractEventLoop, callback: str, kind: type[BaseException]
) -> None:
    """KeyboardInterrupt and SystemExit in a protocol's callback come out of run_forever().

    As from any other callback of the loop. If this fails, look for `except BaseException`
    around the calls of protocols, which makes an interrupt one more error of a connection.
    """
    Reports(loop)  # where it goes if it does not leave the run
    protocol = _Interrupting(callback, kind("from a protocol"))
    with connected_pair() as (ours, peer):
        call = loop.create_connection(lambda: protocol, sock=ours)
        transport, _ = loop.run_until_complete(call)
        peer.sendall(b"data")
        loop.call_soon(transport.write, bytes(MORE))
        guard = loop.call_later(GUARD, loop.stop)

        doing = f"run_forever(), in which {callback}() raised {kind.__name__},"
        with expect_raises(kind, doing):
            loop.run_forever()

        guard.cancel()
        loop.run_until_complete(dispose(transport))
