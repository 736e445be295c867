"""Broken loops: what a child's transport knows and does."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

from . import mutant
from .subprocess_parts import Starting, stays_quiet


@mutant(breaks="subprocess.transport.pid", says="after the end, None for a child that calls itself")
class ForgetsPidLoop(Starting):
    """Has no pid for a child that has ended."""

    def spoil(self, transport: Any) -> None:
        """Forget it."""
        pid = transport.get_pid
        transport.get_pid = lambda: None if transport.get_returncode() is not None else pid()


@mutant(
    breaks="subprocess.transport.returncode_none_while_running",
    says="of a running child returned 0; expected None",
)
class BeginsWithZeroLoop(Starting):
    """Has a status of 0 for a running child."""

    def spoil(self, transport: Any) -> None:
        """Begin with 0."""
        status = transport.get_returncode
        transport.get_returncode = lambda: status() or 0


@mutant(
    breaks="subprocess.transport.returncode_none_while_running",
    says="of a child that ended with 3 returned None; expected 3",
)
@mutant(
    breaks="subprocess.transport.returncode_set_in_process_exited",
    says="returned [None]; expected [3]",
)
class NeverKnowsStatusLoop(Starting):
    """Never stores the status."""

    def spoil(self, transport: Any) -> None:
        """Know nothing."""
        transport.get_returncode = stays_quiet


@mutant(
    breaks="subprocess.transport.returncode_set_in_process_exited",
    says="returned [None]; expected [3]",
)
class StoresStatusLateLoop(Starting):
    """Stores the status after process_exited()."""

    def spoil(self, transport: Any) -> None:
        """Know nothing until then."""
        protocol = transport.get_protocol()
        exited, status = protocol.process_exited, transport.get_returncode
        transport.get_returncode = stays_quiet

        def process_exited() -> None:
            exited()
            transport.get_returncode = status

        protocol.process_exited = process_exited


@mutant(breaks="subprocess.transport.negative_returncode_for_signal", says="is 137; expected -9")
@mutant(breaks="subprocess.transport.negative_returncode_for_signal", says="is 143; expected -15")
class CountsLikeShellsLoop(Starting):
    """Counts signals as shells do."""

    def spoil(self, transport: Any) -> None:
        """Add 128."""
        status = transport.get_returncode
        transport.get_returncode = lambda: 128 - status() if (status() or 0) < 0 else status()


@mutant(breaks="subprocess.transport.negative_returncode_for_signal", says="is -15; expected -9")
class TerminatesForKillLoop(Starting):
    """Sends SIGTERM for kill()."""

    def spoil(self, transport: Any) -> None:
        """Put one for the other."""
        transport.kill = transport.terminate


@mutant(breaks="subprocess.transport.send_signal", says="has the return code -15; expected 5")
class AlwaysTerminatesLoop(Starting):
    """Sends SIGTERM, whatever was asked for."""

    def spoil(self, transport: Any) -> None:
        """Drop the number."""
        transport.send_signal = lambda _number: transport.terminate()


@mutant(
    breaks="subprocess.transport.signal_after_exit",
    says="kill() after connection_lost() raised AttributeError",
)
@mutant(
    breaks="subprocess.transport.signal_after_exit",
    says="terminate() after connection_lost() raised AttributeError",
)
@mutant(
    breaks="subprocess.transport.signal_after_exit",
    says="send_signal() after connection_lost() raised AttributeError",
)
class ForgetsTheDeadLoop(Starting):
    """Asks an object that it has put away for the number of a child that has gone."""

    def spoil(self, transport: Any) -> None:
        """Stumble."""
        for name in ("kill", "terminate", "send_signal"):
            self._stumble(transport, name, getattr(transport, name))

    def _stumble(self, transport: Any, name: str, send: Any) -> None:
        def sending(*number: int) -> None:
            if transport.get_returncode() is not None:
                raise AttributeError("'NoneType' object has no attribute 'pid'")
            send(*number)

        setattr(transport, name, sending)


@mutant(breaks="subprocess.transport.extra_info_subprocess", says="expected a subprocess.Popen")
class TellsThePidLoop(Starting):
    """Has a number where the child's object is asked for."""

    def spoil(self, transport: Any) -> None:
        """Tell it."""
        transport.get_extra_info = lambda _name, default=None: transport.get_pid() or default


@mutant(breaks="subprocess.transport.close_kills_running_child", says="child to be killed")
class ClosesPipesOnlyLoop(Starting):
    """Leaves a child running at close()."""

    def spoil(self, transport: Any) -> None:
        """Close the pipes."""

        def close() -> None:
            for fd in range(3):
                if pipe := transport.get_pipe_transport(fd):
                    pipe.close()

        transport.close = close


@mutant(breaks="subprocess.transport.close_kills_running_child", says="is -15; expected -9")
class ClosesPolitelyLoop(Starting):
    """Terminates a child at close(), which it may refuse."""

    def spoil(self, transport: Any) -> None:
        """Terminate first."""
        close = transport.close

        def terminate_and_close() -> None:
            if transport.get_returncode() is None:
                transport.terminate()
                transport.get_extra_info("subprocess").wait()
            close()

        transport.close = terminate_and_close


@mutant(
    breaks="subprocess.transport.is_closing_after_close",
    says="returned [False, False]; expected [False, True]",
)
class ClosesWithTheChildLoop(Starting):
    """Is closing when the child has ended."""

    def spoil(self, transport: Any) -> None:
        """Ask for its status."""
        transport.is_closing = lambda: transport.get_returncode() is not None


@mutant(
    breaks="subprocess.transport.close_closes_pipes",
    says="False] after it; expected",
)
class KillsOnlyLoop(Starting):
    """Kills the child at close(), and leaves the pipes to their end."""

    def spoil(self, transport: Any) -> None:
        """Close nothing the first time."""
        close = transport.close

        def kill_only() -> None:
            if transport.get_returncode() is None:
                transport.kill()
            else:
                close()

        transport.close = kill_only


@mutant(breaks="subprocess.transport.close_after_exit", says="its return code is -9; expected 4")
class KillsTheDeadLoop(Starting):
    """Counts every child as killed that is closed."""

    def spoil(self, transport: Any) -> None:
        """Note a signal that was never sent."""
        close = transport.close

        def close_and_count() -> None:
            close()
            transport.get_returncode = lambda: -signal.SIGKILL

        transport.close = close_and_count


@mutant(breaks="subprocess.transport.close_is_idempotent", says="a further close() raised RuntimeE")
class ClosesOnceLoop(Starting):
    """Refuses a second close()."""

    def spoil(self, transport: Any) -> None:
        """Refuse."""
        close = transport.close

        def close_once() -> None:
            if transport.is_closing():
                raise RuntimeError("the transport is closed")
            close()

        transport.close = close_once


@mutant(breaks="subprocess.transport.close_is_idempotent", says="connection_lost(); expected one")
class LosesWithEachCloseLoop(Starting):
    """Has a connection_lost() for each close()."""

    def spoil(self, transport: Any) -> None:
        """Queue it each time but the first."""
        close, protocol = transport.close, transport.get_protocol()

        def close_again() -> None:
            if transport.is_closing():
                self.call_soon(protocol.connection_lost, None)
            close()

        transport.close = close_again


@mutant(breaks="subprocess.transport.get_protocol", says="expected the factory's protocol")
class ShowsOwnProtocolLoop(Starting):
    """Shows a protocol of its own."""

    def spoil(self, transport: Any) -> None:
        """Show another."""
        transport.get_protocol = asyncio.SubprocessProtocol
