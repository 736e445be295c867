"""What mutants of watches have in common: a door in front of each callback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVarTuple

from . import SoundLoop

Callback = Callable[..., object]
Ts = TypeVarTuple("Ts")


class Watching(SoundLoop):
    """No mutant itself: its heirs change what is watched, and the callback of a watch.

    `way` is "reader" or "writer".
    """

    def instead(self, way: str, fd: Any, callback: Callback) -> Callback:  # noqa: ARG002 - for heirs
        """What the sound loop calls, with the arguments, in place of the callback."""
        return callback

    def add_reader(self, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> Any:
        """Watch with the heir's callback."""
        call: Any = self.instead("reader", fd, callback)
        super().add_reader(fd, call, *args)

    def add_writer(self, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> Any:
        """Watch with the heir's callback."""
        call: Any = self.instead("writer", fd, callback)
        super().add_writer(fd, call, *args)

    def forget(self, way: str, fd: Any) -> bool:
        """Remove a watch as the sound loop does."""
        return super().remove_reader(fd) if way == "reader" else super().remove_writer(fd)


class Naming(SoundLoop):
    """No mutant itself: its heirs look at the descriptor of each of the four calls."""

    def named(self, fd: Any, method: str) -> Any:  # noqa: ARG002 - for heirs
        """The descriptor to use; None for a call that is to do nothing."""
        return fd

    def add_reader(self, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> Any:
        """Call the sound one, or none."""
        found = self.named(fd, "add_reader")
        return None if found is None else super().add_reader(found, callback, *args)

    def add_writer(self, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> Any:
        """Call the sound one, or none."""
        found = self.named(fd, "add_writer")
        return None if found is None else super().add_writer(found, callback, *args)

    def remove_reader(self, fd: Any) -> bool:
        """Call the sound one, or none."""
        found = self.named(fd, "remove_reader")
        return False if found is None else super().remove_reader(found)

    def remove_writer(self, fd: Any) -> bool:
        """Call the sound one, or none."""
        found = self.named(fd, "remove_writer")
        return False if found is None else super().remove_writer(found)
