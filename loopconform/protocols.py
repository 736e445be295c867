"""Watching protocol callbacks without touching the loop or the check.

Each protocol class that a check module defines gets its callbacks wrapped at the
moment the class is made; a wrapper notes the call and passes it on. The rules are
those of the manual's state machine:

    (before) --connection_made--> open --connection_lost--> over
    open: pause_writing and resume_writing alternate, everything else at will
    over: nothing more

A protocol put in by set_protocol() never sees connection_made(), so callbacks
without it count only if it comes after them. A call from within a call, such as
super().data_received(), is one call.

Source: asyncio manual, Base Protocol and Streaming Protocols, "State machine".
"""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

CALLBACKS = (
    "connection_made",
    "connection_lost",
    "pause_writing",
    "resume_writing",
    "data_received",
    "eof_received",
    "get_buffer",
    "buffer_updated",
    "datagram_received",
    "error_received",
    "pipe_data_received",
    "pipe_connection_lost",
    "process_exited",
)
_STATE = "_loopconform_life"


class _Life:
    """What one protocol object has seen so far."""

    def __init__(self) -> None:
        self.state = "before"
        self.paused = False
        self.early: list[str] = []
        self.inside: set[str] = set()

    def note(self, name: str) -> str | None:
        """Move on by one callback; return what is illegal about it, or None."""
        if name == "connection_made":
            return self._made()
        if self.state == "over":
            return f"{name}() was called after connection_lost()"
        if self.state == "before":
            self.early.append(name)
        elif name == "connection_lost":
            self.state = "over"
        elif name == "pause_writing":
            was_paused, self.paused = self.paused, True
            return (
                "pause_writing() was called twice without resume_writing()" if was_paused else None
            )
        elif name == "resume_writing":
            was_paused, self.paused = self.paused, False
            return None if was_paused else "resume_writing() was called without pause_writing()"
        return None

    def _made(self) -> str | None:
        early, self.early = self.early, []
        was_open = self.state == "open"
        self.state, self.paused = "open", False
        if was_open:
            return "connection_made() was called twice"
        if early:
            return f"{early[0]}() was called before connection_made()"
        return None


class ProtocolWatch:
    """Wraps the protocol classes that are defined below `roots` from now on."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = tuple(root.resolve() for root in roots)
        self.illegal: list[str] = []

    def install(self) -> None:
        """Have each new subclass of asyncio.BaseProtocol looked at when it is made."""
        watch = self

        def look_at(cls: type, /) -> None:
            if watch._is_of_a_check(cls):
                watch._wrap(cls)

        asyncio.BaseProtocol.__init_subclass__ = classmethod(look_at)  # type: ignore[assignment,method-assign]  # planted on purpose

    def _is_of_a_check(self, cls: type) -> bool:
        file = getattr(sys.modules.get(cls.__module__), "__file__", None)
        return file is not None and any(Path(file).is_relative_to(root) for root in self._roots)

    def _wrap(self, cls: type) -> None:
        for name in CALLBACKS:
            callback = vars(cls).get(name)
            if callable(callback):
                setattr(cls, name, self._noting(name, callback))

    def _noting(self, name: str, callback: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(callback)
        def noted(protocol: object, *args: object, **kwargs: object) -> object:
            life = _life_of(protocol)
            if life is None or name in life.inside:
                return callback(protocol, *args, **kwargs)
            problem = life.note(name)
            if problem is not None:
                self.illegal.append(f"{type(protocol).__name__}: {problem}")
            life.inside.add(name)
            try:
                return callback(protocol, *args, **kwargs)
            finally:
                life.inside.discard(name)

        return noted


def _life_of(protocol: object) -> _Life | None:
    """The record kept on the protocol itself, so that it lives no longer than that."""
    attributes = getattr(protocol, "__dict__", None)
    if attributes is None:
        return None
    life = attributes.get(_STATE)
    if not isinstance(life, _Life):
        life = attributes[_STATE] = _Life()
    return life
