"""Telling a call or keyword that does not exist from a promise that is broken.

Three signs, looked for in an exception and in what caused it: NotImplementedError;
an AttributeError about a public name of the loop, or about the very name under test;
and a TypeError that refuses a keyword on behalf of a method of the loop. The same
TypeError about somebody else's function, a task factory say, means that the loop
passed a keyword it should not have: that is a failure.
"""

from __future__ import annotations

import re
from asyncio import AbstractEventLoop

_REFUSALS = (
    re.compile(r"(?P<callee>[\w.<>]+)\(\) got an unexpected keyword argument"),
    re.compile(r"is an invalid keyword argument for (?P<callee>[\w.<>]+)\(\)"),
    re.compile(r"(?P<callee>[\w.<>]+)\(\) takes (no|at most \d+) keyword arguments?"),
)


def why_missing(error: BaseException, api: str) -> str | None:
    """What does not exist, in words, or None where the exception says no such thing."""
    seen: BaseException | None = error
    while seen is not None:
        reason = _sign(seen, api)
        if reason is not None:
            return reason
        seen = seen.__cause__
    return None


def _sign(error: BaseException, api: str) -> str | None:
    if isinstance(error, NotImplementedError):
        return f"{api}: {type(error).__name__}: {error}".rstrip(": ")
    if isinstance(error, AttributeError):
        about_loop = isinstance(error.obj, AbstractEventLoop) or hasattr(error.obj, "run_forever")
        public = not str(error.name).startswith("_")  # a private one is the loop's own slip
        if (about_loop and public) or error.name == api.rpartition(".")[2]:
            return f"{api}: {error}"
    if isinstance(error, TypeError):
        for pattern in _REFUSALS:
            match = pattern.search(str(error))
            if match and hasattr(AbstractEventLoop, match["callee"].rpartition(".")[2]):
                return f"{api}: {error}"
    return None
