"""set_write_buffer_limits(): which limits are taken, and how they come back."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

import pytest

from ..support.expect import expect_raises
from ..support.flowing import stream
from ..support.protocols import Recorder
from ..support.requirement import requirement

API = "asyncio.WriteTransport.set_write_buffer_limits"
DOC = f"library/asyncio-protocol.html#{API}"
GET_LIMITS = "library/asyncio-protocol.html#asyncio.WriteTransport.get_write_buffer_limits"


def _limits(transport: asyncio.Transport, after: str) -> tuple[int, int]:
    """What get_write_buffer_limits() returns, where it is a pair of numbers."""
    limits = transport.get_write_buffer_limits()
    kinds = [isinstance(mark, int) for mark in limits] if isinstance(limits, tuple) else []
    assert kinds == [True, True], (
        f"get_write_buffer_limits() {after} returned {limits!r}; expected a tuple (low, high)"
    )
    return limits


@requirement(
    "transports.limits.defaults_are_ordered",
    api=API,
    level="documented",
    since="3.11",
    doc=GET_LIMITS,
)
async def test_the_default_limits_are_low_and_high(loop: AbstractEventLoop) -> None:
    """get_write_buffer_limits() of a new transport is (low, high), 0 <= low <= high, 0 < high.

    If this fails, look for the order of the pair, or for limits that are set late.
    """
    async with stream(loop, Recorder()) as (transport, _):
        low, high = _limits(transport, "of a new transport")

    assert 0 <= low <= high > 0, (
        f"get_write_buffer_limits() of a new transport returned {(low, high)}; "
        "expected (low, high) with 0 <= low <= high and high above 0"
    )


@requirement(
    "transports.limits.tuple_is_low_high", api=API, level="documented", since="3.11", doc=DOC
)
@pytest.mark.parametrize("how", ["keywords", "positional"])
async def test_limits_come_back_as_low_and_high(loop: AbstractEventLoop, how: str) -> None:
    """Limits that were set come back as (low, high); high is the setter's first parameter.

    If this fails, look for the order of the setter's parameters, which is high, low, and
    of the pair returned, which is low, high.
    """
    async with stream(loop, Recorder()) as (transport, _):
        try:
            if how == "keywords":
                transport.set_write_buffer_limits(low=300, high=1000)
            else:
                transport.set_write_buffer_limits(1000, 300)
        except ValueError as error:
            raise AssertionError(
                f"set_write_buffer_limits() with high 1000 and low 300, given as {how}, raised "
                f"{error!r}; expected it to take them"
            ) from error
        limits = _limits(transport, "after the limits were set")

    assert limits == (300, 1000), (
        f"set_write_buffer_limits() with high 1000 and low 300, given as {how}, was followed by "
        f"get_write_buffer_limits() {limits}; expected (300, 1000)"
    )


@requirement("transports.limits.high_only", api=API, level="documented", since="3.11", doc=DOC)
async def test_high_alone_brings_a_low_that_fits(loop: AbstractEventLoop) -> None:
    """With only high given, low becomes something between 0 and high.

    If this fails, look for the low mark of before, kept although it is above the new high.
    """
    async with stream(loop, Recorder()) as (transport, _):
        transport.set_write_buffer_limits(high=1000, low=300)
        transport.set_write_buffer_limits(high=100)
        low, high = _limits(transport, "after set_write_buffer_limits(high=100)")

    assert 0 <= low <= high == 100, (
        "set_write_buffer_limits(high=100) after high=1000, low=300 made the limits "
        f"{(low, high)}; expected 100 as high, and low between 0 and that"
    )


@requirement("transports.limits.low_only", api=API, level="implied", since="3.11", doc=DOC)
async def test_low_alone_brings_a_high_that_fits(loop: AbstractEventLoop) -> None:
    """With only low given, high becomes at least low.

    If this fails, look for the high mark of before, kept although it is below the new low.
    """
    async with stream(loop, Recorder()) as (transport, _):
        _, default = _limits(transport, "of a new transport")
        asked = default + 1000
        transport.set_write_buffer_limits(low=asked)
        low, high = _limits(transport, "after set_write_buffer_limits(low=...)")

    assert asked == low <= high, (
        f"set_write_buffer_limits(low={asked}), above the default high {default}, made the limits "
        f"{(low, high)}; expected {asked} as low, and high not below it"
    )


@requirement(
    "transports.limits.zero_high_forces_zero_low",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_high_zero_makes_low_zero(loop: AbstractEventLoop) -> None:
    """set_write_buffer_limits(high=0) makes both limits 0.

    If this fails, look for a 0 that is taken for "not given".
    """
    async with stream(loop, Recorder()) as (transport, _):
        transport.set_write_buffer_limits(high=0)
        limits = _limits(transport, "after set_write_buffer_limits(high=0)")

    assert limits == (0, 0), (
        f"set_write_buffer_limits(high=0) made the limits {limits}; expected (0, 0)"
    )


@requirement(
    "transports.limits.low_above_high_is_valueerror",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_a_low_above_high_is_refused(loop: AbstractEventLoop) -> None:
    """A low mark above the high one is refused, and the limits stay as they were.

    If this fails, look for limits that are clamped in silence, or stored before they are
    compared. asyncio raises ValueError; the manual leaves the class open.
    """
    async with stream(loop, Recorder()) as (transport, _):
        transport.set_write_buffer_limits(high=1000, low=300)
        with expect_raises(Exception, "set_write_buffer_limits(high=10, low=20)"):
            transport.set_write_buffer_limits(high=10, low=20)
        limits = _limits(transport, "after a refusal")

    assert limits == (300, 1000), (
        f"a refused set_write_buffer_limits(high=10, low=20) left the limits {limits}; "
        "expected (300, 1000), which had been set before"
    )


@requirement(
    "transports.limits.negative_is_valueerror", api=API, level="documented", since="3.11", doc=DOC
)
@pytest.mark.parametrize(
    "limits",
    [{"high": -1}, {"low": -1}, {"high": -1, "low": -2}],
    ids=["high", "low", "both"],
)
async def test_negative_limits_are_refused(loop: AbstractEventLoop, limits: dict[str, int]) -> None:
    """A negative limit is refused.

    If this fails, look for -1 in the sense of "no limit". asyncio raises ValueError; the
    manual leaves the class open, so that OverflowError is as good.
    """
    async with stream(loop, Recorder()) as (transport, _):
        transport.set_write_buffer_limits(high=2, low=1)
        with expect_raises(Exception, f"set_write_buffer_limits(**{limits})"):
            transport.set_write_buffer_limits(**limits)
