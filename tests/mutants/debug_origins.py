"""Mutants of debug mode: where coroutines, callbacks and tasks come from."""

from __future__ import annotations

import sys
import traceback
from typing import Any

from . import SoundLoop, mutant

DEPTH = 10


class FlagOnlyLoop(SoundLoop):
    """No mutant: set_debug() changes a flag, and the sound loop beneath knows nothing of it."""

    flag = False

    def set_debug(self, enabled: bool) -> None:
        """Keep it here."""
        super().set_debug(False)
        self.flag = enabled

    def get_debug(self) -> bool:
        """Look here."""
        return self.flag


@mutant(breaks="debug.origin_tracking.during_run", says="expected a depth above 0, and True")
@mutant(breaks="debug.never_awaited_origin_in_warning", says="expected 'Coroutine created at'")
class NoTrackingLoop(FlagOnlyLoop):
    """Does not track origins."""


class TrackingLoop(FlagOnlyLoop):
    """No mutant: tracks origins itself, in runs that begin in debug mode."""

    def run_forever(self) -> None:
        """Track."""
        before = sys.get_coroutine_origin_tracking_depth()
        if not self.is_tracking():
            super().run_forever()
            return
        sys.set_coroutine_origin_tracking_depth(DEPTH)
        self.run_and_restore(before)

    def is_tracking(self) -> bool:
        """Whether a run that begins now tracks origins. For mutants to override."""
        return self.flag

    def run_and_restore(self, before: int) -> None:
        """Run, then put the depth back. For mutants to override."""
        try:
            FlagOnlyLoop.run_forever(self)
        finally:
            sys.set_coroutine_origin_tracking_depth(before)


@mutant(breaks="debug.origin_tracking.during_run", says="expected the depth to be left as it was")
class AlwaysTracksLoop(TrackingLoop):
    """Tracks origins in any mode."""

    def is_tracking(self) -> bool:
        """Always."""
        return True


@mutant(breaks="debug.origin_tracking.during_run", says="expected the depth to be left as it was")
class NeverTracksLoop(TrackingLoop):
    """Without debug mode, turns off the tracking that somebody else has turned on."""

    def run_forever(self) -> None:
        """Turn it off."""
        before = sys.get_coroutine_origin_tracking_depth()
        if not self.flag:
            sys.set_coroutine_origin_tracking_depth(0)
        super().run_forever()
        sys.set_coroutine_origin_tracking_depth(before)


@mutant(breaks="debug.origin_tracking.restored", says="was 0; expected 3")
class ResetsToZeroLoop(TrackingLoop):
    """After the run the depth is 0."""

    def run_and_restore(self, _: int) -> None:
        """Forget what it was."""
        super().run_and_restore(0)


@mutant(breaks="debug.origin_tracking.restored", says="that was interrupted the depth")
class TracksOnAfterErrorsLoop(TrackingLoop):
    """Does not put the depth back when the run ends by an exception."""

    def run_and_restore(self, before: int) -> None:
        """Not in a finally clause."""
        FlagOnlyLoop.run_forever(self)
        sys.set_coroutine_origin_tracking_depth(before)


@mutant(breaks="debug.origin_tracking.toggled_while_running", says="two turns after")
class FlagWhileRunningLoop(TrackingLoop):
    """set_debug() during a run changes the flag alone."""


@mutant(
    breaks="debug.origin_tracking.toggled_while_running",
    says="expected 0, as before the run",
)
class TogglesForGoodLoop(TrackingLoop):
    """What set_debug() switched on during a run stays on after it."""

    def set_debug(self, enabled: bool) -> None:
        """Switch, at once."""
        super().set_debug(enabled)
        if self.is_running():
            sys.set_coroutine_origin_tracking_depth(DEPTH if enabled else 0)


class ReportingLoop(SoundLoop):
    """No mutant: reports pass through a mutant's hands."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Edit, then report."""
        self.edit(context)
        super().call_exception_handler(context)

    def edit(self, context: dict[str, Any]) -> None:
        """Change the context. For mutants to override."""


@mutant(breaks="debug.source_traceback.callback_error", says="reported without 'source_traceback'")
@mutant(breaks="debug.source_traceback.task", says="expected creation_site among them")
class NoSourceTracebackLoop(ReportingLoop):
    """Keeps no traceback in debug mode."""

    def edit(self, context: dict[str, Any]) -> None:
        """Leave it out."""
        context.pop("source_traceback", None)


@mutant(breaks="debug.source_traceback.absent_without_debug", says="had a source_traceback: [True]")
class AlwaysASourceTracebackLoop(ReportingLoop):
    """Keeps a traceback in any mode."""

    def edit(self, context: dict[str, Any]) -> None:
        """Put one in."""
        context.setdefault("source_traceback", traceback.extract_stack())


@mutant(breaks="debug.source_traceback.callback_error", says="expected scheduling_site among them")
class InternalsAloneLoop(ReportingLoop):
    """The traceback is taken where the callback has failed."""

    def edit(self, context: dict[str, Any]) -> None:
        """Take another one."""
        if "source_traceback" in context:
            context["source_traceback"] = traceback.extract_stack()


@mutant(breaks="debug.source_traceback.task", says="expected creation_site among them")
class DeepCreationLoop(ReportingLoop):
    """create_task() adds so many frames that the creator is cut off."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Go down."""
        return self._create(coro, options, DEPTH)

    def _create(self, coro: Any, options: dict[str, Any], frames: int) -> Any:
        if frames:
            return self._create(coro, options, frames - 1)
        return super().create_task(coro, **options)

    def edit(self, context: dict[str, Any]) -> None:
        """Cut the traceback."""
        if "source_traceback" in context:
            context["source_traceback"] = context["source_traceback"][-DEPTH:]


@mutant(breaks="debug.source_traceback.logged", says="expected a traceback with that function")
class LogsNoTracebackLoop(SoundLoop):
    """The default handler drops the traceback."""

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Leave it out."""
        shown = {key: value for key, value in context.items() if key != "source_traceback"}
        super().default_exception_handler(shown)


@mutant(breaks="debug.source_traceback.logged", says="expected a traceback with that function")
class LogsTheTracebackObjectLoop(SoundLoop):
    """The default handler shows that there is a traceback, and not what it says."""

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Put a stand-in in its place."""
        others = {key: value for key, value in context.items() if key != "source_traceback"}
        super().default_exception_handler(others | {"traceback": type(context)})
