"""Calling the loop from another thread, at a moment when it runs or when it does not."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from ..support.turns import run_turns


def in_thread(work: Callable[[], object]) -> None:
    """Do the work in a thread of its own and wait for its end; raises what it raised."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


def in_thread_while_running(loop: AbstractEventLoop, work: Callable[[], object]) -> None:
    """Run the loop for a few turns; do the work in another thread while one of them lasts.

    Raises what the work raised. So nothing depends on when, or whether, a loop hears of
    other threads.
    """
    raised: list[BaseException] = []

    def callback() -> None:
        try:
            in_thread(work)
        except BaseException as error:  # noqa: BLE001 - raised again outside of the run
            raised.append(error)

    loop.call_soon(callback)
    run_turns(loop)
    if raised:
        raise raised[0]
