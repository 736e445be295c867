"""The oracles: what is watched around every check, whatever the check itself asserts.

Each oracle is one requirement, decided over a whole run. A worker asks a `Watch`
before and after each check what moved; a trip is only a suspicion, because a first
call may fill a cache: the pool repeats it in a fresh worker, twice, and on asyncio's
own loop, before anybody is accused.

Only checks that passed are looked at. A check that failed was cut short, and what it
left behind is its own doing.
"""

from __future__ import annotations

import errno
import gc
import logging
import os
import sys
import threading
import time
import warnings
from types import TracebackType
from typing import Any

from loopconform.protocols import ProtocolWatch
from loopconform.requirement import Requirement

THREAD_GRACE = 1.0
"""Seconds that a thread, such as an executor's, may take to end after its loop's close()."""

NAMED = 5
"""How many of the things that tripped an oracle in one check are named."""

CHAPTER = "oracles"
_EVENTLOOP = "library/asyncio-eventloop.html"
_PROMISES = {
    "oracle.protocol_callbacks": (
        "library/asyncio-protocol.html#base-protocol",
        "Protocol callbacks come in legal order: connection_made() first and once, nothing after "
        "connection_lost(), resume_writing() only after pause_writing().",
        "Look at the transport's life cycle: every way out of it ends in one connection_lost().",
    ),
    "oracle.exception_handler": (
        f"{_EVENTLOOP}#asyncio.loop.default_exception_handler",
        "The loop's exception handler stays silent where nothing went wrong.",
        "The text is what the default handler logged on the logger 'asyncio'.",
    ),
    "oracle.unraisable": (
        "library/sys.html#sys.unraisablehook",
        "No exception is lost in a destructor, a callback from C or a thread of the loop.",
        "The text names the exception and the object that swallowed it.",
    ),
    "oracle.descriptors": (
        f"{_EVENTLOOP}#asyncio.loop.close",
        "A closed loop gives back the descriptors it opened, and closes none but its own.",
        "Look at close() (selector, self-pipe) and at failed or cancelled connects.",
    ),
    "oracle.threads": (
        f"{_EVENTLOOP}#asyncio.loop.close",
        "A closed loop leaves no Python thread running.",
        "Look at the default executor and at helper threads that close() does not end.",
    ),
    "oracle.children": (
        f"{_EVENTLOOP}#asyncio.loop.subprocess_exec",
        "A closed loop leaves no child process running and no zombie.",
        "Look at subprocess transports that are closed before their process has ended.",
    ),
    "oracle.resource_warning": (
        "library/asyncio-dev.html",
        "Nothing that a check has closed is later reported as unclosed by a ResourceWarning.",
        "Look for sockets and selectors that are dropped instead of closed.",
    ),
    "oracle.loop_close": (
        f"{_EVENTLOOP}#asyncio.loop.close",
        "close() of a loop that is not running raises nothing.",
        "The text is what close() raised after the check.",
    ),
    "oracle.worker_exit": (
        f"{_EVENTLOOP}#asyncio.loop.close",
        "An interpreter in which loops ran and were closed exits cleanly.",
        "Look at destructors and atexit handlers that run while the interpreter shuts down.",
    ),
}


def requirements() -> list[Requirement]:
    """The oracles as requirements, in a fixed order."""
    return [
        Requirement(
            id=id_,
            api="loop",
            level="implied",
            since="3.11",
            until=None,
            not_on=(),
            platforms=(),
            libraries=(),
            doc=doc,
            chapter=CHAPTER,
            statement=statement,
            hint=hint,
        )
        for id_, (doc, statement, hint) in _PROMISES.items()
    ]


class _Log(logging.Handler):
    """Keeps the errors logged on 'asyncio', which is where the default handler speaks."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text += f"\n{record.exc_info[1]!r}"
        self.lines.append(text)


class Watch:
    """Watches one check at a time: enter it around the check, then ask `trips`."""

    def __init__(self, protocols: ProtocolWatch) -> None:
        self._protocols = protocols
        self._log = _Log()
        self._descriptors: set[int] = set()
        self._threads: set[threading.Thread] = set()
        self._lost: list[str] = []
        self._warned: list[warnings.WarningMessage] = []
        self._catcher: warnings.catch_warnings[list[warnings.WarningMessage]] | None = None

    def __enter__(self) -> Watch:
        self._lost, self._log.lines = [], []
        self._protocols.illegal.clear()
        logging.getLogger("asyncio").addHandler(self._log)
        sys.unraisablehook, threading.excepthook = self._unraisable, self._thread_died
        self._catcher = warnings.catch_warnings(record=True)
        self._warned = self._catcher.__enter__()
        warnings.simplefilter("always", ResourceWarning)
        self._threads = set(threading.enumerate())
        mend_standard_streams()
        self._descriptors = open_descriptors()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._catcher is not None:
            self._catcher.__exit__(kind, error, traceback)
        sys.unraisablehook, threading.excepthook = sys.__unraisablehook__, threading.__excepthook__
        logging.getLogger("asyncio").removeHandler(self._log)

    def trips(self, *, log_expected: bool, troubles: list[str]) -> dict[str, str]:
        """What each tripped oracle saw, by id. Call it inside the watch, after the check."""
        gc.collect()
        resource = [str(w.message) for w in self._warned if w.category is ResourceWarning]
        seen = {
            "oracle.protocol_callbacks": self._protocols.illegal,
            "oracle.exception_handler": [] if log_expected else self._log.lines,
            "oracle.unraisable": self._lost,
            "oracle.threads": self._new_threads(),
            "oracle.descriptors": self._moved_descriptors(),
            "oracle.children": ["a child process was left behind"] if has_children() else [],
            "oracle.resource_warning": resource,
            "oracle.loop_close": troubles,
        }
        return {id_: _some(lines) for id_, lines in seen.items() if lines}

    def _unraisable(self, args: Any) -> None:  # sys.UnraisableHookArgs is in stubs only
        self._lost.append(
            f"{args.err_msg or 'exception ignored'} {args.object!r}: {args.exc_value!r}"
        )

    def _thread_died(self, args: threading.ExceptHookArgs) -> None:
        self._lost.append(f"thread {args.thread} died of {args.exc_value!r}")

    def _new_threads(self) -> list[str]:
        patience = time.monotonic() + THREAD_GRACE
        for thread in set(threading.enumerate()) - self._threads:
            thread.join(max(0.0, patience - time.monotonic()))
        return [
            f"thread {thread.name!r} is still running"
            for thread in set(threading.enumerate()) - self._threads
        ]

    def _moved_descriptors(self) -> list[str]:
        now = open_descriptors()
        return [
            f"descriptor {fd} was left open ({_target_of(fd)})" for fd in now - self._descriptors
        ] + [
            f"descriptor {fd} was closed, and was not the check's own"
            for fd in self._descriptors - now
        ]


def open_descriptors() -> set[int]:
    """The open descriptors of this process; empty where the platform can't tell.

    To list them takes a descriptor; where there is none left, each number is tried.
    """
    for place in ("/proc/self/fd", "/dev/fd"):
        try:
            return {int(name) for name in os.listdir(place) if _is_open(int(name))}
        except OSError as error:
            if error.errno == errno.EMFILE:
                return {fd for fd in range(os.sysconf("SC_OPEN_MAX")) if _is_open(fd)}
    return set()


def has_children() -> bool:
    """Whether this process has a child, running or a zombie; reaps none."""
    if not hasattr(os, "waitid"):
        return False
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT | os.WNOHANG)
    except OSError:
        return False
    return True


def mend_standard_streams() -> None:
    """Open /dev/null in place of a standard stream that a loop has closed.

    So no loop after it gets such a descriptor, and it is seen to close one each time.
    """
    for fd in range(3):
        if not _is_open(fd):
            nothing = os.open(os.devnull, os.O_RDWR)
            if nothing != fd:
                os.dup2(nothing, fd)
                os.close(nothing)


def _some(lines: list[str]) -> str:
    more = f"; and {len(lines) - NAMED} more" if len(lines) > NAMED else ""
    return "; ".join(lines[:NAMED]) + more


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def _target_of(fd: int) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return "unknown"
