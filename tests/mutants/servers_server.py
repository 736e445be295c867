"""Loops whose servers tell wrongly of themselves, start wrongly, or close wrongly."""

from __future__ import annotations

from typing import Any

from . import mutant
from .servers_parts import Serving, become

REFUSED = "expected it to be refused"


@mutant(breaks="servers.start_serving.false_does_not_accept", says="expected nobody to be accepted")
class StartsAtOnce(Serving):
    """Serves although start_serving is False."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        call.pop("start_serving", None)


@mutant(
    breaks="servers.start_serving.false_does_not_accept",
    says="expected the server to accept from then on",
)
class NeverStarts(Serving):
    """Has a start_serving() that does nothing."""

    def furnish(self, server: Any) -> None:
        """Do nothing."""

        async def start_serving() -> None:
            pass

        server.start_serving = start_serving


@mutant(breaks="servers.start_serving.is_idempotent", says="expected one")
class ListensOnceMore(Serving):
    """Takes each client twice after a second start_serving()."""

    again = False

    def furnish(self, server: Any) -> None:
        """Note the call."""

        async def start_serving() -> None:
            self.again = True

        server.start_serving = start_serving

    def make(self, factory: Any) -> Any:
        """Make a second protocol."""
        if self.again:
            factory()
        return factory()


@mutant(breaks="servers.is_serving.lifecycle", says="returned [False, True, True]")
class ServesUntilItIsOver(Serving):
    """Says that it serves until somebody has waited for its end."""

    def furnish(self, server: Any) -> None:
        """Say so."""
        sound, started = server.is_serving, list[bool]()

        def is_serving() -> bool:
            if sound():
                started.append(True)
            return bool(started)

        server.is_serving = is_serving


@mutant(breaks="servers.is_serving.lifecycle", says="returned [True, True, False]")
class ServesFromTheBeginning(Serving):
    """Says that it serves as long as it has sockets."""

    def furnish(self, server: Any) -> None:
        """Say so."""
        server.is_serving = lambda: bool(server.sockets)


@mutant(breaks="servers.get_loop", says="expected the loop that made it")
class ForgetsItsLoop(Serving):
    """Drops the loop in close()."""

    def furnish(self, server: Any) -> None:
        """Drop it."""
        become(server, get_loop=lambda self: self._loop if self.sockets else None)


@mutant(breaks="servers.sockets.describe_listeners", says="has no attribute 'family'")
class ListsAddresses(Serving):
    """Lists addresses in the place of sockets."""

    def furnish(self, server: Any) -> None:
        """List them."""
        addresses = [sock.getsockname() for sock in server.sockets]
        become(server, sockets=property(lambda _: addresses))


@mutant(breaks="servers.sockets.describe_listeners", says="expected [(")
class ListsEmptyShells(Serving):
    """Lists sockets without descriptors."""

    def furnish(self, server: Any) -> None:
        """List them."""
        shown = server.sockets
        for sock in shown:
            sock.fileno = lambda: -1
        become(server, sockets=property(lambda _: shown))


@mutant(breaks="servers.sockets.is_a_copy", says="expected one before and after")
class GivesItsListAway(Serving):
    """Gives its own list of sockets away."""

    def furnish(self, server: Any) -> None:
        """Give it."""
        own = list(server.sockets)
        become(server, sockets=property(lambda _: own))


@mutant(breaks="servers.sockets.empty_after_close", says="then none")
class KeepsSocketObjects(Serving):
    """Keeps showing its sockets when they are closed."""

    def furnish(self, server: Any) -> None:
        """Keep them."""
        shown = server.sockets
        become(server, sockets=property(lambda _: shown))


@mutant(breaks="servers.repr.is_safe", says="expected a text")
class CannotBeShownClosed(Serving):
    """Has a repr() that needs the first listener."""

    def furnish(self, server: Any) -> None:
        """Need it."""
        become(server, __repr__=lambda self: f"<Server {self.sockets[0]}>")


@mutant(breaks="servers.close.refuses_new_connections", says=REFUSED)
@mutant(breaks="servers.close.releases_the_port", says="expected the port to be free")
@mutant(breaks="servers.create_server.sock_ownership", says="then the socket to be closed")
@mutant(breaks="servers.async_with.closes_on_exit", says="expected the server to be closed then")
@mutant(breaks="servers.serve_forever.cancellation_closes", says="a connect is answered")
class KeepsTheDescriptors(Serving):
    """Keeps the descriptors of its listeners until the loop is closed."""

    kept: tuple[Any, ...] = ()

    def furnish(self, server: Any) -> None:
        """Keep them."""
        self.kept += tuple(sock.dup() for sock in server.sockets)

    def close(self) -> None:
        """Let them go."""
        for sock in self.kept:
            sock.close()
        super().close()


@mutant(breaks="servers.close.refuses_new_connections", says=REFUSED)
class ListensForTheLastClient(Serving):
    """Stops to listen when the last client has left."""

    def furnish(self, server: Any) -> None:
        """Put it off; how many are connected has no public name."""
        sound = server.close

        def close() -> None:
            if server._connections:
                self.call_later(0.01, close)
            else:
                sound()

        server.close = close


@mutant(breaks="servers.close.leaves_clients_open", says="expected the connection to stay")
@mutant(breaks="servers.wait_closed.ignores_clients_before_312", says="and the client to stay")
@mutant(
    breaks="servers.serve_forever.cancellation_keeps_established_clients",
    says="expected the connection to stay",
    since=(3, 12),
)
class ClosesClientsToo(Serving):
    """Closes the connections with the listeners."""

    def furnish(self, server: Any) -> None:
        """Close them."""
        sound = server.close

        def close() -> None:
            sound()
            server.close_clients()

        server.close = close


@mutant(breaks="servers.close.is_idempotent", says="expected no error and a closed server")
class ClosesOnce(Serving):
    """Raises when it is closed again."""

    def furnish(self, server: Any) -> None:
        """Raise."""
        sound = server.close

        def close() -> None:
            if not server.sockets:
                raise RuntimeError("the server is closed already")
            sound()

        server.close = close


@mutant(
    breaks="servers.close_clients.closes_transports",
    says="expected connection_lost(None) and an end",
    since=(3, 13),
)
class TakesCloseForAFailure(Serving):
    """Tells protocols of an error when it was the server that closed."""

    def adopt(self, protocol: Any) -> None:
        """Tell it."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda error: lost(error or ConnectionAbortedError())


@mutant(
    breaks="servers.close_clients.closes_transports",
    says="expected each the goodbye and the end of the stream",
    since=(3, 13),
)
class ClosesListenersOnly(Serving):
    """Has a close_clients() that closes the listeners."""

    def furnish(self, server: Any) -> None:
        """Close them."""
        server.close_clients = server.close


@mutant(breaks="servers.close_clients.flushes", says="expected all of them", since=(3, 13))
class AbortsToClose(Serving):
    """Aborts connections that should be closed."""

    def furnish(self, server: Any) -> None:
        """Abort them."""
        server.close_clients = server.abort_clients


@mutant(
    breaks="servers.close_clients.does_not_stop_listening",
    says="the next client was not served",
    since=(3, 13),
)
class ClosesTheServerToo(Serving):
    """Closes the server with its clients."""

    def furnish(self, server: Any) -> None:
        """Close it."""
        sound = server.close_clients

        def close_clients() -> None:
            server.close()
            sound()

        server.close_clients = close_clients


@mutant(breaks="servers.close_clients.with_tls", says="did not end the connection", since=(3, 13))
class KnowsPlainConnectionsOnly(Serving):
    """Does not find the transports of TLS connections."""

    def furnish(self, server: Any) -> None:
        """Pass them by; which there are has no public name."""

        def close_clients() -> None:
            for transport in list(server._connections.values()):
                if transport.get_extra_info("ssl_object") is None:
                    transport.close()

        server.close_clients = close_clients


@mutant(
    breaks="servers.abort_clients.discards",
    says="expected both to be over at once",
    since=(3, 13),
)
class FlushesToAbort(Serving):
    """Closes connections that should be aborted."""

    def furnish(self, server: Any) -> None:
        """Close them."""
        server.abort_clients = server.close_clients
