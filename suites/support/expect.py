"""Expecting an exception without mistaking a missing call for a refusal.

NotImplementedError is a RuntimeError, so a plain `pytest.raises(RuntimeError)`
would be satisfied by a loop that lacks the call altogether. Here it passes
through, and the checker reports the call as missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, NoReturn, TypeVar

import pytest

E = TypeVar("E", bound=BaseException)


class Caught(Generic[E]):
    """Holds the exception that an `expect_raises` block caught, as `error`."""

    error: E


@contextmanager
def expect_raises(kind: type[E] | tuple[type[E], ...], doing: str) -> Iterator[Caught[E]]:
    """Expect the block to raise `kind`; `doing` opens the message, in the past tense.

    `with expect_raises(TypeError, "create_task(None)"): ...` fails with
    "create_task(None) raised nothing; expected TypeError". NotImplementedError,
    unless it was asked for, leaves the block unchanged: the call is missing.
    """
    caught: Caught[E] = Caught()
    names = " or ".join(map(named, kind if isinstance(kind, tuple) else (kind,)))
    try:
        yield caught
    except NotImplementedError as error:
        if kind is not NotImplementedError:
            raise
        caught.error = error  # type: ignore[assignment]  # kind is NotImplementedError here
    except kind as error:
        caught.error = error
    except Exception as error:
        raise AssertionError(f"{doing} raised {error!r}; expected {names}") from error
    else:
        raise AssertionError(f"{doing} raised nothing; expected {names}")


def named(kind: type[BaseException]) -> str:
    """An expected exception's class, for a message; "an exception" where any will do."""
    return "an exception" if kind is Exception else kind.__name__


def is_missing(error: BaseException) -> bool:
    """Whether an exception says that a call or a keyword does not exist."""
    return isinstance(error, NotImplementedError) or (
        isinstance(error, TypeError) and "keyword" in str(error)
    )


def not_observable(reason: str) -> NoReturn:
    """End the check without a verdict on the loop: the manual leaves the way open.

    For a promise that can be seen only through a door that this loop is free not
    to have, such as an overridden getaddrinfo(). The report counts it as skipped,
    with the reason.
    """
    pytest.skip(f"not observable: {reason}")
