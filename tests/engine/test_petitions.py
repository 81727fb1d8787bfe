"""Verdicts, submissions and appeals that cannot be granted: what is said, and that nothing has happened."""

from __future__ import annotations

from typing import Any

import pytest

from policyd.model.problem import EventError
from policyd.model.state import StoreOverloaded
from tests.engine.scene import Scene, done

POLICY = """policy club { for every group  timezone "Asia/Shanghai" }
rule held { when message.text contains "hold"  then hold }
rule bad { when message.text contains "bad"  then mute 1h }
review ads {
  when message.text contains "advert"
  needs licence, photos
  approve member by 2 moderators
  pending then hold
}
appeal { within 3d  decided by owner }
"""


def scene() -> tuple[Scene, dict[str, str]]:
    """A group with an open ticket of each kind, one that is settled, and their ids by name."""
    club = Scene(POLICY)
    tickets = {
        "hold": club.says("hold").tickets[0].ticket,
        "gone": club.says("hold", member="u2").tickets[0].ticket,
        "ads": club.says("advert", member="u3").tickets[0].ticket,
    }
    club.says("bad", event_id="muted")
    club.says("bad", event_id="contested")
    club.says("hello", event_id="clean")
    tickets["appeal"] = club.tell(club.event("appeal", appeal={"event": "contested"})).tickets[0].ticket
    club.tell(club.event("verdict", verdict={"ticket": tickets["gone"], "by": "m1", "decision": "refuse"}))
    club.tell(club.event("verdict", verdict={"ticket": tickets["ads"], "by": "m1", "decision": "approve"}))
    return club, tickets


def verdict(ticket: str, by: str = "m1", **more: Any) -> dict[str, Any]:
    return {"verdict": {"ticket": ticket, "by": by, "decision": "approve", **more}}


def brings(*kinds: str, **more: Any) -> dict[str, Any]:
    return {"submission": {"evidence": [{"kind": kind} for kind in kinds], **more}}


CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("verdict", verdict("nothing"), "/verdict/ticket", "there is no ticket `nothing` in this group"),
    ("verdict", verdict("gone"), "/verdict/ticket", "is settled: refused"),
    ("verdict", verdict("ads"), "/verdict/by", "`m1` has voted on ticket"),
    ("verdict", verdict("appeal", role="admin"), "/verdict/role", "is decided by owner, and this is by a admin"),
    ("verdict", verdict("hold", role="member"), "/verdict/role", "is decided by moderators"),
    ("verdict", {**verdict("hold"), "member": "u9"}, "/member/id", "is about another member"),
    ("submission", brings("licence"), "/submission/ticket", "no review of this member waits for evidence"),
    ("submission", brings("licence", ticket="hold"), "/submission/ticket", "is no open review ticket of this member"),
    ("submission", {**brings("licence", ticket="ads"), "member": "u9"}, "/submission/ticket", "of this member"),
    ("submission", {**brings("licence", "poem"), "member": "u3"}, "/submission/evidence/1/kind", "of the kind `poem`"),
    ("submission", {**brings("licence"), "member": None}, "/submission/ticket", "no member is named"),
    ("appeal", {"appeal": {"event": "nothing"}}, "/appeal/event", "nothing was done to `u1` on event `nothing`"),
    ("appeal", {"appeal": {"event": "clean"}}, "/appeal/event", "nothing was done to `u1` on event `clean`"),
    ("appeal", {"appeal": {"event": "muted"}, "member": "u2"}, "/appeal/event", "nothing was done to `u2`"),
    ("appeal", {"appeal": {"event": "contested"}}, "/appeal/event", "there is an appeal against this already"),
    (
        "appeal",
        {"appeal": {"event": "muted"}, "time": "2026-03-06T12:00:00+08:00"},
        "/appeal/event",
        "nothing was done to `u1`",
    ),
]


def named(parts: dict[str, Any], tickets: dict[str, str]) -> dict[str, Any]:
    """The parts with tickets named by their ids."""
    found = dict(parts)
    for kind in ("verdict", "submission"):
        if kind in found and found[kind].get("ticket") in tickets:
            found[kind] = {**found[kind], "ticket": tickets[found[kind]["ticket"]]}
    return found


@pytest.mark.parametrize(("kind", "parts", "pointer", "detail"), CASES)
def test_what_cannot_be_granted_says_why_and_changes_nothing(
    kind: str, parts: dict[str, Any], pointer: str, detail: str
) -> None:
    club, tickets = scene()
    calls = len(club.store.calls)
    event = club.event(kind, event_id="same", **named(parts, tickets))
    with pytest.raises(EventError) as caught:
        club.tell(event)
    problem = caught.value.problem
    assert (problem.status, problem.code, problem.pointer) == (422, "invalid_event", pointer)
    assert detail in problem.detail
    assert not {"observe", "commit", "file", "retract"} & set(club.store.calls[calls:])
    right = club.event("verdict", event_id="same", **named(verdict("hold", "m2"), tickets))
    assert done(club.tell(right)) == ["release"]


def test_a_group_without_appeals_says_so() -> None:
    club = Scene('policy club { for every group  timezone "UTC" }\nrule bad { then mute 1h }')
    club.says("x", event_id="muted")
    with pytest.raises(EventError, match="no policy of this group takes appeals"):
        club.tell(club.event("appeal", appeal={"event": "muted"}))


def test_a_store_that_is_too_busy_refuses_before_anything_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    club, tickets = scene()

    async def busy(*_: object) -> object:
        raise StoreOverloaded("too many requests wait")

    event = club.event("verdict", **named(verdict("hold"), tickets))
    with monkeypatch.context() as patched:
        patched.setattr(club.store.inner, "read", busy)
        with pytest.raises(EventError) as caught:
            club.tell(event)
    assert caught.value.problem.code == "overloaded"
    assert done(club.tell(event)) == ["release"]
