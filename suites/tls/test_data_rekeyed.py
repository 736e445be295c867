"""TLS streams whose peer changes the keys: key update in TLS 1.3, renegotiation in TLS 1.2.

Python's ssl can start neither, so the peer is OpenSSL's own client, a process: on a
machine without the `openssl` command these two promises are not observable.
"""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import threading
from asyncio import AbstractEventLoop
from contextlib import suppress
from typing import IO

from ..support.certificates import TLS_1_2, TLS_1_3, server_context
from ..support.expect import not_observable
from ..support.protocols import Recorder, dispose
from ..support.requirement import requirement
from ..support.tls_peers import until_set
from ..support.tls_sessions import serving
from ..support.tls_streams import PROTOCOLS, TRANSPORT

DATA_RECEIVED = f"{PROTOCOLS}#asyncio.Protocol.data_received"
ALLOW_CLIENT_RENEGOTIATION = 1 << 8
"""SSL_OP_ALLOW_CLIENT_RENEGOTIATION, which Python's ssl has no name for."""


class Echoing(Recorder):
    """Sends back what comes."""

    def data_received(self, data: bytes) -> None:
        """Send it back."""
        super().data_received(data)
        assert self.transport is not None
        self.transport.write(data)


async def _echoed(
    loop: AbstractEventLoop, context: ssl.SSLContext, command: bytes
) -> tuple[list[bytes], str]:
    """Let OpenSSL's client write a word, change the keys twice, each time with a word after it.

    Returns the words that came back, and how the server's protocol ended, for a message.
    """
    openssl = shutil.which("openssl")
    if openssl is None:
        not_observable("changing the keys of a TLS connection takes the openssl command")
    heard: list[bytes] = []
    done, protocol = threading.Event(), Echoing()
    async with serving(loop, lambda: protocol, context) as (host, port):
        client = subprocess.Popen(  # noqa: S603 - the command is OpenSSL's, found on the path
            # without the system's certificates, which take longer to load than all the rest
            [openssl, "s_client", "-connect", f"{host}:{port}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | {"SSL_CERT_FILE": os.devnull, "SSL_CERT_DIR": os.devnull},
        )
        assert client.stdin is not None
        assert client.stdout is not None
        talk = threading.Thread(
            target=_talk, args=(client.stdin, client.stdout, command, heard, done)
        )
        talk.start()
        await until_set(done)
        client.kill()
        client.wait()
        talk.join()
        with suppress(OSError):  # what the client would not take
            client.stdin.close()
        client.stdout.close()
        if protocol.transport is not None:
            await dispose(protocol.transport)
    if command.strip() in heard:
        not_observable("this openssl command can't change the keys of a connection")
    return heard, f"called {protocol.calls[-1:]} on its protocol last"


def _talk(
    stdin: IO[bytes], stdout: IO[bytes], command: bytes, heard: list[bytes], done: threading.Event
) -> None:
    """The conversation; each word waits for the last one, or for OpenSSL to tell of a change."""
    words = {b"one\n", b"two\n", b"three\n", command}
    changes = {b"KEYUPDATE\n", b"RENEGOTIATING\n"}
    try:
        for word in (b"one\n", command, b"two\n", command, b"three\n"):
            stdin.write(word)
            stdin.flush()
            for line in stdout:
                if line in words:
                    heard.append(line.strip())
                if line in words | changes:
                    break
    except OSError:  # the client has ended: the words that are missing say so
        pass
    done.set()


@requirement(
    "tls.data.survives_key_update",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DATA_RECEIVED,
)
async def test_data_flows_on_after_a_key_update(loop: AbstractEventLoop) -> None:
    """A peer may update the keys of a TLS 1.3 connection; data flows on in both directions.

    If this fails, look for a record that holds no data and is taken for the end, or for an
    answer of OpenSSL's that nobody sends.
    """
    words, ending = await _echoed(loop, server_context(only=TLS_1_3), b"K\n")

    assert words == [b"one", b"two", b"three"], (
        f"a client of create_server(ssl=context) wrote one, two and three with a key update before "
        f"the second and the third; {words} came back, and the loop {ending}; expected all three"
    )


@requirement(
    "tls.data.survives_renegotiation_tls12",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DATA_RECEIVED,
)
async def test_data_flows_on_after_a_renegotiation(loop: AbstractEventLoop) -> None:
    """Where the context allows it a TLS 1.2 client may renegotiate; data flows on both ways.

    If this fails, look for a read that OpenSSL answers with the wish to write, or for handshake
    records that are produced while data is read, and never sent.
    """
    context = server_context(only=TLS_1_2)
    context.options |= ssl.Options(ALLOW_CLIENT_RENEGOTIATION)
    words, ending = await _echoed(loop, context, b"R\n")

    assert words == [b"one", b"two", b"three"], (
        f"a client of create_server(ssl=context) wrote one, two and three and renegotiated before "
        f"the second and the third; {words} came back, and the loop {ending}; expected all three"
    )
