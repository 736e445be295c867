"""core.tls_session: how a session ends, by either side's word, by both, or without one."""

from __future__ import annotations

import ssl

import pytest

from reference_loop.core.tls_session import Stage

from .test_tls_session import PLAIN, by_version, opened
from .tls_pairs import read_all


@by_version
@pytest.mark.parametrize("size", [1, 0], ids=["byte by byte", "as it comes"])
@pytest.mark.parametrize("first", ["client", "server"])
def test_whoever_closes_waits_for_the_answer(
    version: ssl.TLSVersion, size: int, first: str
) -> None:
    pair = opened(version, size)
    closer = pair.client if first == "client" else pair.server
    peer = pair.other(closer)

    assert not closer.close(), "the peer has not answered; expected close() to be incomplete"
    assert closer.stage is Stage.CLOSING, f"{closer.stage}; expected CLOSING until the answer"
    pair.carry(closer)
    assert peer.read() == b"", "close_notify came; expected the end from read()"
    assert peer.stage is Stage.OPEN, f"{peer.stage}; expected the peer to close by itself"
    assert peer.close(), "both have said close_notify; expected the peer to be closed"
    closer.feed(peer.take_outgoing())

    assert closer.close(), "the answer came; expected close() to be complete"
    assert (closer.stage, peer.stage) == (Stage.CLOSED, Stage.CLOSED)


@by_version
def test_both_may_close_before_they_hear_of_the_other(version: ssl.TLSVersion) -> None:
    pair = opened(version)
    assert not pair.client.close()
    assert not pair.server.close()

    from_client, from_server = pair.client.take_outgoing(), pair.server.take_outgoing()
    pair.server.feed(from_client)
    pair.client.feed(from_server)

    assert pair.client.close(), "the server's close_notify came; expected the client closed"
    assert pair.server.close(), "the client's close_notify came; expected the server closed"


@by_version
def test_close_notify_is_said_once(version: ssl.TLSVersion) -> None:
    pair = opened(version)

    pair.client.close()
    said = pair.client.take_outgoing()
    pair.client.close()

    assert said, "close() said nothing; expected close_notify"
    assert pair.client.take_outgoing() == b"", "close() was called again and said it again"


@by_version
def test_what_was_written_before_the_close_arrives_before_the_end(
    version: ssl.TLSVersion,
) -> None:
    pair = opened(version)
    pair.client.write(PLAIN)
    pair.client.close()
    pair.server.feed(pair.client.take_outgoing())

    assert read_all(pair.server) == PLAIN, "data before close_notify was lost"
    assert pair.server.read() == b"", "the data was read; expected the end"


@by_version
@pytest.mark.parametrize("size", [1, 0], ids=["byte by byte", "as it comes"])
def test_data_that_comes_after_the_own_close_is_discarded(
    version: ssl.TLSVersion, size: int
) -> None:
    pair = opened(version, size)
    pair.client.close()
    pair.client.take_outgoing()
    pair.server.write(PLAIN[:2_000])

    closed = []
    for piece in pair.pieces(pair.server.take_outgoing()):
        pair.client.feed(piece)
        closed.append(pair.client.close())
    assert not any(closed), "only data came; expected close() to wait for close_notify"
    pair.server.close()
    for piece in pair.pieces(pair.server.take_outgoing()):
        pair.client.feed(piece)
        closed.append(pair.client.close())

    assert closed[-1], "close_notify came behind the data; expected the client closed"


@by_version
def test_data_that_was_not_read_yet_does_not_hinder_the_close(version: ssl.TLSVersion) -> None:
    pair = opened(version)
    pair.server.write(PLAIN[:50_000])
    pair.server.close()
    pair.client.feed(pair.server.take_outgoing())

    assert pair.client.close(), "data and close_notify wait unread; expected the client closed"
    pair.server.feed(pair.client.take_outgoing())
    assert pair.server.close(), "the client's close_notify came; expected the server closed"


@by_version
@pytest.mark.parametrize("unread", [b"", b"last words"])
def test_an_end_without_a_word_is_an_end_after_the_data(
    version: ssl.TLSVersion, unread: bytes
) -> None:
    pair = opened(version)
    pair.server.write(unread)
    pair.client.feed(pair.server.take_outgoing())
    pair.client.feed_eof()

    assert read_all(pair.client) == unread, "what came before the end was lost"
    assert pair.client.read() == b"", "the wire has ended; expected the end from read()"
    assert pair.client.close(), "the wire has ended; expected close() to be complete at once"
    assert pair.client.stage is Stage.CLOSED


@by_version
def test_an_end_without_a_word_after_the_own_close_is_an_end(version: ssl.TLSVersion) -> None:
    pair = opened(version)
    pair.client.close()

    pair.client.feed_eof()

    assert pair.client.close(), "the peer has gone without a word; expected close() to be complete"


@by_version
def test_half_a_record_and_then_the_end_is_an_end(version: ssl.TLSVersion) -> None:
    pair = opened(version)
    pair.server.write(b"never whole")
    pair.client.feed(pair.server.take_outgoing()[:-3])
    pair.client.feed_eof()

    assert pair.client.read() == b"", "a record was cut off; expected the end, and no data of it"
    assert pair.client.close(), "the wire has ended; expected close() to be complete"


@by_version
def test_writing_where_the_wire_has_ended_does_nothing(version: ssl.TLSVersion) -> None:
    pair = opened(version)
    pair.client.feed_eof()
    assert pair.client.read() == b""

    pair.client.write(b"to nobody")

    assert pair.client.unwritten == 0, "bytes for a wire that has ended are kept"


@by_version
def test_a_closed_session_stays_closed(version: ssl.TLSVersion) -> None:
    pair = opened(version)
    pair.client.close()
    pair.carry(pair.client)
    pair.server.close()
    pair.client.feed(pair.server.take_outgoing())
    pair.client.close()

    assert pair.client.close(), "close() on a closed session; expected True again"
    assert pair.client.take_outgoing() == b"", "a closed session said something more"
