"""The parts of the kinds that workflows bring: what is taken, what is refused, and what is said about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyd.model.codec import decode, event_from
from policyd.model.event import (
    EVERY_GROUP,
    HANDLED_KINDS,
    NOBODY,
    WITHOUT_MEMBER,
    Appeal,
    Event,
    Evidence,
    Mark,
    Notice,
    OutcomeReport,
    Submission,
    Tick,
    Verdict,
)
from policyd.model.parts import PARTS
from policyd.model.problem import EventError, Problem

READERS: list[Callable[[Any], Event]] = [
    lambda tree: decode(json.dumps(tree).encode()),
    lambda tree: decode(msgspec.msgpack.encode(tree), "msgpack"),
    event_from,
]
JUNE = "2027-06-01T00:00:00+08:00"
FULL: dict[str, tuple[dict[str, Any], object]] = {
    "notice": (
        {"by": "m1", "id": "n1", "text": "新群规", "members": ["u1", "u2"]},
        Notice("m1", "n1", "新群规", ("u1", "u2")),
    ),
    "submission": (
        {"ticket": "k7m2q9xa4b", "evidence": [{"kind": "licence", "ref": "file:9", "expires": JUNE}, {"kind": "menu"}]},
        Submission("k7m2q9xa4b", (Evidence("licence", "file:9", 1811779200000), Evidence("menu"))),
    ),
    "verdict": (
        {"ticket": "k7m2q9xa4b", "by": "m1", "decision": "approve", "role": "owner", "reason": "ok"},
        Verdict("k7m2q9xa4b", "m1", "approve", "owner", "ok"),
    ),
    "appeal": ({"event": "telegram:1", "text": "误会"}, Appeal("telegram:1", "误会")),
    "mark": ({"by": "m1", "as": "quality", "message": "m9"}, Mark("quality", "m1", "m9")),
    "outcome": (
        {"event": "telegram:1", "action": "mute", "ok": False, "error": "not enough rights"},
        OutcomeReport("telegram:1", "mute", False, "not enough rights"),
    ),
    "tick": ({"ack": "t1"}, Tick("t1")),
}


def event(kind: str, part: Any, **more: Any) -> dict[str, Any]:
    tree = {"id": "e1", "kind": kind, "group": {"id": "g1"}, "member": {"id": "u1"}, kind: part, **more}
    return {key: value for key, value in tree.items() if value is not ...}


def refusal(tree: Any) -> Problem:
    """The same from JSON, MessagePack and plain values."""
    problems = []
    for read in READERS:
        with pytest.raises(EventError) as caught:
            read(tree)
        problems.append(caught.value.problem)
    assert problems[0] == problems[1] == problems[2]
    return problems[0]


@pytest.mark.parametrize("kind", FULL)
def test_a_full_part_keeps_everything_in_either_form(kind: str) -> None:
    sent, expected = FULL[kind]
    tree = event(kind, sent)
    by_json = decode(json.dumps(tree).encode())
    assert getattr(by_json, kind) == expected
    assert decode(msgspec.msgpack.encode(tree), "msgpack") == by_json == event_from(tree)
    others = {name for name, _ in PARTS.values()} - {kind}
    assert [name for name in others if getattr(by_json, name) is not None] == []


def test_every_kind_is_read() -> None:
    assert set(PARTS) == HANDLED_KINDS - {"profile"}


@pytest.mark.parametrize("kind", sorted(HANDLED_KINDS))
def test_members_and_groups_are_left_out_only_where_they_may_be(kind: str) -> None:
    part = FULL[kind][0] if kind in FULL else {"id": "m1", "action": "warn"}
    name = PARTS[kind][0] if kind in PARTS else "profile_part"
    tree = {**event(kind, ...), name: part}
    nobody = {**tree, "member": None}
    nowhere = {key: value for key, value in tree.items() if key != "group"}
    if kind in WITHOUT_MEMBER:
        assert event_from(nobody).member is NOBODY
    else:
        assert refusal(nobody).pointer == "/member"
    if kind == "tick":
        assert event_from(nowhere).group is EVERY_GROUP
        assert event_from(event(kind, part)).group.id == "g1"
    else:
        assert refusal(nowhere).pointer == "/group"


@pytest.mark.parametrize(
    ("sent", "expected"), [(..., None), (None, None), ({}, Tick()), ({"ack": None}, Tick()), ({"ack": "t"}, Tick("t"))]
)
def test_a_tick_acknowledges_by_coming_unless_it_says_otherwise(sent: Any, expected: Tick | None) -> None:
    assert event_from(event("tick", sent)).tick == expected


def test_a_notice_may_be_bare() -> None:
    assert event_from(event("notice", ...)).notice == Notice()


WRONG: list[tuple[str, Any, str, str, str | None]] = [
    ("verdict", ..., "/verdict", "an object", "an event of kind `verdict` carries `verdict`"),
    ("verdict", {"ticket": "t", "by": "m"}, "/verdict/decision", "a value, but nothing came", None),
    ("verdict", {"by": "m", "decision": "approve"}, "/verdict/ticket", "a value, but nothing came", None),
    ("verdict", {"ticket": "t", "decision": "approve"}, "/verdict/by", "a value, but nothing came", None),
    ("verdict", {"ticket": "t", "by": "m", "decision": "aprove"}, "/verdict/decision", "one of `approve`", "did you"),
    ("verdict", {"tiket": "t"}, "/verdict/tiket", "the key `ticket`, but `tiket` came", "did you mean `ticket`?"),
    ("verdict", {"ticket": "", "by": "m", "decision": "approve"}, "/verdict/ticket", "an id of 1 to 128", None),
    ("verdict", {"ticket": "t", "by": "m", "decision": "approve", "role": "god"}, "/verdict/role", "one of", None),
    ("submission", ..., "/submission", "an object", "an event of kind `submission` carries `submission`"),
    ("submission", {"ticket": "t"}, "/submission/evidence", "a value, but nothing came", None),
    ("submission", {"evidence": []}, "/submission/evidence", "a list of 1 to 100, but one of 0 came", None),
    ("submission", {"evidence": [{}] * 101}, "/submission/evidence", "a list of 1 to 100, but one of 101 came", None),
    ("submission", {"evidence": [{"ref": "x"}]}, "/submission/evidence/0/kind", "a value, but nothing came", None),
    ("submission", {"evidence": [{"kind": "a"}, 7]}, "/submission/evidence/1", "an object, but the number 7", None),
    ("submission", {"evidence": [{"kind": "a", "expires": 9}]}, "/submission/evidence/0/expires", "a time like", None),
    (
        "submission",
        {"evidence": [{"kind": "a", "ref": "x" * 2049}]},
        "/submission/evidence/0/ref",
        "a text of at",
        None,
    ),
    (
        "submission",
        {"evidence": [{"kind": "a", "expire": JUNE}]},
        "/submission/evidence/0/expire",
        "the key `exp",
        "did",
    ),
    ("appeal", {"text": "x"}, "/appeal/event", "a value, but nothing came", None),
    ("appeal", {"event": 5}, "/appeal/event", "an id (a text), but the number 5 came", 'write it as a text: "5"'),
    ("mark", {"by": "m"}, "/mark/as", "a value, but nothing came", None),
    ("mark", {"as_": "quality"}, "/mark/as_", "the key `as`, but `as_` came", "did you mean `as`?"),
    ("outcome", {"event": "e", "action": "mute"}, "/outcome/ok", "a value, but nothing came", None),
    (
        "outcome",
        {"event": "e", "action": "muet", "ok": True},
        "/outcome/action",
        "one of `flag`",
        "did you mean `mute`",
    ),
    ("outcome", {"event": "e", "action": "mute", "ok": "no"}, "/outcome/ok", "true or false, but the text", None),
    ("notice", {"members": "u1"}, "/notice/members", 'a list, but the text "u1" came', None),
    ("notice", {"members": ["u1", ""]}, "/notice/members/1", "an id of 1 to 128 characters", None),
    ("notice", {"memebrs": ["u1"]}, "/notice/memebrs", "the key `members`", "did you mean `members`?"),
    ("tick", {"ack": 5}, "/tick/ack", "an id (a text), but the number 5 came", 'write it as a text: "5"'),
    ("tick", "t1", "/tick", 'an object, but the text "t1" came', None),
]


@pytest.mark.parametrize(("kind", "sent", "pointer", "expected", "hint"), WRONG, ids=lambda value: str(value)[:40])
def test_a_wrong_part_says_where_and_what_was_expected(
    kind: str, sent: Any, pointer: str, expected: str, hint: str | None
) -> None:
    problem = refusal(event(kind, sent))
    assert (problem.status, problem.code, problem.pointer) == (422, "invalid_event", pointer)
    assert problem.detail.startswith(f"expected {expected}")
    assert problem.hint is msgspec.UNSET if hint is None else str(problem.hint).startswith(hint)


WORDS = st.sampled_from(
    ["ticket", "by", "decision", "approve", "event", "as", "ok", "ack", "evidence", "kind", "ref", "expires", "members",
     "action", "mute", "~", "", "role", "id", JUNE]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=15,
)


@settings(max_examples=600, deadline=None)
@given(kind=st.sampled_from(sorted(HANDLED_KINDS)), part=VALUES, more=st.dictionaries(WORDS, VALUES, max_size=3))
def test_any_part_gives_an_event_or_a_problem(kind: str, part: Any, more: dict[str, Any]) -> None:
    tree = {**event(kind, part), **more}
    found: list[Event | Problem] = []
    for read in READERS[:2]:
        try:
            found.append(read(tree))
        except EventError as error:
            assert error.problem.status == 422
            found.append(error.problem)
    assert found[0] == found[1]
    assert isinstance(found[0], Problem) or found[0].due is None
