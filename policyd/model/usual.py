"""The usual event, read fast: a message that is right.

Whatever is not surely that is left to the exact readers (`codec`), which find the same event in it, or say what is
wrong and where. They cost several times as much.

What types can say is checked while the bytes are read. The parts are dictionaries at first, whose lengths tell how many
keys came; what is `Any` in them is checked by the exact reader of it.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NotRequired, TypedDict

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from policyd.model.document import Form
from policyd.model.event import Count, Event, Group, Id, Member, Message, Role, Seconds
from policyd.model.platforms import CAPABILITIES, MOST_CAPABILITIES
from policyd.model.readers import MOST_LENGTHS, RESERVED, Unfit, read_attributes, read_lengths, read_time


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


_Lengths = Annotated[int, Meta(ge=0, le=MOST_LENGTHS)] | tuple[Count | Seconds | None, ...]


class _Message(TypedDict, total=False):
    id: Id | None
    text: str | None
    images: Count | None
    videos: _Lengths | None
    voices: _Lengths | None
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
_NO_LENGTHS: Final = ()
"""What an empty list is read as, which most bots send for every message."""
_SINGLE: Final = b"\xca"
"""What stands before a floating-point number of single precision."""
_decode_json: Final = msgspec.json.Decoder(_Sent).decode
_decode_msgpack: Final = msgspec.msgpack.Decoder(_Sent).decode
_encode_msgpack: Final = msgspec.msgpack.Encoder().encode
_OTHERWISE: Final = (msgspec.MsgspecError, Unfit, ValueError, RecursionError)


def usual_message(body: bytes, form: Form = "json") -> Event | None:
    """The message or edit that `body` holds; None where the exact readers have to look."""
    try:
        sent = _from_json(body) if form == "json" else _from_msgpack(body)
        if sent is None or not _is_right(sent):
            return None
        group, member, message = sent.group, sent.member, sent.message
        if "attributes" in group:
            group["attributes"] = read_attributes(group["attributes"])
        if "attributes" in member:
            member["attributes"] = read_attributes(member["attributes"])
        if "joined" in member:
            _instant(member)
        if message.get("videos", _NO_LENGTHS) != _NO_LENGTHS or message.get("voices", _NO_LENGTHS) != _NO_LENGTHS:
            _lengths(message)
        time = read_time(sent.time) if type(sent.time) is str else None
        capabilities = None if sent.capabilities is UNSET else sent.capabilities
        content = Message(**message)  # type: ignore[arg-type]  # lengths are floats by now
        return Event(sent.id, sent.kind, Group(**group), Member(**member), time, content, capabilities=capabilities)
    except _OTHERWISE:
        return None


def _from_json(body: bytes) -> _Sent | None:
    """None where a key may occur twice: the colon of every key that was written follows a quote once white space is
    taken away, so where there are no more of these than keys that were kept, none was dropped."""
    sent = _decode_json(body)
    group, member = sent.group, sent.member
    keys = _REQUIRED + (sent.time is not UNSET) + (sent.capabilities is not UNSET)
    keys += len(group) + len(member) + len(sent.message)
    if "attributes" in group:
        keys += len(group["attributes"])
    if "attributes" in member:
        keys += len(member["attributes"])
    return sent if body.translate(None, _WHITE).count(b'":') == keys else None


def _from_msgpack(body: bytes) -> _Sent | None:
    """None where a key may occur twice: no encoding is shorter than msgspec's (numbers of single precision apart), so
    where it is as long, none was dropped."""
    sent = _decode_msgpack(body)
    return sent if _SINGLE not in body and len(_encode_msgpack(sent)) == len(body) else None


def _is_right(sent: _Sent) -> bool:
    """What the types do not say."""
    message = sent.message
    ids = sent.id + sent.group["id"] + sent.member["id"]
    if "id" in message:
        ids += message["id"] or ""
    if "reply_to" in message:
        ids += message["reply_to"] or ""
    if not ids.isprintable() or ids[0] == RESERVED or (sent.kind == "edit" and message.get("id") is None):
        return False
    return not sent.capabilities or (
        len(sent.capabilities) <= MOST_CAPABILITIES and CAPABILITIES.issuperset(sent.capabilities)
    )


def _instant(member: _Member) -> None:
    if member["joined"] is not None:
        member["joined"] = read_time(member["joined"])


def _lengths(message: _Message) -> None:
    if message.get("videos") is not None:
        message["videos"] = read_lengths(message["videos"])
    if message.get("voices") is not None:
        message["voices"] = read_lengths(message["voices"])
