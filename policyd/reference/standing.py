"""How things stand for an event in the workflows: switches, reviews and duties, as the records tell."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from policyd.check.resolved import Review
from policyd.model.event import Event
from policyd.model.records import ReviewFile
from policyd.reference.environment import Environment
from policyd.reference.hours import local
from policyd.text import contacts


def switch_is_on(switch: str, env: Environment) -> bool | None:
    if env.board is None or env.now is None:
        return None
    return env.board.switches.get(switch, 0) > env.now


def review_is(name: str, standing: str, env: Environment) -> bool | None:
    if env.file is None or env.now is None:
        return None
    review, filed = env.policies.reviews[name], env.file.reviews.get(name, ReviewFile())
    return review_standing(review, env.zone, filed, content(env.event), env.now, key(env.event)) == standing


def duty_is_open(name: str, env: Environment) -> bool | None:
    """Of a duty until a reply: whether the message that this one answers waits for one, by another member."""
    if env.file is None or env.now is None:
        return None
    if not env.policies.duties[name].reply:
        return name in env.file.duties
    asked = None if env.thread is None else env.thread.duties.get(name)
    return asked is not None and asked[0] != env.event.member.id


def review_standing(review: Review, zone: str, filed: ReviewFile, content: str, now: int, key: str) -> str:
    """`pending`, `allowed` or `refused`. `key`: the message or event that would use the approval. What is bound to
    nothing concerns all that the member writes."""
    bound_to = ("", content)
    if any(one.fingerprint in bound_to and (not one.until or now < one.until) for one in filed.approvals):
        if review.per is None or not review.at_most:
            return "allowed"
        start = period_start(review.per, zone, now)
        used = [use.event for use in filed.uses if use.at >= start]
        return "allowed" if key in used or len(used) < review.at_most else "refused"
    return "refused" if any(one in bound_to for one in filed.refused) else "pending"


def period_start(per: str, zone: str, now: int) -> int:
    """The first instant of the local day, of the week from Monday on, or of the month."""
    midnight = local(now, zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if per == "week":
        midnight -= timedelta(days=midnight.weekday())
    elif per == "month":
        midnight = midnight.replace(day=1)
    return wall(midnight, zone)


def wall(clock: datetime, zone: str) -> int:
    """The instant (ms since the epoch) at which the clocks in `zone` show this; the first where they do so twice, an
    hour later where they skip it."""
    return round(clock.replace(tzinfo=ZoneInfo(zone), fold=0).timestamp() * 1000)


def content(event: Event) -> str:
    """What an approval of content is bound to: what near copies of the text have in common, or, where it has no words,
    the message itself."""
    text = None if event.message is None else event.message.text
    words = "" if text is None else contacts.fingerprint(text)
    return words or f"={key(event)}"


def key(event: Event) -> str:
    """What an approval lets through: the message, whichever event brings it."""
    message = None if event.message is None else event.message.id
    return message or event.id
