"""Loops that take the wrong context for TLS, or none."""

from __future__ import annotations

import ssl
from typing import Any

from . import mutant
from .tls_calls import Spoiled, lenient

NOTHING = "raised nothing; expected an exception"


@mutant(
    breaks="create_connection.ssl.falsy_gives_plain_transport",
    says="create_connection(ssl=False) raised",
)
class FalseIsAContext(Spoiled):
    """Takes every ssl that is not None for TLS."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Read False as a wish for TLS."""
        if call.get("ssl") is False:
            call["ssl"] = True


@mutant(breaks="create_connection.ssl.context_is_the_one_used", says="expected the context itself")
class CopiesTheContext(Spoiled):
    """Uses a context of its own with the settings of the given one."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Put the copy in the place of the context."""
        if isinstance(call.get("ssl"), ssl.SSLContext):
            call["ssl"] = lenient(call["ssl"])


@mutant(breaks="create_connection.ssl.true_uses_a_verifying_default_context", says=NOTHING)
class DefaultContextVerifiesNothing(Spoiled):
    """Has an unverified context for ssl=True."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Accept whatever the server shows."""
        if call.get("ssl") is True:
            call["ssl"] = lenient(ssl.create_default_context(), verify=False)


@mutant(
    breaks="create_connection.ssl.true_honours_system_trust",
    says="with the authority in SSL_CERT_FILE raised SSLCertVerificationError",
)
class BringsItsOwnAuthorities(Spoiled):
    """Looks for authorities in a list of its own."""

    def arrange(self, call: dict[str, Any]) -> None:
        """The list is empty here."""
        if call.get("ssl") is True:
            call["ssl"] = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@mutant(
    breaks="create_connection.ssl.true_honours_system_trust",
    says="with the authority in SSL_CERT_FILE raised SSLCertVerificationError",
)
class KeepsTheFirstDefaultContext(Spoiled):
    """Makes the default context together with the loop, and keeps it."""

    def __init__(self) -> None:
        super().__init__()
        self.default = ssl.create_default_context()

    def arrange(self, call: dict[str, Any]) -> None:
        """Use the one that was kept."""
        if call.get("ssl") is True:
            call["ssl"] = self.default


@mutant(breaks="create_connection.ssl.true_checks_hostname", says=NOTHING)
class DefaultContextMatchesNoNames(Spoiled):
    """Turns check_hostname off in its default context."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Verify the chain alone."""
        if call.get("ssl") is True:
            call["ssl"] = ssl.create_default_context()
            call["ssl"].check_hostname = False


@mutant(
    breaks="create_connection.ssl.true_with_empty_server_hostname_skips_matching",
    says="expected CERT_REQUIRED and False",
)
@mutant(
    breaks="create_connection.ssl.true_with_empty_server_hostname_still_verifies_chain",
    says=NOTHING,
)
class EmptyNameTurnsVerificationOff(Spoiled):
    """Verifies nothing where server_hostname is empty."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Accept whatever the server shows."""
        if call.get("ssl") is True and call.get("server_hostname") == "":
            call["ssl"] = lenient(ssl.create_default_context(), verify=False)
