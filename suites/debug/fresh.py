"""A loop of the factory under test, made in an interpreter that is started for it.

The factory travels as pickle passes functions and classes: by the name of its module
and its own. A factory that can't be named so ends the check without a verdict.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from asyncio import AbstractEventLoop
from collections.abc import Callable

from ..support.expect import not_observable

_SCRIPT = """
import json, pickle, sys
sys.path[:] = json.loads(sys.stdin.buffer.readline())
try:
    new_loop = pickle.load(sys.stdin.buffer)
except Exception as error:
    print("NO FACTORY", repr(error))
    sys.exit()
loop = new_loop()
loop.call_soon(lambda: print("DEBUG", repr(loop.get_debug())))
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
"""
_SWITCHES = ("PYTHONASYNCIODEBUG", "PYTHONDEVMODE")


def debug_mode_of_a_new_loop(
    new_loop: Callable[[], AbstractEventLoop],
    *flags: str,
    variable: str | None = None,
) -> str:
    """What get_debug() of a new, running loop answers, as repr() shows it.

    The interpreter is started with these flags, and with PYTHONASYNCIODEBUG as
    `variable` has it. Raises AssertionError when the loop did not get that far.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _SWITCHES}
    if variable is not None:
        environment["PYTHONASYNCIODEBUG"] = variable
    try:
        factory = pickle.dumps(new_loop)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        not_observable(f"the factory can't be sent to another interpreter: {error}")
    run = subprocess.run(  # noqa: S603 - our own interpreter, and a script from above
        [sys.executable, *flags, "-c", _SCRIPT],
        input=json.dumps(sys.path).encode() + b"\n" + factory,
        env=environment,
        capture_output=True,
        check=False,
    )
    said = dict(
        line.split(" ", 1)
        for line in run.stdout.decode(errors="replace").splitlines()
        if line.startswith(("DEBUG ", "NO FACTORY "))
    )
    if "NO" in said:
        not_observable(f"another interpreter can't import the factory: {said['NO']}")
    assert "DEBUG" in said, (
        f"an interpreter in which a new loop was run for one turn ended with {run.returncode} and "
        f"said {run.stderr.decode(errors='replace')[-500:]!r}; expected what get_debug() answers"
    )
    return said["DEBUG"]
