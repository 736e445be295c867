"""kernel.watches: socket pairs, and the handles that their readiness queues."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterator
from contextlib import suppress

import pytest

from reference_loop import ReferenceLoop
from reference_loop.kernel.handles import Behaviour, ReadyHandle
from reference_loop.kernel.watches import READ, WRITE, Watches

Sockets = tuple[socket.socket, socket.socket]


@pytest.fixture
def watches() -> Iterator[Watches]:
    """Watches of nobody's loop, closed afterwards."""
    made = Watches()
    yield made
    made.close()


def handle_of(loop: ReferenceLoop) -> ReadyHandle:
    """A handle to queue."""
    return ReadyHandle(loop, print, (), None)


def queued(watches: Watches) -> list[Behaviour]:
    """What is queued now, without waiting."""
    ready: deque[Behaviour] = deque()
    watches.poll(0.0, ready)
    return list(ready)


def test_readiness_queues_the_handle_as_long_as_it_lasts(
    reference: ReferenceLoop, watches: Watches, sockets: Sockets
) -> None:
    near, far = sockets
    handle = handle_of(reference)
    watches.watch(near, READ, handle)
    assert queued(watches) == [], "nothing can be read; expected nothing queued"

    far.send(b"x")
    assert queued(watches) == [handle], "a byte came; expected the handle queued"
    assert queued(watches) == [handle], "nobody has read the byte; expected the handle again"

    near.recv(1)
    assert queued(watches) == [], "the byte was read; expected nothing queued"


def test_a_handle_takes_the_place_of_another_which_is_cancelled(
    reference: ReferenceLoop, watches: Watches, sockets: Sockets
) -> None:
    near, _ = sockets
    first, second = handle_of(reference), handle_of(reference)
    watches.watch(near, WRITE, first)

    watches.watch(near.fileno(), WRITE, second)

    assert first.cancelled(), "the first was replaced; expected it cancelled: it may be queued"
    assert not second.cancelled(), "the second was cancelled as well"
    assert queued(watches) == [second], "expected the second alone to be queued"


def test_removing_cancels_and_tells_whether_there_was_anything(
    reference: ReferenceLoop, watches: Watches, sockets: Sockets
) -> None:
    near, _ = sockets
    handle = handle_of(reference)
    watches.watch(near, WRITE, handle)

    removed = (
        watches.unwatch(near, READ),
        watches.unwatch(near, WRITE),
        watches.unwatch(near, WRITE),
    )

    assert removed == (False, True, False), f"unwatch() said {removed} for READ, WRITE, WRITE"
    assert handle.cancelled(), "the handle was removed; expected it cancelled: it may be queued"
    assert queued(watches) == [], "expected nothing queued after the removal"


def test_reading_and_writing_of_one_descriptor_do_not_touch_each_other(
    reference: ReferenceLoop, watches: Watches, sockets: Sockets
) -> None:
    near, far = sockets
    reader, writer = handle_of(reference), handle_of(reference)
    watches.watch(near, READ, reader)
    watches.watch(near, WRITE, writer)
    far.send(b"x")
    assert queued(watches) == [reader, writer], "both ways are ready; expected both handles"

    watches.unwatch(near, WRITE)
    assert queued(watches) == [reader], "writing was removed; expected the reader alone"

    watches.watch(near, WRITE, writer)
    watches.unwatch(near, READ)
    assert queued(watches) == [writer], "reading was removed; expected the writer alone"


def test_a_peer_that_is_gone_queues_the_handles_that_there_are(
    reference: ReferenceLoop, watches: Watches, sockets: Sockets
) -> None:
    near, far = sockets
    writer = handle_of(reference)
    watches.watch(near, WRITE, writer)

    far.close()

    assert queued(watches) == [writer], "a hang-up came; expected the writer, and no reader"


def test_closing_cancels_all_of_them(
    reference: ReferenceLoop, watches: Watches, sockets: Sockets
) -> None:
    handles = [handle_of(reference) for _ in range(3)]
    watches.watch(sockets[0], READ, handles[0])
    watches.watch(sockets[0], WRITE, handles[1])
    watches.watch(sockets[1], READ, handles[2])

    watches.close()

    left = [handle for handle in handles if not handle.cancelled()]
    assert not left, f"close() left {len(left)} of 3 handles that may still run"


@pytest.mark.parametrize("descriptor", [-1, "3", None, 2.0, object()])
def test_what_is_no_descriptor_is_refused(
    reference: ReferenceLoop, watches: Watches, descriptor: object
) -> None:
    with pytest.raises(ValueError, match="descriptor"):
        watches.watch(descriptor, READ, handle_of(reference))


def test_a_closed_socket_is_refused_in_these_words(
    reference: ReferenceLoop, watches: Watches, sockets: Sockets
) -> None:
    sockets[0].close()
    with pytest.raises(ValueError, match="is it closed"):
        watches.watch(sockets[0], READ, handle_of(reference))


def test_a_number_that_was_closed_behind_our_back_can_be_watched_again(
    reference: ReferenceLoop, watches: Watches, sockets: Sockets
) -> None:
    near, _ = sockets
    number = near.fileno()
    watches.watch(number, READ, handle_of(reference))
    near.close()
    again = socket.socketpair()
    assert number in (again[0].fileno(), again[1].fileno()), "the number was not given out again"
    writer = handle_of(reference)

    with suppress(OSError):  # the selector has lost the number, and may say so once
        watches.watch(number, WRITE, writer)
    watches.watch(number, WRITE, writer)

    assert queued(watches) == [writer], "the number is a good descriptor now; expected its handle"
    watches.unwatch(number, WRITE)
    for sock in again:
        sock.close()
