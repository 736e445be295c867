"""Loops that treat a connection wrongly that was accepted elsewhere."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from typing import Any

from . import SoundLoop, mutant

VALUE = "raised nothing; expected ValueError"


class Adopting(SoundLoop):
    """No mutant itself: shows its heirs each connect_accepted_socket(), before and after."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Change the arguments, all by name, before the call."""

    def adopt(self, protocol: Any) -> None:
        """Change the protocol that the factory made."""

    def returned(self, transport: Any, protocol: Any) -> Any:
        """Change what the call returns."""
        return transport, protocol

    async def connect_accepted_socket(
        self, protocol_factory: Any, sock: Any, **options: Any
    ) -> Any:
        """Call the sound one with what the heir left of the arguments."""
        call = {"protocol_factory": protocol_factory, "sock": sock, **options}
        self.arrange(call)
        factory = call["protocol_factory"]

        def make() -> Any:
            protocol = factory()
            self.adopt(protocol)
            return protocol

        call["protocol_factory"] = make
        return self.returned(*await super().connect_accepted_socket(**call))


@mutant(breaks="servers.connect_accepted_socket.returns_pair", says="expected both")
@mutant(
    breaks="servers.connect_accepted_socket.order",
    says="expected factory, connection_made, return",
)
class ReturnsTooEarly(Adopting):
    """Returns before connection_made() was called."""

    def adopt(self, protocol: Any) -> None:
        """Put it off."""
        made = protocol.connection_made
        protocol.connection_made = lambda transport: self.call_later(0.01, made, transport)


@mutant(
    breaks="servers.connect_accepted_socket.takes_ownership", says="expected the end of the stream"
)
class AdoptsADuplicate(Adopting):
    """Duplicates the socket and leaves the caller's open."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Duplicate it."""
        call["sock"] = call["sock"].dup()


@mutant(breaks="servers.connect_accepted_socket.takes_ownership", says="expected it non-blocking")
class LeavesItBlocking(Adopting):
    """Leaves the socket as it is."""

    def returned(self, transport: Any, protocol: Any) -> Any:
        """Undo what the sound one did."""
        os.set_blocking(transport.get_extra_info("socket").fileno(), True)
        return transport, protocol


@mutant(breaks="servers.connect_accepted_socket.extra_info", says="are (None, None)")
class KnowsNoAddresses(Adopting):
    """Fills in the addresses of connections only that it made itself."""

    def returned(self, transport: Any, protocol: Any) -> Any:
        """Forget them."""
        ask = transport.get_extra_info
        transport.get_extra_info = lambda name, default=None: (
            default if name in ("peername", "sockname") else ask(name, default)
        )
        return transport, protocol


@mutant(
    breaks="servers.connect_accepted_socket.tls_server_side",
    says="expected the one that the factory made",
)
class ReturnsTheInnerProtocol(Adopting):
    """Returns a TLS protocol of its own."""

    def returned(self, transport: Any, protocol: Any) -> Any:
        """Return it."""
        if transport.get_extra_info("ssl_object") is not None:
            protocol = asyncio.Protocol()
        return transport, protocol


@mutant(breaks="servers.connect_accepted_socket.tls_server_side", says="expected a connection")
class IsTheClientAgain(SoundLoop):
    """Takes the client's side of TLS, as in create_connection()."""

    async def connect_accepted_socket(
        self, protocol_factory: Any, sock: Any, **options: Any
    ) -> Any:
        """Take it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if options.get("ssl"):
            options.update(ssl=context, server_hostname="")
        return await super().create_connection(protocol_factory, sock=sock, **options)


@mutant(
    breaks="servers.connect_accepted_socket.tls_failure_propagates",
    says="raised nothing; expected SSLError",
)
class ReturnsADeadTransport(SoundLoop):
    """Returns what is left of a connection whose handshake has failed."""

    async def connect_accepted_socket(
        self, protocol_factory: Any, sock: Any, **options: Any
    ) -> Any:
        """Return it."""
        try:
            return await super().connect_accepted_socket(protocol_factory, sock, **options)
        except ssl.SSLError:
            near, far = socket.socketpair()
            far.close()
            return await super().connect_accepted_socket(protocol_factory, near)


@mutant(
    breaks="servers.connect_accepted_socket.tls_failure_propagates",
    says="called ['connection_made'] on the protocol",
)
class TellsBeforeTheHandshake(Adopting):
    """Calls connection_made() when the socket is taken over."""

    def adopt(self, protocol: Any) -> None:
        """Call it."""
        made = protocol.connection_made
        made(asyncio.Transport())
        protocol.connection_made = lambda transport: None  # noqa: ARG005 - the protocol's form


@mutant(breaks="servers.connect_accepted_socket.handshake_timeout", says="was still pending")
class HasAllTheTime(Adopting):
    """Ignores ssl_handshake_timeout."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        call.pop("ssl_handshake_timeout", None)


@mutant(breaks="servers.connect_accepted_socket.handshake_timeout", says="stayed connected")
class LeavesTheSilentClient(Adopting):
    """Leaves the socket open when the handshake has taken too long."""

    kept: socket.socket | None = None

    def arrange(self, call: dict[str, Any]) -> None:
        """Keep it."""
        self.kept = call["sock"].dup()

    def close(self) -> None:
        """Let it go."""
        if self.kept is not None:
            self.kept.close()
        super().close()


@mutant(breaks="servers.connect_accepted_socket.unix", says="raised ValueError")
class TakesInternetSocketsOnly(Adopting):
    """Refuses sockets of other families."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Refuse them."""
        if call["sock"].family not in (socket.AF_INET, socket.AF_INET6):
            raise ValueError("an Internet socket is required")


@mutant(breaks="servers.connect_accepted_socket.args.datagram_is_valueerror", says="raised OSError")
class LetsTheSystemComplain(Adopting):
    """Leaves it to the system to refuse a datagram socket."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Ask for its peer."""
        call["sock"].getpeername()


@mutant(breaks="servers.connect_accepted_socket.args.timeouts_without_ssl", says=VALUE)
class IgnoresLimitsOfPlainSockets(Adopting):
    """Does not look at the limits of TLS where there is none."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget them."""
        if not call.get("ssl"):
            call.pop("ssl_handshake_timeout", None)
            call.pop("ssl_shutdown_timeout", None)


@mutant(breaks="servers.connect_accepted_socket.factory_error_propagates", says="returned although")
class SwallowsTheFactorysError(Adopting):
    """Goes on without the program's protocol when its factory raises."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Go on."""
        factory = call["protocol_factory"]

        def make() -> Any:
            try:
                return factory()
            except Exception:  # noqa: BLE001 - the fault
                return asyncio.Protocol()

        call["protocol_factory"] = make
