"""What every check of this chapter stands on, and what it leaves behind: the process's signals."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from ..support.signals import ignore

NAMES = ("SIGINT", "SIGTERM", "SIGUSR1", "SIGUSR2")


@pytest.fixture(autouse=True)
def untouched_signals() -> Iterator[None]:
    """Guard the signals that checks send; put handlers, wake-up descriptor and mask back.

    Being autouse it is set up before the check's loops, and ends after they were closed.
    """
    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    handlers = {number: signal.getsignal(number) for number in numbers}
    descriptor = signal.set_wakeup_fd(-1)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, []) if hasattr(signal, "SIGUSR1") else None
    for number in numbers:
        signal.signal(number, ignore)

    yield

    if mask is not None:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    for number, handler in handlers.items():
        signal.signal(number, signal.SIG_DFL if handler is None else handler)
    signal.set_wakeup_fd(descriptor)
