"""Calling a protocol: what it raises is reported, and ends the connection or does not.

A callback is the program's code. An exception in it goes to the exception handler, with
the transport and the protocol; KeyboardInterrupt and SystemExit pass through.

Source: library/asyncio-eventloop.html#asyncio.loop.call_exception_handler
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

INTERRUPTS = (KeyboardInterrupt, SystemExit)
NOBODY = asyncio.Protocol()
"""The protocol of a transport that is lost, so that neither keeps the other alive."""


def get_buffer(protocol: asyncio.BufferedProtocol, hint: int) -> memoryview:
    """The protocol's buffer. Raises RuntimeError for an empty one, TypeError for none."""
    room = memoryview(protocol.get_buffer(hint)).cast("B")
    if not room:
        raise RuntimeError("get_buffer() returned an empty buffer")
    return room


class CallsProtocol:
    """What every transport has in common: a loop, a protocol, and how the one is called."""

    loop: ReferenceLoop
    _protocol: Any

    def get_protocol(self) -> asyncio.BaseProtocol:
        """The protocol set last."""
        protocol: asyncio.BaseProtocol = self._protocol
        return protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Give all further callbacks to another protocol, without connection_made()."""
        self._protocol = protocol

    def _call(self, callback: Callable[..., Any], *args: Any) -> Any:
        """What the callback returns; None, after _callback_raised(), where it raises."""
        try:
            return callback(*args)
        except INTERRUPTS:
            raise
        except BaseException as error:  # noqa: BLE001 - the program's code may raise anything
            self._report(error, f"{callback.__name__}() raised")
            self._callback_raised(error)
            return None

    def _notify(self, callback: Callable[..., Any], *args: Any) -> None:
        """Call without consequences for the connection: flow control, say."""
        try:
            callback(*args)
        except INTERRUPTS:
            raise
        except BaseException as error:  # noqa: BLE001 - the program's code may raise anything
            self._report(error, f"{callback.__name__}() raised")

    def _callback_raised(self, error: BaseException) -> None:
        """End what the error has made unusable."""
        raise NotImplementedError

    def _report(self, error: BaseException, doing: str) -> None:
        self.loop.call_exception_handler(
            {"message": doing, "exception": error, "transport": self, "protocol": self._protocol}
        )
