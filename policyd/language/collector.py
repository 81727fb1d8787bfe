"""The garbage collector while very much is built and nothing of it is garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Iterator[None]:
    """Collections would walk through everything built so far, again and again: half of the time that it takes to load
    10,000 rules. Of several pauses at once the one that ends first may end them all."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
