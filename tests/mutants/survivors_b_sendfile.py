"""Loops that go wrong with what waits in a transport before a file is sent over it."""

from __future__ import annotations

from typing import Any

from . import SoundLoop, mutant


class Lending(SoundLoop):
    """No mutant itself: lets its heirs change the transport for as long as a file is sent."""

    def lend(self, transport: Any) -> None:
        """Change it."""

    def give_back(self, transport: Any) -> None:
        """Change it back."""

    async def sendfile(self, transport: Any, *args: Any, **options: Any) -> Any:
        """Send between the two."""
        self.lend(transport)
        try:
            return await super().sendfile(transport, *args, **options)
        finally:
            self.give_back(transport)


@mutant(breaks="sendfile.transport.behind_a_single_byte", says="expected it to be sent")
class WaitsForACallThatNeverComes(SoundLoop):
    """Waits for resume_writing() of a buffer that was never full."""

    async def sendfile(self, transport: Any, *args: Any, **options: Any) -> Any:
        """Wait."""
        if transport.get_write_buffer_size() == 1:
            await self.create_future()
        return await super().sendfile(transport, *args, **options)


@mutant(breaks="sendfile.transport.behind_a_single_byte", says="expected the byte and then")
class TakesAByteForNothing(SoundLoop):
    """Loses a byte that waits."""

    async def sendfile(self, transport: Any, *args: Any, **options: Any) -> Any:
        """Lose it."""
        if transport.get_write_buffer_size() == 1:
            transport._outbox.clear()
        return await super().sendfile(transport, *args, **options)


class Deaf(Lending):
    """No mutant itself: a protocol hears nothing of `call` while a file is sent."""

    call = ""

    def lend(self, transport: Any) -> None:
        """Be silent; a sound loop passes on what it hears in the protocol's place."""
        protocol = transport.get_protocol()
        setattr(protocol, self.call, lambda *_: None)


@mutant(
    breaks="sendfile.transport.paused_protocol_is_resumed",
    says="expected pause_writing and resume_writing, once each",
)
class NeverResumes(Deaf):
    """Keeps resume_writing() from the protocol."""

    call = "resume_writing"


@mutant(
    breaks="sendfile.transport.paused_protocol_is_resumed",
    says="expected pause_writing and resume_writing, once each",
)
class ResumesTwice(Lending):
    """Resumes the protocol after a transfer, whoever has done so before."""

    def give_back(self, transport: Any) -> None:
        """Resume it."""
        transport.get_protocol().resume_writing()


@mutant(breaks="sendfile.transport.reset_before_it_begins", says="expected the call")
@mutant(breaks="sendfile.transport.abort_meanwhile", says="expected the call")
class KeepsTheLoss(Deaf):
    """Keeps connection_lost() from the protocol."""

    call = "connection_lost"


@mutant(breaks="sendfile.transport.reset_before_it_begins", says="times; expected once")
@mutant(breaks="sendfile.transport.abort_meanwhile", says="times; expected once")
class TellsOfTheLossTwice(Lending):
    """Has the transport and the transfer tell the protocol of a loss."""

    def lend(self, transport: Any) -> None:
        """Tell twice."""
        protocol = transport.get_protocol()
        lost = protocol.connection_lost

        def twice(error: Any) -> None:
            lost(error)
            lost(error)

        protocol.connection_lost = twice


@mutant(breaks="sendfile.transport.reset_before_it_begins", says="was still pending")
class WaitsForAnEmptyBuffer(SoundLoop):
    """Waits until nothing is left to send, and hears of no error."""

    async def sendfile(self, transport: Any, *args: Any, **options: Any) -> Any:
        """Wait for ever where the transfer failed."""
        try:
            return await super().sendfile(transport, *args, **options)
        except OSError:
            return await self.create_future()


@mutant(breaks="sendfile.transport.rests_afterwards", says="expected next to none")
class WatchesOn(Lending):
    """Goes on to ask in every turn whether the socket takes more."""

    def give_back(self, transport: Any) -> None:
        """Ask."""
        if not transport.is_closing():
            self.call_soon(self.give_back, transport)
