"""create_connection(): the context variables that the factory and the protocol see."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from contextvars import ContextVar

import pytest

from ..support.listeners import IPV4, listening, port_of, take_connection
from ..support.protocols import Recorder
from ..support.races import ends_soon
from ..support.requirement import requirement

API = "loop.create_connection"
CALLBACKS = ("connection_made", "data_received", "eof_received", "connection_lost")
MARK = ContextVar("MARK", default="of nobody")


class Witness(Recorder):
    """Notes the MARK that the factory and each callback saw first."""

    def __init__(self) -> None:
        super().__init__()
        self.saw = {"factory": MARK.get()}

    def _record(self, name: str) -> None:
        self.saw.setdefault(name, MARK.get())
        super()._record(name)


class Meddler(Recorder):
    """Sets MARK in one of its callbacks."""

    def __init__(self, callback: str) -> None:
        super().__init__()
        self._callback = callback

    def _record(self, name: str) -> None:
        if name == self._callback:
            MARK.set("of the protocol")
        super()._record(name)


@pytest.mark.parametrize("callback", ["factory", *CALLBACKS])
@requirement(
    "create_connection.context.callbacks_see_callers_context",
    api=API,
    level="interop",
    since="3.11",
    libraries=["opentelemetry", "structlog"],
)
async def test_callbacks_see_the_context_of_the_caller(
    loop: AbstractEventLoop, callback: str
) -> None:
    """The factory and the callbacks of a connection see the context variables of its caller.

    If this fails, look for I/O callbacks that run in the context in which the loop was
    started, or in an empty one.
    """
    with listening() as listener:

        async def connect() -> Witness:
            MARK.set("of the caller")
            _, protocol = await loop.create_connection(Witness, IPV4, port_of(listener))
            return protocol

        witness = await loop.create_task(connect())
        with take_connection(listener) as peer:
            peer.send(b"data")
        await ends_soon(loop.create_task(witness.until_called("connection_lost")))

    saw = witness.saw.get(callback, "of nobody, as it was not called")
    assert saw == "of the caller", (
        f"the {callback} of a connection saw the context variable {saw}; expected it to see the "
        "one of the task that called create_connection()"
    )


@pytest.mark.parametrize("callback", CALLBACKS)
@requirement(
    "create_connection.context.protocol_changes_do_not_leak",
    api=API,
    level="interop",
    since="3.11",
    libraries=["opentelemetry"],
)
async def test_what_a_callback_sets_stays_out_of_the_callers_context(
    loop: AbstractEventLoop, callback: str
) -> None:
    """A context variable that a protocol callback sets keeps its value for the caller.

    If this fails, look for callbacks that run in the caller's own context where they
    need a copy of it.
    """
    with listening() as listener:

        async def connect() -> tuple[Meddler, str]:
            MARK.set("of the caller")
            _, protocol = await loop.create_connection(
                lambda: Meddler(callback), IPV4, port_of(listener)
            )
            with take_connection(listener) as peer:
                peer.send(b"data")
            await protocol.until_called("connection_lost")
            return protocol, MARK.get()

        protocol, seen = await loop.create_task(connect())

    assert (callback in protocol.calls, seen) == (True, "of the caller"), (
        f"a protocol's callbacks were {protocol.calls}, {callback} set a context variable, and "
        f"its caller saw the one {seen}; expected it to see its own"
    )
