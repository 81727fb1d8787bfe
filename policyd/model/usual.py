"""The usual event, read fast: a message in JSON that is right.

Whatever is not surely that is left to the exact readers (`codec`), which find the same event in it, or say what is
wrong and where. They cost several times as much.

What types can say is checked while the bytes are read. The parts are dictionaries at first, whose lengths tell how many
keys came; what is `Any` in them is checked by the exact reader of it.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NotRequired, TypedDict

import msgspec
from msgspec import UNSET, Struct, UnsetType

from policyd.model.event import Count, Event, Group, Id, Member, Message, Role
from policyd.model.platforms import CAPABILITIES, MOST_CAPABILITIES
from policyd.model.readers import RESERVED, Unfit, read_attributes, read_lengths, read_time


class _Group(TypedDict):
    id: Id
    name: NotRequired[str | None]
    tags: NotRequired[tuple[str, ...]]
    size: NotRequired[Count | None]
    attributes: NotRequired[dict[str, Any]]


class _Member(TypedDict):
    id: Id
    name: NotRequired[str | None]
    role: NotRequired[Role | None]
    joined: NotRequired[Any]
    attributes: NotRequired[dict[str, Any]]


class _Message(TypedDict, total=False):
    id: Id | None
    text: str | None
    images: Count | None
    videos: Any
    voices: Any
    files: Count | None
    mentions: Count | None
    qr_codes: Count | None
    forwarded: bool | None
    reply_to: Id | None


class _Sent(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    id: Id
    kind: Literal["message", "edit"]
    group: _Group
    member: _Member
    message: _Message
    time: str | UnsetType | None = UNSET
    capabilities: tuple[str, ...] | UnsetType | None = UNSET


_REQUIRED: Final = 5
"""Keys that every event has that is read here."""
_WHITE: Final = b" \t\r\n"
_decode: Final = msgspec.json.Decoder(_Sent).decode
_OTHERWISE: Final = (msgspec.MsgspecError, Unfit, ValueError, RecursionError)


def usual_message(body: bytes) -> Event | None:
    """The message or edit that `body` holds; None where the exact readers have to look."""
    try:
        sent = _decode(body)
        group, member, message = sent.group, sent.member, sent.message
        # No key occurs twice: the colon of every key that was written follows a quote once white space is taken away,
        # so where there are no more of these than keys that were kept, none was dropped.
        if body.translate(None, _WHITE).count(b'":') != _keys(sent, group, member, message):
            return None
        if not _is_right(sent, group, member, message):
            return None
        if "joined" in member:
            _instant(member)
        if "videos" in message or "voices" in message:
            _lengths(message)
        time = read_time(sent.time) if type(sent.time) is str else None
        capabilities = None if sent.capabilities is UNSET else sent.capabilities
        return Event(
            sent.id, sent.kind, Group(**group), Member(**member), time, Message(**message), capabilities=capabilities
        )
    except _OTHERWISE:
        return None


def _keys(sent: _Sent, group: _Group, member: _Member, message: _Message) -> int:
    """How many were kept. Leaves out attributes that are null."""
    keys = _REQUIRED + (sent.time is not UNSET) + (sent.capabilities is not UNSET)
    keys += len(group) + len(member) + len(message)
    if "attributes" in group:
        keys += _attributes(group)
    if "attributes" in member:
        keys += _attributes(member)
    return keys


def _is_right(sent: _Sent, group: _Group, member: _Member, message: _Message) -> bool:
    """What the types do not say."""
    ids = sent.id + group["id"] + member["id"]
    if "id" in message:
        ids += message["id"] or ""
    if "reply_to" in message:
        ids += message["reply_to"] or ""
    if not ids.isprintable() or ids[0] == RESERVED or (sent.kind == "edit" and message.get("id") is None):
        return False
    return not sent.capabilities or (
        len(sent.capabilities) <= MOST_CAPABILITIES and CAPABILITIES.issuperset(sent.capabilities)
    )


def _attributes(owner: _Group | _Member) -> int:
    """How many there are. Leaves out those that are null."""
    sent = owner["attributes"]
    owner["attributes"] = read_attributes(sent)
    return len(sent)


def _instant(member: _Member) -> None:
    if member["joined"] is not None:
        member["joined"] = read_time(member["joined"])


def _lengths(message: _Message) -> None:
    if message.get("videos") is not None:
        message["videos"] = read_lengths(message["videos"])
    if message.get("voices") is not None:
        message["voices"] = read_lengths(message["voices"])
