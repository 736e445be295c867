"""Callbacks that take long, and what a loop logs about them."""

from __future__ import annotations

import re
import time
from asyncio import AbstractEventLoop

import pytest

from ..support.reports import errors_logged

THRESHOLD = 0.002
SLOW = 0.006
"""Seconds that a slow callback takes at least."""
ROUNDING = 0.001
"""Seconds by which a duration in a log may be off: a clock's tick and what rounding adds."""


def be_slow(seconds: float = SLOW) -> None:
    """Keep the thread busy for at least that long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def watch_for_slow_callbacks(loop: AbstractEventLoop, threshold: float = THRESHOLD) -> None:
    """Put the loop into debug mode and set what it takes for slow."""
    loop.set_debug(True)
    loop.slow_callback_duration = threshold


def warnings_about(caplog: pytest.LogCaptureFixture, name: str) -> list[str]:
    """The texts of the WARNING records that mention the name, whatever the logger."""
    records = errors_logged(caplog, anywhere=True)
    texts = [r.getMessage() for r in records if r.levelname == "WARNING"]
    return [text for text in texts if name in text]


def has_number_between(text: str, least: float, most: float) -> bool:
    """Whether a number with a decimal point, within the bounds, stands in the text."""
    return any(least <= float(number) <= most for number in re.findall(r"\d+\.\d+", text))
