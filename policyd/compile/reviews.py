"""How a review stands for one message, from what is filed about the member."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from policyd.check.resolved import Review
from policyd.model.records import ReviewFile

Standing = Literal["pending", "allowed", "refused"]

_EVERYTHING: Final = ""
"""The fingerprint of approvals and refusals that concern all that the member posts."""


def content(fingerprint: str | None, key: str) -> str:
    """What stands for the content of a message: its fingerprint, or, where it has none (pictures, digits alone), the
    message itself."""
    return fingerprint or f"={key}"


def standing(review: Review, zone: ZoneInfo, file: ReviewFile, content: str, now: int, key: str) -> Standing:
    """Whether the member may post this content at `now` (ms). `key` is the message id, or the event id where there is
    none: what was let through once in a period stays so."""
    granted = [approval for approval in file.approvals if approval.until == 0 or now < approval.until]
    if any(approval.fingerprint in (_EVERYTHING, content) for approval in granted):
        if not review.at_most or review.per is None:
            return "allowed"
        since = period_start(review.per, zone, now)
        uses = [use.event for use in file.uses if use.at >= since]
        return "allowed" if key in uses or len(uses) < review.at_most else "refused"
    return "refused" if _EVERYTHING in file.refused or content in file.refused else "pending"


def period_start(per: Literal["day", "week", "month"], zone: ZoneInfo, now: int) -> int:
    """The first instant (ms) of the local day, week (from Monday) or month of `now`; 0 outside the years 1 to 9999."""
    try:
        day = datetime.fromtimestamp(now // 1000, zone).replace(hour=0, minute=0, second=0, fold=0)
        if per == "week":
            day -= timedelta(days=day.weekday())
        elif per == "month":
            day = day.replace(day=1)
        return int(day.timestamp()) * 1000
    except (OverflowError, ValueError):
        return 0
