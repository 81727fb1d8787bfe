"""Instants as an operator writes them: `2026-03-02`, `2026-03-02T20:00`, `24h`, `3d`."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from typing import Final

from policyd.language.numbers import WELL_FORMED_DURATION, duration

_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?([+-]\d{2}:\d{2}|Z)?")


def instant(written: str, now: int, zone: tzinfo | None) -> int | None:
    """Ms since the epoch; a length is before `now`, a local time is one of `zone` (None: of this machine). None where
    it is neither."""
    if WELL_FORMED_DURATION.fullmatch(written):
        length = duration(written)
        return None if length is None else max(0, now - length)
    if not _MOMENT.fullmatch(written):
        return None
    try:
        moment = datetime.fromisoformat(written)
        placed = moment if moment.tzinfo else moment.replace(tzinfo=zone) if zone else moment.astimezone()
        return max(0, int(placed.timestamp() * 1000))
    except (ValueError, OverflowError):
        return None
