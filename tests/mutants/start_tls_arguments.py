"""Loops whose start_tls() accepts what it ought to refuse, or refuses it in the wrong way."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

from . import SoundLoop, mutant
from .start_tls_calls import Upgrading, copied

NOT_REFUSED = "raised nothing; expected TypeError"


@mutant(breaks="start_tls.context.must_be_sslcontext", says="start_tls(sslcontext=True) raised")
@mutant(breaks="start_tls.context.must_be_sslcontext", says="start_tls(sslcontext=None) raised")
class MakesAContext(Upgrading):
    """Makes a context of its own where True or None is given."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Make one."""
        if call["sslcontext"] is None or call["sslcontext"] is True:
            call["sslcontext"] = ssl.create_default_context()
            call["ssl_handshake_timeout"] = 0.05


@mutant(breaks="start_tls.context.must_be_sslcontext", says="expected it to go on working")
class RefusesTooLate(Upgrading):
    """Closes the connection when the context is refused."""

    def failed(self, error: BaseException, call: dict[str, Any]) -> Any:
        """Close it."""
        call["transport"].close()
        raise error


@mutant(breaks="start_tls.context.must_be_sslcontext", says="raised AttributeError")
@mutant(breaks="start_tls.transport.must_be_upgradable", says="raised AttributeError")
@mutant(breaks="start_tls.transport.pipe_is_typeerror", says="raised AttributeError")
@mutant(breaks="start_tls.transport.object_is_typeerror", says="raised AttributeError")
class LooksAtNothing(Upgrading):
    """Goes on until something is missing."""

    def failed(self, error: BaseException, call: dict[str, Any]) -> Any:  # noqa: ARG002 - the base's form
        """Fail from deep inside."""
        if isinstance(error, TypeError):
            raise AttributeError("'object' has no attribute 'pause_reading'")
        raise error


@mutant(breaks="start_tls.transport.must_be_upgradable", says="was still pending")
@mutant(breaks="start_tls.transport.pipe_is_typeerror", says="was still pending")
@mutant(breaks="start_tls.transport.object_is_typeerror", says="was still pending")
class TakesAnyTransport(Upgrading):
    """Begins a handshake on whatever it gets."""

    async def upgrade(self, call: dict[str, Any]) -> Any:
        """Wait for an answer."""
        try:
            return await super().upgrade(call)
        except TypeError:
            return await self.create_future()


@mutant(breaks="start_tls.transport.must_be_upgradable", says="raised TypeError")
@mutant(breaks="start_tls.transport.object_is_typeerror", says="raised TypeError")
@mutant(breaks="start_tls.transport.pipe_is_typeerror", says="raised TypeError")
@mutant(breaks="start_tls.signature.options_are_keyword_only", says="raised TypeError")
class RefusesEverything(Upgrading):
    """Has a TypeError for every upgrade."""

    def arrange(self, call: dict[str, Any]) -> None:  # noqa: ARG002 - the base's form
        """Refuse."""
        raise TypeError("transport is not supported by start_tls()")


@mutant(breaks="start_tls.signature.options_are_keyword_only", says=NOT_REFUSED)
class TakesOptionsByPosition(SoundLoop):
    """Has no asterisk in its signature."""

    async def start_tls(
        self,
        transport: Any,
        protocol: Any,
        sslcontext: Any,
        server_side: bool = False,
        **options: Any,
    ) -> Any:
        """Upgrade."""
        return await super().start_tls(
            transport, protocol, sslcontext, server_side=server_side, **options
        )


@mutant(
    breaks="start_tls.handshake_timeout.must_be_positive",
    says="ssl_handshake_timeout=0 raised nothing; expected ValueError",
)
@mutant(
    breaks="start_tls.handshake_timeout.must_be_positive",
    says="ssl_handshake_timeout=-1 raised nothing; expected ValueError",
)
@mutant(
    breaks="start_tls.shutdown_timeout.must_be_positive",
    says="ssl_shutdown_timeout=0 raised nothing; expected ValueError",
)
class TakesZeroForTheDefault(Upgrading):
    """Takes every limit that is not positive for none."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Leave those out."""
        for name in ("ssl_handshake_timeout", "ssl_shutdown_timeout"):
            if call.get(name) is not None and call[name] <= 0:
                del call[name]


@mutant(
    breaks="start_tls.handshake_timeout.must_be_positive",
    says="raised ConnectionAbortedError",
)
class ZeroIsOverAtOnce(Upgrading):
    """Has a timer that is due at once."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Have no time."""
        if call.get("ssl_handshake_timeout", 1) <= 0:
            raise ConnectionAbortedError("SSL handshake is taking longer than 0 seconds")


@mutant(
    breaks="start_tls.server_hostname.sent_as_sni_and_verified",
    says="expected ['example.test']",
)
class SendsNoName(Upgrading):
    """Ignores server_hostname."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        if call.pop("server_hostname", None):
            call["sslcontext"] = copied(call["sslcontext"], names=False)


@mutant(breaks="start_tls.server_hostname.sent_as_sni_and_verified", says="SSLCertVerification")
class MatchesTheAddress(Upgrading):
    """Matches the peer's address in the place of the name."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Put the address there."""
        if call.get("server_hostname"):
            call["server_hostname"] = call["transport"].get_extra_info("peername")[0]


@mutant(breaks="start_tls.server_hostname.none_disables_matching", says="SSLCertVerification")
class DefaultsToTheAddress(Upgrading):
    """Matches the peer's address where no name was given."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Put the address there."""
        if not call.get("server_side") and not call.get("server_hostname"):
            call["server_hostname"] = call["transport"].get_extra_info("peername")[0]


@mutant(breaks="start_tls.server_hostname.mismatch_fails", says="raised nothing")
class MatchesNoName(Upgrading):
    """Sends server_hostname, and matches nothing."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Verify the chain alone."""
        if not call.get("server_side"):
            call["sslcontext"] = copied(call["sslcontext"], names=False)


@mutant(breaks="start_tls.server_hostname.none_disables_matching", says="raised nothing")
@mutant(
    breaks="start_tls.server_hostname.none_with_check_hostname_is_valueerror",
    says="raised nothing; expected ValueError",
)
class VerifiesNothingWithoutAName(Upgrading):
    """Switches verification off where no name was given."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Verify nothing."""
        if not call.get("server_side") and not call.get("server_hostname"):
            call["sslcontext"] = copied(call["sslcontext"], verify=False)


@mutant(
    breaks="start_tls.server_hostname.none_with_check_hostname_is_valueerror",
    says="expected a transport",
)
class WantsANameAlways(Upgrading):
    """Wants a name of every client."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Refuse."""
        if not call.get("server_side") and not call.get("server_hostname"):
            raise ValueError("server_hostname is needed")


@mutant(breaks="start_tls.alpn_is_negotiated", says="expected 'h2' of both")
@mutant(breaks="start_tls.client_certificate", says="expected a transport")
class CopiesTheContext(Upgrading):
    """Uses a context of its own that trusts the same authorities, and has no more of the given."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Put the copy in its place."""
        if not call.get("server_side"):
            call["sslcontext"] = copied(call["sslcontext"])

    async def upgrade(self, call: dict[str, Any]) -> Any:
        """See, as TLS 1.3 does not, that the server refused the certificate that is missing."""
        transport = await super().upgrade(call)
        await asyncio.sleep(0.02)
        if transport.is_closing():
            raise ssl.SSLError("tlsv13 alert certificate required")
        return transport
