"""The loop under test: a factory named as MODULE:FACTORY, and what counts as a loop.

A loop is judged by what it can do, not by its class: it need not be a subclass of
asyncio.AbstractEventLoop. Every refusal says what is wrong with the name or with
what the factory gave; whoever asked adds where the name came from.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from typing import TYPE_CHECKING, TypeAlias

from loopconform.outcome import shown

if TYPE_CHECKING:  # the command line splits targets, and has no other use for asyncio
    from asyncio import AbstractEventLoop
    from collections.abc import Callable

LoopFactory: TypeAlias = "Callable[[], AbstractEventLoop]"
ADVICE = "Give MODULE:FACTORY, such as uvloop:new_event_loop."


class BadTarget(Exception):
    """A target that can't be used; the first argument says why, in one line."""


def split(target: str) -> tuple[str, str]:
    """Split MODULE:FACTORY. Raises BadTarget when it has another form."""
    module, colon, factory = target.partition(":")
    parts = [*module.split("."), *factory.split(".")]
    if not colon or not all(part.isidentifier() for part in parts):
        raise BadTarget(f"{target!r} is not of the form MODULE:FACTORY")
    return module, factory


def load(target: str) -> LoopFactory:
    """Import the factory that `target` names. Raises BadTarget when there is none.

    What the import itself raises is named, whatever it is, KeyboardInterrupt
    included: an interrupt meant for the run never reaches a worker.
    """
    module_name, path = split(target)
    try:
        found: object = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module_name}.".startswith(f"{error.name}."):
            raise BadTarget(f"no module named {error.name!r}") from error
        raise BadTarget(f"importing {module_name!r} failed: {shown(error)}") from error
    except BaseException as error:
        raise BadTarget(f"importing {module_name!r} failed: {shown(error)}") from error
    for name in path.split("."):
        try:
            found = getattr(found, name)
        except AttributeError as error:
            raise BadTarget(f"module {module_name!r} has no {path!r}") from error
    if not callable(found):
        raise BadTarget(f"{target} is {found!r}, which can't be called")
    return found


def new_loop(factory: LoopFactory) -> AbstractEventLoop:
    """Call the factory. Raises BadTarget when what it returns is no open loop."""
    loop = factory()
    if inspect.iscoroutine(loop):
        loop.close()
        raise BadTarget("the factory returned a coroutine; expected a loop")
    for method in ("run_until_complete", "run_forever", "close", "is_closed"):
        if not callable(getattr(loop, method, None)):
            raise BadTarget(f"the factory returned {loop!r}, which is no event loop: no {method}()")
    if loop.is_closed():
        raise BadTarget("the factory returned a loop that is already closed")
    return loop


def python_version() -> tuple[int, int, int]:
    """(major, minor, micro) of the running interpreter."""
    return sys.version_info[:3]
