"""Stacks and tracebacks show the loop's and the check's frames, and where a check was."""

from __future__ import annotations

import sysconfig
from pathlib import Path

from loopconform import stacks

ROOT = Path(__file__).resolve().parent.parent
PURELIB, STDLIB = sysconfig.get_paths()["purelib"], sysconfig.get_paths()["stdlib"]
THREADS = f"""Thread 0x1 (most recent call first):
  File "{STDLIB}/threading.py", line 9 in wait

Current thread 0x2 (most recent call first):
  File "{STDLIB}/selectors.py", line 468 in select
  File "{PURELIB}/fastloop/loop.py", line 7 in run_forever
  File "{ROOT}/suites/tasks/test_x.py", line 31 in test_x
  File "{PURELIB}/_pytest/python.py", line 1 in call
  File "{ROOT}/loopconform/worker.py", line 2 in serve
"""
TASKS = f"""Task Task-1 (most recent call first):
  File "{STDLIB}/asyncio/locks.py", line 3 in wait
  File "{ROOT}/suites/tasks/test_x.py", line 40 in test_x
"""


def test_frames_of_the_machinery_are_left_out_and_paths_are_short() -> None:
    assert stacks.trimmed(THREADS).splitlines()[-3:] == [
        '  File "selectors.py", line 468 in select',
        '  File "fastloop/loop.py", line 7 in run_forever',
        '  File "suites/tasks/test_x.py", line 31 in test_x',
    ]


def test_a_check_is_where_its_own_frame_says() -> None:
    assert stacks.where(THREADS) == "suites/tasks/test_x.py:31 in test_x"


def test_what_a_task_awaits_says_more_than_the_thread_does() -> None:
    assert stacks.where(THREADS + TASKS) == "suites/tasks/test_x.py:40 in test_x"


def test_without_an_own_frame_it_is_where_the_thread_was() -> None:
    text = THREADS.replace(f"{ROOT}/suites/tasks", f"{PURELIB}/_pytest")

    assert stacks.where(text) == "selectors.py:468 in select"


def test_without_any_frame_nothing_is_said() -> None:
    assert stacks.where("Fatal Python error: none") == ""


def test_a_traceback_tells_what_led_to_it() -> None:
    try:
        try:
            raise KeyError("first")
        except KeyError as error:
            raise ValueError("second") from error
    except ValueError as error:
        told = stacks.of_exception(error)

    assert "KeyError: 'first'" in told
    assert told.endswith("ValueError: second\n")
    assert str(ROOT) not in told
