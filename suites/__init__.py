"""The promises of asyncio event loops, each written as one pytest check.

A folder is a chapter, a file is a call or an event, a check is one promise with
a permanent id. The checks meet the checker only through pytest: they wear the
`requirement` mark and ask for the fixtures `loop`, `loop_factory`, `second_loop`
and `unkept_loop_factory`. What several checks share lives in `support`.

Not here: how checks are run and judged, and any loop's name.
"""
