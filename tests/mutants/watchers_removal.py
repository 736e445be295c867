"""Loops that end watches wrongly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import SoundLoop, mutant
from .watchers_parts import Callback, Naming, Ts, Watching


@mutant(
    breaks="watchers.reader.remove_reports_presence",
    says="[None, None, None]; expected [False, True, False]",
)
@mutant(
    breaks="watchers.writer.remove_reports_presence",
    says="[None, None, None]; expected [False, True, False]",
)
class ReportsNothing(SoundLoop):
    """Forgets the return value."""

    def remove_reader(self, fd: Any) -> Any:
        """Return none."""
        super().remove_reader(fd)

    def remove_writer(self, fd: Any) -> Any:
        """Return none."""
        super().remove_writer(fd)


@mutant(
    breaks="watchers.reader.remove_reports_presence",
    says="[True, True, True]; expected [False, True, False]",
)
@mutant(
    breaks="watchers.writer.remove_reports_presence",
    says="[True, True, True]; expected [False, True, False]",
)
class ReportsSuccess(SoundLoop):
    """Returns True where nothing went wrong."""

    def remove_reader(self, fd: Any) -> Any:
        """Return True."""
        super().remove_reader(fd)
        return True

    def remove_writer(self, fd: Any) -> Any:
        """Return True."""
        super().remove_writer(fd)
        return True


@mutant(breaks="watchers.reader.removed_is_not_called", says="that came after remove_reader()")
@mutant(breaks="watchers.writer.level_triggered", says="after remove_writer()")
class KeepsWatching(Naming):
    """Strikes a watch off its own list, and leaves the selector alone."""

    def named(self, fd: Any, method: str) -> Any:
        """Remove nothing."""
        return None if method.startswith("remove") else fd


@mutant(breaks="watchers.reader.remove_inside_callback", says="went as ['called'")
class LocksTheTable(Watching):
    """Does not let callbacks change the table that is gone through."""

    calling = False

    def instead(self, way: str, fd: Any, callback: Callback) -> Callback:  # noqa: ARG002 - the base's form
        """Lock it meanwhile."""

        def call(*args: Any) -> None:
            self.calling = True
            try:
                callback(*args)
            finally:
                self.calling = False

        return call

    def remove_reader(self, fd: Any) -> bool:
        """Refuse if it is locked."""
        if self.calling:
            raise RuntimeError("dictionary changed size during iteration")
        return super().remove_reader(fd)


class _Remembering(Naming):
    """No mutant itself: remembers each number for which a watch was removed."""

    def __init__(self) -> None:
        super().__init__()
        self.removed: set[int] = set()

    def is_known(self, fd: Any, method: str) -> bool:
        """Whether this number was removed before; a removal is remembered."""
        known = fd in self.removed
        if method.startswith("remove"):
            self.removed.add(fd)
        return known and method.startswith("add")


@mutant(breaks="watchers.reader.add_again_after_remove", says="expected the callback to be called")
@mutant(breaks="watchers.descriptor_number_reuse", says="expected one")
class ThinksItIsRegistered(_Remembering):
    """Takes a number that it knows for one that is registered already."""

    def named(self, fd: Any, method: str) -> Any:
        """Register it no more."""
        return None if self.is_known(fd, method) else fd


@mutant(breaks="watchers.reader.add_again_after_remove", says="raised FileNotFoundError")
@mutant(breaks="watchers.descriptor_number_reuse", says="raised FileNotFoundError")
class ModifiesWhatIsGone(_Remembering):
    """Changes a registration that is not there any more."""

    def named(self, fd: Any, method: str) -> Any:
        """Raise what epoll raises."""
        if self.is_known(fd, method):
            raise FileNotFoundError(2, "No such file or directory")
        return fd


@mutant(
    breaks="watchers.reader_and_writer_are_independent",
    says="after remove_reader() the writer of the same socket was called further: False",
)
@mutant(
    breaks="watchers.reader_and_writer_are_independent",
    says="after remove_writer() the reader of the same socket was called further: False",
)
class RemovesBoth(SoundLoop):
    """Has one entry for a descriptor."""

    def remove_reader(self, fd: Any) -> bool:
        """Drop it."""
        super().remove_writer(fd)
        return super().remove_reader(fd)

    def remove_writer(self, fd: Any) -> bool:
        """Drop it."""
        super().remove_reader(fd)
        return super().remove_writer(fd)


@mutant(
    breaks="watchers.reader_and_writer_are_independent", says="the callbacks were called: [False"
)
class LastEventWins(SoundLoop):
    """Replaces what a descriptor is watched for."""

    def add_writer(self, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> None:
        """Replace it."""
        super().remove_reader(fd)
        super().add_writer(fd, callback, *args)
