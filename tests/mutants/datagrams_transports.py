"""Loops whose datagram transports end, pause or describe themselves wrongly."""

from __future__ import annotations

from typing import Any

from tests.mutants import mutant
from tests.mutants.datagrams_parts import Spoiled, after_turns


class SpoiledClose(Spoiled):
    """No mutant itself: lets its heirs stand before close()."""

    def adopt(self, protocol: Any) -> None:
        """Keep it."""
        self.protocol = protocol

    def fit(self, transport: Any) -> Any:
        """Put `closing` in its place."""
        self.transport, self.sound_close = transport, transport.close
        transport.close = self.closing
        return transport

    def closing(self) -> None:
        """Close."""
        self.sound_close()


@mutant(
    breaks="datagrams.close.connection_lost_is_not_synchronous",
    says="expected the loop to call, in a later turn",
)
class CallsBackItself(SpoiledClose):
    """Calls connection_lost() in close()."""

    def closing(self) -> None:
        """Call it, once."""
        if not self.transport.is_closing():
            self.protocol.connection_lost(None)
            self.protocol.connection_lost = lambda _: None
        self.sound_close()


@mutant(breaks="datagrams.close.connection_lost_none", says="expected one call, with None")
class CallsForEachClose(SpoiledClose):
    """Calls connection_lost() as often as close() is called."""

    def closing(self) -> None:
        """Call it again."""
        if self.transport.is_closing():
            self.call_soon(self.protocol.connection_lost, None)
        self.sound_close()


@mutant(breaks="datagrams.close.connection_lost_none", says="expected one call, with None")
@mutant(breaks="datagrams.abort.connection_lost_none", says="expected one call, with None")
class GivesAReason(Spoiled):
    """Says ConnectionAbortedError."""

    def adopt(self, protocol: Any) -> None:
        """Say it."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda _: lost(ConnectionAbortedError())


@mutant(breaks="datagrams.abort.connection_lost_none", says="had been called with []")
class AbortsInSilence(Spoiled):
    """Says nothing after abort()."""

    def adopt(self, protocol: Any) -> None:
        """Say nothing."""
        protocol.connection_lost = lambda _: None


@mutant(breaks="datagrams.close.no_datagrams_afterwards", says="three waited when close()")
class DrainsFirst(SpoiledClose):
    """Reads what is there before it closes."""

    def closing(self) -> None:
        """Give it some turns."""
        after_turns(10, self.sound_close)


@mutant(breaks="datagrams.close.flushes_queued_datagrams", says="before they were sent")
class DropsTheQueue(Spoiled):
    """Closes as it aborts."""

    def fit(self, transport: Any) -> Any:
        """Abort."""
        transport.close = transport.abort
        return transport


@mutant(breaks="datagrams.flow.pause_and_resume", says="expected pause_writing, once")
class HasNoFlowControl(Spoiled):
    """Queues whatever comes, and tells nobody."""

    def adopt(self, protocol: Any) -> None:
        """Tell nobody."""
        protocol.pause_writing = protocol.resume_writing = lambda: None


@mutant(breaks="datagrams.flow.pause_and_resume", says="expected pause_writing and resume_writing")
class NeverResumes(Spoiled):
    """Does not measure what leaves the queue."""

    def adopt(self, protocol: Any) -> None:
        """Say nothing."""
        protocol.resume_writing = lambda: None


@mutant(breaks="datagrams.flow.limits_round_trip", says="expected the methods of WriteTransport")
class HasNoLimits(Spoiled):
    """Has a transport without the methods of WriteTransport."""

    def fit(self, transport: Any) -> Any:
        """Take one away."""

        def get_write_buffer_limits() -> None:
            raise AttributeError("no attribute 'get_write_buffer_limits'")

        transport.get_write_buffer_limits = get_write_buffer_limits
        return transport


@mutant(breaks="datagrams.flow.limits_round_trip", says="the low mark first")
class AnswersTheHighMarkFirst(Spoiled):
    """Mixes up the marks."""

    def fit(self, transport: Any) -> Any:
        """Turn them round."""
        limits = transport.get_write_buffer_limits
        transport.get_write_buffer_limits = lambda: limits()[::-1]
        return transport


@mutant(breaks="datagrams.protocol.get_and_set", says="expected it at the new one")
class CachesTheProtocol(Spoiled):
    """Goes on calling the factory's protocol."""

    def adopt(self, protocol: Any) -> None:
        """Keep it."""
        self.current = protocol

    def fit(self, transport: Any) -> Any:
        """Only remember the new one."""
        transport.set_protocol = lambda protocol: setattr(self, "current", protocol)
        transport.get_protocol = lambda: self.current
        return transport


@mutant(breaks="datagrams.protocol.get_and_set", says="and then the new one")
class AnswersTheFirstProtocol(Spoiled):
    """Forgets the new protocol when it is asked."""

    def fit(self, transport: Any) -> Any:
        """Answer the first one."""
        first = transport.get_protocol()
        transport.get_protocol = lambda: first
        return transport


@mutant(breaks="datagrams.extra_info.keys", says="expected an answer, or None")
class RaisesForPeername(Spoiled):
    """Asks the system for a peer that there is not."""

    def fit(self, transport: Any) -> Any:
        """Ask it."""
        known = transport.get_extra_info

        def ask(name: str, default: Any = None) -> Any:
            if name == "peername":
                return transport.get_extra_info("socket").getpeername()
            return known(name, default)

        transport.get_extra_info = ask
        return transport


@mutant(breaks="datagrams.abort.drops_queued_datagrams", says="before the peer has read")
class AbortsAsItCloses(Spoiled):
    """Waits for the queue in abort(), too."""

    def fit(self, transport: Any) -> Any:
        """Close."""
        transport.abort = transport.close
        return transport


@mutant(breaks="datagrams.abort.drops_queued_datagrams", says="expected it to be lost")
class FlushesSecretly(SpoiledClose):
    """Tells the protocol that all is lost, and sends it nevertheless."""

    def fit(self, transport: Any) -> Any:
        """Do so in abort()."""
        transport.abort = self.closing
        return super().fit(transport)

    def closing(self) -> None:
        """Tell first."""
        if not self.transport.is_closing():
            self.call_soon(self.protocol.connection_lost, None)
            self.protocol.connection_lost = lambda _: None
        self.sound_close()
