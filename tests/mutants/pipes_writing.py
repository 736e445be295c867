"""Loops that write to pipes wrongly."""

from __future__ import annotations

import threading
from typing import Any

from . import mutant
from .pipes_parts import Piping

LARGE = 1_000_000


class Writing(Piping):
    """No mutant itself: shows write pipes alone."""

    def written_by(self, protocol: Any) -> None:
        """Change the protocol."""

    def writes(self, transport: Any, protocol: Any) -> None:
        """Change the transport."""

    def adopt(self, protocol: Any, way: str) -> None:
        """Show it."""
        if way == "write":
            self.written_by(protocol)

    def spoil(self, transport: Any, protocol: Any, way: str) -> None:
        """Show it."""
        if way == "write":
            self.writes(transport, protocol)


@mutant(breaks="pipes.write.writelines", says="expected b'zero one two three four'")
class SendsListsAtOnce(Writing):
    """Lets writelines() overtake what write() has queued."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Put write() off."""
        write = transport.write
        transport.write = lambda data: self.call_soon(write, data)


@mutant(breaks="pipes.write.data_reaches_reader", says="expected b'one two three '")
class PutsTheFirstOff(Writing):
    """Puts the first write off, and lets the others overtake it."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Put it off."""
        write, first = transport.write, [True]

        def writing(data: Any) -> None:
            if first:
                first.clear()
                self.call_soon(write, data)
            else:
                write(data)

        transport.write = writing


@mutant(breaks="pipes.write.data_reaches_reader", says="TypeError")
class WritesBytesOnly(Writing):
    """Refuses bytearray and memoryview."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Refuse them."""
        write = transport.write

        def strict(data: Any) -> None:
            if not isinstance(data, bytes):
                raise TypeError(f"data must be bytes, not {type(data).__name__}")
            write(data)

        transport.write = strict


@mutant(breaks="pipes.write.writelines", says="expected b'zero one two three four'")
class WritesTheFirstOfAList(Writing):
    """Forgets all but the first piece of writelines()."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Forget them."""
        transport.writelines = lambda pieces: transport.write(pieces[0])


@mutant(breaks="pipes.write.large_and_ordered", says="expected it to return at once")
class WaitsForTheReader(Writing):
    """Blocks in write() until there is room."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Wait longer than the reader."""
        write = transport.write

        def blocking(data: Any) -> None:
            write(data)
            if len(data) > LARGE:
                threading.Event().wait(1.2)

        transport.write = blocking


@mutant(breaks="pipes.write.large_and_ordered", says="expected them all")
class RepeatsPartialWrites(Writing):
    """Sends again what the pipe took in part."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Send the beginning once more, in the place of the end."""
        write = transport.write

        def repeating(data: Any) -> None:
            if len(data) > LARGE:
                data = data[:65536] + data[:-65536]
            write(data)

        transport.write = repeating


@mutant(breaks="pipes.write.large_and_ordered", says="expected more than 0")
class HasNoBufferSize(Writing):
    """Says 0 whatever waits."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Say 0."""
        transport.get_write_buffer_size = lambda: 0


@mutant(breaks="pipes.write.large_and_ordered", says="expected 0")
class NeverTakesDataOffItsBuffer(Writing):
    """Counts what is written and not what has left."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Count."""
        write, sizes = transport.write, [0]

        def counting(data: Any) -> None:
            sizes.append(len(data))
            write(data)

        transport.write = counting
        transport.get_write_buffer_size = lambda: sum(sizes)


@mutant(breaks="pipes.write.flow_control", says="expected ['pause_writing']")
class NeverPauses(Writing):
    """Has no flow control for pipes."""

    def written_by(self, protocol: Any) -> None:
        """Have none."""
        protocol.pause_writing = protocol.resume_writing = lambda: None


@mutant(breaks="pipes.write.flow_control", says="expected ['pause_writing', 'resume_writing']")
class NeverResumes(Writing):
    """Forgets the low mark."""

    def written_by(self, protocol: Any) -> None:
        """Forget it."""
        protocol.resume_writing = lambda: None


@mutant(breaks="pipes.write.flow_control", says="expected []")
class HasFixedLimits(Writing):
    """Ignores set_write_buffer_limits()."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Ignore it."""
        transport.set_write_buffer_limits = lambda high=None, low=None: None  # noqa: ARG005
