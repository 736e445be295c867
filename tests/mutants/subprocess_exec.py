"""Broken loops: what subprocess_exec() returns, passes on and inherits."""

from __future__ import annotations

import os
from typing import Any

from . import SoundLoop, mutant
from .subprocess_parts import Starting


@mutant(breaks="subprocess.exec.returns_pair", says="expected a tuple, (transport, protocol)")
class ReturnsTransportLoop(SoundLoop):
    """Returns the transport only."""

    async def subprocess_exec(self, *args: Any, **options: Any) -> Any:
        """Start, and forget the protocol."""
        transport, _ = await super().subprocess_exec(*args, **options)
        return transport


@mutant(breaks="subprocess.exec.returns_pair", says="and the protocol that the factory returned")
class ReturnsPairTurnedLoop(SoundLoop):
    """Returns the protocol first."""

    async def subprocess_exec(self, *args: Any, **options: Any) -> Any:
        """Start, and turn the pair."""
        transport, protocol = await super().subprocess_exec(*args, **options)
        return protocol, transport


class Unrelated:
    """Does what another transport does, one thing excepted."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    def __getattr__(self, name: str) -> Any:
        if name == "send_signal":
            raise AttributeError(name)
        return getattr(self._transport, name)


@mutant(
    breaks="subprocess.exec.transport_type",
    says="without ['send_signal']; expected the methods of asyncio.SubprocessTransport",
)
class UnrelatedTransportLoop(SoundLoop):
    """Has transports of a class of their own, which can't send signals."""

    async def subprocess_exec(self, protocol_factory: Any, *command: Any, **options: Any) -> Any:
        """Start, and dress the transport up."""
        dressed: list[Unrelated] = []

        def make() -> Any:
            protocol = protocol_factory()
            made = protocol.connection_made

            def connection_made(transport: Any) -> None:
                dressed.append(Unrelated(transport))
                made(dressed[0])

            protocol.connection_made = connection_made
            return protocol

        _, protocol = await super().subprocess_exec(make, *command, **options)
        return dressed[0], protocol


@mutant(breaks="subprocess.exec.connection_made_first", says="expected connection_made first")
@mutant(
    breaks="subprocess.exec.connection_made_by_return",
    says="the callbacks were []; expected connection_made",
)
class IntroducesLateLoop(Starting):
    """Delays connection_made() until after the first output."""

    def adopt(self, protocol: Any) -> None:
        """Keep the transport back."""
        made, received = protocol.connection_made, protocol.pipe_data_received
        held: list[Any] = []
        protocol.connection_made = held.append

        def pipe_data_received(fd: int, data: bytes) -> None:
            received(fd, data)
            while held:
                made(held.pop())

        protocol.pipe_data_received = pipe_data_received


@mutant(
    breaks="subprocess.exec.connection_made_first",
    says="expected connection_made, process_exited and connection_lost once each",
)
class TellsExitTwiceLoop(Starting):
    """Has two watchers tell of the exit."""

    def adopt(self, protocol: Any) -> None:
        """Tell twice."""
        exited = protocol.process_exited

        def process_exited() -> None:
            exited()
            exited()

        protocol.process_exited = process_exited


@mutant(breaks="subprocess.exec.arguments_are_passed_verbatim", says="expected these")
class JoinsArgumentsLoop(Starting):
    """Joins the arguments into a command for the shell."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Join, all but what is a script already."""
        if call["command"][0] != "/bin/sh":
            line = " ".join(os.fsdecode(word) for word in call["command"])
            call["command"][:] = ["/bin/sh", "-c", line]


@mutant(breaks="subprocess.exec.popen_keywords_forwarded", says="started with cwd=")
@mutant(breaks="subprocess.exec.popen_keywords_forwarded", says="found ''; expected 'given'")
@mutant(breaks="subprocess.exec.start_new_session", says="expected a session of its own")
@mutant(breaks="subprocess.exec.pass_fds", says="expected b'passed'")
class DropsKeywordsLoop(Starting):
    """Ignores Popen's keywords."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Drop them."""
        for name in ("cwd", "env", "start_new_session", "pass_fds"):
            call.pop(name, None)


@mutant(
    breaks="subprocess.child.descriptors_are_not_inherited",
    says="expected the younger not to have inherited the pipe",
)
@mutant(breaks="subprocess.child.descriptors_are_not_inherited", says="expected none of the loop's")
class LetsChildrenInheritLoop(Starting):
    """Makes its descriptors inheritable, and closes none in the child."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Open the doors."""
        call["close_fds"] = False
        for name in os.listdir("/dev/fd"):
            try:
                os.set_inheritable(int(name), True)
            except OSError:  # where the list was read is closed again
                continue


@mutant(
    breaks="subprocess.child.descriptors_are_closed_by_default",
    says="expected close_fds=True to be the default",
)
class ClosesNothingLoop(Starting):
    """Leaves it to the descriptors whether they are inherited."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Change the default."""
        if not call.get("pass_fds"):
            call.setdefault("close_fds", False)
