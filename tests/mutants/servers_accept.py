"""Loops that go wrong between a client that connects and the protocol that serves it."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Any

from . import mutant
from .servers_parts import Serving, become

EACH = "expected a call for each client"
CARRIES_ON = "the second one was not served"


class Delegating:
    """Passes every call on, and is nothing of asyncio's."""

    def __init__(self, sound: Any) -> None:
        self._sound = sound

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sound, name)


@mutant(
    breaks="servers.create_server.returns_abstract_server",
    says="expected an instance of asyncio.AbstractServer",
)
class HasAServerOfItsOwn(Serving):
    """Returns a server outside asyncio's hierarchy."""

    async def create_server(self, *args: Any, **options: Any) -> Any:
        """Return it."""
        return Delegating(await super().create_server(*args, **options))


@mutant(breaks="servers.create_server.serves_connections", says=EACH)
class AcceptsWithoutAProtocol(Serving):
    """Accepts connections and never asks the factory."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Have a protocol that does nothing."""
        call["protocol_factory"] = asyncio.Protocol


@mutant(breaks="servers.create_server.serves_connections", says="expected both to arrive")
class OnlyListensToClients(Serving):
    """Does not send what is written to an accepted transport."""

    def accepted(self, transport: Any) -> Any:
        """Forget it."""
        transport.write = lambda data: None  # noqa: ARG005 - the transport's form
        return transport


@mutant(breaks="servers.create_server.factory_called_per_connection", says=EACH)
class SharesOneProtocol(Serving):
    """Makes one protocol for all connections."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Make it."""
        protocol = call["protocol_factory"]()
        call["protocol_factory"] = lambda: protocol


@mutant(
    breaks="servers.create_server.factory_called_per_connection",
    says="expected none before, then five and five",
)
class TriesTheFactory(Serving):
    """Calls the factory when the server is created, to see whether it works."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Try it."""
        call["protocol_factory"]()


@mutant(
    breaks="servers.create_server.factory_called_without_arguments",
    says="expected one call without arguments",
)
class TellsTheFactory(Serving):
    """Passes the server to the factory."""

    def make(self, factory: Any) -> Any:
        """Pass it."""
        return factory(self)


@mutant(breaks="servers.create_server.accepted_transport_info", says="are (None, (")
class DoesNotAskForThePeer(Serving):
    """Leaves the peername of accepted connections None."""

    def accepted(self, transport: Any) -> Any:
        """Forget it."""
        ask = transport.get_extra_info
        transport.get_extra_info = lambda name, default=None: (
            default if name == "peername" else ask(name, default)
        )
        return transport


@mutant(
    breaks="servers.create_server.accepted_transport_type",
    says="expected an instance of asyncio.Transport",
)
class HasATransportOfItsOwn(Serving):
    """Gives protocols a transport outside asyncio's hierarchy."""

    def accepted(self, transport: Any) -> Any:
        """Give it."""
        return Delegating(transport)


@mutant(breaks="servers.create_server.accepted_nodelay", says="expected it on")
class DelaysAccepted(Serving):
    """Sets TCP_NODELAY on connections only that it opens itself."""

    def accepted(self, transport: Any) -> Any:
        """Take it back."""
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)
        return transport


@mutant(
    breaks="servers.create_server.accepted_not_inheritable",
    says="os.get_inheritable() of the accepted descriptor",
)
class AcceptsPlainly(Serving):
    """Accepts without close-on-exec."""

    def accepted(self, transport: Any) -> Any:
        """Clear the flag."""
        os.set_inheritable(transport.get_extra_info("socket").fileno(), True)
        return transport


@mutant(
    breaks="servers.create_server.accepted_not_inheritable",
    says="expected it to be non-blocking",
)
class AcceptsBlocking(Serving):
    """Leaves accepted descriptors blocking."""

    def accepted(self, transport: Any) -> Any:
        """Make it so."""
        os.set_blocking(transport.get_extra_info("socket").fileno(), True)
        return transport


@mutant(
    breaks="servers.create_server.accepted_not_inheritable",
    says="os.get_inheritable() of the listening descriptor",
)
class ListensPlainly(Serving):
    """Listens without close-on-exec."""

    def furnish(self, server: Any) -> None:
        """Clear the flag."""
        os.set_inheritable(server.sockets[0].fileno(), True)


@mutant(
    breaks="servers.create_server.connection_made_before_data",
    says="gave the calls ['data_received', 'connection_made'",
)
class DeliversFirst(Serving):
    """Reads from a connection before the protocol knows of it."""

    def adopt(self, protocol: Any) -> None:
        """Keep connection_made() back."""
        made, received, held = protocol.connection_made, protocol.data_received, list[Any]()

        def data_received(data: bytes) -> None:
            received(data)
            made(held.pop())

        protocol.connection_made, protocol.data_received = held.append, data_received


@mutant(
    breaks="servers.create_server.connection_made_before_data",
    says="gave the calls ['connection_made', 'eof_received', 'connection_lost']",
)
class SeesTheEndOnly(Serving):
    """Drops what a client sent that has left already."""

    def adopt(self, protocol: Any) -> None:
        """Drop it."""
        protocol.data_received = lambda data: None  # noqa: ARG005 - the protocol's form


@mutant(breaks="servers.create_server.burst_of_connections", says="and 1 of them got a protocol")
class LosesAllButTheFirst(Serving):
    """Serves one connection when several wait."""

    def furnish(self, server: Any) -> None:
        """Drop the others; the reference loop has no public name for what accept() gives."""
        sound, serving = server._serve, list[Any]()

        def serve(self: Any, sock: Any) -> None:  # noqa: ARG001 - a method's form
            if serving:
                sock.close()
                return
            serving.append(sock)
            sound(sock)

        become(server, _serve=serve)


@mutant(breaks="servers.create_server.factory_error_does_not_stop_server", says=CARRIES_ON)
class StopsWhenTheFactoryFails(Serving):
    """Closes the server when the factory raises."""

    def make(self, factory: Any) -> Any:
        """Close it."""
        try:
            return factory()
        except Exception:
            self.server.close()
            raise


@mutant(
    breaks="servers.create_server.factory_error_does_not_stop_server",
    says="its client stayed connected",
)
class KeepsTheUnservedClient(Serving):
    """Leaves a client without a protocol connected."""

    def make(self, factory: Any) -> Any:
        """Leave it."""
        try:
            return factory()
        except Exception:  # noqa: BLE001 - the fault
            return asyncio.Protocol()


@mutant(breaks="servers.create_server.connection_made_error_does_not_stop_server", says=CARRIES_ON)
class StopsWhenConnectionMadeFails(Serving):
    """Closes the server when connection_made() raises."""

    def adopt(self, protocol: Any) -> None:
        """Close it."""
        made = protocol.connection_made

        def connection_made(transport: Any) -> None:
            try:
                made(transport)
            except Exception:
                self.server.close()
                raise

        protocol.connection_made = connection_made


@mutant(
    breaks="servers.create_server.connection_made_error_does_not_stop_server",
    says="the exception handler got []",
)
class KeepsSilentOnConnectionMade(Serving):
    """Swallows what connection_made() raises."""

    def adopt(self, protocol: Any) -> None:
        """Swallow it."""
        made = protocol.connection_made

        def connection_made(transport: Any) -> None:
            try:
                made(transport)
            except Exception:  # noqa: BLE001 - the fault
                return

        protocol.connection_made = connection_made


@mutant(
    breaks="servers.create_server.client_gone_before_accept_does_not_stop_server",
    says="the next one was not served",
)
class StopsWhenAClientHasGone(Serving):
    """Closes the server when an accepted connection has no peer any more."""

    def accepted(self, transport: Any) -> Any:
        """Close it."""
        if transport.get_extra_info("peername") is None:
            self.server.close()
        return transport
