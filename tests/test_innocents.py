"""Odd but legal loops pass everything that the reference loop passes."""

from __future__ import annotations

from loopconform.defects import defect_of
from loopconform.target import python_version

from .checking import outcomes
from .innocents import INNOCENTS, OVER_ASYNCIO

NOT_INNOCENT_OF = {
    # A handshake in single bytes takes longer than the 30 ms that this one gives its clients.
    "tests.innocents.wires:byte_by_byte": {"tls.handshake.server_timeout_drops_silent_client"},
    # CPython's sendfile() goes on watching what abort() has closed, and select() says so.
    "tests.innocents:over_select": {"sendfile.transport.abort_meanwhile"},
    # Its loops are in debug mode without being asked to, which is what these two forbid.
    "tests.innocents:debugging": {"debug.default_false", "debug.env_variable_ignored_with_E"},
    # Its megabytes, in pieces that the kernel acknowledges late, take longer than peers wait.
    "tests.innocents:SmallBuffersLoop": {"tls.flow.pause_and_resume_are_paired"},
    # The manual has a loop that was stopped before its run look at its descriptors once.
    "tests.innocents.turns:io_a_turn_later": {"stop.before_run.polls_io"},
    # It is no AbstractEventLoop, which is what these ask for, or need.
    "tests.innocents.turns:no_abstract_loop": {
        "loop.isinstance_abstract",
        "loop.set_event_loop_accepts",
        "policy.custom_policy_new_event_loop",
    },
}


def test_innocent_loops_are_not_accused() -> None:
    told = outcomes("reference_loop:new_event_loop", *INNOCENTS)

    kept = {id_ for id_, words in told["reference_loop:new_event_loop"].items() if not words}
    accused = [
        f"{target}: {id_}: {words}"
        for target, ids in told.items()
        for id_, words in ids.items()
        if words and id_ in kept and id_ not in NOT_INNOCENT_OF.get(target, set())
        if target not in OVER_ASYNCIO or defect_of(id_, python_version()) is None
    ]
    assert len(kept) > 300, f"the reference loop passes only {len(kept)} checks"
    assert not accused, "\n".join(accused)
