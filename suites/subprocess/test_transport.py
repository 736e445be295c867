"""SubprocessTransport: what it knows of its child."""

from __future__ import annotations

import subprocess
from asyncio import AbstractEventLoop
from typing import Any

from ..support.children import Child, running, sh
from ..support.expect import not_observable
from ..support.requirement import requirement

MANUAL = "library/asyncio-protocol.html#asyncio."


@requirement(
    "subprocess.transport.pid",
    api="asyncio.SubprocessTransport",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{MANUAL}SubprocessTransport.get_pid",
)
async def test_get_pid_is_the_childs(loop: AbstractEventLoop) -> None:
    """get_pid() is the child's process id, also after its end.

    If this fails, look for a pid that is asked of an object that goes away with the child.
    """
    async with running(loop, *sh("echo $$")) as child:
        pids = [child.transport.get_pid()]
        await child.until_over()
        pids.append(child.transport.get_pid())

    own = int(child.output(1) or b"0")
    assert pids == [own, own], (
        f"get_pid() returned {pids[0]!r} and, after the end, {pids[1]!r} for a child that calls "
        f"itself {own}; expected that twice"
    )


@requirement(
    "subprocess.transport.returncode_none_while_running",
    api="asyncio.SubprocessTransport",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{MANUAL}SubprocessTransport.get_returncode",
)
async def test_get_returncode_is_none_until_the_end(loop: AbstractEventLoop) -> None:
    """get_returncode() is None while the child runs, and its exit status afterwards.

    If this fails, look for a status that begins as 0, or for one that is asked of the
    system when another part of the loop has already taken it.
    """
    async with running(loop, *sh("echo; read line; exit 3")) as child:
        await child.until_called("pipe_data_received(1)")
        while_running = child.transport.get_returncode()
        await child.until_over()
        afterwards = child.transport.get_returncode()

    assert while_running is None, (
        f"get_returncode() of a running child returned {while_running!r}; expected None"
    )
    assert afterwards == 3, (
        f"get_returncode() of a child that ended with 3 returned {afterwards!r}; expected 3"
    )


@requirement(
    "subprocess.transport.returncode_set_in_process_exited",
    api="asyncio.SubprocessTransport",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=f"{MANUAL}SubprocessProtocol.process_exited",
)
async def test_the_status_is_known_in_process_exited(loop: AbstractEventLoop) -> None:
    """Inside process_exited() the return code is known.

    If this fails, look for a protocol that is told before the status is stored.
    """
    seen: list[Any] = []

    class Asking(Child):
        def process_exited(self) -> None:
            seen.append(self.transport.get_returncode())
            super().process_exited()

    async with running(loop, *sh("exit 3"), child=Asking()) as child:
        await child.until_exit()

    assert seen == [3], (
        f"get_returncode() inside process_exited() of a child that ended with 3 returned {seen}; "
        "expected [3]"
    )


@requirement(
    "subprocess.transport.extra_info_subprocess",
    api="asyncio.SubprocessTransport",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{MANUAL}BaseTransport.get_extra_info",
)
async def test_extra_info_has_the_popen_object(loop: AbstractEventLoop) -> None:
    """get_extra_info('subprocess') is the child's subprocess.Popen.

    If this fails, look for an object of the loop's own that stands in for it.
    """
    async with running(loop, "cat") as child:
        pid = child.transport.get_pid()
        found = child.transport.get_extra_info("subprocess")

    if found is None:  # "the default if the transport does not support querying it"
        not_observable("get_extra_info('subprocess') is not supported")
    assert isinstance(found, subprocess.Popen), (
        f"get_extra_info('subprocess') returned {found!r}; expected a subprocess.Popen"
    )
    assert found.pid == pid, (
        f"get_extra_info('subprocess') has the pid {found.pid}; expected the child's, {pid}"
    )


@requirement(
    "subprocess.transport.get_protocol",
    api="asyncio.SubprocessTransport",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=f"{MANUAL}BaseTransport.get_protocol",
)
async def test_get_protocol_is_the_childs_protocol(loop: AbstractEventLoop) -> None:
    """get_protocol() of a child's transport is the protocol that the factory returned.

    If this fails, look for a protocol of the loop's own that stands in between.
    """
    async with running(loop, "cat") as child:
        protocol = child.transport.get_protocol()

    assert protocol is child, (
        f"get_protocol() returned {protocol!r}; expected the factory's protocol"
    )
