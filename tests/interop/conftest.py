"""What the interop tests share: a watched run on each loop, and TLS on either side."""

from __future__ import annotations

import asyncio
import gc
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

import reference_loop

from .watched_run import Run, WatchedRun

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "reference": reference_loop.new_event_loop,
    "control": asyncio.SelectorEventLoop,
}


@dataclass(frozen=True)
class Security:
    """TLS for a server at 127.0.0.1 and localhost, and for clients that trust it."""

    server: ssl.SSLContext
    client: ssl.SSLContext
    chain: Path
    """The server's key and certificates, in one PEM file."""


@pytest.fixture(scope="session")
def imported() -> Iterator[None]:
    """Spare the collector of garbage what was imported: it is asked twice in every test."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(params=LOOPS)
def run(request: pytest.FixtureRequest, imported: None) -> Run:  # noqa: ARG001 - asked for
    """Run a program on a new loop, and expect it to leave nothing behind."""
    return WatchedRun(LOOPS[request.param])


@pytest.fixture(scope="session")
def both_sides(tmp_path_factory: pytest.TempPathFactory) -> Security:
    """One certificate for all of the session: making keys takes long."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    chain = tmp_path_factory.mktemp("tls") / "chain.pem"
    certificate.private_key_and_cert_chain_pem.write_to_path(chain)
    return Security(server, client, chain)


@pytest.fixture(params=["plain", "tls"])
def security(request: pytest.FixtureRequest, both_sides: Security) -> Security | None:
    """TLS, and the same without."""
    return both_sides if request.param == "tls" else None
