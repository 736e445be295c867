"""Loops that are wrong about which descriptors may be watched."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from typing import Any

from . import mutant
from .watchers_parts import Naming, Ts


@mutant(breaks="watchers.fd.integer", says="(an integer) raised TypeError")
class TakesObjectsOnly(Naming):
    """Wants an object to call fileno() of."""

    def named(self, fd: Any, method: str) -> Any:  # noqa: ARG002 - the base's form
        """Insist."""
        if isinstance(fd, int):
            raise TypeError(f"a file object was expected, got {fd}")
        return fd


@mutant(breaks="watchers.fd.socket_object", says="(a socket object) raised TypeError")
@mutant(breaks="watchers.fd.object_with_fileno", says="an object of Holder) raised TypeError")
class TakesIntegersOnly(Naming):
    """Wants the number itself, as rloop did."""

    def named(self, fd: Any, method: str) -> Any:  # noqa: ARG002 - the base's form
        """Insist."""
        if not isinstance(fd, int):
            raise TypeError(f"'{type(fd).__name__}' object cannot be interpreted as an integer")
        return fd


@mutant(breaks="watchers.fd.socket_object", says="and remove_reader() raised TypeError")
@mutant(breaks="watchers.fd.socket_object", says="and remove_writer() raised TypeError")
class RemovesIntegersOnly(Naming):
    """Takes objects where a watch begins, and numbers where it ends."""

    def named(self, fd: Any, method: str) -> Any:
        """Insist."""
        if method.startswith("remove") and not isinstance(fd, int):
            raise TypeError(f"'{type(fd).__name__}' object cannot be interpreted as an integer")
        return fd


@mutant(
    breaks="watchers.fd.object_and_number_are_the_same_watch",
    says="add_reader() with the socket's object led to a call: True, and after",
)
@mutant(
    breaks="watchers.fd.object_and_number_are_the_same_watch",
    says="add_writer() with the socket's number led to a call: True, and after",
)
class KeysByIdentity(Naming):
    """Keeps watches by the object that was given."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[Any] = []

    def named(self, fd: Any, method: str) -> Any:
        """Find only what was given."""
        if method.startswith("add"):
            self.keys.append(fd)
        elif not any(fd is key for key in self.keys):
            return None
        return fd


@mutant(breaks="watchers.fd.pipe", says="an end of a pipe) raised OSError")
@mutant(breaks="watchers.fd.object_with_fileno", says="raised OSError")
class TakesSocketsOnly(Naming):
    """Asks a descriptor for what only sockets know."""

    def named(self, fd: Any, method: str) -> Any:  # noqa: ARG002 - the base's form
        """Ask."""
        number = fd if isinstance(fd, int) else fd.fileno()
        if not stat.S_ISSOCK(os.fstat(number).st_mode):
            raise OSError(88, "Socket operation on non-socket")
        return fd


@mutant(breaks="watchers.fd.object_with_fileno", says="an object of FileIO) raised TypeError")
class KnowsSocketsByClass(Naming):
    """Takes integers and socket.socket."""

    def named(self, fd: Any, method: str) -> Any:  # noqa: ARG002 - the base's form
        """Insist."""
        if not isinstance(fd, int | socket.socket):
            raise TypeError(f"a socket was expected, got {fd!r}")
        return fd


@mutant(
    breaks="watchers.fd.invalid_object_is_valueerror_strict",
    says="add_reader(object object) raised nothing; expected an exception",
)
@mutant(
    breaks="watchers.fd.invalid_object_is_valueerror_strict",
    says="remove_writer(NoneType object) raised nothing; expected an exception",
)
class TakesAnything(Naming):
    """Looks at what was given when it is time to wait for it."""

    def named(self, fd: Any, method: str) -> Any:  # noqa: ARG002 - the base's form
        """Leave it for later."""
        return fd if isinstance(fd, int) or hasattr(fd, "fileno") else None


class _Sharing(Naming):
    """No mutant itself: shows its heirs the descriptors of transports."""

    def shared(self, transport: Any, fd: Any, method: str) -> Any:
        """The descriptor to use; None for a call that is to do nothing."""
        raise NotImplementedError

    def named(self, fd: Any, method: str) -> Any:
        """Look it up."""
        transport = self.transports.get(fd)  # the reference loop's own table
        return fd if transport is None else self.shared(transport, fd, method)


@mutant(
    breaks="watchers.fd.transport_descriptor_is_runtimeerror",
    says="add_reader() of an open transport's descriptor was accepted; expected an exception",
)
@mutant(
    breaks="watchers.fd.transport_descriptor_is_runtimeerror",
    says="add_writer() of an open transport's descriptor was accepted; expected an exception",
)
class SharesDescriptors(_Sharing):
    """Watches any descriptor for anybody."""

    def shared(self, transport: Any, fd: Any, method: str) -> Any:  # noqa: ARG002 - the base's form
        """Accept it."""
        return None


@mutant(
    breaks="watchers.fd.transport_descriptor_is_runtimeerror",
    says="and the transport received b'' then; expected b'data'",
)
class RefusesTooLate(_Sharing):
    """Refuses after it has taken the transport's own watch away."""

    def shared(self, transport: Any, fd: Any, method: str) -> Any:  # noqa: ARG002 - the base's form
        """Take it away."""
        if not transport.is_closing():
            transport.pause_reading()
        return fd


@mutant(breaks="watchers.fd.free_again_after_transport_closes", says="raised RuntimeError")
class RemembersTransports(Naming):
    """Never strikes a transport off its list."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: set[int] = set()

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Put it on the list."""
        pair = await super().create_connection(*args, **options)
        self.taken.add(pair[0].get_extra_info("socket").fileno())
        return pair

    def named(self, fd: Any, method: str) -> Any:
        """Look there."""
        if fd in self.taken and method.startswith("add"):
            raise RuntimeError(f"descriptor {fd} is used by a transport")
        return fd


@mutant(breaks="watchers.fd.free_again_after_transport_closes", says="expected one")
class LosesNewWatches(RemembersTransports):
    """Drops what is watched for with a transport that is gone."""

    def add_reader(self, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> Any:
        """Drop it."""
        if fd not in self.taken:
            super().add_reader(fd, callback, *args)
