"""Attempts in a row, each with a head start over the next: happy eyeballs.

The first attempt begins at once. The next begins when the one before has failed, or,
where a delay is given, when that many seconds have gone by. The first to succeed wins;
the others are cancelled, and nothing of them is left when the winner is told.

Source: RFC 8305; library/asyncio-eventloop.html#asyncio.loop.create_connection,
happy_eyeballs_delay
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

T = TypeVar("T")


async def first_success(
    loop: ReferenceLoop,
    attempts: Sequence[Callable[[], Coroutine[Any, Any, T]]],
    delay: float | None,
    discard: Callable[[T], object],
) -> tuple[T | None, list[Exception]]:
    """The first result, None if there is none, and the errors in the order of the attempts.

    `discard` is given what an attempt achieved that was not the first.
    """
    running: list[asyncio.Task[T]] = []
    errors: dict[int, Exception] = {}
    try:
        while len(errors) < len(attempts):
            begins = len(running) < len(attempts)
            if begins:
                running.append(loop.create_task(attempts[len(running)]()))
            if not (begins and running[-1].done()):  # an eager task may have ended at once
                await asyncio.wait(
                    [task for task in running if not task.done()],
                    timeout=delay if len(running) < len(attempts) else None,
                    return_when=asyncio.FIRST_COMPLETED,
                )
            winner = _look(running, errors)
            if winner is not None:
                running.remove(winner)
                return winner.result(), []
        return None, [errors[index] for index in sorted(errors)]
    finally:
        await _end(running, discard)


def _look(running: list[asyncio.Task[T]], errors: dict[int, Exception]) -> asyncio.Task[T] | None:
    """The earliest attempt that has succeeded; `errors` learns of those that failed."""
    for index, task in enumerate(running):
        if not task.done() or index in errors:
            continue
        error = task.exception()
        if error is None:
            return task
        if not isinstance(error, Exception):
            raise error
        errors[index] = error
    return None


async def _end(running: list[asyncio.Task[T]], discard: Callable[[T], object]) -> None:
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    for task in running:
        if not task.cancelled() and task.exception() is None:
            discard(task.result())
