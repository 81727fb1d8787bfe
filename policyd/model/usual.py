"""The usual event, read fast: a message in JSON that is right.

Whatever is not surely that is left to the exact readers (`codec`), which find the same event in it, or say what is
wrong and where. They cost several times as much.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from policyd.model.event import Event
from policyd.model.platforms import CAPABILITIES
from policyd.model.readers import RESERVED, Unfit, read_attributes, read_lengths, read_time

_KINDS: Final = frozenset({"message", "edit"})
_KEYS: Final = frozenset({"id", "kind", "time", "group", "member", "message", "capabilities"})
_WHITE: Final = b" \t\r\n"
_decode: Final = msgspec.json.Decoder().decode
_OTHERWISE: Final = (msgspec.MsgspecError, Unfit, LookupError, TypeError, AttributeError, ValueError, RecursionError)


def usual_message(body: bytes) -> Event | None:
    """The message or edit that `body` holds; None where the exact readers have to look."""
    try:
        tree = _decode(body)
        if tree["kind"] not in _KINDS or not _KEYS.issuperset(tree):
            return None
        group, member, message = tree["group"], tree["member"], tree["message"]
        keys = len(tree) + len(group) + len(member) + len(message) + _attributes(group) + _attributes(member)
        # No key occurs twice: the colon of every key that was written follows a quote once white space is taken away,
        # so where there are no more of these than keys that were kept, none was dropped.
        if body.translate(None, _WHITE).count(b'":') != keys:
            return None
        _instant(tree, "time")
        _instant(member, "joined")
        _lengths(message)
        event = msgspec.convert(tree, Event)
    except _OTHERWISE:
        return None
    return event if _is_right(event, message) else None


def _is_right(event: Event, message: dict[str, Any]) -> bool:
    """What the types of its parts do not say."""
    ids = f"{event.id}{event.group.id}{event.member.id}{message.get('id')}{message.get('reply_to')}"
    if not ids.isprintable() or event.id[0] == RESERVED or (event.kind == "edit" and message.get("id") is None):
        return False
    return event.capabilities is None or CAPABILITIES.issuperset(event.capabilities)


def _attributes(owner: dict[str, Any]) -> int:
    """How many there are. Leaves out those that are null."""
    sent = owner.get("attributes")
    if sent is None:
        return 0
    owner["attributes"] = read_attributes(sent)
    return len(sent)


def _instant(owner: dict[str, Any], key: str) -> None:
    sent = owner.get(key)
    if sent is not None:
        owner[key] = read_time(sent)


def _lengths(message: dict[str, Any]) -> None:
    """Numbers of videos and voices in place of lists."""
    for key in ("videos", "voices"):
        if type(message.get(key)) is int:
            message[key] = read_lengths(message[key])
