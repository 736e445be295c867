"""Mutants of create_connection(): the order in which addresses are tried."""

from __future__ import annotations

import socket
from itertools import chain
from typing import Any, TypeAlias

from . import mutant
from .connects import Connecting, is_numeric

ORDER = "create_connection.interleave."
Infos: TypeAlias = list[Any]
"""Addresses as getaddrinfo() returns them."""


@mutant(breaks=ORDER + "default_keeps_resolver_order", says="connected to first IPv4")
class InterleavesByDefaultLoop(Connecting):
    """interleave is 1 unless given."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        options.setdefault("interleave", 1)
        return await super()._connect(*args, **options)


@mutant(breaks=ORDER + "zero_keeps_resolver_order", says="connected to first IPv4")
@mutant(breaks=ORDER + "explicit_zero_with_happy_eyeballs", says="connected to first IPv4")
class TakesZeroForOneLoop(Connecting):
    """Interleaves whenever interleave is given."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        if options.get("interleave") == 0:
            options["interleave"] = 1
        return await super()._connect(*args, **options)


@mutant(breaks=ORDER + "explicit_zero_with_happy_eyeballs", says="connected to first IPv4")
class OverridesZeroInRacesLoop(Connecting):
    """Takes a false interleave for one that was not given."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        if options.get("happy_eyeballs_delay") is not None:
            options["interleave"] = options.get("interleave") or 1
        return await super()._connect(*args, **options)


@mutant(breaks=ORDER + "happy_eyeballs_defaults_to_one", says="connected to second IPv6")
class NoInterleavingInRacesLoop(Connecting):
    """interleave is 0 unless given, in races as well."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        options.setdefault("interleave", 0)
        return await super()._connect(*args, **options)


class OwnOrderLoop(Connecting):
    """No mutant yet: the sound order of interleaved addresses, tried one by one."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        count = options.get("interleave")
        if not count or args[1] is None or is_numeric(args[1]):
            return await super()._connect(*args, **options)
        first: Infos = []
        second: Infos = []
        for info in await self.getaddrinfo(*args[1:3], type=socket.SOCK_STREAM):
            (first if not first or info[0] == first[0][0] else second).append(info)
        refusal = OSError("no address")
        for info in self._in_order(first, second, count):
            try:
                return await super()._connect(args[0], *info[4][:2])
            except OSError as error:
                refusal = error
        raise refusal

    def _in_order(self, first: Infos, second: Infos, count: int) -> Infos:
        """Two families in the order in which their addresses are tried."""
        ahead, first = first[: count - 1], first[count - 1 :]
        pairs = list(chain.from_iterable(zip(first, second, strict=False)))
        return ahead + pairs + first[len(second) :] + second[len(first) :]


@mutant(breaks=ORDER + "one_alternates_families", says="connected to second IPv6")
@mutant(breaks=ORDER + "first_family_count_two_then_other", says="connected to third IPv6")
class GroupsByFamilyLoop(OwnOrderLoop):
    """Puts all addresses of the first family before those of the second."""

    def _in_order(self, first: Infos, second: Infos, _: int) -> Infos:
        return first + second


@mutant(breaks=ORDER + "one_alternates_back", says="connected to second IPv4")
class ChangesFamilyOnceLoop(OwnOrderLoop):
    """Uses up the second family before it comes back to the first."""

    def _in_order(self, first: Infos, second: Infos, count: int) -> Infos:
        return first[:count] + second + first[count:]


@mutant(breaks=ORDER + "first_family_count_two", says="connected to first IPv4")
class TakesTheCountForAFlagLoop(OwnOrderLoop):
    """Any interleave works like 1."""

    def _in_order(self, first: Infos, second: Infos, _: int) -> Infos:
        return super()._in_order(first, second, 1)


@mutant(breaks=ORDER + "first_family_count_two_then_other", says="connected to third IPv6")
class CountsOneTooManyLoop(OwnOrderLoop):
    """An interleave of 2 puts two addresses before the alternation begins."""

    def _in_order(self, first: Infos, second: Infos, count: int) -> Infos:
        return super()._in_order(first, second, count + 1 if count > 1 else 1)


@mutant(breaks=ORDER + "leftovers_follow", says="connected to no address (ConnectionRefusedError")
class DropsTheTailLoop(OwnOrderLoop):
    """Pairs the families off and forgets what has no partner."""

    def _in_order(self, first: Infos, second: Infos, count: int) -> Infos:
        if not second:
            return first
        ahead, first = first[: count - 1], first[count - 1 :]
        return ahead + list(chain.from_iterable(zip(first, second, strict=False)))


@mutant(breaks=ORDER + "single_family_is_unchanged", says="connected to second IPv4")
class RotatesASingleFamilyLoop(OwnOrderLoop):
    """With nothing to alternate with, the first address comes last."""

    def _in_order(self, first: Infos, second: Infos, count: int) -> Infos:
        return super()._in_order(first, second, count) if second else first[1:] + first[:1]


@mutant(breaks=ORDER + "single_family_is_unchanged", says="connected to third IPv4")
class ReversesASingleFamilyLoop(OwnOrderLoop):
    """With nothing to alternate with, the last address comes first."""

    def _in_order(self, first: Infos, second: Infos, count: int) -> Infos:
        return super()._in_order(first, second, count) if second else first[::-1]
