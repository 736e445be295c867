"""kernel.handles: what a handle keeps, lets go of, and says of itself."""

from __future__ import annotations

import asyncio
import gc
import weakref
from contextvars import Context, ContextVar

import pytest

from reference_loop import ReferenceLoop
from reference_loop.kernel.handles import Behaviour, DueHandle, ReadyHandle

NAME: ContextVar[str] = ContextVar("NAME")


class Argument:
    """Something that can be watched going."""

    def __call__(self) -> None:
        """Be a callback as well."""


def both_kinds(loop: ReferenceLoop, *args: object) -> list[Behaviour]:
    """A handle of each kind."""
    return [ReadyHandle(loop, print, args, None), DueHandle(1.0, loop, print, args, None)]


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("kind", [0, 1], ids=["ready", "due"])
def test_cancelling_lets_go_of_callback_and_arguments(
    reference: ReferenceLoop, kind: int, debug: bool
) -> None:
    reference.set_debug(debug)
    callback, argument = Argument(), Argument()
    gone = [weakref.ref(callback), weakref.ref(argument)]
    handle = both_kinds(reference)[kind]
    handle.callback, handle.args = callback, (argument,)
    del callback, argument

    handle.cancel()
    handle.cancel()

    assert handle.cancelled(), "cancel() was called; expected cancelled() to say so"
    assert [ref() for ref in gone] == [None, None], "a cancelled handle keeps what it was given"
    assert repr(handle).startswith(f"<{type(handle).__name__} cancelled"), f"it says {handle!r}"


def test_in_debug_mode_a_cancelled_handle_still_says_what_it_was(reference: ReferenceLoop) -> None:
    reference.set_debug(True)
    for handle in both_kinds(reference, "an argument"):
        handle.cancel()
        assert "print('an argument')" in repr(handle), f"it says {handle!r}; expected the call"


def test_a_handle_says_what_it_will_call_and_where_that_is_written(
    reference: ReferenceLoop,
) -> None:
    handle = ReadyHandle(reference, both_kinds, (1, "two"), None)

    said = repr(handle)

    assert "both_kinds(1, 'two')" in said, f"it says {said}; expected the call"
    assert __file__ in said, f"it says {said}; expected the file of the callback"


def test_a_step_of_a_task_is_described_as_the_task(reference: ReferenceLoop) -> None:
    async def nothing() -> None: ...

    task = reference.create_task(nothing(), name="the one")
    step = reference.kernel.ready[-1]

    assert "name='the one'" in repr(step), f"the step says {step!r}; expected its task"
    reference.run_until_complete(task)


def test_handles_are_of_the_public_types(reference: ReferenceLoop) -> None:
    ready, due = both_kinds(reference)
    assert isinstance(ready, asyncio.Handle), "call_soon() promises an asyncio.Handle"
    assert isinstance(due, asyncio.TimerHandle), "call_later() promises an asyncio.TimerHandle"


def test_without_a_context_a_copy_of_the_callers_is_taken(reference: ReferenceLoop) -> None:
    given = Context()
    NAME.set("the caller's")

    own = ReadyHandle(reference, print, (), None).get_context()
    NAME.set("changed since")

    assert own[NAME] == "the caller's", f"it sees {own[NAME]!r}; expected the value of that time"
    handle = ReadyHandle(reference, print, (), given)
    assert handle.get_context() is given, "a context was given; expected that very one"


def test_timers_compare_by_their_moments_and_are_equal_to_themselves_alone(
    reference: ReferenceLoop,
) -> None:
    one, same, later = (DueHandle(when, reference, print, (), None) for when in (1.0, 1.0, 2.0))

    assert one < later, "1.0 comes before 2.0"
    assert later > one, "2.0 comes after 1.0"
    assert one <= same, "equal moments are <= each other"
    assert one >= same, "equal moments are >= each other"
    assert not one < same, "equal moments are not < each other"
    assert not one > same, "equal moments are not > each other"
    assert one != same, "two timers of one moment are two timers"
    assert len({one, same, later, one}) == 3, "each timer is one entry of a set"
    one.cancel()
    assert one.when() == 1.0, f"when() of a cancelled timer is {one.when()}; expected 1.0 still"


def test_in_debug_mode_a_handle_remembers_the_programs_frames_alone(
    reference: ReferenceLoop,
) -> None:
    assert reference.call_soon(print).origin is None, "no debug mode; expected no stack"
    reference.set_debug(True)

    for handle in (reference.call_soon(print), reference.call_later(9.0, print)):
        assert handle.origin is not None, "debug mode; expected the stack of the caller"
        last = handle.origin[-1]
        assert last.filename == __file__, f"the last frame is {last}; expected this file's"
        assert "call_" in (last.line or ""), f"its line is {last.line!r}; expected the call above"
        handle.cancel()


def test_a_handle_that_has_run_is_kept_by_nobody(reference: ReferenceLoop) -> None:
    argument = Argument()
    gone = weakref.ref(argument)
    reference.call_soon(lambda _: None, argument)
    reference.call_soon(reference.stop)
    del argument

    gc.disable()
    try:
        reference.run_forever()
        assert gone() is None, "the callback has run; expected its argument to be let go of"
    finally:
        gc.enable()
