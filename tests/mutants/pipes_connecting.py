"""Loops that connect pipes wrongly: when they return, what they return, which files they take."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable
from typing import Any

from . import SoundLoop, mutant
from .pipes_parts import Piping
from .start_tls_calls import StandIn


@mutant(breaks="pipes.read.returns_pair_after_connection_made", says="expected connection_made")
@mutant(breaks="pipes.write.returns_pair_after_connection_made", says="expected connection_made")
class ReturnsTooEarly(Piping):
    """Returns before connection_made() was called."""

    def adopt(self, protocol: Any, way: str) -> None:  # noqa: ARG002 - the base's form
        """Put the call off."""
        made = protocol.connection_made
        protocol.connection_made = lambda transport: self.call_later(0.001, made, transport)


class _OtherPair(SoundLoop):
    """No mutant itself: returns something else than a sound loop."""

    def changed(self, pair: Any) -> Any:
        """What to return."""
        raise NotImplementedError

    async def connect_read_pipe(self, protocol_factory: Any, pipe: Any) -> Any:
        """Return it."""
        return self.changed(await super().connect_read_pipe(protocol_factory, pipe))

    async def connect_write_pipe(self, protocol_factory: Any, pipe: Any) -> Any:
        """Return it."""
        return self.changed(await super().connect_write_pipe(protocol_factory, pipe))


@mutant(breaks="pipes.read.returns_pair_after_connection_made", says="made by the factory")
@mutant(breaks="pipes.write.returns_pair_after_connection_made", says="made by the factory")
class ReturnsAProtocolOfItsOwn(_OtherPair):
    """Returns something around the protocol."""

    def changed(self, pair: Any) -> Any:
        """Wrap it."""
        return pair[0], StandIn(pair[1])


class _Half:
    """Passes on to a transport what every transport has."""

    def __init__(self, transport: asyncio.BaseTransport) -> None:
        self.close, self.is_closing = transport.close, transport.is_closing
        self.get_extra_info = transport.get_extra_info


@mutant(breaks="pipes.read.transport_type", says="without ['get_protocol', 'is_reading', 'pause")
@mutant(breaks="pipes.write.transport_type", says="without ['abort', 'can_write_eof', 'get_prot")
class ReturnsHalfATransport(_OtherPair):
    """Has transports for pipes that can do no more than close."""

    def changed(self, pair: Any) -> Any:
        """Wrap it."""
        return _Half(pair[0]), pair[1]


@mutant(breaks="pipes.read.becomes_nonblocking", says="slower one's read stopped the loop")
@mutant(breaks="pipes.write.becomes_nonblocking", says="bytes stopped the loop")
class LeavesPipesBlocking(_OtherPair):
    """Does not touch the pipe's mode."""

    def changed(self, pair: Any) -> Any:
        """Put it back."""
        os.set_blocking(pair[0].get_extra_info("pipe").fileno(), True)
        return pair


@mutant(breaks="pipes.read.extra_info_pipe", says="the object that was given")
@mutant(breaks="pipes.write.extra_info_pipe", says="the object that was given")
class TellsTheDescriptor(Piping):
    """Answers with the descriptor."""

    def spoil(self, transport: Any, protocol: Any, way: str) -> None:  # noqa: ARG002 - the base's form
        """Answer so."""
        ask = transport.get_extra_info
        transport.get_extra_info = lambda name, default=None: (
            ask(name).fileno() if name == "pipe" else ask(name, default)
        )


@mutant(breaks="pipes.read.factory_error_propagates", says="raised nothing")
class SwallowsTheFactorysError(SoundLoop):
    """Reports an error of the factory, and returns nothing."""

    async def connect_read_pipe(self, protocol_factory: Any, pipe: Any) -> Any:
        """Keep it in."""
        try:
            return await super().connect_read_pipe(protocol_factory, pipe)
        except ZeroDivisionError as error:
            self.set_exception_handler(lambda *_: None)
            self.call_exception_handler({"message": "factory failed", "exception": error})
            return None, None


@mutant(breaks="pipes.read.factory_error_propagates", says="expected ZeroDivisionError")
class WrapsTheFactorysError(SoundLoop):
    """Raises an error of its own in the place of the factory's."""

    async def connect_read_pipe(self, protocol_factory: Any, pipe: Any) -> Any:
        """Wrap it."""
        try:
            return await super().connect_read_pipe(protocol_factory, pipe)
        except ZeroDivisionError as error:
            raise ValueError("can't connect the pipe") from error


def _is(pipe: Any, *kinds: Callable[[int], bool]) -> bool:
    mode = os.fstat(pipe.fileno()).st_mode
    return any(is_kind(mode) for is_kind in kinds)


@mutant(breaks="pipes.read.regular_file_is_valueerror", says="accepted it and then called")
@mutant(breaks="pipes.write.regular_file_is_valueerror", says="accepted it and, after write")
class TakesFiles(Piping):
    """Accepts a regular file: here it takes something else in its place."""

    def look(self, pipe: Any, way: str) -> Any:
        """Change it."""
        if not _is(pipe, stat.S_ISREG):
            return pipe
        ends = os.pipe()
        return os.fdopen(ends[way == "write"], "wb" if way == "write" else "rb", 0)


@mutant(breaks="pipes.read.socket_is_accepted", says="expected a transport")
@mutant(breaks="pipes.write.socket_is_accepted", says="expected a transport")
class RefusesSockets(Piping):
    """Takes pipes only."""

    def look(self, pipe: Any, way: str) -> Any:  # noqa: ARG002 - the base's form
        """Refuse."""
        if _is(pipe, stat.S_ISSOCK):
            raise ValueError("Pipe transport is for pipes only")
        return pipe


@mutant(breaks="pipes.read.fifo", says="expected a transport")
@mutant(breaks="pipes.write.fifo", says="expected a transport")
class RefusesNamedPipes(Piping):
    """Takes what os.pipe() made only."""

    def look(self, pipe: Any, way: str) -> Any:  # noqa: ARG002 - the base's form
        """Refuse what has a place in a directory other than that of pipes."""
        if os.fstat(pipe.fileno()).st_mode & 0o077 and _is(pipe, stat.S_ISFIFO):
            raise ValueError("a FIFO is no pipe")
        return pipe


@mutant(breaks="pipes.read.pty", says="expected a transport")
@mutant(breaks="pipes.write.pty", says="expected a transport")
@mutant(breaks="pipes.write.devnull", says="expected a transport")
class RefusesDevices(Piping):
    """Takes no character devices."""

    def look(self, pipe: Any, way: str) -> Any:  # noqa: ARG002 - the base's form
        """Refuse."""
        if _is(pipe, stat.S_ISCHR):
            raise ValueError("Pipe transport is for pipes and sockets only")
        return pipe


@mutant(breaks="pipes.read.pty", says="hang-up of a terminal called")
class IgnoresHangUps(Piping):
    """Takes the EIO of a terminal for something that will pass."""

    def adopt(self, protocol: Any, way: str) -> None:  # noqa: ARG002 - the base's form
        """Never tell of the end."""
        protocol.eof_received = lambda: True
        protocol.connection_lost = lambda exc: None  # noqa: ARG005


@mutant(breaks="pipes.read.pty", says="expected None or an OSError")
class RaisesItsOwnHangUp(Piping):
    """Tells the hang-up by an error of its own making."""

    def adopt(self, protocol: Any, way: str) -> None:  # noqa: ARG002 - the base's form
        """Tell so."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda exc: lost(exc or asyncio.InvalidStateError("hang-up"))
