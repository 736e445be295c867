"""Loops whose TLS transports answer get_extra_info() wrongly."""

from __future__ import annotations

import ssl
from typing import Any

from . import mutant
from .tls_a_parts import Extras, Meddling


@mutant(breaks="tls.extra_info.sslcontext", says="expected the given context itself")
class ServersForgetTheContext(Extras):
    """Sets 'sslcontext' on the client's side alone."""

    def answer(self, name: str, default: Any, ask: Any, side: str) -> Any:
        """Forget it."""
        return None if (name, side) == ("sslcontext", "server") else ask(name, default)


@mutant(breaks="tls.extra_info.ssl_object", says="expected an ssl.SSLObject or ssl.SSLSocket")
class ShowsAnObjectOfItsOwn(Extras):
    """Shows an object of its own for 'ssl_object'."""

    def answer(self, name: str, default: Any, ask: Any, side: str) -> Any:  # noqa: ARG002 - the base's form
        """Show it."""
        return object() if name == "ssl_object" else ask(name, default)


class _Session:
    """Looks like an SSLObject, and isn't one."""

    def __init__(self, sound: Any) -> None:
        self._sound = sound

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sound, name)

    def getpeercert(self, binary_form: bool = False) -> Any:
        """Give verified certificates alone."""
        verified = self._sound.context.verify_mode != ssl.CERT_NONE
        return self._sound.getpeercert(binary_form) if verified else None

    def get_channel_binding(self, cb_type: str = "tls-unique") -> None:
        """Know none."""


@mutant(
    breaks="tls.extra_info.ssl_object_binary_certificate",
    says="expected the server's certificate as bytes",
)
@mutant(breaks="tls.extra_info.channel_binding_agrees", says="returned None; expected")
class WrapsTheSession(Extras):
    """Wraps the SSLObject, and loses some of what it knows."""

    def answer(self, name: str, default: Any, ask: Any, side: str) -> Any:  # noqa: ARG002 - the base's form
        """Wrap it."""
        found = ask(name, default)
        return _Session(found) if name == "ssl_object" else found


@mutant(breaks="tls.extra_info.peercert_on_client", says="expected a dict whose subjectAltName")
class ShowsTheBinaryCertificate(Extras):
    """Shows the certificate as DER bytes."""

    def answer(self, name: str, default: Any, ask: Any, side: str) -> Any:  # noqa: ARG002 - the base's form
        """Show them."""
        return ask("ssl_object").getpeercert(True) if name == "peercert" else ask(name, default)


@mutant(breaks="tls.extra_info.peercert_on_client", says="expected a dict whose subjectAltName")
@mutant(breaks="tls.extra_info.peercert_without_client_certificate", says="expected None")
class NeverSetsPeercert(Extras):
    """Does not know 'peercert'."""

    def answer(self, name: str, default: Any, ask: Any, side: str) -> Any:  # noqa: ARG002 - the base's form
        """Give the default."""
        return default if name == "peercert" else ask(name, default)


@mutant(breaks="tls.extra_info.peercert_unverified_is_empty_dict", says="expected an empty dict")
class TakesAnEmptyCertificateForNone(Extras):
    """Turns {} into None."""

    def answer(self, name: str, default: Any, ask: Any, side: str) -> Any:  # noqa: ARG002 - the base's form
        """Turn it."""
        found = ask(name, default)
        return found or None if name == "peercert" else found


@mutant(breaks="tls.extra_info.cipher", says="as the other end says")
class NamesTheCipherOnly(Extras):
    """Has the cipher's name alone."""

    def answer(self, name: str, default: Any, ask: Any, side: str) -> Any:  # noqa: ARG002 - the base's form
        """Name it."""
        found = ask(name, default)
        return found[0] if name == "cipher" else found


@mutant(breaks="tls.extra_info.compression", says="as the key is known")
class LeavesCompressionOut(Extras):
    """Does not know 'compression'."""

    def answer(self, name: str, default: Any, ask: Any, side: str) -> Any:  # noqa: ARG002 - the base's form
        """Give the default."""
        return default if name == "compression" else ask(name, default)


@mutant(breaks="tls.extra_info.socket_keys_stay_available", says="led to None")
class HidesTheSocket(Extras):
    """Answers the keys of TLS only."""

    def answer(self, name: str, default: Any, ask: Any, side: str) -> Any:  # noqa: ARG002 - the base's form
        """Give the default for the others."""
        hidden = name in ("peername", "sockname", "socket")
        return default if hidden else ask(name, default)


@mutant(breaks="tls.extra_info.unknown_key_gives_default", says="raised KeyError('nope')")
class LooksUpInADict(Extras):
    """Looks an unknown name up in a dict."""

    def answer(self, name: str, default: Any, ask: Any, side: str) -> Any:  # noqa: ARG002 - the base's form
        """Raise for it."""
        found = ask(name, self)
        if found is self:
            raise KeyError(name)
        return found if found is not None else default


@mutant(breaks="tls.extra_info.unknown_key_gives_default", says="returned (None, None)")
class DropsTheDefault(Extras):
    """Loses the default on the way to the TCP transport."""

    def answer(self, name: str, default: Any, ask: Any, side: str) -> Any:  # noqa: ARG002 - the base's form
        """Ask without it."""
        return ask(name)


@mutant(
    breaks="tls.extra_info.plain_transport_has_no_tls_keys",
    says="expected the default for each key of TLS",
)
class KnowsNoContextOfPlainTransports(Meddling):
    """Has one form of extras for all transports, in which 'sslcontext' may be None."""

    def furnish_plain(self, transport: Any) -> None:
        """Answer with it."""
        ask = transport.get_extra_info
        transport.get_extra_info = lambda name, default=None: (
            None if name == "sslcontext" else ask(name, default)
        )


class _UntilLost(Meddling):
    """No mutant itself: its heirs answer otherwise once the connection is lost."""

    def answer(self, default: Any) -> Any:
        """What get_extra_info() does then."""

    def furnish(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Change the transport just before connection_lost()."""
        lost = protocol.connection_lost

        def connection_lost(error: Any) -> None:
            transport.get_extra_info = lambda _, default=None: self.answer(default)
            lost(error)

        protocol.connection_lost = connection_lost


@mutant(breaks="tls.extra_info.after_close_does_not_raise", says="after connection_lost(), raised")
class AsksTheTransportBelow(_UntilLost):
    """Asks the TCP transport below, which is None by then."""

    def answer(self, default: Any) -> Any:
        """Ask it."""
        return getattr(None, "get_extra_info")("", default)  # noqa: B009 - the fault


@mutant(breaks="tls.extra_info.tls_keys_after_close", says="answered before and after")
class ClearsTheExtras(_UntilLost):
    """Clears the extras when the connection is lost."""

    def answer(self, default: Any) -> Any:
        """Know nothing."""
        return default
