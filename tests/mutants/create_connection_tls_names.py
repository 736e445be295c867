"""Loops that send or match the wrong name in a TLS handshake."""

from __future__ import annotations

import socket
from typing import Any

from . import SoundLoop, mutant
from .connects import is_numeric
from .tls_calls import Spoiled, lenient

NOTHING = "raised nothing; expected an exception"
REFUSED = "raised SSLCertVerificationError"


@mutant(
    breaks="create_connection.ssl.true_with_empty_server_hostname_skips_matching",
    says="raised ValueError",
)
@mutant(
    breaks="create_connection.ssl.server_hostname.empty_disables_matching",
    says="raised ValueError",
)
class RefusesTheEmptyName(Spoiled):
    """Wants a server_hostname that is not empty."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Refuse."""
        if call.get("server_hostname") == "":
            raise ValueError("server_hostname cannot be empty")


@mutant(
    breaks="create_connection.ssl.server_hostname.defaults_to_host", says="expected ['localhost']"
)
class SendsNoNameByDefault(Spoiled):
    """Sends a name only where server_hostname was given."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Leave the name empty."""
        if call.get("ssl") and "server_hostname" not in call:
            call["server_hostname"] = ""


@mutant(
    breaks="create_connection.ssl.server_hostname.defaults_to_host", says="expected ['localhost']"
)
@mutant(breaks="create_connection.ssl.server_hostname.resolved_host_keeps_its_name", says=REFUSED)
class NamesTheResolvedAddress(SoundLoop):
    """Resolves the host first and goes on with its address alone."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Put the address in the place of the host."""
        factory, host, port = args
        if options.get("ssl"):
            infos = await self.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            host, port = next(info[4][:2] for info in infos if info[0] == socket.AF_INET)
        return await super().create_connection(factory, host, port, **options)


@mutant(breaks="create_connection.ssl.server_hostname.default_is_verified", says=NOTHING)
class MatchesOnlyAGivenName(Spoiled):
    """Matches the certificate only where server_hostname was given."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Don't match host."""
        if call.get("ssl") and "server_hostname" not in call:
            call["ssl"] = lenient(call["ssl"])


@mutant(
    breaks="create_connection.ssl.server_hostname.default_is_verified",
    says="to a trusted server raised RuntimeError",
)
class RefusesEveryServer(SoundLoop):
    """Has an error of its own for handshakes, and no handshake that succeeds."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Connect without TLS, and give up."""
        if not options.pop("ssl", None):
            return await super().create_connection(*args, **options)
        options.pop("server_hostname", None)
        transport, _ = await super().create_connection(*args, **options)
        transport.abort()
        raise RuntimeError("invalid peer certificate")


@mutant(breaks="create_connection.ssl.server_hostname.overrides_host", says=REFUSED)
class MatchesTheHostAllTheSame(Spoiled):
    """Has no use for server_hostname where there is a host."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Match the host."""
        if call.get("ssl") and call.get("host"):
            call["server_hostname"] = call["host"]


@mutant(
    breaks="create_connection.ssl.server_hostname.mismatch_is_certificate_error",
    says="raised nothing; expected SSLCert",
)
class OverlooksAMismatch(Spoiled):
    """Verifies the chain and, with server_hostname, no name."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Don't match server_hostname."""
        if call.get("server_hostname"):
            call["ssl"] = lenient(call["ssl"])


@mutant(
    breaks="create_connection.ssl.server_hostname.used_with_given_sock",
    says="sent [None] as server name",
)
class DropsTheNameOfASocket(Spoiled):
    """Forgets server_hostname on the way from sock to TLS."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        if call.get("sock") and call.get("ssl"):
            call |= {"ssl": lenient(call["ssl"]), "server_hostname": ""}


@mutant(
    breaks="create_connection.ssl.server_hostname.used_with_given_sock",
    says="certified as x.test, raised nothing",
)
class MatchesNoNameOverASocket(Spoiled):
    """Sends the name over a given socket and does not match it."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Send only."""
        if call.get("sock") and call.get("ssl"):
            call["ssl"] = lenient(call["ssl"])


@mutant(breaks="create_connection.ssl.server_hostname.empty_sends_no_sni", says="expected none")
class TakesTheEmptyNameForNone(Spoiled):
    """Puts host in the place of an empty server_hostname."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Replace it."""
        if call.get("ssl"):
            call["server_hostname"] = call.get("server_hostname") or call["host"]


@mutant(
    breaks="create_connection.ssl.server_hostname.empty_disables_matching",
    says="by_stranger=True, raised nothing",
)
class EmptyNameTurnsTheGivenContextOff(Spoiled):
    """Verifies nothing with the given context where server_hostname is empty."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Accept whatever the server shows."""
        if call.get("server_hostname") == "":
            call["ssl"] = lenient(call["ssl"], verify=False)


@mutant(
    breaks="create_connection.ssl.server_hostname.empty_with_check_hostname_is_valueerror",
    says="raised nothing; expected ValueError",
    since=(3, 13, 16),
)
class EmptyNameStillDisablesMatching(Spoiled):
    """Goes on matching nothing where a context that checks names has no name."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Match nothing."""
        if call.get("server_hostname") == "":
            call["ssl"] = lenient(call["ssl"])


@mutant(breaks="create_connection.ssl.server_hostname.ip_address_is_matched_as_ip", says=REFUSED)
class MatchesAddressesAsText(Spoiled):
    """Matches the text of an address against DNS names; the dot keeps OpenSSL from parsing it."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Make it a name."""
        if call.get("ssl") and is_numeric(call.get("host")):
            call["server_hostname"] = f"{call['host']}."


@mutant(
    breaks="create_connection.ssl.server_hostname.ip_address_absent_from_certificate_fails",
    says=NOTHING,
)
class MatchesNoAddresses(Spoiled):
    """Skips the matching of numeric hosts."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Skip it."""
        if call.get("ssl") and is_numeric(call.get("host")):
            call["ssl"] = lenient(call["ssl"])


@mutant(breaks="create_connection.ssl.server_hostname.ipv6_address_is_matched", says=REFUSED)
class MatchesIPv6InBrackets(Spoiled):
    """Matches an IPv6 address in the form that addresses have in URLs."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Put it in brackets."""
        if call.get("ssl") and ":" in str(call.get("host")):
            call["server_hostname"] = f"[{call['host']}]"
