"""Loops and factories that do what no loop may do to the process they run in.

The checker must outlive each of them and say exactly what happened. `deaths` has the
ways to die, hang and raise; `factories` does them before there is a loop, `calls` in
the middle of a check; `leaks`, `streams`, `patches` and `exits` spoil what a process
shares: descriptors, threads, children, names, output, its end.
"""
