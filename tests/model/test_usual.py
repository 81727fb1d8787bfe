"""The fast reader of messages: whatever it reads, the exact readers read alike; what they refuse it never reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyd.model.codec import event_from
from policyd.model.document import Form, read
from policyd.model.event import Event
from policyd.model.platforms import MOST_CAPABILITIES
from policyd.model.problem import EventError
from policyd.model.usual import usual_message

FULL: dict[str, Any] = {
    "id": "e1", "kind": "message", "time": "2026-03-02T20:00:00.5+08:00",
    "group": {"id": "g1", "name": "一班", "tags": ["course"], "size": 120, "attributes": {"plan": "pro", "gone": None}},
    "member": {
        "id": "u1", "name": "小明", "role": "member", "joined": "2026-02-20T01:00:00Z",
        "attributes": {"points": 3, "vip": False, "share": 0.5, "marks": ["a", 1, None]},
    },
    "message": {
        "id": "m1", "text": "大家好", "images": 0, "videos": [75, 2.5, None], "voices": 2, "files": 0, "mentions": 1,
        "qr_codes": 0, "forwarded": False, "reply_to": "m0",
    },
    "capabilities": ["delete"],
}  # fmt: skip
PLACES = [
    (part, key)
    for part, keys in {
        "": FULL, "group": FULL["group"], "member": FULL["member"], "message": FULL["message"],
    }.items()
    for key in (*keys, "notice", "joim", "platform")
]  # fmt: skip
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 3),
    st.sampled_from([2**53 - 1, 2**53, 2**64, 10**30, -0.0, 1.0, 1e300, 2**53 - 1.0]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=4),
    st.sampled_from(
        ["", "x" * 128, "x" * 129, "a\nb", "a\u200bb", "owner", "edit", "join", "null", '":', '" :', "\\u003a",
         "2026-03-02T20:00:00Z", "2026-03-02T20:00:00", "1969-12-31T23:59:59Z", "2026-03-02 20:00:00+08:00:30",
         "2026-W10-1T20:00:00Z"],
    ),
    st.lists(st.none() | st.integers(-1, 9) | st.floats(0, 9) | st.text(max_size=2), max_size=3),
    st.dictionaries(st.sampled_from(["id", "a", "text"]), st.none() | st.lists(st.integers(), max_size=2), max_size=2),
)  # fmt: skip


ODD_PACKED = st.one_of(
    ODD,
    st.binary(max_size=3),
    st.dictionaries(st.integers(0, 2) | st.binary(max_size=1), st.integers(), max_size=2),
    st.sampled_from([float("nan"), float("inf"), msgspec.msgpack.Ext(5, b"x"), datetime(2026, 3, 2, tzinfo=UTC)]),
)
pack = msgspec.msgpack.encode


def exactly(body: bytes, form: Form = "json") -> Event | None:
    """What the exact readers find in it."""
    try:
        return event_from(read(body, form))
    except EventError:
        return None


def written(tree: Any, spaced: bool, ascii_only: bool) -> bytes:
    separators = (" ,\n", "\t: ") if spaced else (",", ":")
    return json.dumps(tree, separators=separators, ensure_ascii=ascii_only).encode()


def without(part: str, key: str) -> dict[str, Any]:
    tree: dict[str, Any] = json.loads(json.dumps(FULL))
    (tree[part] if part else tree).pop(key, None)
    return tree


@pytest.mark.parametrize("spaced", [False, True])
@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize(("part", "key"), PLACES)
def test_messages_are_read_whatever_is_left_out(part: str, key: str, spaced: bool, ascii_only: bool) -> None:
    body = written(without(part, key), spaced, ascii_only)
    required = {
        ("", "id"),
        ("", "kind"),
        ("", "group"),
        ("", "member"),
        ("", "message"),
        ("group", "id"),
        ("member", "id"),
    }
    found = usual_message(body)
    assert found == exactly(body) == usual_message(pack(without(part, key)), "msgpack")
    assert (found is None) == ((part, key) in required)


@settings(max_examples=1500, deadline=None)
@given(
    changes=st.lists(st.tuples(st.sampled_from(PLACES), ODD), max_size=3),
    kind=st.sampled_from(["message", "edit", "join", "report"]),
    spaced=st.booleans(),
    ascii_only=st.booleans(),
)
def test_odd_events_are_read_alike_or_left_to_the_exact_readers(
    changes: list[tuple[tuple[str, str], Any]], kind: str, spaced: bool, ascii_only: bool
) -> None:
    body = written(changed(kind, changes), spaced, ascii_only).replace(b"\\ud", b"?")
    assert_alike(body, "json")


@settings(max_examples=1000, deadline=None)
@given(
    changes=st.lists(st.tuples(st.sampled_from(PLACES), ODD_PACKED), max_size=3),
    kind=st.sampled_from(["message", "edit", "join", "report"]),
    spoiled=st.none() | st.tuples(st.integers(0, 500), st.integers(0, 255)),
)
def test_odd_packed_events_are_read_alike_or_left_to_the_exact_readers(
    changes: list[tuple[tuple[str, str], Any]], kind: str, spoiled: tuple[int, int] | None
) -> None:
    try:
        body = pack(changed(kind, changes))
    except (OverflowError, UnicodeEncodeError):
        return
    if spoiled is not None:
        place, byte = spoiled[0] % len(body), spoiled[1]
        body = body[:place] + bytes([byte]) + body[place + 1 :]
    assert_alike(body, "msgpack")


def changed(kind: str, changes: list[tuple[tuple[str, str], Any]]) -> dict[str, Any]:
    tree: dict[str, Any] = {**json.loads(json.dumps(FULL)), "kind": kind}
    for (part, key), value in changes:
        owner = tree.get(part) if part else tree
        if isinstance(owner, dict):
            owner[key] = value
    return tree


def assert_alike(body: bytes, form: Form) -> None:
    found = usual_message(body, form)
    if found is not None:
        expected = exactly(body, form)
        assert found == expected
        assert repr(found) == repr(expected), "2 is not 2.0, and True is not 1"


@pytest.mark.parametrize("space", ["", " ", "\n", "\t\r"])
@pytest.mark.parametrize(
    ("part", "key"), [place for place in PLACES if place[1] in (FULL[place[0]] if place[0] else FULL)]
)
def test_a_key_that_occurs_twice_is_never_passed_over(part: str, key: str, space: str) -> None:
    owner = FULL[part] if part else FULL
    pair = f"{json.dumps(key)}: {json.dumps(owner[key])}"
    twice = json.dumps(FULL).replace(pair, f"{json.dumps(key)}{space}: null, {pair}", 1)
    assert usual_message(json.dumps(FULL).encode()) is not None
    assert usual_message(twice.encode()) is None


@pytest.mark.parametrize(
    ("part", "key"), [place for place in PLACES if place[1] in (FULL[place[0]] if place[0] else FULL)]
)
def test_a_packed_key_that_occurs_twice_is_never_passed_over(part: str, key: str) -> None:
    owner = pack(FULL[part] if part else FULL)
    twice = pack(FULL).replace(owner, bytes([owner[0] + 1]) + pack(key) + pack(None) + owner[1:])
    assert len(twice) == len(pack(FULL)) + len(pack(key)) + 1
    assert usual_message(twice, "msgpack") is None


def test_packed_numbers_of_single_precision_are_left_to_the_exact_readers() -> None:
    half = pack(FULL).replace(b"\xcb\x3f\xe0\0\0\0\0\0\0", b"\xca\x3f\0\0\0")
    assert usual_message(half, "msgpack") is None
    assert exactly(half, "msgpack") == usual_message(pack(FULL), "msgpack")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'"x"', b"null", b'{"kind": []}', b"\xff", b"[" * 100_000])
def test_what_is_no_event_is_left_to_the_exact_readers(body: bytes) -> None:
    assert usual_message(body) is None


@pytest.mark.parametrize(
    ("part", "key"), [("", "id"), ("group", "id"), ("member", "id"), ("message", "id"), ("message", "reply_to")]
)
def test_ids_with_control_characters_are_left_to_the_exact_readers(part: str, key: str) -> None:
    tree = without(part, key)
    (tree[part] if part else tree)[key] = "a\x85b"
    assert usual_message(written(tree, False, False)) is None


@pytest.mark.parametrize("sent", [{}, {"id": None}])
def test_an_edit_of_an_unknown_message_is_left_to_the_exact_readers(sent: dict[str, Any]) -> None:
    assert usual_message(written({**FULL, "kind": "edit", "message": sent}, False, False)) is None


def test_more_capabilities_than_there_may_be_are_left_to_the_exact_readers() -> None:
    for length, is_usual in ((MOST_CAPABILITIES, True), (MOST_CAPABILITIES + 1, False)):
        body = written({**FULL, "capabilities": ["delete"] * length}, False, False)
        assert (usual_message(body) is not None) is (exactly(body) is not None) is is_usual
