"""What every check of this chapter stands on, and what it leaves behind: the process's signals."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from ..support.signals import KNOWS_NATIVE, default_of, ignore, put_at_default

NAMES = (
    *("SIGHUP", "SIGINT", "SIGTERM", "SIGUSR1", "SIGUSR2"),
    *("SIGPROF", "SIGURG", "SIGVTALRM", "SIGWINCH"),
)


@pytest.fixture(autouse=True)
def untouched_signals() -> Iterator[None]:
    """Begin with defaults; put handlers, wake-up descriptor and mask back.

    What Python counts as its own is touched, and no more: native handlers, which some loops
    install once for the process, stay. Where the system can't tell of those, Python handlers
    that do nothing guard the process against what a check sends.

    Being autouse it is set up before the check's loops, and ends after they were closed.
    """
    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    handlers = {number: signal.getsignal(number) for number in numbers}
    descriptor = signal.set_wakeup_fd(-1)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, []) if hasattr(signal, "SIGUSR1") else None
    for number in numbers:
        if not KNOWS_NATIVE:
            signal.signal(number, ignore)
        elif signal.getsignal(number) != default_of(number):
            put_at_default(number)

    yield

    if mask is not None:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    for number, handler in handlers.items():
        if signal.getsignal(number) != handler:
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
    signal.set_wakeup_fd(descriptor)
