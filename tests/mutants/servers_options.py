"""Loops whose servers ignore or confuse options, and take arguments that don't go together."""

from __future__ import annotations

import os
import socket
import ssl
from contextlib import suppress
from typing import Any

from . import SoundLoop, mutant
from .servers_parts import Serving

VALUE = "raised nothing; expected ValueError"
TYPE = "raised nothing; expected TypeError"


@mutant(breaks="servers.create_server.reuse_address_defaults_on", says="expected it on by default")
@mutant(breaks="servers.create_server.rebinds_after_time_wait", says="expected it to bind")
class HasNoDefaultForReuse(Serving):
    """Leaves SO_REUSEADDR off by default."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Leave it."""
        call.setdefault("reuse_address", False)


@mutant(breaks="servers.create_server.reuse_address_false", says="expected it off")
class TakesFalseForNone(Serving):
    """Sets SO_REUSEADDR whatever was asked for."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Set it."""
        call["reuse_address"] = None


@mutant(breaks="servers.create_server.reuse_port", says="expected it on")
class ForgetsReusePort(Serving):
    """Accepts reuse_port without setting it."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        call.pop("reuse_port", None)


@mutant(breaks="servers.create_server.reuse_port", says="expected both to share it")
class SetsReusePortTooLate(Serving):
    """Sets SO_REUSEPORT when the socket is bound already."""

    late = False

    def arrange(self, call: dict[str, Any]) -> None:
        """Put it off."""
        self.late = call.pop("reuse_port", False)

    def furnish(self, server: Any) -> None:
        """Set it."""
        if self.late:
            server.sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)


@mutant(breaks="servers.create_server.reuse_port_defaults_off", says="expected it off by default")
class SharesPorts(Serving):
    """Sets SO_REUSEPORT by default."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Set it."""
        call.setdefault("reuse_port", True)


@mutant(breaks="servers.create_server.keep_alive", says="expected it on", since=(3, 13))
class ForgetsKeepAlive(Serving):
    """Accepts keep_alive without setting it."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        call.pop("keep_alive", None)


@mutant(breaks="servers.create_server.keep_alive", says="expected it off", since=(3, 13))
class KeepsAliveAlways(Serving):
    """Sets SO_KEEPALIVE on every connection."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Set it."""
        call["keep_alive"] = True


@mutant(breaks="servers.create_server.backlog_is_passed", says="fewer than ten")
class IgnoresTheBacklog(Serving):
    """Calls listen() with a number of its own."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Take that."""
        call["backlog"] = 100


@mutant(breaks="servers.create_server.default_backlog_takes_a_burst", says="to find a place")
class HasASmallBacklog(Serving):
    """Lets five clients wait by default."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Let them."""
        call.setdefault("backlog", 5)


@mutant(breaks="servers.create_server.sock", says="expected that address, and a served client")
class BindsAnother(Serving):
    """Binds a socket of its own where one was given."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Bind it."""
        if call.pop("sock", None) is not None:
            call.update(host="127.0.0.1", port=0)


@mutant(breaks="servers.create_server.sock_already_listening", says="expected one to be served")
class MissesWhoWaits(Serving):
    """Hears only of clients that come later."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Lose the earlier ones."""
        if call.get("sock") is not None:
            with suppress(OSError):
                call["sock"].setblocking(False)
                call["sock"].accept()[0].close()


@mutant(breaks="servers.create_server.sock_ownership", says="then the socket to be closed")
class ListensOnADuplicate(Serving):
    """Duplicates the given socket and leaves the caller's open."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Duplicate it."""
        if call.get("sock") is not None:
            call["sock"] = call["sock"].dup()


@mutant(
    breaks="servers.create_server.sock_becomes_nonblocking",
    says="expected it to be non-blocking",
)
class LeavesTheListenerBlocking(Serving):
    """Leaves a given socket as it is."""

    def furnish(self, server: Any) -> None:
        """Undo what the sound one did."""
        os.set_blocking(server.sockets[0].fileno(), True)


@mutant(breaks="servers.create_server.args.host_and_sock_is_valueerror", says=VALUE)
@mutant(breaks="servers.create_server.args.port_and_sock_is_valueerror", says=VALUE)
class PrefersSock(Serving):
    """Does not look at host and port where sock is given."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget them."""
        if call.get("sock") is not None:
            call.update(host=None, port=None)


@mutant(breaks="servers.create_server.args.port_and_sock_is_valueerror", says=VALUE)
class TakesZeroForNone(Serving):
    """Takes port 0 for none at all."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Take it so."""
        if call.get("sock") is not None:
            call["port"] = call["port"] or None


@mutant(breaks="servers.create_server.args.nothing_to_bind_is_valueerror", says=VALUE)
class BindsSomewhere(Serving):
    """Binds any port where nothing was given."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Bind it."""
        if call.get("sock") is None and call["port"] is None:
            call["port"] = 0


@mutant(breaks="servers.create_server.args.datagram_sock_is_valueerror", says="raised OSError")
class LetsListenComplain(Serving):
    """Leaves it to the system to refuse a datagram socket."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Call listen()."""
        if call.get("sock") is not None:
            call["sock"].listen()


@mutant(
    breaks="servers.create_server.args.ssl_true_is_typeerror",
    says="raised nothing; expected an exception",
)
class HasADefaultContext(Serving):
    """Serves with a context without a certificate where ssl is True."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Make it."""
        if call.get("ssl") is True:
            call["ssl"] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


@mutant(breaks="servers.create_server.args.handshake_timeout_without_ssl_is_valueerror", says=VALUE)
@mutant(breaks="servers.create_server.args.shutdown_timeout_without_ssl_is_valueerror", says=VALUE)
class IgnoresLimitsWithoutTls(Serving):
    """Does not look at the limits of TLS where there is none."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget them."""
        if not call.get("ssl"):
            call.pop("ssl_handshake_timeout", None)
            call.pop("ssl_shutdown_timeout", None)


@mutant(breaks="servers.create_server.args.sslsocket_is_typeerror", says=TYPE)
class ServesCiphertext(Serving):
    """Uses the descriptor of an SSLSocket as if it were a plain one."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Use it."""
        if isinstance(call.get("sock"), ssl.SSLSocket):
            call["sock"] = socket.socket(fileno=call["sock"].detach())


@mutant(breaks="servers.create_server.args.keyword_only", says=TYPE)
class TakesEverythingByPosition(SoundLoop):
    """Has no keyword-only arguments."""

    async def create_server(  # type: ignore[override]  # which is the fault
        self, factory: Any, host: Any = None, port: Any = None, family: Any = 0, **options: Any
    ) -> Any:
        """Pass on."""
        return await super().create_server(factory, host, port, family=family, **options)
