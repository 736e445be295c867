"""Factories that print, and that close descriptors which are not theirs."""

from __future__ import annotations

import asyncio
import os
import threading

from . import deaths


def garbage() -> asyncio.AbstractEventLoop:
    """Write on standard output and standard error what is neither text nor JSON."""
    os.write(1, b'{"event": "finished"}\n\xff\xfe{"kind": \x00\n')
    os.write(2, b"\xf0\x28 half a line")
    print("and a line that is never flushed", end="")
    return asyncio.SelectorEventLoop()


def flood() -> asyncio.AbstractEventLoop:
    """Begin to print without end."""
    threading.Thread(target=_print_for_ever, daemon=True).start()
    return asyncio.SelectorEventLoop()


def _print_for_ever() -> None:
    line = b"all work and no play makes a dull loop\n" * 1000
    while True:
        os.write(1, line)


class FloodingTask(asyncio.SelectorEventLoop):
    def create_task(self, *args, **kwargs):
        if self.is_running():
            _print_for_ever()
        return super().create_task(*args, **kwargs)


def close_standard_streams() -> asyncio.AbstractEventLoop:
    """Close descriptors 0 to 2; the loop's own take their places."""
    os.closerange(0, 3)
    return asyncio.SelectorEventLoop()


def close_everything() -> asyncio.AbstractEventLoop:
    """Close every descriptor there is."""
    os.closerange(0, 65536)
    return asyncio.SelectorEventLoop()


class CloseAllTask(asyncio.SelectorEventLoop):
    def create_task(self, *args, **kwargs):
        if self.is_running():
            os.closerange(0, 65536)
        return super().create_task(*args, **kwargs)


class WriteAllTask(asyncio.SelectorEventLoop):
    def create_task(self, *args, **kwargs):
        if self.is_running():
            for fd in range(65536):
                try:
                    os.write(fd, b"garbage\n")
                except OSError:
                    pass
        return super().create_task(*args, **kwargs)

    def call_later(self, *args, **kwargs):
        for fd in range(65536):
            try:
                os.write(fd, b"[1]\n[2]")
            except OSError:
                pass
        return super().call_later(*args, **kwargs)
