"""Broken loops of the chapter task_factory: when and with what a factory is called."""

# ruff: noqa: D102 - the docstring of each class tells its fault; a method adds nothing to it

from __future__ import annotations

import asyncio
import weakref
from typing import Any

from tests.mutants import mutant
from tests.mutants.task_factory import FactoryLoop

OWN_ARGUMENTS = "expected the loop itself and the very coroutine"
TWO_ARGUMENTS = "factories of two arguments"


async def follow(awaitable: Any) -> Any:
    """Await and return the result."""
    return await awaitable


class LateProduct(asyncio.Future[Any]):
    """Stands for a task that will be made later."""

    def set_name(self, value: object) -> None:
        """Accept a name."""


@mutant(breaks="task_factory.call.loop_and_coro", says=OWN_ARGUMENTS)
class WrapsTheCoroutineLoop(FactoryLoop):
    """Gives the factory a coroutine of its own around the one that was passed."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        return super().call_factory(follow(coro), **keywords)


@mutant(breaks="task_factory.call.loop_and_coro", says=OWN_ARGUMENTS)
class SwapsTheArgumentsLoop(FactoryLoop):
    """Calls the factory with the coroutine first."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        return self.installed(coro, self, **keywords)


@mutant(breaks="task_factory.call.loop_and_coro", says="with the positional arguments ()")
class NamesTheArgumentsLoop(FactoryLoop):
    """Passes loop and coro as keywords."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        return self.installed(loop=self, coro=coro, **keywords)


@mutant(breaks="task_factory.call.loop_and_coro", says=OWN_ARGUMENTS)
class PassesAProxyLoop(FactoryLoop):
    """Passes a proxy in the place of itself."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        return self.installed(weakref.proxy(self), coro, **keywords)


@mutant(breaks="task_factory.call.exactly_once", says="2 times; expected exactly once")
class AsksTwiceForNamesLoop(FactoryLoop):
    """Calls the factory a second time when there is a name."""

    def create_task(self, coro: Any, **given: Any) -> Any:
        if self.installed is not None and "name" in given:
            first = super().create_task(coro, **given)
            first.cancel()
        return super().create_task(coro, **given)


@mutant(breaks="task_factory.call.exactly_once", says="2 times; expected exactly once")
@mutant(breaks="task_factory.error.type_error_not_retried", says="2 times; expected exactly once")
class RetriesAfterTypeErrorLoop(FactoryLoop):
    """Takes TypeError for a factory that accepts no keywords, and calls it without."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        try:
            return super().call_factory(coro, **keywords)
        except TypeError:
            return super().call_factory(coro)


@mutant(breaks="task_factory.call.exactly_once", says="0 times; expected exactly once")
@mutant(breaks="task_factory.call.context_passed", says="did not call the installed task factory")
class PastTheFactoryWithAContextLoop(FactoryLoop):
    """Makes the task itself when there is a context."""

    def create_task(self, coro: Any, **given: Any) -> Any:
        if given.get("context") is not None:
            return self.plain_task(coro, **given)
        return super().create_task(coro, **given)


@mutant(breaks="task_factory.call.synchronous", says="before the task factory had been called")
class PutsTheFactoryOffLoop(FactoryLoop):
    """Calls the factory in the next turn, and returns something that stands for the task."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        product = LateProduct(loop=self)

        def make() -> None:
            task = super(PutsTheFactoryOffLoop, self).call_factory(coro, **keywords)
            task.add_done_callback(lambda _: product.set_result(None))

        self.call_soon(make)
        return product


@mutant(breaks="task_factory.call.synchronous", says="in the task's context; expected the caller's")
class CallsWithinTheContextLoop(FactoryLoop):
    """Calls the factory within the context meant for the task."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        call = super().call_factory
        if keywords.get("context") is None:
            return call(coro, **keywords)
        return keywords["context"].run(call, coro, **keywords)


@mutant(breaks="task_factory.call.no_kwargs_when_none_given", says=TWO_ARGUMENTS)
class AlwaysAContextLoop(FactoryLoop):
    """Passes context=None when there is none."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        return super().call_factory(coro, **{"context": None, **keywords})


@mutant(breaks="task_factory.call.no_kwargs_when_none_given", says=TWO_ARGUMENTS)
class AlwaysANameLoop(FactoryLoop):
    """Passes name=None when there is none."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        return super().call_factory(coro, **{"name": None, **keywords})


@mutant(breaks="task_factory.call.no_kwargs_when_none_given", says=TWO_ARGUMENTS)
@mutant(breaks="task_factory.call.only_kwargs_given", says="added the keywords ['eager_start']")
@mutant(breaks="task_factory.call.no_eager_start_by_default", says="expected no eager_start")
@mutant(
    breaks="task_factory.eager.runs_synchronously",
    says="the coroutine had run []",
    since=(3, 14),
)
@mutant(
    breaks="task_factory.custom_eager.constructor_call",
    says="called the constructor with",
    since=(3, 14),
)
class AlwaysAnEagerStartLoop(FactoryLoop):
    """Passes eager_start=None when nobody gave it."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        return super().call_factory(coro, **{"eager_start": None, **keywords})


@mutant(breaks="task_factory.call.no_eager_start_by_default", says="expected no eager_start")
class NeverEagerByDefaultLoop(FactoryLoop):
    """Passes eager_start=False when nobody gave it."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        return super().call_factory(coro, **{"eager_start": False, **keywords})


@mutant(breaks="task_factory.call.only_kwargs_given", says="added the keywords ['origin']")
class AddsBookkeepingLoop(FactoryLoop):
    """Passes a keyword of its own."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        return super().call_factory(coro, origin="create_task", **keywords)


@mutant(breaks="task_factory.call.context_passed", says="expected the keyword context")
@mutant(breaks="task_factory.result.context_honoured", says="saw ['unset'")
@mutant(breaks="task_factory.used_by.task_group", says="expected that context")
@mutant(breaks="task_factory.used_by.runner_run", says="the contexts [None]; expected that one")
@mutant(
    breaks="task_factory.eager.context", says="expected the value in that context", since=(3, 12)
)
@mutant(
    breaks="task_factory.custom_eager.constructor_call",
    says="called the constructor with",
    since=(3, 12),
)
class DropsTheContextLoop(FactoryLoop):
    """Drops the context when a factory is installed."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        keywords.pop("context", None)
        return super().call_factory(coro, **keywords)


@mutant(breaks="task_factory.call.context_passed", says="with the same object")
@mutant(breaks="task_factory.result.context_honoured", says="expected what the task had set last")
class CopiesTheContextLoop(FactoryLoop):
    """Gives the factory a copy of the context."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        if keywords.get("context") is not None:
            keywords["context"] = keywords["context"].copy()
        return super().call_factory(coro, **keywords)


@mutant(breaks="task_factory.call.context_passed", says="expected the keyword context")
class EntersTheContextInsteadLoop(FactoryLoop):
    """Calls the factory within the context instead of giving it the context."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        context = keywords.pop("context", None)
        call = super().call_factory
        return call(coro, **keywords) if context is None else context.run(call, coro, **keywords)


@mutant(breaks="task_factory.call.name_not_passed", says="expected no keyword name before")
@mutant(breaks="task_factory.call.context_none_not_passed", says="expected no keyword context")
class PassesEverythingOnLoop(FactoryLoop):
    """Calls factories in the manner of Python 3.14 on every version."""

    def create_task(self, coro: Any, **given: Any) -> Any:
        if self.installed is None:
            return super().create_task(coro, **given)
        return self.installed(self, coro, **given)


@mutant(breaks="task_factory.call.name_passed", says="the keyword name='given'", since=(3, 14))
@mutant(breaks="task_factory.eager.name_visible_in_eager_step", says="saw the names", since=(3, 14))
class NamesTheProductLoop(FactoryLoop):
    """Keeps to the way of Python 3.13: calls set_name() on the product."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        name = keywords.pop("name", None)
        product = super().call_factory(coro, **keywords)
        if name is not None:
            product.set_name(name)
        return product


@mutant(breaks="task_factory.call.none_values_passed", says="=None among them", since=(3, 14))
class FiltersNoneLoop(FactoryLoop):
    """Passes on only what is not None."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        real = {name: value for name, value in keywords.items() if value is not None}
        return super().call_factory(coro, **real)


@mutant(breaks="task_factory.call.arbitrary_kwargs", says="'priority'", since=(3, 13, 3))
class FixedKeywordsLoop(FactoryLoop):
    """Has a fixed list of keywords."""

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None) -> Any:  # type: ignore[override]  # the form before 3.14
        return super().create_task(coro, name=name, context=context)


@mutant(breaks="task_factory.call.arbitrary_kwargs", says="expected priority=3", since=(3, 13, 3))
class ContextAloneLoop(FactoryLoop):
    """Passes on a context alone, and other keywords only without it."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        if "context" in keywords:
            keywords = {"context": keywords["context"]}
        return super().call_factory(coro, **keywords)


@mutant(
    breaks="task_factory.call.eager_start_passed", says="expected eager_start=", since=(3, 13, 3)
)
class HidesEagerStartLoop(FactoryLoop):
    """Keeps eager_start to itself."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        keywords.pop("eager_start", None)
        return super().call_factory(coro, **keywords)
