"""The oracle of protocol callbacks: which orders are legal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopconform.protocols import ProtocolWatch


@pytest.fixture
def watch() -> Iterator[ProtocolWatch]:
    """A watch over the classes that this file defines."""
    watch = ProtocolWatch([Path(__file__).parent])
    watch.install()
    yield watch
    del asyncio.BaseProtocol.__init_subclass__


def after(watch: ProtocolWatch, *calls: str) -> list[str]:
    """What is illegal about these callbacks, made on one protocol."""

    class Base(asyncio.Protocol):
        def data_received(self, data: bytes) -> None:
            """Overridden below."""

        def connection_made(self, transport: object) -> None:
            """Nothing."""

        def connection_lost(self, exc: Exception | None) -> None:
            """Nothing."""

        def pause_writing(self) -> None:
            """Nothing."""

        def resume_writing(self) -> None:
            """Nothing."""

    class Derived(Base):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)

    protocol = Derived()
    for name in calls:
        arguments = () if name in ("pause_writing", "resume_writing") else (None,)
        getattr(protocol, name)(*arguments)
    return [text.partition(": ")[2] for text in watch.illegal]


@pytest.mark.parametrize(
    "calls",
    [
        ["connection_made", "data_received", "data_received", "connection_lost"],
        ["connection_made", "pause_writing", "resume_writing", "pause_writing", "connection_lost"],
        ["data_received", "connection_lost"],  # put in by set_protocol(): made is never called
        ["resume_writing"],
        ["connection_made", "connection_lost", "connection_made", "data_received"],
    ],
)
def test_legal_orders_are_left_alone(watch: ProtocolWatch, calls: list[str]) -> None:
    assert after(watch, *calls) == []


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        (["connection_made", "connection_made"], "connection_made() was called twice"),
        (
            ["connection_made", "connection_lost", "data_received"],
            "data_received() was called after connection_lost()",
        ),
        (
            ["connection_made", "connection_lost", "connection_lost"],
            "connection_lost() was called after connection_lost()",
        ),
        (
            ["connection_made", "resume_writing"],
            "resume_writing() was called without pause_writing()",
        ),
        (
            ["connection_made", "pause_writing", "pause_writing"],
            "pause_writing() was called twice without resume_writing()",
        ),
        (
            ["data_received", "connection_made"],
            "data_received() was called before connection_made()",
        ),
    ],
)
def test_illegal_orders_are_told(watch: ProtocolWatch, calls: list[str], words: str) -> None:
    assert after(watch, *calls) == [words]


def test_classes_of_others_are_not_touched(watch: ProtocolWatch) -> None:
    elsewhere = ProtocolWatch([Path(__file__).parent / "nowhere"])
    elsewhere.install()

    class Mine(asyncio.Protocol):
        def connection_lost(self, exc: Exception | None) -> None:
            """Nothing."""

    Mine().connection_lost(None)
    Mine().connection_lost(None)
    watch.install()

    assert elsewhere.illegal == []
    assert not hasattr(Mine.connection_lost, "__wrapped__")
