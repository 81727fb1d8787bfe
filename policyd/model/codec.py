"""Events from the wire, decisions onto it."""

from __future__ import annotations

from typing import Any, Final, get_args

import msgspec

from policyd.model.document import Form, check_plain, read, split
from policyd.model.event import (
    EVERY_GROUP,
    HANDLED_KINDS,
    NOBODY,
    ROLES,
    WITHOUT_MEMBER,
    Event,
    EventKind,
    Group,
    Join,
    Member,
    Notice,
    Report,
    Request,
)
from policyd.model.parts import PARTS
from policyd.model.platforms import CAPABILITIES, MOST_CAPABILITIES
from policyd.model.problem import EventError, pointer, problem
from policyd.model.readers import (
    MOST_SLIPS,
    Reader,
    Unfit,
    describe,
    read_attributes,
    read_choice,
    read_count,
    read_event_id,
    read_id,
    read_item,
    read_known,
    read_list,
    read_part,
    read_text,
    read_time,
    refuse_slip,
)
from policyd.model.usual import usual_message

__all__ = ["Form", "decode", "encode", "event_from", "event_id", "read", "split"]

_COMMON: Final[dict[str, Reader[Any]]] = {
    "id": read_event_id,
    "kind": read_text,
    "time": read_time,
    "group": read_part(
        Group,
        {"id": read_id, "name": read_text, "tags": read_list(read_text), "size": read_count,
         "attributes": read_attributes},
        required=("id",),
    ),
    "member": read_part(
        Member,
        {"id": read_id, "name": read_text, "role": read_choice(ROLES), "joined": read_time,
         "attributes": read_attributes},
        required=("id",),
    ),
    "capabilities": read_list(read_known(CAPABILITIES), most=MOST_CAPABILITIES),
}  # fmt: skip
_FOREIGN: Final = frozenset(name for name, _ in PARTS.values())
"""Parts of other kinds, which an event may carry to no effect."""
_KNOWN: Final = frozenset(_COMMON) | _FOREIGN
_read_kind: Final = read_choice(get_args(EventKind))
_EMPTY: Final[dict[str, object]] = {
    "join": Join(), "leave": Join(), "request": Request(), "report": Report(), "notice": Notice(), "tick": None,
}  # fmt: skip
"""What stands for the part of its kind where none came."""
_GIVEN: Final[dict[str, dict[str, object]]] = {
    kind: {"group": EVERY_GROUP, "member": NOBODY} if kind == "tick" else {"member": NOBODY} for kind in WITHOUT_MEMBER
}
"""What stands for the other parts that a kind may come without."""
_REQUIRED: Final = ("id", "group", "member")


def decode(body: bytes | memoryview, form: Form = "json") -> Event:
    """One event. Raises `EventError`: 400 where the bytes are no document, 422 where it is no event."""
    event = usual_message(bytes(body), form)
    return _event(read(body, form)) if event is None else event


def event_from(tree: object) -> Event:
    """An event from plain values as a JSON reader gives them. Raises `EventError`."""
    check_plain(tree)
    return _event(tree)


def event_id(tree: object) -> str | None:
    """The id of what may be an event, for a message about it."""
    found = tree.get("id") if isinstance(tree, dict) else None
    return found if isinstance(found, str) and len(found) <= 128 else None


def encode(answer: object, form: Form = "json") -> bytes:
    """A decision, a failure, a problem, or a list of them."""
    return _to_json(answer) if form == "json" else _to_msgpack(answer)


_to_json: Final = msgspec.json.Encoder().encode
_to_msgpack: Final = msgspec.msgpack.Encoder().encode


def _event(tree: Any) -> Event:
    try:
        if type(tree) is not dict:
            raise Unfit("one event object", describe(tree))
        return _build(tree)
    except Unfit as unfit:
        place = pointer(reversed(unfit.path))
        detail = f"expected {unfit.expected}, but {unfit.came} came"
        raise EventError(problem("invalid_event", detail, pointer=place, hint=unfit.hint or msgspec.UNSET)) from None


def _build(tree: dict[str, Any]) -> Event:
    kind = tree.get("kind")
    if type(kind) is not str or kind not in HANDLED_KINDS:
        kind = _kind(tree)
    name, reader = PARTS.get(kind, ("", None))
    found: dict[str, Any] = dict(_GIVEN.get(kind, ()))
    strangers = 0
    for key, item in tree.items():
        common = _COMMON.get(key)
        if common is None and key == name:
            common = reader
        if common is not None:
            if item is not None:
                found[key] = read_item(common, key, item)
        elif key not in _FOREIGN:
            strangers += 1
            if strangers <= MOST_SLIPS:
                refuse_slip(key, _KNOWN)
    for key in _REQUIRED:
        if key not in found:
            raise Unfit("a value", "null" if key in tree else "nothing", path=(key,))
    if name and name not in found:
        if kind not in _EMPTY:
            raise Unfit("an object", "nothing", f"an event of kind `{kind}` carries `{name}`", path=(name,))
        found[name] = _EMPTY[kind]
    return Event(**found)


def _kind(tree: dict[str, Any]) -> str:
    """Raises `Unfit` where it is missing or unknown; a slip in a key may be the reason."""
    for key in [key for key in tree if key not in _KNOWN][:MOST_SLIPS]:
        refuse_slip(key, _KNOWN)
    if tree.get("kind") is None:
        raise Unfit("a value", "null" if "kind" in tree else "nothing", path=("kind",))
    return read_item(_read_kind, "kind", tree["kind"])
