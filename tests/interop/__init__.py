"""Real programs on the reference loop: widely used libraries, under traffic that matters.

Each test runs twice, on the reference loop and on asyncio's own: where both fail, the
library, the machine or the test is to blame; where the first alone fails, the loop is.
`watched_run` holds what a program must leave behind, which is nothing. `soak` is no test
but a program: hours of mixed traffic, looked at for leaks.

They need the extra `interop`.
"""
