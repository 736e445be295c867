"""The loop: every public method, in the order of the manual, and the part that does it.

Each line below names a function that takes the loop as its first argument. The modules
that they come from stand in `parts/`, one for each heading; `kernel/` has the turn.

What `__init__` sets is the state that the parts share. It is no API.

Source: library/asyncio-eventloop.html
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable
from functools import cached_property
from typing import Any
from weakref import WeakValueDictionary

from .core.receive_size import LARGEST
from .kernel.handles import ReadyHandle
from .kernel.kernel import Kernel
from .parts import (
    async_generators,
    connecting,
    datagrams,
    debugging,
    errors,
    executors,
    listening,
    names,
    pipes,
    running,
    scheduling,
    sending_files,
    signals,
    socket_calls,
    starting_tls,
    subprocesses,
    tasks,
    unix_sockets,
    watching,
)
from .parts.transports import DescriptorTransport


class ReferenceLoop(asyncio.AbstractEventLoop):
    """A complete asyncio event loop for Unix."""

    def __init__(self) -> None:
        self.kernel = Kernel(self, debug=debugging.debug_by_default())
        self.kernel.listen_to_waker()
        self.asyncgens = async_generators.AsyncGenerators(self)
        self.origins = debugging.Origins()
        self.executor = executors.DefaultExecutor()
        self.task_factory: Callable[..., Any] | None = None
        self.exception_handler: errors.ExceptionHandler | None = None
        self.signal_handlers: dict[int, ReadyHandle] = {}
        self.transports: WeakValueDictionary[int, DescriptorTransport] = WeakValueDictionary()
        self.slow_callback_duration = 0.1

    @cached_property
    def tls_buffer(self) -> memoryview:
        """Where TLS connections read their records; made for the first of them."""
        return memoryview(bytearray(LARGEST))

    # Running and stopping the loop
    run_until_complete = running.run_until_complete
    run_forever = running.run_forever
    stop = running.stop
    is_running = running.is_running
    is_closed = running.is_closed
    close = running.close
    shutdown_asyncgens = async_generators.shutdown_asyncgens
    shutdown_default_executor = executors.shutdown_default_executor

    # Scheduling callbacks
    call_soon = scheduling.call_soon
    call_soon_threadsafe = scheduling.call_soon_threadsafe

    # Scheduling delayed callbacks
    call_later = scheduling.call_later
    call_at = scheduling.call_at
    time = scheduling.time

    # Creating futures and tasks
    create_future = tasks.create_future
    create_task = tasks.create_task
    set_task_factory = tasks.set_task_factory
    get_task_factory = tasks.get_task_factory

    # Opening network connections
    create_connection = connecting.create_connection
    create_datagram_endpoint = datagrams.create_datagram_endpoint  # type: ignore[assignment]  # without reuse_address, which Python 3.11 withdrew
    create_unix_connection = unix_sockets.create_unix_connection

    # Creating network servers
    create_server = listening.create_server  # type: ignore[assignment]  # a Server of our own, where typeshed names asyncio's class
    create_unix_server = unix_sockets.create_unix_server  # type: ignore[assignment]  # as above
    connect_accepted_socket = listening.connect_accepted_socket

    # Transferring files
    sendfile = sending_files.sendfile

    # TLS upgrade
    start_tls = starting_tls.start_tls

    # Watching file descriptors
    add_reader = watching.add_reader
    remove_reader = watching.remove_reader
    add_writer = watching.add_writer
    remove_writer = watching.remove_writer

    # Working with socket objects directly
    sock_recv = socket_calls.sock_recv
    sock_recv_into = socket_calls.sock_recv_into
    sock_recvfrom = socket_calls.sock_recvfrom
    sock_recvfrom_into = socket_calls.sock_recvfrom_into
    sock_sendall = socket_calls.sock_sendall
    sock_sendto = socket_calls.sock_sendto
    sock_connect = socket_calls.sock_connect
    sock_accept = socket_calls.sock_accept
    sock_sendfile = sending_files.sock_sendfile

    # DNS
    getaddrinfo = names.getaddrinfo
    getnameinfo = names.getnameinfo

    # Working with pipes
    connect_read_pipe = pipes.connect_read_pipe
    connect_write_pipe = pipes.connect_write_pipe

    # Unix signals
    add_signal_handler = signals.add_signal_handler
    remove_signal_handler = signals.remove_signal_handler

    # Executing code in thread or process pools
    run_in_executor = executors.run_in_executor
    set_default_executor = executors.set_default_executor

    # Error handling
    set_exception_handler = errors.set_exception_handler
    get_exception_handler = errors.get_exception_handler
    default_exception_handler = errors.default_exception_handler
    call_exception_handler = errors.call_exception_handler

    # Debug mode
    get_debug = debugging.get_debug
    set_debug = debugging.set_debug

    # Running subprocesses
    subprocess_exec = subprocesses.subprocess_exec
    subprocess_shell = subprocesses.subprocess_shell

    def __repr__(self) -> str:
        state = "closed" if self.is_closed() else "running" if self.is_running() else "not running"
        return f"<{type(self).__name__} {state} debug={self.get_debug()}>"

    def __del__(self) -> None:
        kernel = getattr(self, "kernel", None)  # not there if it could not be made
        if kernel is not None and not kernel.closed and kernel.thread is None:
            warnings.warn(
                f"unclosed event loop {self!r}", ResourceWarning, source=self, stacklevel=2
            )
            self.close()
