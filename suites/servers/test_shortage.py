"""create_server(): errors that leave no connection to serve, and the server afterwards."""

from __future__ import annotations

import gc
import os
import socket
import warnings
from asyncio import AbstractEventLoop
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ..support.expect import expect_raises
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.serving import comes, hosting
from ..support.tracking import only_new_garbage
from ..support.turns import turns

API = "loop.create_server"


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    """Let the process open no further descriptor in the block."""
    import resource  # not on Windows, where this is no check

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        with expect_raises(OSError, "os.dup() at the limit of descriptors"):
            os.dup(0)
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@requirement(
    "servers.create_server.descriptor_shortage_does_not_stop_server",
    api=API,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_server_survives_a_shortage_of_descriptors(loop: AbstractEventLoop) -> None:
    """A server that could not accept for want of descriptors serves again when there are some.

    Whether the client that came meanwhile is served late or dropped is left open, and so is
    what is reported; asyncio tries again after a second, which is what this check lasts. If
    it fails, look for a listener that is no longer watched after EMFILE.
    """
    loop.set_exception_handler(lambda *_: None)
    async with hosting(loop) as hosted:
        address = hosted.address
        first = await hosted.serves(address)
        with socket.socket() as late:
            late.setblocking(False)
            with no_descriptor_left():
                late.connect_ex(address[:2])
                await turns(20)
        served = await hosted.serves(address)

    assert first, "a client of create_server() was not served; expected service before a shortage"
    assert served, (
        "a client came to create_server() while the process could open no descriptor, and the "
        "next one, later, was not served; expected the server to carry on"
    )


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
@requirement(
    "servers.create_server.factory_interrupt_leaves_the_run",
    api=API,
    level="interop",  # of a raw Ctrl+C the manual only says that it may strike anywhere
    since="3.11",
    libraries=("asyncio",),
)
def test_an_interrupt_in_the_factory_leaves_the_run(
    loop: AbstractEventLoop, kind: type[BaseException]
) -> None:
    """KeyboardInterrupt and SystemExit of the factory of an accepted connection leave the run.

    If this fails, look for an except clause around the factory that takes them for errors of
    one connection: the program could not be ended then.
    """
    calls: list[str] = []

    def make() -> Recorder:
        calls.append("factory")
        raise kind("from the factory")

    async def serve() -> None:
        async with hosting(loop, make=make) as hosted:
            hosted.connect()
            await comes(lambda: calls)
            await turns(20)

    loop.set_exception_handler(lambda *_: None)
    left = ""
    with warnings.catch_warnings(), only_new_garbage():
        # asyncio leaves the socket to garbage collection (gh-153133)
        warnings.simplefilter("ignore", ResourceWarning)
        main = loop.create_task(serve())
        try:
            loop.run_until_complete(main)
        except kind as error:
            left = str(error)
            loop.run_until_complete(main)
        gc.collect()

    assert calls, "a client of create_server() did not call the factory; expected the call"
    assert left == "from the factory", (
        f"the factory of create_server() raised {kind.__name__}, and the run went on; expected "
        "it to leave the run"
    )
