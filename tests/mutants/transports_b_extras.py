"""Loops whose transports tell wrongly of themselves, in get_extra_info() and repr()."""

from __future__ import annotations

import asyncio
from typing import Any

from . import mutant
from .transports_b_parts import Plain


class Tells(Plain):
    """No mutant itself: its heirs answer for get_extra_info()."""

    def told(self, transport: Any, name: str, answer: Any) -> Any:
        """Their answer."""
        raise NotImplementedError

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Let them answer."""
        get_extra_info = transport.get_extra_info
        transport.get_extra_info = lambda name, default=None: self.told(
            transport, name, get_extra_info(name, default)
        )


@mutant(breaks="transports.extra_info.socket_addresses", says="as its peer has them")
class SwapsTheNames(Tells):
    """Tells its own name for the peer's."""

    def told(self, transport: Any, name: str, answer: Any) -> Any:
        """Swap them."""
        swapped = {"peername": "getsockname", "sockname": "getpeername"}.get(name)
        return getattr(transport.sock, swapped)() if swapped else answer


@mutant(breaks="transports.extra_info.socket_addresses", says="as its peer has them")
class NamesAreText(Tells):
    """Tells the names as host:port."""

    def told(self, transport: Any, name: str, answer: Any) -> Any:  # noqa: ARG002 - the base's form
        """Join them."""
        return f"{answer[0]}:{answer[1]}" if name in ("peername", "sockname") else answer


@mutant(breaks="transports.extra_info.socket_object", says="whose family gave AttributeError")
class BareDescriptor(Tells):
    """Hands out the number of the descriptor."""

    def told(self, transport: Any, name: str, answer: Any) -> Any:
        """Hand it out."""
        return transport.sock.fileno() if name == "socket" else answer


@mutant(breaks="transports.extra_info.socket_object", says="is None; expected its socket")
class NoSocket(Tells):
    """Has no socket to show."""

    def told(self, transport: Any, name: str, answer: Any) -> Any:  # noqa: ARG002 - the base's form
        """Show none."""
        return None if name == "socket" else answer


class Fewer:
    """A view of a socket on which an option can't be set, and which knows no number."""

    def __init__(self, view: Any) -> None:
        self._view = view

    def __getattr__(self, name: str) -> Any:
        if name in ("setsockopt", "fileno"):
            raise AttributeError(name)
        return getattr(self._view, name)


@mutant(breaks="transports.extra_info.socket_object", says="whose setsockopt gave AttributeError")
@mutant(breaks="transports.extra_info.socket_object", says="whose fileno gave AttributeError")
class ViewOfLittle(Tells):
    """Shows an object that has not all of it."""

    def told(self, transport: Any, name: str, answer: Any) -> Any:  # noqa: ARG002 - the base's form
        """Show it."""
        return Fewer(answer) if name == "socket" else answer


@mutant(
    breaks="transports.extra_info.socket_object_stays_nonblocking",
    says="setblocking() of the exposed socket changed its descriptor",
)
@mutant(
    breaks="transports.extra_info.socket_object_stays_nonblocking",
    says="settimeout() of the exposed socket changed its descriptor",
)
class TheSocketItself(Tells):
    """Hands out its own socket."""

    def told(self, transport: Any, name: str, answer: Any) -> Any:
        """Hand it out."""
        return transport.sock if name == "socket" else answer


@mutant(breaks="transports.extra_info.default_for_missing", says="gave KeyError")
class RaisesForTheUnknown(Plain):
    """Looks up, and lets the error out."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Let it out."""
        get_extra_info, unknown = transport.get_extra_info, object()

        def raising(name: str, default: Any = None) -> Any:  # noqa: ARG001 - the method's form
            value = get_extra_info(name, unknown)
            if value is unknown:
                raise KeyError(name)
            return value

        transport.get_extra_info = raising


@mutant(breaks="transports.extra_info.default_for_missing", says="expected 'default', its default")
class DropsTheDefault(Plain):
    """Answers None for what it does not know."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Drop it."""
        get_extra_info = transport.get_extra_info
        transport.get_extra_info = lambda name, default=None: get_extra_info(name)  # noqa: ARG005


@mutant(breaks="transports.extra_info.default_for_missing", says="which is known, gave 'default'")
class KnowsNothing(Plain):
    """Gives the default for everything."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Give it."""
        transport.get_extra_info = lambda name, default=None: default  # noqa: ARG005


@mutant(breaks="transports.extra_info.addresses_survive_close", says="as before")
class AsksTheSocketEachTime(Tells):
    """Asks the socket, which is closed in the end."""

    def told(self, transport: Any, name: str, answer: Any) -> Any:
        """Ask it."""
        asked = {"peername": "getpeername", "sockname": "getsockname"}.get(name)
        return getattr(transport.sock, asked)() if asked else answer


@mutant(breaks="transports.extra_info.peername_in_connection_lost", says="the peer that had closed")
class ForgetsBeforeItTells(Plain):
    """Forgets all names before it calls connection_lost()."""

    def follow(self, transport: Any, protocol: Any) -> None:
        """Forget them."""
        lost = protocol.connection_lost

        def connection_lost(error: Any) -> None:
            transport.get_extra_info = lambda name, default=None: default  # noqa: ARG005
            lost(error)

        protocol.connection_lost = connection_lost


@mutant(breaks="transports.extra_info.peername_of_peer_already_gone", says="expected a connection")
class NeedsThePeersName(Plain):
    """Asks for the peer's name and lets the error out."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Ask for it."""
        if options.get("sock") is not None:
            options["sock"].getpeername()
        return await super().create_connection(*args, **options)


@mutant(breaks="transports.extra_info.peername_of_peer_already_gone", says="told None")
class TellsNothingOfTheGone(Plain):
    """Gives up both names where one of them fails."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Give them up."""
        if transport.get_extra_info("peername") is None:
            transport.get_extra_info = lambda name, default=None: default  # noqa: ARG005


@mutant(breaks="transports.repr.is_safe_in_every_state", says="that was closed raised")
@mutant(breaks="transports.repr.is_safe_in_every_state", says="that was closing raised")
class CannotBeShownInTheEnd(Plain):
    """Shows what close() has released."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Show it."""

        def shown(shown: asyncio.Transport) -> str:
            if shown.is_closing():
                raise AttributeError("'NoneType' object has no attribute 'fileno'")
            return "<transport>"

        transport.__class__ = type("Shown", (type(transport),), {"__repr__": shown})
