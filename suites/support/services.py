"""Ports that have a name in the system's services database."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from .expect import not_observable
from .listeners import IPV4

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
    for name in USUAL:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
            if os.name == "posix":  # or connections of the last run would hold the port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((IPV4, socket.getservbyname(name, "tcp")))
                listener.listen()
            except OSError:  # unknown here, or its port is taken or privileged
                continue
            listener.setblocking(False)
            yield name, listener
            return
    not_observable("this system knows no service by name whose port is free")
