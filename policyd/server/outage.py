"""Tells the operator when decisions are made without the store, without flooding the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

EVERY_SECONDS: Final = 10.0
_log: Final = logging.getLogger("policyd")


class Outage:
    """Warns at the first degraded decision, and then at most every `EVERY_SECONDS` as long as there are more."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._quiet_until = float("-inf")
        self._count = 0

    def note(self) -> None:
        """One more decision was made without the store."""
        self._count += 1
        now = self._clock()
        if now >= self._quiet_until:
            decisions = "1 decision was" if self._count == 1 else f"{self._count} decisions were"
            _log.warning("%s made without the store, as `if store fails` says; see /readyz", decisions)
            self._quiet_until = now + EVERY_SECONDS
            self._count = 0
