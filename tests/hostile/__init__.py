"""Loops and factories that do what no loop may do to the process they run in.

The checker must outlive each of them and say exactly what happened. `deaths` has the
ways to die, hang and raise: `factories` does so before there is a loop, `calls` in the
middle of a check, `exits` after all checks. `leaks` and `streams` spoil what a process
shares: descriptors, threads, children, output. `preloads` are patched from outside.
"""
