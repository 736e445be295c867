"""core.addresses: addresses that need no resolver, and the order to try them in."""

from __future__ import annotations

from socket import AF_INET, AF_INET6, AF_UNSPEC, IPPROTO_TCP, IPPROTO_UDP, SOCK_DGRAM, SOCK_STREAM
from typing import Any

import pytest

from reference_loop.core.addresses import Info, interleaved, numeric, port_number

SIX = ("::1", 80, 0, 0)


@pytest.mark.parametrize(
    ("address", "family", "expected"),
    [
        (("127.0.0.1", 80), AF_UNSPEC, (AF_INET, ("127.0.0.1", 80))),
        (("127.0.0.1", "80"), AF_INET, (AF_INET, ("127.0.0.1", 80))),
        (("127.0.0.1", b"80"), AF_INET, (AF_INET, ("127.0.0.1", 80))),
        (("127.0.0.1", 80, 0, 0), AF_INET, (AF_INET, ("127.0.0.1", 80))),
        (("::1", 80), AF_UNSPEC, (AF_INET6, SIX)),
        (("::1", 80, 5, 6), AF_INET6, (AF_INET6, ("::1", 80, 5, 6))),
        (("::1", 80), AF_INET, None),
        (("127.0.0.1", 80), AF_INET6, None),
        (("fe80::1%lo", 80), AF_UNSPEC, None),
        (("localhost", 80), AF_UNSPEC, None),
        (("", 80), AF_UNSPEC, None),
        ((None, 80), AF_UNSPEC, None),
        ((b"127.0.0.1", 80), AF_UNSPEC, None),
        (("127.0.0.1", "http"), AF_UNSPEC, None),
        (("127.0.0.1", None), AF_UNSPEC, None),
        (("127.1", 80), AF_UNSPEC, None),
        (("127.0.0.1\0", 80), AF_UNSPEC, None),
    ],
)
def test_only_a_numeric_address_of_the_family_needs_no_resolver(
    address: Any, family: int, expected: tuple[int, Any] | None
) -> None:
    info = numeric(address, family, SOCK_STREAM, 0)

    told = None if info is None else (info[0], info[4])
    assert told == expected, f"numeric({address!r}, {family}) tells {told}; expected {expected}"


@pytest.mark.parametrize(
    ("kind", "proto", "expected"),
    [
        (SOCK_STREAM, 0, IPPROTO_TCP),
        (SOCK_STREAM, IPPROTO_TCP, IPPROTO_TCP),
        (SOCK_STREAM, IPPROTO_UDP, None),
        (SOCK_DGRAM, 0, IPPROTO_UDP),
        (SOCK_DGRAM, IPPROTO_TCP, None),
        (0, 0, None),
    ],
)
def test_a_socket_type_that_leaves_several_entries_open_needs_a_resolver(
    kind: int, proto: int, expected: int | None
) -> None:
    info = numeric(("127.0.0.1", 80), AF_INET, kind, proto)

    told = None if info is None else info[2]
    assert told == expected, f"type {kind}, proto {proto}: {told}; expected {expected}"


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        (0, 0),
        (65535, 65535),
        ("0080", 80),
        (b"80", 80),
        (65536, -1),
        (-1, -1),
        ("65536", -1),
        ("-1", -1),
        ("", -1),
        ("http", -1),
        (b"\xb2", -1),
        ("²", -1),
        (8.0, -1),
        (None, -1),
    ],
)
def test_a_port_is_a_number_where_nobody_need_look_it_up(port: Any, expected: int) -> None:
    assert port_number(port) == expected, f"port_number({port!r}); expected {expected}"


def infos(families: str) -> list[Info]:
    """Entries of the families named, each with its place as its port."""
    return [
        (AF_INET if family == "4" else AF_INET6, SOCK_STREAM, 0, "", (family, place))
        for place, family in enumerate(families)
    ]


@pytest.mark.parametrize(
    ("families", "first", "expected"),
    [
        ("6644", 1, "6464"),
        ("6644", 2, "6644"),
        ("66644", 2, "66464"),
        ("66664", 3, "66646"),
        ("44", 1, "44"),
        ("44", 9, "44"),
        ("6644", 9, "6644"),
        ("6444", 1, "6444"),
        ("4666", 2, "4666"),
        ("46", 1, "46"),
        ("4", 1, "4"),
    ],
)
def test_families_take_turns_after_a_head_start_of_the_first(
    families: str, first: int, expected: str
) -> None:
    ordered = interleaved(infos(families), first)

    order = "".join(info[4][0] for info in ordered)
    assert order == expected, f"{families} with {first} first became {order}; expected {expected}"
    for family in "46":
        places = [info[4][1] for info in ordered if info[4][0] == family]
        assert places == sorted(places), f"within family {family} the order became {places}"
