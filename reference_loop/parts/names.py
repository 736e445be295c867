"""Names and addresses: the resolver of the system, asked in a thread.

Source: library/asyncio-eventloop.html#dns
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from ..core.addresses import Info, numeric

if TYPE_CHECKING:
    from ..loop import ReferenceLoop


async def getaddrinfo(
    loop: ReferenceLoop,
    host: Any,
    port: Any,
    *,
    family: int = 0,
    type: int = 0,  # noqa: A002 - the manual's name
    proto: int = 0,
    flags: int = 0,
) -> list[Any]:
    """socket.getaddrinfo() in the default executor. Raises socket.gaierror."""
    return await loop.run_in_executor(
        None, socket.getaddrinfo, host, port, family, type, proto, flags
    )


async def getnameinfo(loop: ReferenceLoop, sockaddr: Any, flags: int = 0) -> tuple[str, str]:
    """socket.getnameinfo() in the default executor. Raises socket.gaierror."""
    return await loop.run_in_executor(None, socket.getnameinfo, sockaddr, flags)


async def resolve(
    loop: ReferenceLoop,
    address: Any,
    *,
    family: int = 0,
    kind: int = socket.SOCK_STREAM,
    proto: int = 0,
    flags: int = 0,
) -> list[Info]:
    """The entries for an address, whose first two items are host and port.

    A numeric host needs no resolver. Raises socket.gaierror, and OSError where the
    resolver had nothing to say.
    """
    known = numeric(address, family, kind, proto) if not flags else None
    if known is not None:
        return [known]
    host, port = address[:2]
    infos: list[Info] = await loop.getaddrinfo(
        host, port, family=family, type=kind, proto=proto, flags=flags
    )
    if not infos:
        raise OSError(f"the resolver gave no address for {host!r}")
    return infos
