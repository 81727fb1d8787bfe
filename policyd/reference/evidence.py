"""Evidence that a review needs."""

from __future__ import annotations

from collections.abc import Mapping

from policyd.model.records import Evidence


def missing(needs: tuple[str, ...], evidence: Mapping[str, Evidence], now: int) -> tuple[str, ...]:
    """The kinds of which nothing is there that is still valid."""
    return tuple(kind for kind in needs if kind not in evidence or _has_expired(evidence[kind], now))


def _has_expired(evidence: Evidence, now: int) -> bool:
    return bool(evidence.expires) and evidence.expires <= now
