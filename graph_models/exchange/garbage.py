"""How often Python looks for garbage in cycles: seldom while a load holds many objects that have none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS = 1_000_000  # several times those of the largest batch


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for cycles only when a million objects more are alive than at the last time.

    Holds in the whole process. A batch is some hundred thousand objects, which are freed without being
    looked for; searching them again and again takes a fifth of a load.
    """
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
