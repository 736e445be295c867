"""A worker: carries out cases on the loops of one target, and may be lost.

It answers each message of its pool in turn:

    {"probe": true}        -> {"probed": {...}}     make two loops, say what they are
    {"run": [case, ...]}   -> {"done": case, "outcome": {...}, "spent": bool} for each,
                              after {"ran": case} where the check itself passed
    {"exit": true}         -> {"bye": true}         and leaves through the interpreter's exit

Before all of that it imports the target: {"ready": true} or {"unusable": why}. A
worker is spent once a case has left something behind that could touch the next one;
the pool then takes a fresh one. What runs here trusts nothing that a loop may have
replaced, closed or printed to.
"""

from __future__ import annotations

import contextlib
import errno
import faulthandler
import gc
import importlib.metadata
import os
import signal
import socket
import sys
import threading
import time
import traceback
from asyncio import AbstractEventLoop, all_tasks, get_running_loop
from collections.abc import Iterator
from types import FrameType
from typing import Any, Protocol

from loopconform.channel import Channel
from loopconform.keeper import LoopKeeper
from loopconform.oracles import Watch, open_descriptors
from loopconform.outcome import Outcome, came_out, shown, within
from loopconform.protocols import ProtocolWatch
from loopconform.stacks import of_exception
from loopconform.target import BadTarget, LoopFactory, load

MEMORY_LIMIT = 3 << 30
"""Bytes of data a worker may hold, so that a loop that eats memory dies alone."""
DESCRIPTOR_LIMIT = 1024
"""Descriptors a worker may open, so that a loop that eats them is soon through."""
CUT_OFF_PATIENCE = 5.0
"""Seconds that a worker whose channel was closed waits for its end."""
LEAVING_GRACE = 0.25
"""Seconds that a thread may take to end when the worker leaves."""
LEFT_BEHIND = 64
"""Descriptors that cases may leave in a worker before it is spent."""


class Cases(Protocol):
    """What a worker needs of the collected checks; the pytest plugin provides it."""

    factory: LoopFactory | None

    def run(self, case: str, then: str | None) -> Outcome:
        """Carry out one case; `then` is the case that follows it here, if any."""

    def take_troubles(self) -> list[str]:
        """What closing the loops of the last case raised; forgotten by asking."""

    def expects_log(self, case: str) -> bool:
        """Whether that check announced that it makes the loop log errors."""


def serve(channel: Channel, target: str, cases: Cases, protocols: ProtocolWatch) -> None:
    """Answer the pool until it says exit or goes away.

    A worker whose loop has closed the channel waits for the pool to notice and to kill
    it. What else gets here was raised because a loop has spoiled the interpreter.
    """
    try:
        _serve(channel, target, cases, protocols)
    except BaseException as error:  # noqa: BLE001 - told by the status and on standard error
        if isinstance(error, OSError) and error.errno in (errno.EBADF, errno.ENOTSOCK):
            time.sleep(CUT_OFF_PATIENCE)
        with contextlib.suppress(BaseException):
            traceback.print_exc()
        os._exit(1)


def _serve(channel: Channel, target: str, cases: Cases, protocols: ProtocolWatch) -> None:
    try:
        cases.factory = load(target)
    except BadTarget as error:
        channel.send({"unusable": within(str(error))})
        return
    gc.freeze()  # so that the collection after each check has little to look at
    baseline = _left_open()
    channel.send({"ready": True})
    while (messages := channel.receive()) is not None:
        for message in messages:
            if "probe" in message:
                if not _probe(channel, cases.factory):
                    return
            elif "run" in message:
                _run_all(channel, message["run"], cases, protocols, baseline)
            else:
                channel.send({"bye": True})
                channel.keep_open()
                _leave()
                return


def _run_all(
    channel: Channel, ids: list[str], cases: Cases, protocols: ProtocolWatch, baseline: int
) -> None:
    for case, then in zip(ids, [*ids[1:], None], strict=True):
        outcome, spent = _run_one(channel, case, then, cases, protocols)
        spent = spent or _left_open() > baseline + LEFT_BEHIND
        spent = spent and then != case  # a repetition is after what the first round has left
        channel.send({"done": case, "outcome": outcome.as_dict(), "spent": spent})
        if spent:
            return


def _run_one(
    channel: Channel, case: str, then: str | None, cases: Cases, protocols: ProtocolWatch
) -> tuple[Outcome, bool]:
    """The outcome of one case, and whether it has spoiled this worker."""
    began = time.perf_counter()
    spent = False
    try:
        with Watch(protocols) as watch:
            outcome = cases.run(case, then)
            troubles = cases.take_troubles()
            spent = outcome.kind == "failed" or _runs_a_loop()  # a failed check has not tidied up
            if outcome.kind == "passed":
                channel.send({"ran": case})
                log_expected = cases.expects_log(case)
                outcome.trips = watch.trips(log_expected=log_expected, troubles=troubles)
                spent |= "oracle.children" in outcome.trips or "oracle.threads" in outcome.trips
    except BaseException as error:  # noqa: BLE001 - a loop may raise anything, SystemExit too
        outcome = Outcome("failed", came_out(error), of_exception(error))
        spent = True
    outcome.seconds = time.perf_counter() - began
    return outcome, spent


def _runs_a_loop() -> bool:
    """Whether this thread still counts as running a loop, on which no other could run."""
    try:
        get_running_loop()
    except RuntimeError:
        return False
    return True


def _probe(channel: Channel, factory: LoopFactory | None) -> bool:
    """Make two loops by the factory and describe them; whether there was one.

    The answer is given before the loops are closed: a loop that dies of its close() is
    a loop, which the checks will judge.
    """
    assert factory is not None
    keeper = LoopKeeper(factory)
    try:
        about = describe(keeper.new_loop())
    except BadTarget as error:
        channel.send({"unusable": within(str(error))})
        return False
    except BaseException as error:  # noqa: BLE001 - whatever a factory raises, it gave no loop
        channel.send({"unusable": within(f"the factory raised {shown(error)}")})
        return False
    with contextlib.suppress(BaseException):
        keeper.new_loop()
        about["singleton"] = False
    channel.send({"probed": about})
    with contextlib.suppress(BaseException):
        keeper.close_all()
    return True


def describe(loop: AbstractEventLoop) -> dict[str, Any]:
    """The loop's class, and the distribution and version that it comes from."""
    cls = type(loop)
    root = cls.__module__.partition(".")[0]
    package, version = _distribution_of(root)
    return {
        "class": f"{cls.__module__}.{cls.__qualname__}",
        "package": package,
        "version": version,
        "singleton": True,
    }


def _distribution_of(root: str) -> tuple[str, str | None]:
    """The distribution that a top-level package comes from, and its version, if any does."""
    if root in sys.stdlib_module_names:
        return "CPython", ".".join(map(str, sys.version_info[:3]))
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return root, importlib.metadata.version(root)  # the usual case; the other one is slow
    for name in importlib.metadata.packages_distributions().get(root, ()):
        return name, importlib.metadata.version(name)
    return root, None


def settle_in(channel: socket.socket, stacks: int | None) -> Channel:
    """Make this process a worker: own group, no terminal, limits, stacks on a signal.

    `stacks` is the descriptor that faulthandler writes to, in a crash and when the
    pool asks a worker that outlived its time where it is.
    """
    if hasattr(os, "setsid"):
        with contextlib.suppress(OSError):
            os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.stderr = sys.__stderr__  # the pool's process keeps what pytest says there
    _limit()
    if stacks is not None:
        faulthandler.enable(file=stacks)
        hang_signal = ask_signal()
        if hang_signal is not None:
            signal.signal(hang_signal, lambda _, frame: _write_tasks(stacks, frame))
            faulthandler.register(hang_signal, file=stacks, chain=True)
    return Channel(channel)


def ask_signal() -> signal.Signals | None:
    """The signal on which a worker writes its stacks; None where there is none to spare."""
    real_time = getattr(signal, "SIGRTMAX", None)
    if real_time is not None:
        return signal.Signals(real_time)
    return getattr(signal, "SIGUSR2", None)


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    limits = {"RLIMIT_CORE": 0, "RLIMIT_DATA": MEMORY_LIMIT, "RLIMIT_NOFILE": DESCRIPTOR_LIMIT}
    for name, limit in limits.items():
        kind = getattr(resource, name)
        _, hard = resource.getrlimit(kind)
        bound = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (bound, hard))


def _write_tasks(stacks: int, frame: FrameType | None) -> None:
    """Where each unfinished task is suspended: what a thread's stack can't show."""
    lines = []
    while frame is not None:
        loop = frame.f_locals.get("loop")
        if isinstance(loop, AbstractEventLoop):
            for task in all_tasks(loop):
                lines.append(f"Task {task.get_name()} (most recent call first):\n")
                lines += reversed(list(_awaited_by(task.get_coro())))
            break
        frame = frame.f_back
    with contextlib.suppress(OSError):
        os.write(stacks, "".join(lines).encode())


def _awaited_by(coroutine: Any) -> Iterator[str]:
    """A line for each coroutine along a chain of awaits, the outermost first."""
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None)
        if frame is not None:
            code = frame.f_code
            yield f'  File "{code.co_filename}", line {frame.f_lineno} in {code.co_name}\n'
        coroutine = getattr(coroutine, "cr_await", None)


def _left_open() -> int:
    return len(open_descriptors())


def _leave() -> None:
    """Skip the wait for threads that never end: an oracle has already told of them."""
    others = [
        t for t in threading.enumerate() if t is not threading.current_thread() and not t.daemon
    ]
    patience = time.monotonic() + LEAVING_GRACE
    for thread in others:
        thread.join(max(0.0, patience - time.monotonic()))
    if any(thread.is_alive() for thread in others):
        os._exit(0)
