"""Events from the wire: what is taken, what is refused, and what is said about it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyd.model.codec import decode, encode, event_from, split
from policyd.model.document import MAX_DEPTH
from policyd.model.event import Event, Member, Message
from policyd.model.problem import EventError, Problem

FULL: dict[str, Any] = {
    "id": "telegram:-1001:4567",
    "kind": "message",
    "time": "2026-03-02T20:00:00+08:00",
    "group": {"id": "g1", "name": "Python 一班", "tags": ["course"], "size": 120, "attributes": {"plan": "pro"}},
    "member": {
        "id": "u1", "name": "小明", "role": "member", "joined": "2026-02-20T01:00:00Z",
        "attributes": {"course": "python-2026", "points": 3, "vip": False, "tags": ["a", 1], "gone": None},
    },
    "message": {
        "id": "4567", "text": "大家好", "images": 0, "videos": [75, 2.5, None], "voices": 2, "files": 0, "mentions": 1,
        "qr_codes": 0, "forwarded": False, "reply_to": None,
    },
    "capabilities": ["delete", "mute"],
}  # fmt: skip


def event(**changes: Any) -> dict[str, Any]:
    """A small valid event; `group__id=…` changes a part, None leaves a key out."""
    tree: dict[str, Any] = {
        "id": "1", "kind": "message", "group": {"id": "g"}, "member": {"id": "u"}, "message": {"text": "hi"}
    }  # fmt: skip
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = tree
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return tree


def refusal(body: bytes, form: Any = "json") -> Problem:
    with pytest.raises(EventError) as caught:
        decode(body, form)
    return caught.value.problem


def test_a_full_event_keeps_everything_and_turns_times_into_milliseconds() -> None:
    found = decode(json.dumps(FULL).encode())
    assert found.time == 1772452800000
    assert found.member == Member(
        "u1", "小明", "member", 1771549200000, {"course": "python-2026", "points": 3, "vip": False, "tags": ["a", 1]}
    )
    assert found.message == Message("4567", "大家好", 0, (75.0, 2.5, None), (None, None), 0, 1, 0, False, None)
    assert found.capabilities == ("delete", "mute")


def test_json_msgpack_and_plain_values_give_the_same_event() -> None:
    by_json = decode(json.dumps(FULL).encode())
    assert decode(msgspec.msgpack.encode(FULL), "msgpack") == by_json
    assert event_from(FULL) == by_json


def test_what_is_null_is_as_if_left_out() -> None:
    nulls = event(time=None, group__name=None, group__tags=None, member__role=None, message__images=None, join=None)
    assert event_from(nulls) == event_from(event())


@pytest.mark.parametrize("kind", ["join", "leave", "request", "profile", "report", "tick"])
def test_parts_of_other_kinds_have_no_effect(kind: str) -> None:
    found = event_from(event(kind=kind, notice={"members": ["x"]}, outcome={"ok": True}))
    assert found.kind == kind
    assert (found.message, found.notice, found.outcome) == (None, None, None)


def test_unknown_keys_are_passed_over() -> None:
    assert event_from(event(platform={"deep": [{}]}, message__sticker="x", member__is_bot=False)) == event_from(event())
    assert event_from(event(due={"at": 5})) == event_from(event()), "what has come due is policyd's to say"


def test_capabilities_of_the_future_are_passed_over() -> None:
    assert event_from(event(capabilities=["delete", "levitate"])).capabilities == ("delete", "levitate")


WRONG_EVENTS = [
    ({"id": 5}, "/id", "expected an id (a text), but the number 5 came", 'write it as a text: "5"'),
    ({"id": ""}, "/id", "expected an id of 1 to 128 characters, but a text of 0 characters came", None),
    ({"id": "x" * 129}, "/id", "expected an id of 1 to 128 characters, but a text of 129 characters came", None),
    ({"group__id": "a\n"}, "/group/id", r"expected an id without control characters, but the text 'a\n' came", None),
    ({"id": None}, "/id", "expected a value, but null came", None),
    ({"group": None}, "/group", "expected a value, but null came", None),
    ({"group": "g1"}, "/group", 'expected an object, but the text "g1" came', None),
    ({"group": {"name": "x"}}, "/group/id", "expected a value, but nothing came", None),
    ({"kind": None}, "/kind", "expected a value, but null came", None),
    ({"kind": "late class_group.introduction"}, "/kind", "expected one of `message`, `edit`, ", None),
    ({"id": "~late class.duty 1 u1"}, "/id", "expected an id that does not begin with `~`, but the text", "such ids"),
    ({"capabilities": ["delete", "telegarm"]}, "/capabilities/1", "expected `telegram`, but the text", "did you mean"),
    (
        {"capabilities": ["call out"]},
        "/capabilities/0",
        "expected `call_out`, but the text",
        "did you mean `call_out`?",
    ),
    ({"capabilities": ["x"] * 101}, "/capabilities", "expected a list of at most 100, but one of 101 came", None),
    ({"kind": "mesage"}, "/kind", "expected one of `message`, `edit`, ", "did you mean `message`?"),
    ({"messsage": {}}, "/messsage", "expected the key `message`, but `messsage` came", "did you mean `message`?"),
    ({"message__txet": 1}, "/message/txet", "expected the key `text`, but `txet` came", "did you mean `text`?"),
    ({"message__replyTo": "1"}, "/message/replyTo", "expected the key `reply_to`", "did you mean `reply_to`?"),
    ({"message__images": -1}, "/message/images", "expected a whole number that is not negative, but the number", None),
    ({"message__images": True}, "/message/images", "expected a whole number that is not negative, but true came", None),
    ({"message__images": 2.0}, "/message/images", "expected a whole number that is not negative", None),
    ({"message__images": 10**30}, "/message/images", "expected a whole number that is not negative, but a very", None),
    ({"message__videos": [1, "x"]}, "/message/videos/1", 'expected a length in seconds, but the text "x" came', None),
    ({"message__videos": 1001}, "/message/videos", "expected a list of lengths in seconds, or a number up", None),
    ({"message__forwarded": 1}, "/message/forwarded", "expected true or false, but the number 1 came", None),
    ({"message__text": ["x"]}, "/message/text", "expected a text, but an array came", None),
    ({"message": None}, "/message", "expected an object, but nothing came", "an event of kind `message` carries"),
    ({"kind": "edit"}, "/message/id", "expected a value, but nothing came", None),
    ({"kind": "sanction"}, "/sanction", "expected an object, but nothing came", "an event of kind `sanction`"),
    ({"kind": "sanction", "sanction": {"action": "pardn"}}, "/sanction/action", "expected one of", "did you mean `par"),
    ({"member__role": "amdin"}, "/member/role", "expected one of", "did you mean `admin`?"),
    ({"member__joined": "2026-03-02"}, "/member/joined", "expected a time like", None),
    ({"time": "2026-03-02T20:00:00"}, "/time", "expected a time like", None),
    ({"time": "2026-W10-1T20:00:00Z"}, "/time", "expected a time like", None),
    ({"time": 1772452800}, "/time", "expected a time like", None),
    ({"time": "1969-12-31T23:59:59Z"}, "/time", "expected a time like", None),
    (
        {"kind": "sanction", "sanction": {"action": "mute", "seconds": 10**12}},
        "/sanction/seconds",
        "expected whole seconds up to 10000000000, but the number 1000000000000 came",
        None,
    ),
    ({"member__attributes": {"a/b~": {}}}, "/member/attributes/a~1b~0", "expected a text, a number, true or", None),
    ({"member__attributes": {"a": [[]]}}, "/member/attributes/a/0", "expected a text, a number, true or false", None),
    ({"group__tags": ["a", 1]}, "/group/tags/1", "expected a text, but the number 1 came", None),
    ({"kind": "request", "request": {"answers": {"q": 1}}}, "/request/answers/q", "expected a text", None),
]


@pytest.mark.parametrize(("changes", "pointer", "detail", "hint"), WRONG_EVENTS, ids=lambda value: str(value)[:40])
def test_a_wrong_event_says_where_what_was_expected_and_what_came(
    changes: dict[str, Any], pointer: str, detail: str, hint: str | None
) -> None:
    problem = refusal(json.dumps(event(**changes)).encode())
    assert (problem.status, problem.code, problem.pointer) == (422, "invalid_event", pointer)
    assert problem.detail.startswith(detail)
    assert problem.hint is msgspec.UNSET if hint is None else str(problem.hint).startswith(hint)
    with pytest.raises(EventError) as caught:
        event_from(event(**changes))
    assert caught.value.problem == problem


BROKEN = [
    (b"", "the body is empty", msgspec.UNSET),
    (b"  \n", "the body is empty", msgspec.UNSET),
    (b"{", "line 1, column 2: ", msgspec.UNSET),
    (b'{"id": 1,}', "line 1, column 1", msgspec.UNSET),
    (b"{'id': 1}", "line 1, column 2: ", msgspec.UNSET),
    (b'{"id": "a\x01"}', "line 1, column 10: ", msgspec.UNSET),
    (b"\xef\xbb\xbf{}", "line 1, column 1: ", msgspec.UNSET),
    (b'{"id": "\xff"}', "byte 8 is no UTF-8", msgspec.UNSET),
    (b'{"a": {"b": [1, NaN]}}', "NaN and infinite numbers are not allowed", "/a/b/1"),
    (b'{"a": -Infinity}', "NaN and infinite numbers are not allowed", "/a"),
    (b'{"a": 1e999}', "NaN and infinite numbers are not allowed", "/a"),
    (b'{"message": {"text": "x\\ud800y"}}', "the text holds half of a surrogate pair", "/message/text"),
    (b'{"id": "1", "id": "2"}', "the key `id` occurs twice in one object", "/id"),
    (b'{"a" :1, "b": "\\":", "a" :2}', "the key `a` occurs twice in one object", "/a"),
    (b'{"a"\n:1, "a"\t:2}', "the key `a` occurs twice in one object", "/a"),
    (b'{"x": [{"y": 1}, {"a": 1, "\\u0061": 2}]}', "the key `a` occurs twice in one object", "/x/1/a"),
    (b"[" * 65 + b"]" * 65, "it nests more than 64 levels deep", "/0" * 64),
    (b"[" * 100_000, "it nests more than 64 levels deep", ""),
    (b'{"a":' * 65 + b"1" + b"}" * 65, "it nests more than 64 levels deep", "/a" * 64),
]


@pytest.mark.parametrize(("body", "detail", "pointer"), BROKEN, ids=lambda value: str(value)[:40])
def test_what_is_no_i_json_is_malformed(body: bytes, detail: str, pointer: str) -> None:
    problem = refusal(body)
    assert (problem.status, problem.code, problem.pointer) == (400, "malformed_json", pointer)
    assert problem.detail.startswith(detail)


BROKEN_MSGPACK = [
    (b"", "Input data was truncated", msgspec.UNSET),
    (b"\xc1", "MessagePack data is malformed", msgspec.UNSET),
    (b"\x82\xa1a\x01\xa1a\x02", "the key `a` occurs twice", "/a"),
    (b"\x82\xa1a\x01\xd9\x01a\x02", "the key `a` occurs twice", "/a"),
    (b"\x82\xa1a\xca\x00\x00\x00\x00\xa1a\xca\x00\x00\x00\x00", "the key `a` occurs twice", "/a"),
    (b"\x81\xa1x\x92\x01\x82\xa1a\x80\xa1a\xde\x00\x00", "the key `a` occurs twice", "/x/1/a"),
    (b"\x82\xca\x00\x00\x00\x00\x01\xa1a\x02", "a key is not a text", ""),
    (b"\x91" * 65 + b"\x01", "it nests more than 64 levels deep", "/0" * 64),
]


@pytest.mark.parametrize(("body", "detail", "pointer"), BROKEN_MSGPACK, ids=lambda value: str(value)[:40])
def test_broken_msgpack_is_malformed(body: bytes, detail: str, pointer: str) -> None:
    problem = refusal(body, "msgpack")
    assert (problem.status, problem.code, problem.pointer) == (400, "malformed_msgpack", pointer)
    assert problem.detail.startswith(detail)


def test_the_deepest_document_that_is_allowed() -> None:
    tree = event()
    deep: Any = 1
    for _ in range(MAX_DEPTH - 1):
        deep = [deep]
    assert decode(json.dumps({**tree, "deep": deep}).encode()) == event_from(tree)
    assert refusal(json.dumps({**tree, "deep": [deep]}).encode()).code == "malformed_json"


@pytest.mark.parametrize("text", ['":', '" :', 'he said: "x" : y', '\\":', "a\n:b"])
def test_texts_that_look_like_keys_are_no_duplicates(text: str) -> None:
    found = decode(json.dumps(event(message__text=text)).encode())
    assert found.message == Message(text=text)


def test_plain_values_are_held_to_the_same_rules() -> None:
    for tree in (event(message__text="\ud800"), event(x=float("nan")), {1: 2}, event(x={2: 3})):
        with pytest.raises(EventError):
            event_from(tree)
    with pytest.raises(EventError):
        event_from([event()])


@pytest.mark.parametrize("form", ["json", "msgpack"])
def test_an_array_splits_into_its_elements(form: Any) -> None:
    trees = [event(), {"id": 5}, 7]
    encoded = encode(trees, form)
    pieces = split(encoded, form)
    assert pieces is not None
    assert [bytes(piece) for piece in pieces] == [encode(tree, form) for tree in trees]
    assert split(encode(event(), form), form) is None
    assert split(encode([], form), form) == []


SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=8)
KEYS = st.sampled_from(["id", "kind", "group", "member", "message", "text", "tags", "attributes", "videos"]) | st.text(
    max_size=6
)
TREES = st.recursive(
    SCALARS | st.sampled_from(["message", "2026-03-02T20:00:00Z"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(tree=TREES, changed=st.sampled_from(["", "group", "member", "message", "message__videos", "time"]))
def test_any_json_gives_an_event_or_a_problem(tree: Any, changed: str) -> None:
    whole = event(**{changed: tree}) if changed else tree
    body = json.dumps(whole).encode()
    try:
        by_bytes: Event | Problem = decode(body)
    except EventError as error:
        by_bytes = error.problem
    try:
        by_values: Event | Problem = event_from(whole)
    except EventError as error:
        by_values = error.problem
    if isinstance(by_bytes, Event):
        assert by_values == by_bytes
    else:
        assert isinstance(by_values, Problem)
        assert by_bytes.status in (400, 422)


@settings(max_examples=300, deadline=None)
@given(body=st.binary(max_size=60), form=st.sampled_from(["json", "msgpack"]))
def test_any_bytes_give_an_event_or_a_problem(body: bytes, form: Any) -> None:
    try:
        split(body, form)
        decode(body, form)
    except EventError as error:
        assert error.problem.status in (400, 422)


@settings(max_examples=200, deadline=None)
@given(tree=TREES, data=st.data())
def test_a_repeated_key_is_always_found(tree: Any, data: st.DataObject) -> None:
    """Wherever an object is written with one of its keys twice, in JSON or MessagePack."""
    place = {"x": tree, "again": {"k": 1}}
    good = json.dumps(place)
    space = data.draw(st.sampled_from(["", " ", "\n", "\t "]))
    bad = good.replace('"again": {"k": 1}', f'"again": {{"k": 1, "k"{space}: 2}}')
    if "NaN" not in good and "Infinity" not in good and "\\ud" not in good:
        assert refusal(bad.encode()).pointer == "/again/k"
        packed = msgspec.msgpack.encode(place, order=None)
        again = packed.replace(b"\xa5again\x81\xa1k\x01", b"\xa5again\x82\xa1k\x01\xa1k\x02")
        assert refusal(again, "msgpack").pointer == "/again/k"
