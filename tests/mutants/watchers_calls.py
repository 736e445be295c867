"""Loops that call the callbacks of watched descriptors wrongly."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from typing import Any

from . import SoundLoop, mutant
from .watchers_parts import Callback, Ts, Watching


@mutant(breaks="watchers.reader.callback_with_args", says="expected one with (1, 'two')")
@mutant(breaks="watchers.writer.callback_when_writable", says="expected one with (1, 'two')")
class DropsArguments(Watching):
    """Forgets the arguments."""

    def instead(self, way: str, fd: Any, callback: Callback) -> Callback:  # noqa: ARG002 - the base's form
        """Call without them."""
        return lambda *_: callback()


@mutant(breaks="watchers.reader.callback_with_args", says="expected one with (1, 'two')")
@mutant(breaks="watchers.writer.callback_when_writable", says="expected one with (1, 'two')")
class PacksArguments(Watching):
    """Passes the arguments as one tuple."""

    def instead(self, way: str, fd: Any, callback: Callback) -> Callback:  # noqa: ARG002 - the base's form
        """Pack them."""
        return lambda *args: callback(args)


@mutant(breaks="watchers.reader.not_called_synchronously", says="had called the callback 1 times")
class TriesAtOnce(SoundLoop):
    """Calls the callback in add_reader() if there is data."""

    def add_reader(self, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> None:
        """Call it."""
        if select.select([fd], [], [], 0)[0]:
            callback(*args)
        super().add_reader(fd, callback, *args)


@mutant(breaks="watchers.reader.not_called_without_data", says="led to 1 calls")
@mutant(breaks="watchers.writer.silent_while_buffer_is_full", says="led to 1 calls")
class FirstCallIsFree(SoundLoop):
    """Queues the callback when it is added."""

    def add_reader(self, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> None:
        """Queue it."""
        self.call_soon(callback, *args)
        super().add_reader(fd, callback, *args)

    def add_writer(self, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> None:
        """Queue it."""
        self.call_soon(callback, *args)
        super().add_writer(fd, callback, *args)


@mutant(breaks="watchers.reader.level_triggered", says="was called 1 times")
@mutant(breaks="watchers.reader.partial_drain_calls_again", says="had read b'a' of b'abc'")
@mutant(breaks="watchers.writer.level_triggered", says="was called 1 times")
class CallsOnce(Watching):
    """Is edge-triggered: one call for what came."""

    def instead(self, way: str, fd: Any, callback: Callback) -> Callback:
        """End the watch with its first call."""

        def call(*args: Any) -> None:
            self.forget(way, fd)
            callback(*args)

        return call


@mutant(breaks="watchers.reader.eof_is_readable", says="expected a call that reads b''")
@mutant(breaks="watchers.reader.listening_socket", says="expected one")
class PeeksAtData(Watching):
    """Finds out by peeking whether there is data."""

    def instead(self, way: str, fd: Any, callback: Callback) -> Callback:
        """Peek first, where reading is meant."""
        if way == "writer":
            return callback

        def call(*args: Any) -> None:
            number = fd if isinstance(fd, int) else fd.fileno()
            peeking = socket.socket(fileno=number)
            try:
                data = peeking.recv(1, socket.MSG_PEEK)
            except OSError:
                data = b""
            finally:
                peeking.detach()
            if data:
                callback(*args)

        return call


class _Several(SoundLoop):
    """No mutant itself: keeps all callbacks of a descriptor, newest last."""

    def __init__(self) -> None:
        super().__init__()
        self.readers: dict[Any, list[Any]] = {}
        self.writers: dict[Any, list[Any]] = {}

    def removed(self, kept: list[Any]) -> None:
        """Change what is kept when a watch is removed."""
        kept.clear()

    def called(self, kept: list[Any]) -> list[Any]:
        """Which of them are called."""
        return kept

    def call_them(self, kept: list[Any]) -> None:
        """Call them."""
        for callback, args in self.called(kept):
            callback(*args)

    def add_reader(self, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> None:
        """Keep it too."""
        kept = self.readers.setdefault(fd, [])
        kept.append((callback, args))
        super().add_reader(fd, self.call_them, kept)

    def remove_reader(self, fd: Any) -> bool:
        """End the watch if the heir leaves nothing."""
        kept = self.readers.get(fd, [])
        self.removed(kept)
        return True if kept else super().remove_reader(fd)

    def add_writer(self, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> None:
        """Keep it too."""
        kept = self.writers.setdefault(fd, [])
        kept.append((callback, args))
        super().add_writer(fd, self.call_them, kept)

    def remove_writer(self, fd: Any) -> bool:
        """Remove all of them."""
        self.writers.get(fd, []).clear()
        return super().remove_writer(fd)


@mutant(breaks="watchers.reader.replacing_callback", says="expected the second alone")
@mutant(breaks="watchers.writer.replacing_callback", says="expected the second alone")
class CallsBoth(_Several):
    """Calls every callback that a descriptor was given."""


@mutant(breaks="watchers.reader.replacing_callback", says="after one remove_reader()")
class StacksCallbacks(_Several):
    """Goes back to the earlier callback when the later is removed."""

    def removed(self, kept: list[Any]) -> None:
        """Remove the newest."""
        if kept:
            kept.pop()

    def called(self, kept: list[Any]) -> list[Any]:
        """The newest alone."""
        return kept[-1:]


@mutant(breaks="watchers.reader.replacing_cancels_pending_call", says="expected one call, and True")
@mutant(breaks="watchers.reader.removal_cancels_pending_call", says="calls were made; expected one")
class NeverCancels(Watching):
    """Queues the callback by a handle that nobody cancels."""

    def instead(self, way: str, fd: Any, callback: Callback) -> Callback:  # noqa: ARG002 - the base's form
        """Queue it."""
        return lambda *args: self.call_soon(callback, *args)
