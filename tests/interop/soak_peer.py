"""The soak's other end: a process of its own, with blocking sockets in threads.

Its servers echo to the clients of the loop under test; its clients talk to the servers of
the loop. It is spoken to by lines on stdin: first JSON, {seed, threads, authority, chain,
servers: [[kind, address], ...]}; then `run` and `pause` in turn. It answers on stdout, by
lines of JSON: the addresses of its servers by kind, then, once a pause has come about,
what was done so far. The end of stdin ends it.
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import sys
import tempfile
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from .soak_talk import (
    KINDS,
    PATIENCE,
    PLAN,
    Ending,
    Manner,
    Plan,
    Plans,
    WrongEcho,
    describe,
    expect_echo,
)

PIECE = 16 * 1024
WINDOW = 4 * PIECE
"""Bytes under way at most: no pair of buffers can fill and block both ends for ever."""
LINGER_NOT = struct.pack("ii", 1, 0)
SMALL_BUFFER = 4096


class Clients:
    """Threads that talk to the servers of the loop under test, and pause when told to."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self._servers = [(kind, addressed(address)) for kind, address in asked["servers"]]
        self._trust = ssl.create_default_context(cafile=asked["authority"])
        self._may_run = threading.Event()
        self._idle = threading.Semaphore(0)
        self._count = asked["threads"]
        self._lock = threading.Lock()
        self.done = {"conversations": 0, "bytes": 0}
        self.errors: list[str] = []
        for number in range(self._count):
            plans = Plans(f"{asked['seed']} client {number}")
            threading.Thread(target=self._work, args=(plans,), daemon=True).start()

    def run(self) -> None:
        """Let them talk."""
        self._may_run.set()

    def pause(self) -> None:
        """Return when none of them is in a conversation."""
        self._may_run.clear()
        for _ in range(self._count):
            self._idle.acquire()

    def _work(self, plans: Plans) -> None:
        while True:
            self._may_run.wait()
            while self._may_run.is_set():
                kind, address = plans.lot.choice(self._servers)
                self._converse(kind, address, plans)
            self._idle.release()

    def _converse(self, kind: str, address: Any, plans: Plans) -> None:
        plan = plans.draw()
        echoed = bytearray()
        try:
            with closing(self._connected(kind, address, plans)) as sock:
                if kind != "tls":
                    talk(sock, plan, echoed)
                elif plan.ending is not Ending.AT_ONCE:  # which is without a handshake here
                    secure = self._trust.wrap_socket(sock, server_hostname="localhost")
                    with closing(secure):
                        talk(secure, plan, echoed)
            expect_echo(plan, echoed, f"the loop's server, {kind}")
        except (OSError, WrongEcho) as error:
            self.errors.append(f"{type(error).__name__}: {error}; {kind}, {describe(plan)}")
        with self._lock:
            self.done["conversations"] += 1
            self.done["bytes"] += len(echoed)

    def _connected(self, kind: str, address: Any, plans: Plans) -> socket.socket:
        sock = socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET)
        sock.settimeout(PATIENCE)
        if plans.lot.random() < 0.3:  # the loop's backlog grows
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        sock.connect(address)
        return sock


def talk(sock: socket.socket, plan: Plan, echoed: bytearray) -> None:
    """The client's part, as planned; all that came back is put into `echoed`."""
    if plan.ending is Ending.AT_ONCE:
        return
    body = plan.sends
    with suppress(ConnectionError, ssl.SSLError):  # too little was echoed then, or it was meant
        sock.sendall(plan.opening())
        for start in range(0, len(body), PIECE):
            sock.sendall(body[start : start + PIECE])
            if plan.wanted:
                receive(sock, echoed, start + PIECE - WINDOW)
        if plan.ending is Ending.HALF and not isinstance(sock, ssl.SSLSocket):
            sock.shutdown(socket.SHUT_WR)
            receive(sock, echoed, len(body) + 1)
        receive(sock, echoed, plan.wanted)
        if plan.ending is Ending.RESET:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        elif isinstance(sock, ssl.SSLSocket) and plan.ending is Ending.WHOLE:
            sock.unwrap()


def receive(sock: socket.socket, into: bytearray, size: int) -> None:
    """Read until `into` has so many bytes, or to the end."""
    while len(into) < size:
        data = sock.recv(65536)
        if not data:
            return
        into += data


class Servers:
    """One echo server for each kind; a thread for each connection."""

    def __init__(self, asked: dict[str, Any], folder: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(asked["chain"])
        self.addresses: dict[str, Any] = {}
        for kind in KINDS:
            listener = socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET)
            listener.bind(str(folder / "peer") if kind == "unix" else ("127.0.0.1", 0))
            listener.listen(100)
            self.addresses[kind] = listener.getsockname()
            threading.Thread(target=self._accept, args=(listener, kind), daemon=True).start()

    def _accept(self, listener: socket.socket, kind: str) -> None:
        while True:
            sock, _ = listener.accept()
            threading.Thread(target=self._serve, args=(sock, kind), daemon=True).start()

    def _serve(self, sock: socket.socket, kind: str) -> None:
        sock.settimeout(PATIENCE)
        with suppress(OSError):  # the client may go whenever it likes
            if kind == "tls":
                sock = self._context.wrap_socket(sock, server_side=True)
            answer(sock)
        sock.close()


def answer(sock: socket.socket) -> None:
    """The server's part of one conversation."""
    opening = bytearray()
    while len(opening) < PLAN.size:
        data = sock.recv(PLAN.size - len(opening))
        if not data:
            return
        opening += data
    manner, pause, limit = PLAN.unpack(opening)
    if manner == Manner.PAUSE:
        time.sleep(pause / 1000)
    left = limit if manner in (Manner.SILENT, Manner.CLOSE, Manner.ABORT) else sys.maxsize
    while left and (data := sock.recv(min(65536, left))):
        left -= len(data)
        sock.sendall(data)
    if manner == Manner.SILENT:
        while sock.recv(65536):
            pass
    elif manner == Manner.ABORT:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    elif isinstance(sock, ssl.SSLSocket):
        sock.unwrap()


def addressed(address: Any) -> Any:
    """An address as the socket module wants it: JSON has lists where it wants tuples."""
    return tuple(address) if isinstance(address, list) else address


def tell(what: object) -> None:
    """One line of JSON on stdout."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Obey the lines on stdin."""
    asked = json.loads(sys.stdin.readline())
    with tempfile.TemporaryDirectory() as folder:
        tell(Servers(asked, Path(folder)).addresses)
        clients = Clients(asked)
        for line in sys.stdin:
            if line.strip() == "run":
                clients.run()
            else:
                clients.pause()
                tell({**clients.done, "errors": clients.errors})


if __name__ == "__main__":
    main()
