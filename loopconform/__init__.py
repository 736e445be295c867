"""loopconform: does an event loop keep asyncio's promises, and which does it break?

Read in this order: `requirement` (what a promise is), `plugin` (pytest, the only
place that knows it), `target` (the loop under test), `worker` (runs checks and may
be lost), `pool` (keeps workers and learns how each of them ended), `judging` (from
runs to verdicts), `session` (a whole run and its report), `cli`.
"""

__version__ = "0.1.0"
