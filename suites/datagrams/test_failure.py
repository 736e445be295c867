"""create_datagram_endpoint(): what a failed call leaves behind."""

from __future__ import annotations

import asyncio
import traceback
from asyncio import AbstractEventLoop

from ..support.datagrams import Mailbox, expect_endpoint, expect_refusal, udp
from ..support.listeners import IPV4
from ..support.requirement import requirement
from ..support.serving import comes
from ..support.sockets import descriptors, without_collection
from ..support.turns import turns

API = "loop.create_datagram_endpoint"


@requirement("datagrams.endpoint.failure_leaks_nothing", api=API, level="implied", since="3.11")
async def test_a_failed_bind_leaves_nothing_behind(loop: AbstractEventLoop) -> None:
    """A failed bind closes its socket and does not call the factory.

    If this fails, look for the socket whose bind() raised: it is closed nowhere, or only by
    the garbage collector, which does not run here.
    """
    made: list[Mailbox] = []
    counts = []

    def factory() -> Mailbox:
        made.append(Mailbox())
        return made[-1]

    await expect_endpoint(loop, local_addr=(IPV4, 0))
    with udp() as holder, without_collection():
        for _ in range(5):
            error = await expect_refusal(loop, OSError, factory, local_addr=holder.getsockname())
            traceback.clear_frames(error.__traceback__)  # what it alone keeps is no leak
            await turns()
            counts.append(descriptors())
        settled = await comes(lambda: descriptors() <= counts[0])  # another thread may close them

    assert settled, (
        f"the process had {counts} descriptors open some turns after each of five failed binds, "
        "and did not come back to the first number; expected no growth"
    )
    assert not made, f"five failed binds called the protocol factory {len(made)} times; expected 0"


@requirement("datagrams.endpoint.factory_error_propagates", api=API, level="implied", since="3.11")
async def test_an_exception_of_the_factory_reaches_the_awaiter(loop: AbstractEventLoop) -> None:
    """A factory exception reaches the awaiter.

    If this fails, look for a factory that is called in a callback of its own, or for an
    exception that is wrapped on its way.
    """
    raised = ZeroDivisionError("no protocol today")

    def factory() -> asyncio.DatagramProtocol:
        raise raised

    with udp() as sock:  # closed here: what becomes of it is a promise of its own
        error = await expect_refusal(loop, ZeroDivisionError, factory, sock=sock)

    assert error is raised, (
        f"a factory raised {raised!r} and the awaiter got another object, {error!r}; "
        "expected the same one"
    )
