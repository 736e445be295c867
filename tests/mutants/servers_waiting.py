"""Loops whose servers are waited for, served forever or left wrongly."""

from __future__ import annotations

import asyncio
from typing import Any

from . import mutant
from .servers_parts import Serving, become

CLIENT = "expected it to wait for the client"
CLOSE = "expected it to wait for close()"


@mutant(
    breaks="servers.wait_closed.returns_after_close_without_clients",
    says="expected both to return",
)
class WaitsForNobody(Serving):
    """Waits for the end of a last client, also where there was none."""

    def furnish(self, server: Any) -> None:
        """Wait."""
        server.wait_closed = self.create_future


@mutant(
    breaks="servers.wait_closed.returns_after_close_without_clients",
    says="['returned None', 'pending']",
)
@mutant(breaks="servers.wait_closed.several_waiters", says="expected all of them to have returned")
class WakesTheFirst(Serving):
    """Has room for one waiter."""

    def furnish(self, server: Any) -> None:
        """Let the others wait."""
        sound, waiters = server.wait_closed, list[None]()

        async def wait_closed() -> None:
            waiters.append(None)
            await (sound() if len(waiters) == 1 else self.create_future())

        server.wait_closed = wait_closed


@mutant(breaks="servers.wait_closed.waits_until_closed", says=CLOSE, since=(3, 12))
@mutant(breaks="servers.wait_closed.client_gone_before_close", says=CLOSE, since=(3, 12))
class WaitsForClientsOnly(Serving):
    """Waits until nobody is connected, whether or not it still serves."""

    def furnish(self, server: Any) -> None:
        """Wait; how many are connected has no public name."""

        async def wait_closed() -> None:
            while server._connections:
                await asyncio.sleep(0)

        server.wait_closed = wait_closed


@mutant(breaks="servers.wait_closed.waits_for_clients", says=CLIENT, since=(3, 12))
@mutant(breaks="servers.async_with.waits_for_clients", says=CLIENT, since=(3, 12))
class WaitsForCloseOnly(Serving):
    """Does not wait for connections."""

    def furnish(self, server: Any) -> None:
        """Wait for the listeners."""

        async def wait_closed() -> None:
            while server.sockets:
                await asyncio.sleep(0)

        server.wait_closed = wait_closed


@mutant(
    breaks="servers.wait_closed.waits_for_clients",
    says="expected connection_lost() to be among them",
    since=(3, 12),
)
class ReturnsBeforeTheLoss(Serving):
    """Counts a connection as gone before its protocol has heard of it."""

    def adopt(self, protocol: Any) -> None:
        """Tell it later."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda error: self.call_later(0.01, lost, error)


@mutant(breaks="servers.wait_closed.ignores_clients_before_312", says="expected it to return and")
class WaitsTooEarly(Serving):
    """Waits for connections before Python 3.12."""

    def furnish(self, server: Any) -> None:
        """Wait for them."""

        async def wait_closed() -> None:
            while server.sockets or server._connections:
                await asyncio.sleep(0)

        server.wait_closed = wait_closed


@mutant(breaks="servers.wait_closed.can_be_cancelled", says="close() raised InvalidStateError")
class WakesTheCancelled(Serving):
    """Sets the result of every waiter's future, cancelled or not."""

    def furnish(self, server: Any) -> None:
        """Set it."""
        sound, waiters = server.close, list[Any]()

        def close() -> None:
            sound()
            while waiters:
                waiters.pop().set_result(None)

        async def wait_closed() -> None:
            if server.sockets:
                waiters.append(self.create_future())
                await waiters[-1]

        server.close, server.wait_closed = close, wait_closed


@mutant(breaks="servers.wait_closed.can_be_cancelled", says="a client was not served")
class ClosesWithItsWaiter(Serving):
    """Closes the server when somebody who waits is cancelled."""

    def furnish(self, server: Any) -> None:
        """Close it."""
        sound = server.wait_closed

        async def wait_closed() -> None:
            try:
                await sound()
            finally:
                server.close()

        server.wait_closed = wait_closed


@mutant(
    breaks="servers.serve_forever.cancellation_closes", says="cancelled it ended as 'returned None'"
)
class SwallowsTheCancellation(Serving):
    """Returns from serve_forever() when it is cancelled."""

    def furnish(self, server: Any) -> None:
        """Return."""
        sound = server.serve_forever

        async def serve_forever() -> None:
            try:
                await sound()
            except asyncio.CancelledError:
                return

        server.serve_forever = serve_forever


@mutant(
    breaks="servers.serve_forever.cancellation_closes",
    says="expected the server to be closed",
)
@mutant(
    breaks="servers.serve_forever.twice_is_runtimeerror",
    says="a second serve_forever() raised nothing",
)
@mutant(
    breaks="servers.serve_forever.on_closed_server_is_runtimeerror",
    says="of a closed server raised nothing",
)
@mutant(breaks="servers.serve_forever.ends_when_server_is_closed", says="expected it to end")
@mutant(breaks="servers.serve_forever.starts_serving", says="expected it to accept")
class OnlyWaits(Serving):
    """Has a serve_forever() that waits, and does nothing else."""

    def furnish(self, server: Any) -> None:
        """Wait."""

        async def serve_forever() -> None:
            await self.create_future()

        server.serve_forever = serve_forever


@mutant(breaks="servers.serve_forever.twice_is_runtimeerror", says="expected it to go on")
class StopsTheFirst(Serving):
    """Cleans up after the first serve_forever() when it refuses a second one."""

    def furnish(self, server: Any) -> None:
        """Clean up."""
        sound = server.serve_forever

        async def serve_forever() -> None:
            try:
                await sound()
            finally:
                server.close()

        server.serve_forever = serve_forever


@mutant(
    breaks="servers.serve_forever.cancellation_keeps_established_clients",
    says="expected the connection to stay",
    since=(3, 12),
)
class ClosesClientsOnCancellation(Serving):
    """Closes the connections when serve_forever() is cancelled."""

    def furnish(self, server: Any) -> None:
        """Close them."""
        sound = server.serve_forever

        async def serve_forever() -> None:
            try:
                await sound()
            except asyncio.CancelledError:
                server.close_clients()
                raise

        server.serve_forever = serve_forever


@mutant(
    breaks="servers.serve_forever.cancellation_ends_with_clients_connected",
    says="while an idle client stayed connected",
)
class WaitsForIdleClients(Serving):
    """Waits for connections that nobody closes when serve_forever() is cancelled."""

    def furnish(self, server: Any) -> None:
        """Wait; how many are connected has no public name."""
        server.listen()

        async def serve_forever() -> None:
            try:
                await self.create_future()
            finally:
                server.close()
                while server._connections:
                    await asyncio.sleep(0)

        server.serve_forever = serve_forever


@mutant(breaks="servers.async_with.closes_on_exit", says="gave the block None")
class EntersAsNothing(Serving):
    """Gives the block None."""

    def furnish(self, server: Any) -> None:
        """Give it."""

        async def enter(self: Any) -> None:
            pass

        become(server, __aenter__=enter)


@mutant(breaks="servers.async_with.closes_on_exit", says="expected the server to be closed then")
@mutant(breaks="servers.async_with.closes_on_exception", says="expected the server to be closed")
class LeavesItOpen(Serving):
    """Does nothing when the block is left."""

    def furnish(self, server: Any) -> None:
        """Do nothing."""

        async def leave(self: Any, *exc: object) -> None:
            pass

        become(server, __aexit__=leave)


@mutant(breaks="servers.async_with.closes_on_exception", says="raised nothing")
class SwallowsTheException(Serving):
    """Keeps what the block raised."""

    def furnish(self, server: Any) -> None:
        """Keep it."""

        async def leave(self: Any, *exc: object) -> bool:  # noqa: ARG001 - a method's form
            self.close()
            return True

        become(server, __aexit__=leave)


@mutant(breaks="servers.async_with.waits_for_clients", says=CLIENT, since=(3, 12))
class LeavesAtOnce(Serving):
    """Closes the server when the block is left, and waits for nothing."""

    def furnish(self, server: Any) -> None:
        """Close it."""

        async def leave(self: Any, *exc: object) -> None:  # noqa: ARG001 - a method's form
            self.close()

        become(server, __aexit__=leave)
