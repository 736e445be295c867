"""create_task() with a factory that raises."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

from ..support.expect import expect_raises
from ..support.factories import RecordingFactory, arguments
from ..support.requirement import requirement
from ..support.tasks import nothing, returning
from ..support.turns import run_turns, turns

SET_TASK_FACTORY = "library/asyncio-eventloop.html#asyncio.loop.set_task_factory"


class FactoryError(Exception):
    """Raised by a factory of ours."""


@requirement(
    "task_factory.error.propagates",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=SET_TASK_FACTORY,
)
def test_the_factory_s_exception_comes_out(loop: AbstractEventLoop) -> None:
    """An exception raised by the factory comes out of create_task(), the same object.

    If this fails, look for a handler that falls back to the default task, wraps the exception
    or reports it.
    """
    error = FactoryError("the factory failed")
    coro = nothing()
    loop.set_task_factory(RecordingFactory(error))

    with expect_raises(FactoryError, "create_task() with a failing factory") as caught:
        loop.create_task(coro)
    loop.set_task_factory(None)
    run_turns(loop)
    coro.close()

    assert caught.error is error, (
        f"create_task() with a failing factory raised {caught.error!r}; "
        "expected the very exception that the factory raised"
    )


@requirement(
    "task_factory.error.leaves_loop_usable",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=SET_TASK_FACTORY,
)
async def test_the_loop_works_on_after_a_factory_s_error(loop: AbstractEventLoop) -> None:
    """A factory's error leaves no task, no report and no change of the factory behind.

    If this fails, look for a task that is registered before the factory has made it, or for
    a factory that is removed on its first error.
    """
    reports: list[dict[str, object]] = []
    factory = RecordingFactory(FactoryError("the factory failed"))
    coro = nothing()
    loop.set_exception_handler(lambda _loop, report: reports.append(report))
    loop.set_task_factory(factory)
    before = asyncio.all_tasks()

    with expect_raises(FactoryError, "create_task() with a failing factory"):
        loop.create_task(coro)
    await turns()
    coro.close()
    added = asyncio.all_tasks() - before
    found = loop.get_task_factory()
    factory.error = None
    result = await loop.create_task(returning("later"))

    assert not added, f"a failing factory left {added} in all_tasks(); expected nothing new"
    assert not reports, (
        f"a failing factory brought {reports} to the exception handler; expected nothing, "
        "because create_task() raises"
    )
    assert found is factory, (
        f"after a factory's error, get_task_factory() returned {found!r}; "
        "expected the factory to stay installed"
    )
    assert (result, len(factory.tasks)) == ("later", 1), (
        f"once the factory no longer failed, a task returned {result!r} and the factory had made "
        f"{factory.tasks}; expected 'later', from a task that the factory made"
    )


@requirement(
    "task_factory.error.type_error_not_retried",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=SET_TASK_FACTORY,
)
def test_a_factory_s_type_error_is_no_sign_of_an_old_signature(loop: AbstractEventLoop) -> None:
    """A factory that raises TypeError is not called again with fewer arguments.

    If this fails, look for a handler that takes TypeError for a factory that does not accept
    a context.
    """
    factory = RecordingFactory(TypeError("raised within the factory"))
    coro = nothing()
    loop.set_task_factory(factory)

    with expect_raises(TypeError, "create_task(context=...) with a factory raising TypeError"):
        loop.create_task(coro, **arguments(("context",)))
    loop.set_task_factory(None)
    run_turns(loop)
    coro.close()

    assert len(factory.coros) == 1, (
        f"create_task(context=...) called a factory that raised TypeError {len(factory.coros)} "
        "times; expected exactly once"
    )
