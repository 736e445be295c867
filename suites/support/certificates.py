"""Certificates for TLS checks: two authorities, and server certificates they signed.

Keys are made once in a process, when first asked for, and live in memory only, so
that a forked worker inherits them and no process cleans up after another. Contexts
are new at each call, a check may change its own. A file exists only inside a `with`
block, for checks that need a path.

The authority of this test is trusted by `client_context()`; the stranger's is not.
This is the one file that imports trustme.
"""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import trustme

NAME = "example.test"
"""A host name that no resolver knows."""
TLS_1_2 = ssl.TLSVersion.TLSv1_2
TLS_1_3 = ssl.TLSVersion.TLSv1_3


@cache
def authority() -> trustme.CA:
    """The authority that client contexts trust."""
    return trustme.CA(organization_name="loopconform")


@cache
def stranger() -> trustme.CA:
    """An authority that nobody trusts."""
    return trustme.CA(organization_name="loopconform stranger")


@cache
def certificate(*names: str, by_stranger: bool = False) -> trustme.LeafCert:
    """A certificate for host names and numeric addresses, made once for each set of names."""
    return (stranger() if by_stranger else authority()).issue_cert(*names)


def server_context(
    *names: str, by_stranger: bool = False, only: ssl.TLSVersion | None = None
) -> ssl.SSLContext:
    """A server's context with a certificate for `names`, or for NAME when none is given.

    `only` pins the TLS version.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate(*names or (NAME,), by_stranger=by_stranger).configure_cert(context)
    _pin(context, only)
    return context


def client_context(
    *,
    trusting_stranger: bool = False,
    certified_as: str | None = None,
    only: ssl.TLSVersion | None = None,
) -> ssl.SSLContext:
    """A client's context that verifies the chain and the host name.

    It trusts the test's authority, or instead the stranger's. `certified_as` adds a
    client certificate for that name, of the test's authority.
    """
    trusted = stranger() if trusting_stranger else authority()
    context = ssl.create_default_context(cadata=trusted.cert_pem.bytes().decode())
    if certified_as is not None:
        certificate(certified_as).configure_cert(context)
    _pin(context, only)
    return context


def trust_clients(context: ssl.SSLContext) -> None:
    """Make a server's context require a client certificate of the test's authority."""
    authority().configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED


def unverified_context(*, only: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """A client's context that accepts every certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    _pin(context, only)
    return context


@contextmanager
def certificate_file(*names: str, by_stranger: bool = False) -> Iterator[Path]:
    """The path of a PEM file, in being inside the block, with a key and its certificate."""
    pem = certificate(*names or (NAME,), by_stranger=by_stranger).private_key_and_cert_chain_pem
    with pem.tempfile() as path:
        yield Path(path)


@contextmanager
def authority_file(*, of_stranger: bool = False) -> Iterator[Path]:
    """The path of a PEM file, in being inside the block, with an authority's certificate."""
    with (stranger() if of_stranger else authority()).cert_pem.tempfile() as path:
        yield Path(path)


@contextmanager
def system_trust(*, in_stranger: bool = False) -> Iterator[None]:
    """Make OpenSSL's default locations hold one authority and nothing else.

    Contexts that load the default certificates inside the block trust that authority
    alone. Sets SSL_CERT_FILE and SSL_CERT_DIR of this process, and sets them back.
    """
    names = ("SSL_CERT_FILE", "SSL_CERT_DIR")
    before = {name: os.environ.get(name) for name in names}
    with authority_file(of_stranger=in_stranger) as file, tempfile.TemporaryDirectory() as empty:
        os.environ.update(dict(zip(names, (str(file), empty), strict=True)))
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def _pin(context: ssl.SSLContext, only: ssl.TLSVersion | None) -> None:
    if only is not None:
        context.minimum_version = context.maximum_version = only
