"""Loops that replace what everybody in their process uses, and modules for --preload."""

from __future__ import annotations

import asyncio
import builtins
import gc
import json
import os
import socket
import sys
import threading
import time
import warnings
from typing import Any, NoReturn


def _refuse(*args: Any, **kwargs: Any) -> NoReturn:
    raise RuntimeError("this name was replaced")


class PatchesAll(asyncio.SelectorEventLoop):
    """Each call replaces other names."""

    def call_later(self, *args: Any, **kwargs: Any) -> Any:
        asyncio.all_tasks = asyncio.sleep = asyncio.run = _refuse
        asyncio.Task = None
        return super().call_later(*args, **kwargs)

    def create_task(self, *args: Any, **kwargs: Any) -> Any:
        if self.is_running():
            for name in ("open", "isinstance", "len", "print", "sorted", "getattr", "set"):
                setattr(builtins, name, _refuse)
        return super().create_task(*args, **kwargs)

    async def create_connection(self, *args: Any, **kwargs: Any) -> Any:
        result = await super().create_connection(*args, **kwargs)
        json.dumps = json.loads = os.listdir = os.fstat = os.write = _refuse
        time.monotonic = time.perf_counter = gc.collect = threading.enumerate = _refuse
        socket.socket.recv = socket.socket.sendall = socket.socket = _refuse
        warnings.catch_warnings = sys.unraisablehook = None
        return result

    def set_exception_handler(self, handler: Any) -> None:
        if handler is None:
            sys.modules.clear()
        else:
            sys.setrecursionlimit(60)
        super().set_exception_handler(handler)
