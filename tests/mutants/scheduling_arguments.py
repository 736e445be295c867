"""Mutants of call_soon(): what the callback is handed, the handle, and the context."""

from __future__ import annotations

import functools
from contextvars import Context, copy_context
from typing import Any

from . import SoundLoop, mutant
from .scheduling_parts import Args, Callback, HookedLoop, Wrapped, WrappingLoop


@mutant(breaks="call_soon.args.passed_positionally", says="expected these arguments, once")
class PacksArgumentsLoop(HookedLoop):
    """Hands several arguments over as one tuple."""

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Pack what is more than one."""
        return super().soon(callback, (args,) if len(args) > 1 else args, context)


@mutant(breaks="call_soon.args.passed_positionally", says="*(None,)) called it with [()]")
class DropsNoneLoop(HookedLoop):
    """Drops arguments that are None."""

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Keep the others."""
        return super().soon(callback, tuple(a for a in args if a is not None), context)


@mutant(breaks="call_soon.args.passed_positionally", says="*()) called it with [(None,)]")
class NoneForNoArgumentsLoop(HookedLoop):
    """Takes no arguments for None, as far as the callback can bear it."""

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Pass None to a callback that takes any arguments."""
        code = getattr(callback, "__code__", None)
        takes_any = code is not None and code.co_flags & 4 and not code.co_argcount
        return super().soon(callback, args or ((None,) if takes_any else ()), context)


@mutant(breaks="call_soon.args.passed_positionally", says="passed the same object: [False]")
class CopiesArgumentsLoop(HookedLoop):
    """Hands over copies of lists."""

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Copy what is a list."""
        return super().soon(
            callback, tuple(a.copy() if type(a) is list else a for a in args), context
        )


@mutant(breaks="call_soon.args.unknown_keyword_type_error", says="raised nothing; expected TypeErr")
class ForwardsKeywordsLoop(SoundLoop):
    """Hands keywords on to the callback."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Context | None = None, **keywords: Any
    ) -> Any:
        """Bind the keywords first."""
        if keywords:
            callback = functools.partial(callback, **keywords)
        return super().call_soon(callback, *args, context=context)


@mutant(
    breaks="call_soon.args.unknown_keyword_type_error",
    says="call_later(callback, mark=...) raised nothing; expected TypeError",
)
class IgnoresKeywordsLoop(SoundLoop):
    """Takes any keyword for a timer, and forgets it."""

    def call_later(  # type: ignore[override]  # as above
        self,
        delay: float,
        callback: Any,
        *args: Any,
        context: Context | None = None,
        **_keywords: Any,
    ) -> Any:
        """Drop the keywords."""
        return super().call_later(delay, callback, *args, context=context)


@mutant(breaks="call_soon.returns.handle_instance", says="expected an instance of asyncio.Handle")
class ForeignHandleLoop(WrappingLoop):
    """Returns handles of a class of its own."""


@mutant(
    breaks="call_soon_threadsafe.returns.handle_instance",
    says="call_soon_threadsafe() returned a NoneType",
)
class NoThreadsafeHandleLoop(HookedLoop):
    """Returns nothing from call_soon_threadsafe()."""

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Keep the handle."""
        super().soon_threadsafe(callback, args, context)


class _OnlyCancel(Wrapped):
    @property
    def cancelled(self) -> Any:
        """Not there."""
        raise AttributeError("cancelled")


@mutant(breaks="call_soon.returns.handle_interface", says="without ['cancelled']")
class NoCancelledLoop(WrappingLoop):
    """Returns handles that can be cancelled, but not asked."""

    wrapper = _OnlyCancel


class _CancelledMeansRun(Wrapped):
    def cancelled(self) -> Any:
        return self.ran


@mutant(breaks="call_soon.returns.handle_interface", says="returned [False, None, False]")
class CancelledMeansRunLoop(WrappingLoop):
    """Has a cancelled() that tells whether the callback has run."""

    wrapper = _CancelledMeansRun


@mutant(breaks="call_soon.context.explicit", says="expected ['given']")
class IgnoresContextLoop(HookedLoop):
    """Ignores the context."""

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:  # noqa: ARG002 - the fault
        """Drop it."""
        return super().soon(callback, args, None)


@mutant(breaks="call_soon.context.explicit", says="expected the change in the given context alone")
class CopiesContextLoop(HookedLoop):
    """Runs callbacks in a copy of the context it was given."""

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Copy it."""
        return super().soon(callback, args, context and context.copy())


@mutant(breaks="call_soon.context.default_snapshot", says="expected the value at the call of")
class StartersContextLoop(HookedLoop):
    """Runs callbacks in a copy of the context in which the loop was started."""

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Copy the starter's context when the callback runs."""

        def run() -> None:
            self.starter.copy().run(callback, *args)

        if context is None:
            return super().soon(run, (), None)
        return super().soon(callback, args, context)


@mutant(breaks="call_soon.context.default_isolated", says="expected the caller's value twice")
class SharesCopyLoop(HookedLoop):
    """Copies the caller's context once for all callbacks of a turn."""

    shared: Context | None = None

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Use the copy that there is."""
        if context is None and not self.is_running():
            context = self.shared = self.shared or copy_context()
        return super().soon(callback, args, context)


@mutant(breaks="call_soon.context.default_isolated", says="caller and the loop's starter read")
class WritesBackLoop(HookedLoop):
    """Gives what a callback sets to the context in which the loop runs."""

    def __init__(self) -> None:
        self.entered: list[tuple[Context, dict[Any, Any]]] = []
        super().__init__()

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Note what the variables were."""
        if context is None:
            context = copy_context()
            self.entered.append((context, dict(context)))
        return super().soon(callback, args, context)

    def run_forever(self) -> None:
        """Set what the callbacks have set."""
        super().run_forever()
        for context, before in self.entered:
            for variable in context:
                if context[variable] != before.get(variable):
                    variable.set(context[variable])


@mutant(breaks="call_soon.context.none_is_default", says="by call_soon(context=None) read []")
class NoneIsEnteredLoop(SoundLoop):
    """Tries to enter None when the callback runs."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Enter the context that was given, whatever it is."""
        if "context" not in options:
            return super().call_soon(callback, *args)
        context = options["context"]
        return super().call_soon(lambda: context.run(callback, *args))


@mutant(breaks="call_soon.context.none_is_default", says="call_later(context=None) raised TypeE")
class RefusesNoneLoop(SoundLoop):
    """Refuses None as the context of a timer."""

    def call_later(  # type: ignore[override]  # as above
        self, delay: float, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Insist on a context."""
        if options.get("context", self) is None:
            raise TypeError("context must be a Context")
        return super().call_later(delay, callback, *args, **options)
