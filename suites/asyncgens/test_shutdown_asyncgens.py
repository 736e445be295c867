"""shutdown_asyncgens(): which generators it closes, and when it is done."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from typing import Any

from ..support.factories import turns_until
from ..support.requirement import requirement
from ..support.turns import run_turns
from .generators import Ticks, start, ticks


@requirement(
    "asyncgens.shutdown.closes_open_generators",
    api="loop.shutdown_asyncgens",
    level="documented",
    since="3.11",
)
async def test_it_closes_the_open_generators(loop: AbstractEventLoop) -> None:
    """shutdown_asyncgens() closes the open generators, and returns when their clean-ups have run.

    If this fails, look for a shutdown that starts the closing and does not wait for it,
    or for a collection that holds one generator only.
    """
    ended: list[str] = []
    generators = [ticks(ended, name) for name in ("first", "second", "third")]
    await start(*generators)

    await loop.shutdown_asyncgens()
    ended_by_then = sorted(ended)
    goes_on = [await anext(generator, "closed") for generator in generators]

    assert ended_by_then == ["first", "second", "third"], (
        f"with three open generators, shutdown_asyncgens() returned when the clean-ups of "
        f"{ended_by_then} had ended; expected all three"
    )
    assert goes_on == ["closed"] * 3, (
        f"after shutdown_asyncgens() three generators gave {goes_on}; expected them closed"
    )


@requirement(
    "asyncgens.shutdown.started_in_earlier_run",
    api="loop.shutdown_asyncgens",
    level="documented",
    since="3.11",
)
def test_it_closes_generators_of_earlier_runs(loop: AbstractEventLoop) -> None:
    """Generators that were started in an earlier run of the loop are closed as well.

    If this fails, look for a collection that is emptied or made anew with each run.
    """
    ended: list[str] = []
    generator = ticks(ended)

    loop.run_until_complete(start(generator))
    run_turns(loop)
    loop.run_until_complete(loop.shutdown_asyncgens())

    assert ended == ["generator"], (
        f"shutdown_asyncgens(), two runs after a generator was started, ran the clean-ups "
        f"{ended}; expected the generator's"
    )


@requirement(
    "asyncgens.shutdown.concurrent",
    api="loop.shutdown_asyncgens",
    level="implied",
    since="3.11",
)
async def test_it_closes_generators_concurrently(loop: AbstractEventLoop) -> None:
    """The generators are closed concurrently: clean-ups that wait for each other all end.

    If this fails, look for a shutdown that awaits one aclose() after the other.
    """
    came = {name: asyncio.Event() for name in ("first", "second")}
    ended: list[str] = []

    async def meeting(name: str, other: str) -> Ticks:
        try:
            yield name
        finally:
            came[name].set()
            await came[other].wait()
            ended.append(name)

    generators = [meeting("first", "second"), meeting("second", "first")]
    await start(*generators)
    shutdown = asyncio.ensure_future(loop.shutdown_asyncgens())
    await turns_until(shutdown.done)
    ended_by_then = sorted(ended)
    for event in came.values():
        event.set()
    await shutdown

    assert ended_by_then == ["first", "second"], (
        f"of two clean-ups that wait for each other, shutdown_asyncgens() brought "
        f"{ended_by_then} to an end; expected both"
    )


@requirement(
    "asyncgens.shutdown.error_reported",
    api="loop.shutdown_asyncgens",
    level="documented",
    since="3.11",
    doc="library/asyncio-eventloop.html#asyncio.loop.call_exception_handler",
)
async def test_an_error_in_a_clean_up_is_reported_and_stops_nothing(
    loop: AbstractEventLoop,
) -> None:
    """A clean-up's error is reported with its 'asyncgen'; the others are closed all the same.

    If this fails, look for a shutdown that ends with the first error, or that drops what
    the closing raised.
    """
    reported: list[dict[str, Any]] = []
    ended: list[str] = []
    error = ZeroDivisionError("from the clean-up")

    async def failing() -> Ticks:
        try:
            yield "failing"
        finally:
            raise error

    bad = failing()
    generators = [ticks(ended, "before"), bad, ticks(ended, "after")]
    loop.set_exception_handler(lambda _, context: reported.append(context))
    await start(*generators)
    try:
        await loop.shutdown_asyncgens()
    except ZeroDivisionError:
        ended.append("shutdown_asyncgens() raised")

    seen = [(told.get("exception"), told.get("asyncgen")) for told in reported]
    assert seen == [(error, bad)], (
        f"one of three clean-ups raised, and the exception handler was given {seen} as exception "
        "and asyncgen; expected the error and its generator, once"
    )
    message = reported[0].get("message")
    assert isinstance(message, str), f"the report's message was {message!r}; expected a text"
    assert sorted(ended) == ["after", "before"], (
        f"beside a clean-up that raised, shutdown_asyncgens() ended as {ended}; expected the "
        "other two clean-ups, and no exception"
    )


@requirement(
    "asyncgens.shutdown.nothing_to_do",
    api="loop.shutdown_asyncgens",
    level="documented",
    since="3.11",
)
async def test_with_nothing_open_it_is_done_each_time(loop: AbstractEventLoop) -> None:
    """Without open generators shutdown_asyncgens() is done at once, and can be awaited again.

    If this fails, look for a gathering of nothing, or for a flag that refuses the second.
    """
    outcomes: list[object] = []
    shutdown: Any = loop.shutdown_asyncgens  # None is what its type promises

    for _ in range(2):
        try:
            outcomes.append(await shutdown())
        except NotImplementedError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told below
            outcomes.append(error)

    assert outcomes == [None, None], (
        f"shutdown_asyncgens(), awaited twice without open generators, gave {outcomes}; "
        "expected None each time"
    )


@requirement(
    "asyncgens.shutdown.finished_not_touched",
    api="loop.shutdown_asyncgens",
    level="implied",
    since="3.11",
)
async def test_it_leaves_finished_generators_alone(loop: AbstractEventLoop) -> None:
    """Generators that ended by themselves, or that were closed, are no business of the shutdown.

    If this fails, look for a collection that keeps every generator that was ever started,
    and for a closing that is forced upon those that have ended.
    """
    reported: list[object] = []
    ended: list[str] = []

    async def short() -> Ticks:
        try:
            yield "item"
        finally:
            ended.append("exhausted")

    exhausted, closed = short(), ticks(ended, "closed")
    loop.set_exception_handler(lambda _, context: reported.append(context))
    async for _ in exhausted:
        pass
    await start(closed)
    await closed.aclose()
    await loop.shutdown_asyncgens()

    assert ended == ["exhausted", "closed"], (
        f"two generators that had ended before shutdown_asyncgens() made the clean-ups {ended}; "
        "expected one each"
    )
    assert not reported, (
        f"shutdown_asyncgens() reported {reported} about generators that had ended; "
        "expected nothing"
    )
