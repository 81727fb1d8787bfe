"""What an event says: each built-in fact and each declared attribute. What is left out is unknown (law L5)."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import Final

from policyd.language.types import ROLE, WEEKDAY, Type
from policyd.model.event import Join, Message, Report, Request, Sanction
from policyd.reference.environment import Environment, Value
from policyd.reference.hours import local
from policyd.text import contacts

_NO_MESSAGE: Final = Message()
_NO_JOIN: Final = Join()
_NO_REQUEST: Final = Request()
_NO_REPORT: Final = Report()


def whole(value: int) -> int | None:
    """A whole number, duration or time; unknown past 64 bits signed."""
    return value if -(2**63) <= value < 2**63 else None


def fact(name: str, env: Environment) -> Value:
    """The value of a built-in fact of `check.facts.FACTS`."""
    owner = name.partition(".")[0]
    return _OWNERS[owner](name, env)


def _event(name: str, env: Environment) -> Value:
    return "edit" if env.edit else env.event.kind


def _now(name: str, env: Environment) -> Value:
    if env.now is None or name == "now":
        return env.now
    clock = local(env.now, env.zone)
    return clock.hour if name == "now.hour" else WEEKDAY.members[clock.weekday()]


def _group(name: str, env: Environment) -> Value:
    group = env.event.group
    return {"group.id": group.id, "group.name": group.name, "group.tags": group.tags, "group.size": group.size}[name]


def _member(name: str, env: Environment) -> Value:
    member = env.event.member
    match name:
        case "member.id":
            return member.id or None
        case "member.name":
            return member.name
        case "member.role":
            return member.role if member.role in ROLE.members else None
        case "member.joined":
            return member.joined
        case "member.age":
            return _since(member.joined, env)
        case "member.muted":
            return None if env.now is None or env.mute_until is None else env.mute_until > env.now
        case "member.silent":
            return _since(env.last_seen or None, env)
    raise KeyError(name)


def _since(instant: int | None, env: Environment) -> int | None:
    return None if instant is None or env.now is None else whole(env.now - instant)


def _message(name: str, env: Environment) -> Value:
    message = env.event.message or _NO_MESSAGE
    plain = name.removeprefix("message.")
    if plain in _OF_TEXT:
        return None if message.text is None else _OF_TEXT[plain](message.text)
    match plain:
        case "videos" | "voices":
            clips = message.videos if plain == "videos" else message.voices
            return None if clips is None else len(clips)
        case "longest_video":
            return _longest(message.videos)
        case "longest_voice":
            return _longest(message.voices)
    return getattr(message, plain)


def _longest(seconds: tuple[float | None, ...] | None) -> int | None:
    if seconds is None:
        return None
    known = [length for length in seconds if length is not None]
    return int(max(known, default=0) * 1000) if len(known) == len(seconds) else None


_OF_TEXT: Final[dict[str, Callable[[str], Value]]] = {
    "text": lambda text: text,
    "length": len,
    "lines": lambda text: text.count("\n") + 1 if text else 0,
    "links": lambda text: len(contacts.links(text)),
    "domains": lambda text: contacts.domains(text),
    "contacts": lambda text: len(contacts.contacts(text)),
    "emoji": lambda text: contacts.emoji(text),
    "fingerprint": lambda text: contacts.fingerprint(text),
}


def _join(name: str, env: Environment) -> Value:
    return getattr(env.event.join or _NO_JOIN, name.removeprefix("join."))


def _request(name: str, env: Environment) -> Value:
    return getattr(env.event.request or _NO_REQUEST, name.removeprefix("request."))


def _report(name: str, env: Environment) -> Value:
    return getattr(env.event.report or _NO_REPORT, name.removeprefix("report."))


def _mark(name: str, env: Environment) -> Value:
    plain = name.removeprefix("mark.")
    return None if env.event.mark is None else getattr(env.event.mark, "as_" if plain == "as" else plain)


def _notice(name: str, env: Environment) -> Value:
    return None if env.event.notice is None else getattr(env.event.notice, name.removeprefix("notice."))


def _outcome(name: str, env: Environment) -> Value:
    return None if env.event.outcome is None else getattr(env.event.outcome, name.removeprefix("outcome."))


def _verdict(name: str, env: Environment) -> Value:
    return None if env.event.verdict is None else getattr(env.event.verdict, name.removeprefix("verdict."))


def _appeal(name: str, env: Environment) -> Value:
    return None if env.event.appeal is None else getattr(env.event.appeal, name.removeprefix("appeal."))


def _tier(name: str, env: Environment) -> Value:
    return None if env.event.tier is None else getattr(env.event.tier, name.removeprefix("tier."))


def _sanction(name: str, env: Environment) -> Value:
    sanction: Sanction | None = env.event.sanction
    return None if sanction is None else getattr(sanction, name.removeprefix("sanction."))


_OWNERS: Final[dict[str, Callable[[str, Environment], Value]]] = {
    "event": _event,
    "now": _now,
    "group": _group,
    "member": _member,
    "message": _message,
    "join": _join,
    "request": _request,
    "report": _report,
    "sanction": _sanction,
    "mark": _mark,
    "notice": _notice,
    "outcome": _outcome,
    "verdict": _verdict,
    "appeal": _appeal,
    "tier": _tier,
}


def answer(question: str, env: Environment) -> str | None:
    """What the applicant answered to `question`."""
    return None if env.event.request is None else env.event.request.answers.get(question)


def attribute(owner: str, name: str, kind: Type, env: Environment) -> Value:
    """A declared attribute as the bot sent it; unknown where it is missing or holds another type."""
    holder = env.event.group if owner == "group" else env.event.member
    return typed(holder.attributes.get(name), kind)


def typed(sent: object, kind: Type) -> Value:
    """What was sent, as a value of type `kind`, or unknown. A duration is sent as seconds, a time as RFC 3339 text."""
    match kind.kind, sent:
        case "list", list():
            assert kind.element is not None
            items = tuple(typed(item, kind.element) for item in sent)
            return None if None in items else items
        case "bool", bool():
            return sent
        case _, bool():
            return None
        case "int", int():
            return whole(sent)
        case "number", int() | float():
            return _number(sent)
        case "duration", int():
            return whole(sent * 1000)
        case "duration", float():
            return whole(int(sent * 1000)) if math.isfinite(sent * 1000) else None
        case "text", str():
            return sent
        case "enum", str():
            return sent if sent in kind.members else None
        case "time", str():
            return _instant(sent)
    return None


def _number(sent: int | float) -> float | None:
    try:
        number = float(sent)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _instant(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else round(moment.timestamp() * 1000)
