"""get_debug(): whether a new loop is in debug mode."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Callable

import pytest

from ..support.requirement import requirement
from .fresh import debug_mode_of_a_new_loop

Factory = Callable[[], AbstractEventLoop]


@requirement("debug.default_false", api="loop.get_debug", level="documented", since="3.11")
@pytest.mark.parametrize("variable", [None, ""], ids=["unset", "empty"])
def test_a_new_loop_is_not_in_debug_mode(
    unkept_loop_factory: Factory, variable: str | None
) -> None:
    """Without development mode and PYTHONASYNCIODEBUG, or with it empty, get_debug() is False.

    If this fails, look for debug mode as the default, for a test whether the variable is
    there in place of what it holds, or for a flag that is no bool.
    """
    found = debug_mode_of_a_new_loop(unkept_loop_factory, variable=variable)

    assert found == "False", (
        f"get_debug() of a new loop, with PYTHONASYNCIODEBUG {'unset' if variable is None else ''}"
        f"{'empty' if variable == '' else ''}, returned {found}; expected False"
    )


@requirement("debug.env_variable", api="loop.get_debug", level="documented", since="3.11")
def test_the_variable_turns_debug_mode_on(unkept_loop_factory: Factory) -> None:
    """With PYTHONASYNCIODEBUG set to a text when Python starts, new loops are in debug mode.

    If this fails, look for a variable that is not read, or read by an event loop policy only.
    """
    found = debug_mode_of_a_new_loop(unkept_loop_factory, variable="1")

    assert found == "True", (
        f"get_debug() of a new loop, with PYTHONASYNCIODEBUG=1, returned {found}; expected True"
    )


@requirement(
    "debug.env_variable_ignored_with_E",
    api="loop.get_debug",
    level="documented",
    since="3.11",
    doc="using/cmdline.html#cmdoption-E",
)
def test_the_variable_has_no_effect_where_the_environment_is_ignored(
    unkept_loop_factory: Factory,
) -> None:
    """PYTHONASYNCIODEBUG has no effect when Python runs with -E.

    If this fails, look for os.environ read without sys.flags.ignore_environment.
    """
    found = debug_mode_of_a_new_loop(unkept_loop_factory, "-E", variable="1")

    assert found == "False", (
        f"get_debug() of a new loop, under python -E with PYTHONASYNCIODEBUG=1, returned {found}; "
        "expected False"
    )


@requirement(
    "debug.dev_mode",
    api="loop.get_debug",
    level="documented",
    since="3.11",
    doc="library/asyncio-eventloop.html#asyncio.loop.set_debug",
)
def test_development_mode_turns_debug_mode_on(unkept_loop_factory: Factory) -> None:
    """In Python's development mode new loops are in debug mode.

    If this fails, look for sys.flags.dev_mode, which the loop has to ask.
    """
    found = debug_mode_of_a_new_loop(unkept_loop_factory, "-X", "dev")

    assert found == "True", (
        f"get_debug() of a new loop, under python -X dev, returned {found}; expected True"
    )
