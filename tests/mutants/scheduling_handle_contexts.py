"""Mutants of handles: the context that get_context() returns."""

from __future__ import annotations

from contextvars import Context, copy_context
from typing import Any

from . import mutant
from .scheduling_parts import Args, Callback, HookedLoop, Wrapped, WrappingLoop


class _NoContext(Wrapped):
    @property
    def get_context(self) -> Any:
        """Not there."""
        raise AttributeError("this handle has no get_context()", name="get_context", obj=self)


@mutant(breaks="handle.get_context.explicit", says="this handle has no get_context", since=(3, 12))
class NoContextLoop(WrappingLoop):
    """Has handles without get_context()."""

    wrapper = _NoContext


class _CopiedContext(Wrapped):
    def get_context(self) -> Any:
        return self.inner.get_context().copy()


@mutant(
    breaks="handle.get_context.explicit", says="expected the context that was given", since=(3, 12)
)
class CopiedContextLoop(WrappingLoop):
    """Has a get_context() that returns a copy."""

    wrapper = _CopiedContext


class _GivenContext(Wrapped):
    given: Context | None = None

    def get_context(self) -> Any:
        return self.given


@mutant(
    breaks="handle.get_context.default",
    says="registered without a context returned None",
    since=(3, 12),
)
class GivenContextLoop(WrappingLoop):
    """Has a get_context() that returns what was given, and that is None."""

    wrapper = _GivenContext


class _CallersContext(Wrapped):
    def __init__(self, loop: HookedLoop, callback: Callback, args: Args) -> None:
        super().__init__(loop, callback, args)
        self.context = copy_context()

    def get_context(self) -> Any:
        changed = self.context.copy()
        for variable in changed:
            if isinstance(changed[variable], str):
                changed.run(variable.set, "set since")
        return changed


@mutant(
    breaks="handle.get_context.default",
    says="expected the caller's value at registration",
    since=(3, 12),
)
class LatestContextLoop(WrappingLoop):
    """Has a get_context() that returns the caller's variables as they are now."""

    wrapper = _CallersContext
