"""The loop as an object: its class, its methods, its attributes, its identity."""

from __future__ import annotations

import asyncio
import sys
import weakref
from asyncio import AbstractEventLoop

import pytest

from ..support.requirement import requirement
from ..support.running import expect_usable

ABSTRACT = "library/asyncio-eventloop.html#asyncio.AbstractEventLoop"
METHODS = [
    "run_until_complete",
    "run_forever",
    "stop",
    "is_running",
    "is_closed",
    "close",
    "shutdown_asyncgens",
    "shutdown_default_executor",
    "call_soon",
    "call_soon_threadsafe",
    "call_later",
    "call_at",
    "time",
    "create_future",
    "create_task",
    "set_task_factory",
    "get_task_factory",
    "create_connection",
    "create_datagram_endpoint",
    "create_server",
    "connect_accepted_socket",
    "sendfile",
    "start_tls",
    "sock_recv",
    "sock_recv_into",
    "sock_recvfrom",
    "sock_recvfrom_into",
    "sock_sendto",
    "sock_sendall",
    "sock_connect",
    "sock_accept",
    "sock_sendfile",
    "getaddrinfo",
    "getnameinfo",
    "connect_read_pipe",
    "connect_write_pipe",
    "run_in_executor",
    "set_default_executor",
    "set_exception_handler",
    "get_exception_handler",
    "default_exception_handler",
    "call_exception_handler",
    "get_debug",
    "set_debug",
    "subprocess_exec",
    "subprocess_shell",
]
"""What the manual's page on the event loop lists, on all platforms."""
if sys.platform != "win32":
    METHODS += [
        "create_unix_connection",
        "create_unix_server",
        "add_reader",
        "remove_reader",
        "add_writer",
        "remove_writer",
        "add_signal_handler",
        "remove_signal_handler",
    ]


@requirement("loop.isinstance_abstract", api="loop", level="documented", since="3.11", doc=ABSTRACT)
def test_a_loop_is_an_abstract_event_loop(loop: AbstractEventLoop) -> None:
    """The loop is an instance of asyncio.AbstractEventLoop.

    If this fails, derive the loop's class from it: asyncio and its users ask with isinstance().
    """
    expect_usable(loop, "on a new loop")

    is_one = isinstance(loop, asyncio.AbstractEventLoop)

    assert is_one, (
        f"isinstance(loop, asyncio.AbstractEventLoop) is false for a {type(loop)}; expected true"
    )


@requirement("loop.api_methods_present", api="loop", level="documented", since="3.11", doc=ABSTRACT)
@pytest.mark.parametrize("name", METHODS)
def test_a_loop_has_the_methods_of_the_manual(loop: AbstractEventLoop, name: str) -> None:
    """All methods that the manual lists exist on the loop, and are not AbstractEventLoop's stubs.

    If this fails, the named method is missing. Each method has checks of its own.
    """
    expect_usable(loop, "on a new loop")

    method = getattr(loop, name)

    assert callable(method), f"{name} of the loop is {method!r}; expected a method"
    if getattr(type(loop), name, None) is getattr(AbstractEventLoop, name):
        raise NotImplementedError(
            f"{name}() is the stub of asyncio.AbstractEventLoop; expected the loop's own"
        )


@requirement(
    "loop.api_slow_callback_duration_attribute",
    api="loop.slow_callback_duration",
    level="documented",
    since="3.11",
)
def test_slow_callback_duration_belongs_to_its_loop(
    loop: AbstractEventLoop, second_loop: AbstractEventLoop
) -> None:
    """The loop has an attribute slow_callback_duration of its own, to read and write, at first 0.1.

    If this fails, look for a value in milliseconds, or for an attribute of the class.
    """
    expect_usable(loop, "on a new loop")
    seen = [loop.slow_callback_duration]
    try:
        loop.slow_callback_duration = 0.5
    except AttributeError as error:
        if error.name != "slow_callback_duration":
            raise
        raise AssertionError(
            f"setting slow_callback_duration raised {error!r}; expected it to be writable"
        ) from None
    seen += [loop.slow_callback_duration, second_loop.slow_callback_duration]

    assert seen == [0.1, 0.5, 0.1], (
        "slow_callback_duration of a new loop, of that loop when it was set to 0.5, and of "
        f"another loop then, are {seen}; expected [0.1, 0.5, 0.1]"
    )


@requirement(
    "loop.weakrefable_hashable",
    api="loop",
    level="interop",
    since="3.11",
    libraries=["anyio"],
    doc=ABSTRACT,
)
def test_a_loop_can_be_a_key(loop: AbstractEventLoop, second_loop: AbstractEventLoop) -> None:
    """Loops can be weakly referenced and used as dictionary keys; equality is identity.

    If this fails, look for a class with __slots__ that lack __weakref__, for a type without
    support for weak references, or for __eq__ without __hash__.
    """
    expect_usable(loop, "on a new loop")

    try:
        weakly = weakref.WeakKeyDictionary({loop: "first", second_loop: "second"})
        plainly = {loop: "first", second_loop: "second"}
    except TypeError as error:
        raise AssertionError(
            f"using loops as keys raised {error!r}; expected them hashable and weakly referenced"
        ) from error

    found = [weakly[loop], weakly[second_loop], plainly[loop], plainly[second_loop]]
    assert found == ["first", "second", "first", "second"], (
        f"two loops as keys of a WeakKeyDictionary and of a dictionary led to {found}; "
        "expected each loop its own value"
    )
    assert loop != second_loop, "two loops are equal; expected each equal to itself alone"
