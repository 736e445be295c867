"""The process that hosts pytest, started by the checker: `python -m loopconform.child`.

It reads its configuration as one line of JSON on standard input and writes events as
lines of JSON to what was its standard output. The end of its input means that the
checker has gone. Nothing is imported here before the preloads have been, because a
preload may patch the standard library.
"""

import faulthandler
import importlib
import json
import sys
from typing import Any


def main() -> int:
    """Read the configuration, import the preloads, then host the run."""
    config: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    if config["mode"] == "worker":
        config["failed_preload"] = _preload(config["preload"], config["stacks"])
    from loopconform.hosting import run

    return run(config)


def _preload(names: list[str], stacks: int | None) -> str:
    """Import these modules; what went wrong, in one line, or nothing."""
    if stacks is not None:
        faulthandler.enable(file=stacks)
    for name in names:
        try:
            importlib.import_module(name)
        except BaseException as error:  # noqa: BLE001 - a module may raise anything
            return f"--preload {name}: {type(error).__name__}: {error}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
