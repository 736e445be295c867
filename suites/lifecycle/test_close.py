"""close() and is_closed(): when it may be called, and what becomes of what is pending."""

from __future__ import annotations

import gc
import threading
import weakref
from asyncio import AbstractEventLoop
from collections.abc import Callable

import pytest

from ..support.connecting import running_loop
from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.running import expect_open, expect_usable, in_run, in_thread
from ..support.tracking import only_new_garbage
from ..support.turns import turns

CLOSE = "library/asyncio-eventloop.html#asyncio.loop.close"


@requirement("close.is_closed", api="loop.is_closed", level="documented", since="3.11")
def test_is_closed_tells_whether_close_was_called(loop: AbstractEventLoop) -> None:
    """is_closed() is False for a new loop and through its runs, and True after close(); a bool.

    If this fails, look for a state that a run's end sets, or that close() forgets.
    """
    seen: dict[str, object] = {"before a run": loop.is_closed()}

    async def looking() -> None:
        seen["in a run"] = loop.is_closed()

    loop.run_until_complete(looking())
    seen["after a run"] = loop.is_closed()
    loop.close()
    seen["after close()"] = loop.is_closed()

    expected = {
        "before a run": False,
        "in a run": False,
        "after a run": False,
        "after close()": True,
    }
    assert repr(seen) == repr(expected), f"is_closed() answered {seen}; expected {expected}"


@requirement("close.idempotent", api="loop.close", level="documented", since="3.11")
def test_close_may_be_called_again(loop: AbstractEventLoop) -> None:
    """close() may be called repeatedly: later calls do nothing and return None.

    If this fails, look for a close() that takes down what it has taken down already.
    """
    expect_usable(loop, "on a new loop")
    returned: list[object] = []

    close: Callable[[], object] = loop.close

    try:
        returned += [close(), close(), close()]
    except Exception as error:
        raise AssertionError(
            f"close() of a loop, called three times, raised {error!r}; expected nothing"
        ) from error

    assert returned == [None] * 3, f"close(), three times, returned {returned}; expected None"
    assert loop.is_closed(), "is_closed() after three close() is false; expected the loop closed"


@requirement("close.never_run", api="loop.close", level="implied", since="3.11")
def test_a_loop_that_never_ran_can_be_closed(
    loop: AbstractEventLoop, loop_factory: Callable[[], AbstractEventLoop]
) -> None:
    """A loop that never ran can be closed, also with callbacks, timers and futures pending.

    If this fails, look for a close() that needs what only a run sets up, or that lets the
    loop turn once more.
    """
    ran: list[str] = []
    loop.call_soon(ran.append, "callback")
    loop.call_later(0, ran.append, "timer")
    future = loop.create_future()

    try:
        loop.close()
    except Exception as error:
        raise AssertionError(
            f"close() of a loop that never ran raised {error!r}; expected nothing"
        ) from error

    assert loop.is_closed(), "close() of a loop that never ran left it open; expected it closed"
    assert ran == [], f"close() of a loop that never ran executed {ran}; expected nothing of it"
    assert not future.done(), f"close() made a pending future {future!r}; expected it pending"
    expect_usable(loop_factory(), "of another loop")


@requirement(
    "close.while_running.runtime_error", api="loop.close", level="documented", since="3.11"
)
async def test_a_running_loop_cannot_be_closed(loop: AbstractEventLoop) -> None:
    """close() of a running loop raises RuntimeError, and the loop carries on unharmed.

    If this fails, look for a close() that does not ask whether the loop runs, or that asks
    after it has begun.
    """
    fired = loop.create_future()

    with expect_raises(RuntimeError, "close() of a running loop"):
        loop.close()

    closed = loop.is_closed()
    assert closed is False, (
        f"is_closed() after close() of a running loop was refused is {closed!r}; expected False"
    )
    loop.call_later(0, fired.set_result, None)
    await fired
    await turns()


@requirement("close.while_running_other_thread", api="loop.close", level="documented", since="3.11")
async def test_a_running_loop_cannot_be_closed_by_another_thread(loop: AbstractEventLoop) -> None:
    """close() in another thread while the loop runs raises RuntimeError too, and the run goes on.

    If this fails, look for a close() that asks for the running loop of its own thread.
    """
    with expect_raises(RuntimeError, "close() of a running loop in another thread"):
        in_thread(loop.close)

    closed = loop.is_closed()
    assert closed is False, (
        f"is_closed() after close() in another thread was refused is {closed!r}; expected False"
    )
    await turns()


@requirement("close.other_loop_running", api="loop.close", level="implied", since="3.11")
def test_a_loop_can_be_closed_inside_the_run_of_another(
    loop: AbstractEventLoop, second_loop: AbstractEventLoop
) -> None:
    """A loop that is not running can be closed inside the run of another, which goes on.

    If this fails, look for a close() that takes the thread's running loop for its own, or that
    clears the thread's registration.
    """
    expect_usable(second_loop, "on a new loop")

    def closing() -> AbstractEventLoop | None:
        expect_open(second_loop)
        second_loop.close()
        return running_loop()

    try:
        registered = in_run(loop, closing)
    except NotImplementedError:
        raise
    except RuntimeError as error:
        raise AssertionError(
            f"close() of a loop inside the run of another raised {error!r}; expected nothing"
        ) from error

    assert second_loop.is_closed(), "close() inside a run left the other loop open; expected closed"
    assert registered is loop, (
        f"get_running_loop() after another loop was closed is {registered!r}; "
        "expected the loop that goes on running"
    )
    expect_usable(loop, "after another loop was closed inside its run")


@requirement(
    "close.pending_callbacks_discarded", api="loop.close", level="documented", since="3.11"
)
def test_what_is_pending_at_close_never_runs(loop: AbstractEventLoop) -> None:
    """Callbacks and timers that are pending at close() never run.

    If this fails, look for a close() that lets the loop turn, or for timers that somebody else
    keeps.
    """
    expect_usable(loop, "on a new loop")
    ran: list[str] = []
    handles = [
        loop.call_soon(ran.append, "callback"),
        loop.call_later(0, ran.append, "timer that is due"),
        loop.call_later(0.001, ran.append, "timer"),
    ]

    loop.close()
    threading.Event().wait(0.003)  # past the last timer; nobody is waited for
    for handle in handles:
        handle.cancel()

    assert ran == [], f"a loop that was closed ran {ran}; expected nothing that was pending"
    assert loop.is_closed(), "close() left the loop open; expected it closed"


class Payload:
    """Something to be referred to."""


@requirement("close.clears_queues", api="loop.close", level="documented", since="3.11")
@pytest.mark.parametrize("scheduled_by", ["call_soon", "call_later", "call_at"])
@only_new_garbage()
def test_close_lets_go_of_what_was_pending(loop: AbstractEventLoop, scheduled_by: str) -> None:
    """close() empties the queues: it releases what only pending callbacks and timers referred to.

    If this fails, look for a close() that marks the loop closed but keeps a queue.
    """
    expect_usable(loop, "on a new loop")
    payload = Payload()
    kept = weakref.ref(payload)
    if scheduled_by == "call_soon":
        loop.call_soon(print, payload)
    elif scheduled_by == "call_later":
        loop.call_later(60, print, payload)
    else:
        loop.call_at(loop.time() + 60, print, payload)

    del payload
    held = kept() is not None
    loop.close()
    gc.collect()

    assert held, f"a pending {scheduled_by}() did not keep its argument; expected it to"
    assert kept() is None, (
        f"close() did not let go of the argument of a pending {scheduled_by}(); "
        "expected it to empty the queues"
    )
