"""Ports that have a name in the system's services database."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from .expect import not_observable
from .listeners import bound

USUAL = (
    "http-alt",
    "postgresql",
    "mysql",
    "amqp",
    "xmpp-client",
    "sip",
    "radius",
    "nfs",
    "rsync",
    "svn",
    "distcc",
)
"""Names of services that an ordinary process may offer, found in most databases."""


@contextmanager
def listening_by_name() -> Iterator[tuple[str, socket.socket]]:
    """The name of a service, and a listener on 127.0.0.1 at its port.

    Not observable where the system knows none of these names, or all their ports
    are in use.
    """
    with ExitStack() as stack:
        for name in USUAL:
            try:
                port = socket.getservbyname(name, "tcp")
                listener = stack.enter_context(bound(port=port))
            except OSError:  # unknown here, or its port is taken or privileged
                continue
            listener.listen()
            yield name, listener
            return
        not_observable("this system knows no service by name whose port is free")
