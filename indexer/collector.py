"""Python's cycle collector, told what a mirror's process is like."""

from __future__ import annotations

import gc

_OBJECTS_BETWEEN_RUNS = 50_000


def collect_rarely() -> None:
    """For a process that does nothing but build a mirror; call it once everything is imported.

    A window of logs is ten thousands of small objects, none of them in a cycle: counting references frees them all.
    By default the collector would look at them each 700 objects, and every so often at every module as well; that was
    a fifth of a backfill's time.
    """
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_RUNS, *gc.get_threshold()[1:])
