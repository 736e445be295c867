"""What libraries on top of asyncio lean on, beyond what one call promises."""

from __future__ import annotations

import asyncio
import math
from asyncio import AbstractEventLoop
from collections.abc import AsyncGenerator
from typing import Any

from ..support.expect import expect_raises, not_observable
from ..support.factories import turns_until
from ..support.requirement import requirement
from ..support.tasks import expect_accepted, returning

CURRENT_TASK = "library/asyncio-task.html#asyncio.current_task"


@requirement(
    "interop.current_task_as_async_library_marker",
    api="asyncio.current_task",
    level="interop",
    since="3.11",
    libraries=("sniffio", "anyio", "httpx"),
    doc=CURRENT_TASK,
)
def test_the_current_task_marks_asyncio(loop: AbstractEventLoop) -> None:
    """current_task() is a task wherever the loop drives a coroutine, and an error outside.

    If this fails, look for main coroutines, or clean-ups of async generators, that are driven
    without a task, or whose task is not registered with asyncio.
    """
    seen: dict[str, bool] = {}

    def note(place: str) -> None:
        seen[place] = isinstance(asyncio.current_task(), asyncio.Future)

    async def generator() -> AsyncGenerator[int, None]:
        try:
            yield 1
        finally:
            note("clean-up of a generator")

    async def child() -> None:
        note("child")
        await asyncio.get_running_loop().run_in_executor(None, int)
        note("after an executor's job")

    async def main() -> None:
        note("main")
        await asyncio.ensure_future(child())
        dropped = generator()
        await anext(dropped)
        del dropped
        await turns_until(lambda: "clean-up of a generator" in seen)

    loop.run_until_complete(main())

    places = ("main", "child", "after an executor's job", "clean-up of a generator")
    assert seen == dict.fromkeys(places, True), (
        f"whether current_task() was a task: {seen}; expected True in {', '.join(places)}"
    )
    with expect_raises(RuntimeError, "current_task() outside of a run"):
        asyncio.current_task()


@requirement(
    "interop.call_at_with_float_time_arithmetic",
    api="loop.call_at",
    level="interop",
    since="3.11",
    libraries=("aiohttp",),
)
async def test_deadlines_can_be_calculated(loop: AbstractEventLoop) -> None:
    """Deadlines made of time() by arithmetic, ints too, work with call_at() and when().

    If this fails, look for call_at() that takes floats only, or for time() that returns
    something other than a float.
    """
    before = loop.time()
    fired = loop.create_future()

    with expect_accepted("call_at(math.ceil(loop.time() + 6), callback)"):
        late = loop.call_at(math.ceil(loop.time() + 6), fired.set_result, "late")
        due = loop.call_at(math.floor(min(before, late.when())), fired.set_result, "due")
    left = late.when() - before
    first = await fired
    late.cancel()
    due.cancel()

    assert 6 - 0.001 <= left <= 7.001 + loop.time() - before, (
        f"the handle of call_at(math.ceil(loop.time() + 6), callback) was due in {left!r} s by "
        "when(); expected 6 to 7 s"
    )
    assert first == "due", (
        f"of deadlines a second ago and in 6 s, the one {first!r} came first; expected 'due'"
    )


@requirement(
    "interop.subclassable",
    api="loop",
    level="interop",
    since="3.11",
    libraries=("looptime",),
    doc="library/asyncio-extending.html#writing-a-custom-event-loop",
)
def test_the_loop_can_be_subclassed(loop: AbstractEventLoop) -> None:
    """The loop's class has subclasses in Python, whose create_task() the rest of asyncio uses.

    If this fails, look for a class that is final, or for code that goes round an overridden
    create_task().
    """
    kind: Any = type(loop)
    made: list[str] = []

    def create_task(self: Any, coro: Any, **options: Any) -> Any:
        made.append(coro.__name__)
        return kind.create_task(self, coro, **options)

    async def main() -> list[int]:
        one = asyncio.create_task(returning(1))
        return [await one, *await asyncio.gather(returning(2))]

    try:
        subclass: Any = type("Subclass", (kind,), {"create_task": create_task})
    except TypeError as error:
        raise AssertionError(
            f"a subclass of {kind.__name__} raised {error!r}; expected a class"
        ) from error
    sub = made_by(subclass, kind)
    try:
        sub.extra = "attribute"
        result = sub.run_until_complete(main())
    finally:
        sub.close()

    assert result == [1, 2], f"a coroutine on a subclass returned {result!r}; expected [1, 2]"
    assert made == ["main", "returning", "returning"], (
        f"the overridden create_task() of a subclass made tasks of {made}; "
        "expected those of run_until_complete(), asyncio.create_task() and gather()"
    )


def made_by(subclass: Any, kind: Any) -> Any:
    """A loop of the subclass; not observable where the class itself needs arguments."""
    try:
        return subclass()
    except TypeError as error:
        try:
            kind().close()
        except TypeError:
            not_observable("loops of this class are not made by calling it without arguments")
        raise AssertionError(
            f"calling a subclass of {kind.__name__} raised {error!r}; expected a loop"
        ) from error
