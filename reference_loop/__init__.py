"""A complete asyncio event loop, written to be read.

It is what the suites demand, in code: nothing here comes from asyncio's own loops. Of
asyncio it uses the public names (futures, tasks, the abstract classes) and the two hooks
that say which loop runs.

A reading order, an evening long. Each floor knows only those below it.

1. `core/`, told the time and the bytes: `timers`, `outbox` (what waits to be sent, and
   flow control), `receive_size`, `addresses`, `tls_session` (TLS as a state machine).
2. `kernel/`, one turn of the loop: `handles`, `watches`, `waker`, and `kernel` itself.
3. `parts/`, the methods of the loop by the manual's headings. Begin with `running`,
   `scheduling` and `tasks`. Then the transports: `transports`, `socket_transport`,
   `tls_transport`. Then how they come about: `socket_calls`, `racing`, `connecting`,
   `server`, `listening`. The rest in any order.
4. `loop`, the index: every public method, and where it is.
"""

from .loop import ReferenceLoop


def new_event_loop() -> ReferenceLoop:
    """A new loop, not running."""
    return ReferenceLoop()


__all__ = ["ReferenceLoop", "new_event_loop"]
