"""repr() of a transport, which logs and error reports use at any moment."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

import pytest

from ..support.flowing import fill, lost, stream
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.turns import turns


@requirement(
    "transports.repr.is_safe_in_every_state",
    api="asyncio.Protocol",
    level="interop",
    since="3.11",
    libraries=("aiohttp",),
    doc="library/asyncio-protocol.html#asyncio.BaseProtocol.connection_lost",
)
@pytest.mark.parametrize("state", ["open", "writing", "closing", "closed"])
async def test_a_transport_can_be_shown(loop: AbstractEventLoop, state: str) -> None:
    """repr() of a transport works while it is open, writing, closing and closed.

    If this fails, look for attributes of what is released by then.
    """
    protocol = Recorder()
    async with stream(loop, protocol, fill) as (transport, _):
        if state in ("writing", "closing"):
            transport.write(bytes(100_000))
        if state in ("closing", "closed"):
            transport.close()
        if state == "closed":
            await lost(protocol, "close()")
            await turns()
        shown = _shown(transport)

    assert isinstance(shown, str), (
        f"repr() of a transport that was {state} raised {shown!r}; expected a text"
    )


def _shown(transport: asyncio.BaseTransport) -> str | Exception:
    try:
        return repr(transport)
    except Exception as error:  # noqa: BLE001 - what it raises is what the check is about
        return error
