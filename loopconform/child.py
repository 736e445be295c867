"""The process that hosts pytest, started by the checker: `python -m loopconform.child`.

It reads its configuration as one line of JSON on standard input and writes events as
lines of JSON to what was its standard output. The end of its input means that the
checker has gone. Nothing is imported here before the preloads have been, because a
preload may patch the standard library.
"""

import importlib
import json
import sys
from typing import Any


def main() -> int:
    """Read the configuration, import the preloads, then host the run."""
    config: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    for name in config["preload"] if config["mode"] == "worker" else ():
        importlib.import_module(name)
    from loopconform.hosting import run

    return run(config)


if __name__ == "__main__":
    sys.exit(main())
