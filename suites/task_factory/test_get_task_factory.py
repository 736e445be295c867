"""get_task_factory(): which factory the loop says it has."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.factories import EAGER, RecordingFactory, make_task
from ..support.requirement import requirement
from ..support.tasks import expect_accepted
from ..support.turns import run_turns

EAGER_TASK_FACTORY = "library/asyncio-task.html#asyncio.eager_task_factory"


@requirement(
    "task_factory.get.default_none",
    api="loop.get_task_factory",
    level="documented",
    since="3.11",
)
def test_a_new_loop_has_no_task_factory(loop: AbstractEventLoop) -> None:
    """get_task_factory() returns None on a loop that was given no factory.

    If this fails, look for a default factory of the loop's own that the getter gives
    away, or for a getter that expects a factory to be there.
    """
    with expect_accepted("get_task_factory() on a new loop"):
        found = loop.get_task_factory()
    run_turns(loop)

    assert found is None, f"get_task_factory() on a new loop returned {found!r}; expected None"


@requirement(
    "task_factory.get.returns_installed",
    api="loop.get_task_factory",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("earlier", [None, make_task], ids=["first", "replacing"])
@pytest.mark.parametrize("factory", [make_task, RecordingFactory()], ids=["function", "instance"])
def test_the_installed_factory_is_returned_as_it_is(
    loop: AbstractEventLoop, earlier: Any, factory: Any
) -> None:
    """get_task_factory() returns the very object that set_task_factory() was given last.

    If this fails, look for a wrapper that is stored in the factory's place, or for a
    second installation that does not replace the first.
    """
    loop.set_task_factory(earlier)
    loop.set_task_factory(factory)

    found = loop.get_task_factory()
    run_turns(loop)

    assert found is factory, (
        f"after set_task_factory({factory!r}), get_task_factory() returned {found!r}; "
        "expected the same object"
    )


@requirement(
    "task_factory.eager.get_returns_eager_factory",
    api="loop.get_task_factory",
    level="documented",
    since="3.12",
    doc=EAGER_TASK_FACTORY,
)
def test_the_eager_factory_is_returned_as_it_is(loop: AbstractEventLoop) -> None:
    """asyncio.eager_task_factory is installed and returned like any other factory.

    If this fails, look for code that recognises the eager factory and keeps a flag in
    its place.
    """
    loop.set_task_factory(EAGER)

    found = loop.get_task_factory()
    run_turns(loop)

    assert found is EAGER, (
        f"after set_task_factory(asyncio.eager_task_factory), get_task_factory() returned "
        f"{found!r}; expected asyncio.eager_task_factory itself"
    )
