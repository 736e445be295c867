"""Loops that accept arguments of create_connection() which they should refuse."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress
from typing import Any

from tests.mutants import SoundLoop, mutant
from tests.mutants.tls_calls import Spoiled

NOTHING = "raised nothing; expected ValueError"
INSTEAD = "; expected ValueError"
TOUCHED = "connected to the listener; expected a ValueError before"
CALLED = "called the protocol factory 1 times; expected a ValueError before"


def unchecked() -> ssl.SSLContext:
    """A context that accepts everything."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@mutant(breaks="create_connection.args.nothing_to_connect_is_valueerror", says=INSTEAD)
@mutant(breaks="create_connection.args.ssl_only_is_valueerror", says=INSTEAD)
class FallsBackToLocalhost(Spoiled):
    """Connects to this machine when told nothing."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Name this machine."""
        if not call.keys() & {"host", "port", "sock"}:
            call |= {"host": "127.0.0.1", "port": 0}


@mutant(breaks="create_connection.args.nothing_to_connect_is_valueerror", says="raised TypeError")
class WantsHostAndPort(Spoiled):
    """Has host and port without defaults."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Miss them."""
        if not call.keys() & {"host", "port", "sock"}:
            raise TypeError("missing 2 required arguments")


@mutant(breaks="create_connection.args.nothing_to_connect_is_valueerror", says="was still pending")
@mutant(breaks="create_connection.args.sslsocket_is_typeerror", says="was still pending")
class WaitsForASocket(SoundLoop):
    """Waits where it should refuse."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Wait for ever."""
        if (len(args) == 1 and not options) or isinstance(options.get("sock"), ssl.SSLSocket):
            await self.create_future()
        return await super().create_connection(*args, **options)


@mutant(breaks="create_connection.args.host_and_sock_is_valueerror", says=NOTHING)
class IgnoresHost(Spoiled):
    """Takes sock and never looks at host."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget host."""
        if "sock" in call and "port" not in call:
            call.pop("host", None)


@mutant(breaks="create_connection.args.port_and_sock_is_valueerror", says=NOTHING)
class ChecksOnlyHost(Spoiled):
    """Compares only host with None."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget a port without a host."""
        if "sock" in call and "host" not in call:
            call.pop("port", None)


@mutant(breaks="create_connection.args.host_port_and_sock_is_valueerror", says=NOTHING)
class PrefersHostAndPort(Spoiled):
    """Connects to host and port, and forgets the socket."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget sock."""
        if "host" in call and "port" in call:
            call.pop("sock", None)


@mutant(breaks="create_connection.args.server_hostname_without_ssl_is_valueerror", says=NOTHING)
@mutant(breaks="create_connection.args.rejected_before_connecting", says=TOUCHED)
@mutant(breaks="create_connection.args.rejected_before_factory_runs", says=CALLED)
class IgnoresServerHostname(Spoiled):
    """Looks at server_hostname on the TLS path only."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget the name."""
        if "ssl" not in call and call.get("server_hostname"):
            del call["server_hostname"]


@mutant(
    breaks="create_connection.args.empty_server_hostname_without_ssl_is_valueerror", says=NOTHING
)
class TruthTestsServerHostname(Spoiled):
    """Takes '' for no name at all."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget the empty name."""
        if "ssl" not in call and call.get("server_hostname") == "":
            del call["server_hostname"]


@mutant(breaks="create_connection.args.server_hostname_with_ssl_false_is_valueerror", says=NOTHING)
class ComparesSslWithNone(Spoiled):
    """Takes ssl=False for a wish for TLS, as far as the name goes."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Let the name pass."""
        if call.get("ssl") is False:
            call.pop("server_hostname", None)


@mutant(breaks="create_connection.args.handshake_timeout_without_ssl_is_valueerror", says=NOTHING)
class IgnoresHandshakeTimeout(Spoiled):
    """Drops the limit on plain connections."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Drop it."""
        if "ssl" not in call:
            call.pop("ssl_handshake_timeout", None)


@mutant(breaks="create_connection.args.shutdown_timeout_without_ssl_is_valueerror", says=NOTHING)
class IgnoresShutdownTimeout(Spoiled):
    """Drops the limit on plain connections."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Drop it."""
        if "ssl" not in call:
            call.pop("ssl_shutdown_timeout", None)


@mutant(
    breaks="create_connection.args.ssl_sock_without_server_hostname_is_valueerror", says=INSTEAD
)
@mutant(
    breaks="create_connection.args.ssl_true_sock_without_server_hostname_is_valueerror",
    says=INSTEAD,
)
@mutant(
    breaks="create_connection.args.ssl_empty_host_without_server_hostname_is_valueerror",
    says=INSTEAD,
)
class MatchesNoName(Spoiled):
    """Goes on without a name, and without matching, where none can be had."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Connect by an address, match nothing."""
        if call.get("ssl") and not call.get("host") and "server_hostname" not in call:
            call["server_hostname"] = ""
            if call["ssl"] is True:
                call["ssl"] = unchecked()
            if call.get("host") == "":
                call["host"] = "127.0.0.1"


@mutant(
    breaks="create_connection.args.ssl_none_host_without_server_hostname_is_valueerror",
    says=INSTEAD,
)
class NamesLocalhost(Spoiled):
    """Has a default for the name as for the address."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Set it."""
        if call.get("ssl") and call.get("host") is None and "sock" not in call:
            call.setdefault("server_hostname", "localhost")


@mutant(breaks="create_connection.args.datagram_sock_is_valueerror", says=NOTHING)
class TakesAnySocket(Spoiled):
    """Never looks at the type of a socket."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Have a stream socket in its place, which the sound loop takes."""
        sock = call.get("sock")
        if sock is not None and sock.type == socket.SOCK_DGRAM:
            call["sock"], self.other_end = socket.socketpair()


@mutant(
    breaks="create_connection.args.sslsocket_is_typeerror",
    says="raised nothing; expected TypeError",
)
class ReadsCiphertext(Spoiled):
    """Uses the descriptor of an SSLSocket."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Take it over."""
        if isinstance(call.get("sock"), ssl.SSLSocket):
            call["sock"] = socket.socket(fileno=call["sock"].detach())


@mutant(breaks="create_connection.args.rejected_before_connecting", says=TOUCHED)
class ValidatesAfterConnecting(Spoiled):
    """Connects first and refuses then."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Connect."""
        if "ssl" not in call and "sock" not in call:
            with suppress(OSError):
                socket.create_connection((call["host"], call["port"])).close()


@mutant(
    breaks="create_connection.args.rejected_sock_stays_with_caller", says="expected b'still mine'"
)
class ClosesARefusedSocket(Spoiled):
    """Tidies up the socket on every error."""

    sock: socket.socket | None = None

    def arrange(self, call: dict[str, Any]) -> None:
        """Keep it in mind."""
        self.sock = call.get("sock")

    def failed(self, error: Exception, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Close it."""
        if self.sock is not None and isinstance(error, ValueError):
            self.sock.close()


@mutant(breaks="create_connection.args.handshake_timeout_must_be_positive", says=NOTHING)
@mutant(breaks="create_connection.args.shutdown_timeout_must_be_positive", says=NOTHING)
class ZeroIsNoLimit(Spoiled):
    """Takes a limit of zero or less for no limit."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Drop it."""
        for name in ("ssl_handshake_timeout", "ssl_shutdown_timeout"):
            if call.get(name, 1) <= 0:
                del call[name]


@mutant(breaks="create_connection.args.handshake_timeout_must_be_positive", says=INSTEAD)
class TimesOutAtOnce(Spoiled):
    """Starts a timer of no length."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Let it fire."""
        if call.get("ssl_handshake_timeout", 1) <= 0:
            raise ConnectionAbortedError("SSL handshake is taking too long")


@mutant(
    breaks="create_connection.args.rejected_before_factory_runs",
    says=CALLED,
)
@mutant(
    breaks="create_connection.failure.factory_not_called",
    says="a refused connect called the protocol factory 1 times",
)
@mutant(
    breaks="create_connection.failure.resolver_failure_does_not_call_factory",
    says="a host that can't be resolved called the protocol factory 1 times",
)
class BuildsTheProtocolFirst(Spoiled):
    """Calls the factory before anything else."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Call it."""
        protocol: asyncio.BaseProtocol = call["factory"]()
        call["factory"] = lambda: protocol
