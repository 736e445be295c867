"""The soak: mixed echo traffic for as long as you like, looked at for leaks.

    python -m tests.interop.soak --minutes 10 --loop reference_loop:new_event_loop --seed 1

The loop under test runs servers and clients, by protocols and by streams, over TCP, TLS
and Unix sockets; the other end is `soak_peer`, a process of blocking sockets. The traffic
comes in rounds. Between two rounds every conversation is over, and what the process holds
is counted. The first round warms up; after the last, no count may have grown.

Exit status: 0 clean; 1 for a leak, a wrong echo, an unexpected exception or anything told
to the exception handler; 2 for bad usage.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme

from .soak_clients import Clients
from .soak_counts import Counts, counted
from .soak_servers import all_served
from .soak_talk import PATIENCE, Plans
from .watched_run import leavings

TASKS = 10
THREADS = 5
"""Conversations under way at once: of the loop's clients, and of the peer's."""
LONGEST_ROUND = 20.0
ROUNDS = 5


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    minutes: float
    loop: str
    seed: int


class Peer:
    """The other process, as the loop's side sees it. It is spoken to by a thread of its own."""

    def __init__(self, asked: dict[str, Any]) -> None:
        command = [sys.executable, "-m", f"{__package__}.soak_peer"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._thread = ThreadPoolExecutor(1)
        self.addresses: dict[str, Any] = self._ask(json.dumps(asked))

    def run(self) -> None:
        """Let its clients talk."""
        self._tell("run")

    async def paused(self) -> dict[str, Any]:
        """Wait until its clients are silent; what they did so far."""
        answer: dict[str, Any] = await asyncio.get_running_loop().run_in_executor(
            self._thread, self._ask, "pause"
        )
        return answer

    def end(self) -> None:
        """Let it end, and wait for that."""
        self._thread.shutdown()
        self._process.communicate()

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _ask(self, line: str) -> Any:
        assert self._process.stdout is not None
        self._tell(line)
        return json.loads(self._process.stdout.readline())


class Soak:
    """One run, and all that went wrong in it."""

    def __init__(self, options: Options, folder: Path) -> None:
        self._options = options
        self._folder = folder
        self._authority = trustme.CA()
        self._package = ""
        self.troubles: list[str] = []

    def run(self, new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
        """Do it on one loop, from before the loop is made until it is closed."""
        before = counted(self._package, None)
        with leavings() as left, asyncio.Runner(loop_factory=new_loop) as runner:
            loop = runner.get_loop()
            self._package = type(loop).__module__.partition(".")[0]
            loop.set_exception_handler(lambda _, told: self.troubles.append(f"told: {told}"))
            runner.run(self._rounds())
            del loop
        del runner
        after = counted(self._package, None)
        say(f"closed: {after}")
        self.troubles += left
        for name in ("descriptors", "threads"):
            held, holds = getattr(before, name), getattr(after, name)
            if holds > held:
                self.troubles.append(f"after closing: {name}: {held} before, {holds} now")
        if after.handles:
            self.troubles.append(f"after closing there are {after.handles} handles")

    async def _rounds(self) -> None:
        loop = asyncio.get_running_loop()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert("localhost").configure_cert(context)
        servers, addresses = await all_served(context, self._folder)
        refusing = socket.create_server(("127.0.0.1", 0))
        nowhere = refusing.getsockname()
        refusing.close()
        loop.set_default_executor(ThreadPoolExecutor(1))  # more would come and look like a leak
        peer = await loop.run_in_executor(None, self._new_peer, addresses)
        clients = Clients(peer.addresses, self._trust(), nowhere)
        try:
            await self._all_rounds(peer, clients)
        finally:
            peer.end()
            for server in servers:
                server.close()
                await server.wait_closed()

    async def _all_rounds(self, peer: Peer, clients: Clients) -> None:
        seconds = self._options.minutes * 60
        length = min(LONGEST_ROUND, seconds / ROUNDS)
        all_plans = [Plans(f"{self._options.seed} loop {number}") for number in range(TASKS)]
        first: Counts | None = None
        began = time.monotonic()
        while time.monotonic() < began + seconds:
            peer.run()
            until = time.monotonic() + length
            await asyncio.gather(*(self._talk(clients, plans, until) for plans in all_plans))
            done = await peer.paused()
            now = await self._quiet_counts(first)
            say(f"{time.monotonic() - began:6.0f} s: loop's clients {clients.done}")
            say(f"          peer's clients {done['conversations']}, {done['bytes']} bytes")
            say(f"          {now}")
            self.troubles += done["errors"]
            if self.troubles:
                return
            first = first or now
        assert first is not None
        self.troubles += [f"grown since the warm-up: {what}" for what in now.grown_since(first)]

    async def _talk(self, clients: Clients, plans: Plans, until: float) -> None:
        while time.monotonic() < until and not self.troubles:
            try:
                await clients.converse(plans)
            except Exception as error:  # noqa: BLE001 - each of them is what we look for
                self.troubles.append(f"{type(error).__name__}: {error}")

    async def _quiet_counts(self, first: Counts | None) -> Counts:
        """Wait until the last conversation is over, as far as its end can be seen, then count."""
        loop = asyncio.get_running_loop()
        until = time.monotonic() + 2 * PATIENCE
        seen = counted(self._package, loop)
        while time.monotonic() < until:
            await asyncio.sleep(0.2)
            before, seen = seen, counted(self._package, loop)
            expected = (first or before).descriptors
            if seen.tasks == 1 and seen.descriptors == expected:
                break
        return seen

    def _new_peer(self, addresses: list[tuple[str, Any]]) -> Peer:
        chain, authority = self._folder / "chain.pem", self._folder / "authority.pem"
        certificate = self._authority.issue_cert("localhost")
        certificate.private_key_and_cert_chain_pem.write_to_path(chain)
        self._authority.cert_pem.write_to_path(authority)
        return Peer(
            {
                "seed": self._options.seed,
                "threads": THREADS,
                "authority": str(authority),
                "chain": str(chain),
                "servers": addresses,
            }
        )

    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        self._authority.configure_trust(context)
        return context


def say(line: str) -> None:
    """A line for whoever watches."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def asked(argv: list[str]) -> Options:
    """The command line, read. Ends the program with status 2 where it makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m tests.interop.soak")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--loop", metavar="MODULE:FACTORY", default="reference_loop:new_event_loop")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(argv)
    if ":" not in given.loop or given.minutes <= 0:
        parser.error("expected MODULE:FACTORY as the loop, and a positive number of minutes")
    return Options(**vars(given))


def main(argv: list[str]) -> int:
    """Run it; the exit status."""
    options = asked(argv)
    module, _, name = options.loop.partition(":")
    try:
        new_loop = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        say(f"--loop {options.loop}: {error}")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(options, Path(folder))
        soak.run(new_loop)
    for trouble in soak.troubles[:20]:
        say(f"TROUBLE: {trouble}")
    say(f"{options.loop}: {len(soak.troubles)} troubles" if soak.troubles else "clean")
    return 1 if soak.troubles else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
