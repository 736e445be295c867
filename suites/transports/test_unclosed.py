"""Transports that nobody closed."""

from __future__ import annotations

import gc
import warnings
import weakref
from asyncio import AbstractEventLoop
from collections.abc import Callable

from ..support.listeners import connected_pair
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tracking import only_new_garbage


def _watched(transport: object) -> Callable[[], object]:
    """Tells the transport as long as it lives; None where its class takes no weak references."""
    try:
        return weakref.ref(transport)
    except TypeError:
        return lambda: None


@requirement(
    "transports.unclosed_is_resource_warning",
    api="asyncio.BaseTransport",
    level="documented",
    since="3.11",
    doc="library/asyncio-dev.html#asyncio-debug-mode",
)
@only_new_garbage()
def test_an_unclosed_transport_is_warned_of(loop: AbstractEventLoop) -> None:
    """A transport that is collected without having been closed emits a ResourceWarning.

    The loop is closed first, so that nobody holds the transport. If this fails, look for its
    destructor, or for transports that a closed loop keeps alive.
    """
    with connected_pair() as (ours, _), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        call = loop.create_connection(Recorder, sock=ours)
        transport, protocol = loop.run_until_complete(call)
        gone, is_closing = _watched(transport), transport.is_closing()
        loop.close()

        protocol.transport = None
        del transport, protocol, call
        gc.collect()
        said = [str(one.message) for one in warned if one.category is ResourceWarning]
        warned.clear()  # a recorded warning keeps the transport, by its source

    gc.collect()
    assert not is_closing, "is_closing() of a new connection is true; expected it open"
    assert gone() is None, (
        "a transport was left open on a closed loop, and dropped, and gc.collect() left it; "
        "expected it collected"
    )
    assert said, (
        "a transport that was left open on a closed loop was collected without a ResourceWarning; "
        "expected one"
    )
