"""How facts that the event itself carries are read from it, as the language types them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any, Final

from policyd.check.resolved import Answer, AttributeFact, Fact
from policyd.compile.arithmetic import fit
from policyd.language.types import ROLE, Type
from policyd.model.event import Event, Join, Message, Report, Request

Reader = Callable[[Event], Any]

ABSENT: Final[dict[str, Any]] = {
    "message": Message(),
    "join": Join(),
    "request": Request(),
    "report": Report(),
}
"""What stands for the part that an event of another kind lacks: all of it unknown."""

ROLES: Final = {role: role for role in ROLE.members}

PLAIN: Final = frozenset(
    {
        "group.id", "group.name", "group.tags", "group.size",
        "member.name", "member.joined",
        "message.id", "message.text", "message.images", "message.files", "message.mentions", "message.qr_codes",
        "message.forwarded", "message.reply_to",
        "join.source", "join.inviter", "request.text", "report.by", "report.reason",
    }
)  # fmt: skip
"""Facts that are an attribute of the part of the event that they are named after."""


def text_key(fact: Fact | AttributeFact | Answer) -> str:
    """The fact as a policy writes it: the key of its hits."""
    if isinstance(fact, Fact):
        return fact.name
    return f"{fact.owner}.{fact.name}" if isinstance(fact, AttributeFact) else f'request.answer("{fact.question}")'


def reader(fact: Fact | AttributeFact | Answer) -> Reader:
    """A function from an event to the value of a fact that needs neither the store nor the clock nor the text's
    content; KeyError for others."""
    if isinstance(fact, AttributeFact):
        return partial(_attribute, fact.owner, fact.name, fact.type)
    if isinstance(fact, Answer):
        return partial(_answer, fact.question)
    is_plain = fact.name in PLAIN and fact.name not in _OWN
    return _plain(*fact.name.split(".")) if is_plain else _OWN[fact.name]


def _plain(owner: str, name: str) -> Reader:
    if owner not in ABSENT:
        return attrgetter(f"{owner}.{name}")
    part, absent, get = attrgetter(owner), ABSENT[owner], attrgetter(name)
    return lambda event: get(part(event) or absent)


def _attribute(owner: str, name: str, kind: Type, event: Event) -> Any:
    return typed(getattr(event, owner).attributes.get(name), kind)


def _answer(question: str, event: Event) -> str | None:
    return None if event.request is None else event.request.answers.get(question)


def _longest(clips: tuple[float | None, ...]) -> int | None:
    """Whole ms, cut; unknown where the length of any is."""
    return 0 if not clips else None if None in clips else _milliseconds(max(clips))  # type: ignore[type-var, arg-type]


OF_MESSAGE: Final[dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "message.length": ("text", len),
    "message.videos": ("videos", len),
    "message.voices": ("voices", len),
    "message.longest_video": ("videos", _longest),
    "message.longest_voice": ("voices", _longest),
}
"""Facts that a function tells of an attribute of the message, where that is known."""


def _told(part: str, name: str, event: Event) -> Any:
    """An attribute of a part that only events of one kind have."""
    told = getattr(event, part)
    return None if told is None else getattr(told, name)


def _id(event: Event) -> str | None:
    """Unknown where the event is about nobody."""
    return event.member.id or None


def _message_text(event: Event) -> str | None:
    """As `_plain` reads it, at a third of the time: nearly every event is asked."""
    message = event.message
    return None if message is None else message.text


def _role(event: Event) -> str | None:
    return ROLES.get(event.member.role or "")


_TOLD: Final = {
    "sanction": ("by", "action"), "notice": ("id", "by", "text"), "verdict": ("decision", "by"), "appeal": ("text",),
    "mark": ("as", "by", "message"), "outcome": ("ok", "action", "error"),
    "tier": ("of", "was", "now"),
}  # fmt: skip
"""Facts by the part of the event that alone carries them."""
_SPELLED: Final = {"as": "as_"}

_OWN: Final[dict[str, Reader]] = {
    "member.id": _id,
    "member.role": _role,
    "message.text": _message_text,
    **{
        f"{part}.{name}": partial(_told, part, _SPELLED.get(name, name))
        for part, names in _TOLD.items()
        for name in names
    },
}


def typed(sent: object, kind: Type) -> Any:
    """An attribute as sent (a duration in seconds, a time as RFC 3339 text), or None where it is of another type."""
    if kind.kind == "list":
        return _typed_list(sent, kind.element) if isinstance(sent, list) and kind.element is not None else None
    if isinstance(sent, bool) or kind.kind == "bool":
        return sent if isinstance(sent, bool) and kind.kind == "bool" else None
    if isinstance(sent, str):
        return _typed_text(sent, kind)
    return _typed_number(sent, kind) if isinstance(sent, int | float) else None


def _typed_list(sent: Iterable[object], element: Type) -> tuple[Any, ...] | None:
    items = tuple(typed(item, element) for item in sent)
    return None if None in items else items


def _typed_text(sent: str, kind: Type) -> Any:
    if kind.kind == "text" or (kind.kind == "enum" and sent in kind.members):
        return sent
    return _instant(sent) if kind.kind == "time" else None


def _typed_number(sent: int | float, kind: Type) -> Any:
    if kind.kind == "int":
        return fit(sent) if isinstance(sent, int) else None
    if kind.kind == "duration":
        return _milliseconds(sent)
    return _finite(sent) if kind.kind == "number" else None


def _milliseconds(seconds: int | float) -> int | None:
    if isinstance(seconds, int):
        return fit(seconds * 1000)
    length = _finite(seconds * 1000)
    return None if length is None else fit(int(length))


def _finite(value: int | float) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _instant(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else round(moment.timestamp() * 1000)
