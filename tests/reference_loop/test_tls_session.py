"""core.tls_session: data and good-byes between two sessions that are fed by hand."""

from __future__ import annotations

import random
import ssl
from functools import cache

import pytest
import trustme

from reference_loop.core.tls_session import LARGEST_READ, Stage, TlsSession

from .tls_pairs import NAME, VERSIONS, Contexts, Pair, contexts, read_all

PLAIN = random.Random(3).randbytes(300_000)  # noqa: S311 - any bytes will do
by_version = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: str(version.name))


@cache
def authority() -> trustme.CA:
    """Whom the clients trust."""
    return trustme.CA()


@cache
def made(version: ssl.TLSVersion) -> Contexts:
    """Contexts of that version, made once: keys take their time."""
    return contexts(authority(), version)


def opened(version: ssl.TLSVersion, size: int = 0) -> Pair:
    """A pair after the handshake, with nothing under way."""
    pair = Pair(made(version), size=size)
    pair.shake_hands()
    assert (pair.client.stage, pair.server.stage) == (Stage.OPEN, Stage.OPEN)
    assert read_all(pair.client) == b""
    return pair


@by_version
@pytest.mark.parametrize("size", [1, 7, 0], ids=["byte by byte", "seven at once", "as it comes"])
def test_a_handshake_completes_however_its_bytes_are_cut(
    version: ssl.TLSVersion, size: int
) -> None:
    pair = Pair(made(version), size=size)
    assert pair.client.stage is Stage.HANDSHAKE, "a new session; expected the handshake's stage"

    pair.shake_hands()

    stages = pair.client.stage, pair.server.stage
    assert stages == (Stage.OPEN, Stage.OPEN), f"fed {size} at once: {stages}; expected both open"
    spoken = pair.client.object.version()
    assert spoken == version.name.replace("_", "."), f"{spoken} is spoken; expected {version.name}"


def test_a_handshake_without_an_answer_asks_for_more() -> None:
    pair = Pair(made(ssl.TLSVersion.TLSv1_3))

    first, hello, again = (
        pair.client.shake_hands(),
        pair.client.take_outgoing(),
        pair.client.shake_hands(),
    )

    assert not first, "nobody has answered; expected the handshake to be incomplete"
    assert not again, "nobody has answered still; expected the handshake to be incomplete"
    assert hello, "the client has said nothing; expected its hello among the outgoing bytes"
    assert pair.client.take_outgoing() == b"", "the hello was taken and came again"


@by_version
@pytest.mark.parametrize("size", [1, 1000, 0])
def test_plain_bytes_arrive_whole_and_in_order_in_both_directions(
    version: ssl.TLSVersion, size: int
) -> None:
    plain = PLAIN if size != 1 else PLAIN[:5_000]
    pair = opened(version, size)
    for side in (pair.client, pair.server):
        for at in range(0, len(plain), 10_000):
            side.write(plain[at : at + 10_000])

    to_server, to_client = pair.carry(pair.client), pair.carry(pair.server)

    assert to_server == plain, f"the server read {len(to_server)} bytes; expected what was written"
    assert to_client == plain, f"the client read {len(to_client)} bytes; expected what was written"
    assert pair.server.read() is None, "all was read; expected None, more must be fed first"


@by_version
def test_half_a_record_is_no_data(version: ssl.TLSVersion) -> None:
    pair = opened(version)
    pair.client.write(b"secret")
    record = pair.client.take_outgoing()

    pair.server.feed(record[:-1])
    early = pair.server.read()
    pair.server.feed(record[-1:])

    assert early is None, f"a record without its last byte gave {early!r}; expected None"
    assert pair.server.read() == b"secret", "the record is whole now; expected its bytes"


@by_version
def test_one_read_gives_no_more_than_its_bound(version: ssl.TLSVersion) -> None:
    pair = opened(version)
    pair.client.write(PLAIN)
    pair.server.feed(pair.client.take_outgoing())

    first, second = pair.server.read(), pair.server.read()

    assert first is not None
    assert second is not None
    assert len(first) <= LARGEST_READ, f"read() gave {len(first)} bytes; expected {LARGEST_READ}"
    assert first + second == PLAIN, "two reads gave other bytes than were written"


@by_version
def test_a_changed_record_is_an_error_after_the_good_data_before_it(
    version: ssl.TLSVersion,
) -> None:
    pair = opened(version)
    pair.client.write(b"good")
    good = pair.client.take_outgoing()
    pair.client.write(b"evil")
    evil = bytearray(pair.client.take_outgoing())
    evil[-1] ^= 1
    pair.server.feed(good + evil)

    assert pair.server.read() == b"good", "the first record is good; expected its bytes"
    with pytest.raises(ssl.SSLError):
        pair.server.read()

    pair.client.feed(pair.server.take_outgoing())
    with pytest.raises(ssl.SSLError, match=r"(?i)alert"):
        pair.client.read()


@by_version
def test_a_certificate_of_another_name_fails_the_handshake_on_both_sides(
    version: ssl.TLSVersion,
) -> None:
    pair = Pair(made(version), name=f"not-{NAME}")

    with pytest.raises(ssl.SSLCertVerificationError, match="match"):
        pair.shake_hands()

    assert pair.client.stage is Stage.HANDSHAKE, "a handshake that failed opened the session"
    pair.server.feed(pair.client.take_outgoing())
    with pytest.raises(ssl.SSLError, match=r"(?i)alert"):
        pair.server.shake_hands()


def test_an_end_during_the_handshake_is_an_error() -> None:
    pair = Pair(made(ssl.TLSVersion.TLSv1_3))
    pair.client.shake_hands()

    pair.client.feed_eof()

    with pytest.raises(ssl.SSLError):
        pair.client.shake_hands()


class Renegotiating:
    """Stands for the SSLObject: writes so many times, then wants to read first."""

    def __init__(self, *, writes: int) -> None:
        self.writes = writes
        self.written = b""

    def write(self, data: memoryview) -> int:
        """Take two bytes at most."""
        if not self.writes:
            raise ssl.SSLWantReadError
        self.writes -= 1
        self.written += bytes(data[:2])
        return len(data[:2])

    def read(self, size: int) -> bytes:
        """Have nothing."""
        raise ssl.SSLWantReadError(size)


def test_what_a_renegotiation_holds_back_is_kept_as_it_was_and_leaves_with_the_next_read() -> None:
    session = TlsSession(made(VERSIONS[0]).client, server_side=False, server_hostname=NAME)
    wire = Renegotiating(writes=1)
    session.object = wire  # type: ignore[assignment]  # no peer that Python can make renegotiates
    data = bytearray(b"abcde")

    session.write(memoryview(data))
    data[:] = b"XXXXX"
    session.write(b"fg")

    assert wire.written == b"ab", f"{wire.written!r} was taken; expected what the peer let pass"
    assert session.unwritten == 5, f"{session.unwritten} bytes wait; expected 5"
    wire.writes = 9
    assert session.read() is None, "nothing was fed; expected None"
    assert wire.written == b"abcdefg", f"{wire.written!r} left; expected the bytes as given"
    assert session.unwritten == 0, "all has left; expected nothing to wait"
