"""start_tls(server_hostname=...): the name that is sent and that is matched."""

from __future__ import annotations

import ssl
from asyncio import AbstractEventLoop

import pytest

from ..support.certificates import NAME, client_context, server_context
from ..support.refusals import REASONS
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.tls_peers import record_names
from ..support.upgrades import expect_upgrade, linked, refused_upgrade

BEFORE_THE_CHANGE = tuple(f"3.14.{micro}" for micro in range(8))
"""Releases after 3.13.16 in number and before it in time."""


@requirement(
    "start_tls.server_hostname.sent_as_sni_and_verified",
    api="loop.start_tls",
    level="documented",
    since="3.11",
)
async def test_server_hostname_is_sent_and_matched(loop: AbstractEventLoop) -> None:
    """server_hostname is sent in the handshake (SNI), and the certificate is matched with it.

    If this fails, look for a server_hostname that does not reach the TLS layer. The
    certificate is for that name alone.
    """
    context = server_context(NAME)
    names = record_names(context)
    async with linked(loop, "client", peers_context=context) as link:
        await link.secured(server_hostname=NAME)

    assert names == [NAME], (
        f"start_tls(server_hostname={NAME!r}) sent {names} as server name; expected {[NAME]}"
    )


@requirement(
    "start_tls.server_hostname.mismatch_fails",
    api="loop.start_tls",
    level="documented",
    since="3.11",
)
async def test_a_certificate_for_another_name_is_refused(loop: AbstractEventLoop) -> None:
    """A certificate that does not match server_hostname is an ssl.SSLCertVerificationError.

    If this fails, look for upgrades that verify the chain and no name.
    """
    doing = f"start_tls(server_hostname={NAME!r}) to a server certified as localhost"
    async with linked(loop, "client", peers_context=server_context("localhost")) as link:
        error = await refused_upgrade(link, ssl.SSLCertVerificationError, doing)

    assert error.verify_code in REASONS["name"], (
        f"{doing} raised {error!r}, with verify_code {error.verify_code}; "
        "expected a refusal of the name"
    )


@pytest.mark.parametrize(("by_stranger", "expected"), [(False, "upgraded"), (True, "refused")])
@requirement(
    "start_tls.server_hostname.none_disables_matching",
    api="loop.start_tls",
    level="implied",
    since="3.11",
    until="3.13.16",
)
async def test_without_a_server_hostname_no_name_is_matched(
    loop: AbstractEventLoop, by_stranger: bool, expected: str
) -> None:
    """Without server_hostname no name is matched, and the chain is verified all the same.

    If this fails, look for the peer's address in the place of the name, or for verification
    that is switched off together with matching. Python 3.13.16 and 3.14.8 took this back
    (CVE-2026-19553).
    """
    theirs = server_context("other.test", by_stranger=by_stranger)
    doing = f"start_tls() without server_hostname, to other.test, {by_stranger=},"
    async with linked(loop, "client", peers_context=theirs) as link:
        if expected == "upgraded":
            transport = await link.secured(server_hostname=None)
            echoed = await link.echoed(transport)
            assert echoed == b"ping", f"{doing} brought {echoed!r} back for b'ping'"
        else:
            error = await refused_upgrade(
                link, ssl.SSLCertVerificationError, doing, server_hostname=None
            )
            assert error.verify_code in REASONS["issuer"], (
                f"{doing} raised {error!r}; expected a refusal of the issuer"
            )


@requirement(
    "start_tls.server_hostname.none_with_check_hostname_is_valueerror",
    api="loop.start_tls",
    level="implied",
    since="3.13.16",
    not_on=BEFORE_THE_CHANGE,
)
async def test_a_context_that_checks_names_needs_a_server_hostname(
    loop: AbstractEventLoop,
) -> None:
    """A context with check_hostname on needs a server_hostname: None with it is a ValueError.

    If this fails, look for a check_hostname that is switched off, or left without a name to
    check, where no name was given (CVE-2026-19553). A context with check_hostname off
    needs none.
    """
    Reports(loop)  # whether the refusal is reported besides is not judged here
    lenient, theirs = client_context(), server_context("other.test")
    lenient.check_hostname = False
    await expect_upgrade(loop)
    async with linked(loop, "client", context=lenient, peers_context=theirs) as link:
        await link.secured(server_hostname=None)

    async with linked(loop, "client", peers_context=theirs) as link:
        await refused_upgrade(
            link,
            ValueError,
            "start_tls() without server_hostname and with a context that checks names",
            server_hostname=None,
        )
