"""Workflows over real HTTP: ticks, tickets, and everything about them that is refused."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policyd.model.event import HANDLED_KINDS
from policyd.server.bots import Bot
from policyd.server.settings import Settings
from tests.server.service import Service, running

POLICY = """policy club { for every group  timezone "UTC"  brake at most 1 remove within 1h }
ladder conduct { at 1 warn "first"  at 2 mute 24h }
lexicon ad_words { words "advert" }
hours night { every day 22:00-06:00 }
switch lockdown { off after 30m }
rule bad { on message, edit  when message.text contains "bad"  then delete, strike conduct }
rule raid { when message.text contains "raid"  then set lockdown, remove }
rule locked { when lockdown  then hold for 1h then delete }
rule quiet { when message.text contains "quiet"  then propose mute 1h by 2 moderators for 2h then warn "mind" }
rule entry { on request  then hold for 1d then refuse "no time" }
review ads { when message.text matches ad_words  needs licence  approve at most 1 per day  refused then delete }
duty introduction { on join  within 24h  until message where message.length >= 10
  remind after 20h then notify member "soon"  late then call out "who are you?" }
duty answer { on message where message.text contains "?"  within 15m  until reply by admins
  late then notify admins "unanswered" together }
duty confirm { on notice  within 1h  until message where message.text contains "read"
  late then reply "not read: {duty.members}" together }
schedule nightly { when night opens  then lock, reply "good night" }
sweep silent { every day 09:00  when member.silent >= 2d  then notify member "where are you?" digest 1h }
appeal { within 3d  decided by owner }
"""


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running(policy=POLICY) as service:
        yield service


@pytest.fixture
def fresh() -> Iterator[Service]:
    with running(policy=POLICY) as service:
        yield service


def at(day: int, hour: int, minute: int = 0) -> str:
    return f"2026-03-{day:02}T{hour:02}:{minute:02}:00Z"


def event(id: str, kind: str, time: str, member: str = "u1", **part: Any) -> dict[str, Any]:
    return {"id": id, "kind": kind, "time": time, "group": {"id": "g1"}, "member": {"id": member}, **part}


def says(id: str, time: str, text: str, member: str = "u1", **more: Any) -> dict[str, Any]:
    return event(id, "message", time, member, message={"id": f"m{id}", "text": text, **more})


def tick(id: str, time: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "kind": "tick", "time": time, **more}


def done(answer: dict[str, Any]) -> list[str]:
    return [f"{action['group']} {action['do']} {action.get('text', '')}".rstrip() for action in answer["actions"]]


def test_a_tick_answers_what_has_come_due_and_its_repeat_the_same(fresh: Service) -> None:
    fresh.ask(event("j1", "join", at(2, 10)))
    assert fresh.ask(tick("t1", at(2, 11))).json()["actions"] == []
    first = fresh.ask(tick("t2", at(3, 11))).json()
    assert done(first) == ["g1 reply good night", "g1 lock", "g1 call_out who are you?"]
    assert first["missed"] == []
    again = fresh.ask(tick("t2", at(3, 11))).json()
    assert again == first | {"replayed": True}
    assert done(fresh.ask(tick("t3", at(3, 11, 1))).json()) == []


def test_a_tick_in_an_array_comes_after_what_stands_before_it(fresh: Service) -> None:
    events = [
        event("j1", "join", at(2, 10)),
        {**event("j2", "join", at(2, 10)), "group": {"id": "g2"}},
        says("late", at(3, 12), "later"),
        {**tick("t1", at(3, 12)), "group": {"id": "g2"}},
        tick("t2", at(3, 12)),
        says("bad", at(3, 12), "bad"),
    ]
    answers = fresh.ask(events).json()
    assert [answer["event"] for answer in answers] == ["j1", "j2", "late", "t1", "t2", "bad"]
    assert [line for line in done(answers[3]) if "call_out" in line] == ["g2 call_out who are you?"]
    assert [line for line in done(answers[4]) if "call_out" in line] == ["g1 call_out who are you?"]
    assert answers[5]["verdict"] == "delete"


def test_what_is_not_acknowledged_is_answered_again(fresh: Service) -> None:
    fresh.ask(event("j1", "join", at(2, 10)))
    fresh.ask(says("x", at(3, 11), "time passes"))
    first = done(fresh.ask(tick("t1", at(3, 11), tick={"ack": None})).json())
    assert first != []
    assert done(fresh.ask(tick("t2", at(3, 11, 1), tick={})).json()) == first
    assert done(fresh.ask(tick("t3", at(3, 11, 2), tick={"ack": "t2"})).json()) == []


def test_evaluations_are_answered_while_a_tick_is_at_work(fresh: Service) -> None:
    """As many ticks as an array of evaluations may have in turn, all waiting for the store."""
    at_work, go_on = threading.Event(), threading.Event()
    call = fresh.store._call

    async def slow(name: str, *asked: Any, **named: Any) -> Any:
        while name == "due" and not go_on.is_set():
            at_work.set()
            await asyncio.sleep(0.005)
        return await call(name, *asked, **named)

    fresh.store._call = slow  # type: ignore[method-assign]
    fresh.ask(event("j1", "join", at(2, 10)))
    ticks = [{**tick(f"t{number}", at(2, 11)), "group": {"id": f"g{number}"}} for number in range(300)]
    answers: list[Any] = []
    ticking = threading.Thread(target=lambda: answers.extend(httpx.post(
        f"{fresh.url}/v1/evaluate", json=ticks, timeout=30).json()))  # fmt: skip
    ticking.start()
    try:
        assert at_work.wait(10)
        found = fresh.ask([says(f"e{number}", at(2, 11), "bad") for number in range(200)]).json()
        assert {each["verdict"] for each in found} == {"delete"}
        assert answers == []
    finally:
        go_on.set()
        ticking.join(30)
    assert [answer["event"] for answer in answers] == [each["id"] for each in ticks]


def test_a_bot_of_some_groups_ticks_only_these() -> None:
    bots = (Bot("b", (sha256(b"secret").hexdigest(),), frozenset({"g1"})),)
    head = {"authorization": "Bearer secret"}
    with running(Settings(bots=bots), POLICY) as service:
        refused = service.ask(tick("t1", at(2, 10)), headers=head)
        assert (refused.status_code, refused.json()["code"]) == (403, "group_not_allowed")
        assert (refused.json()["pointer"], refused.json()["hint"]) == (
            "/group", "send a tick for each of its groups, with `group`",
        )  # fmt: skip
        assert service.ask({**tick("t2", at(2, 10)), "group": {"id": "g1"}}, headers=head).status_code == 200
        assert service.ask({**tick("t3", at(2, 10)), "group": {"id": "g2"}}, headers=head).status_code == 403


def test_a_notice_to_many_members_asks_the_store_no_more_often_than_to_one(fresh: Service) -> None:
    calls = []
    for number in (1, 300):
        before = len(fresh.store.calls)
        members = [f"u{member}" for member in range(number)]
        fresh.ask(event(f"n{number}", "notice", at(2, 10), notice={"id": "x", "members": members}))
        calls.append([call for call in fresh.store.calls[before:] if call != "figures"])
    assert calls[0] == calls[1]
    (late,) = [each for each in fresh.ask(tick("t1", at(2, 12))).json()["actions"] if each["do"] == "reply"]
    assert late["text"].count("u") == 300


def verdict(id: str, ticket: str, by: str = "m1", decision: str = "approve", **more: Any) -> dict[str, Any]:
    tree = event(id, "verdict", at(2, 12), verdict={"ticket": ticket, "by": by, "decision": decision, **more})
    del tree["member"]
    return tree


def test_a_proposal_that_two_agree_to(fresh: Service) -> None:
    proposed = fresh.ask(says("e1", at(2, 10), "quiet")).json()
    (action,) = proposed["actions"]
    assert (action["do"], action["proposes"], action["member"]) == ("propose", "mute", "u1")
    ticket = action["ticket"]
    assert fresh.ask(verdict("v1", ticket)).json()["actions"] == []
    twice = fresh.ask(verdict("v2", ticket))
    assert (twice.status_code, twice.json()["pointer"]) == (422, "/verdict/by")
    settled = fresh.ask(verdict("v3", ticket, "m2")).json()
    assert [(each["do"], each["member"], each["seconds"]) for each in settled["actions"]] == [("mute", "u1", 3600)]
    assert settled["tickets"][0]["status"] == "approved"
    assert fresh.ask(verdict("v3", ticket, "m2")).json() == settled | {"replayed": True}
    late = fresh.ask(verdict("v4", ticket, "m3"))
    assert (late.status_code, late.json()["pointer"]) == (422, "/verdict/ticket")


REFUSED: list[tuple[dict[str, Any], str]] = [
    (verdict("v", "nosuch"), "/verdict/ticket"),
    (event("s", "submission", at(2, 12), submission={"evidence": [{"kind": "licence"}]}), "/submission/ticket"),
    (
        event("s", "submission", at(2, 12), submission={"ticket": "x", "evidence": [{"kind": "licence"}]}),
        "/submission/ticket",
    ),
    (event("a", "appeal", at(2, 12), appeal={"event": "never"}), "/appeal/event"),
    (event("a", "appeal", at(2, 12), appeal={}), "/appeal/event"),
    (event("o", "outcome", at(2, 12), outcome={"event": "e", "action": "dance", "ok": True}), "/outcome/action"),
    (event("n", "notice", at(2, 12), notice={"members": [1]}), "/notice/members/0"),
    (event("m", "mark", at(2, 12), mark={}), "/mark/as"),
    (event("x", "sanction", at(2, 12), sanction={"action": "warn", "ladder": "nosuch"}), "/sanction/ladder"),
]


@pytest.mark.parametrize(("sent", "pointer"), REFUSED, ids=lambda value: str(value)[:40])
def test_what_is_about_nothing_is_refused_and_changes_nothing(service: Service, sent: Any, pointer: str) -> None:
    changes = len(service.store.changes)
    answer = service.ask(sent)
    assert (answer.status_code, answer.json()["code"], answer.json()["pointer"]) == (422, "invalid_event", pointer)
    assert answer.json()["detail"]
    assert len(service.store.changes) == changes
    assert "file" not in service.store.calls


WORDS = st.sampled_from(
    ["bad", "quiet", "raid", "advert", "read", "?", "g1", "u1", "m1", "e1", "e2", "t1", "licence", "~"]
)
TICKETS = WORDS | st.just("TICKET")
PARTS: dict[str, Any] = {
    "message": {"id": WORDS, "text": WORDS, "reply_to": WORDS},
    "notice": {"id": WORDS, "members": st.lists(WORDS, max_size=3)},
    "submission": {"ticket": TICKETS, "evidence": st.lists(st.fixed_dictionaries({"kind": WORDS}), max_size=2)},
    "verdict": {"ticket": TICKETS, "by": WORDS, "decision": st.sampled_from(["approve", "refuse"]),
                "role": st.sampled_from(["owner", "member"])},
    "appeal": {"event": WORDS, "text": WORDS},
    "mark": {"as": WORDS, "by": WORDS},
    "outcome": {"event": WORDS, "action": st.sampled_from(["delete", "mute"]), "ok": st.booleans(), "error": WORDS},
    "tick": {"ack": WORDS | st.none()},
    "sanction": {"action": st.sampled_from(["warn", "mute", "pardon", "release", "ban"]), "seconds": st.just(60)},
    "request": {"text": WORDS},
    "report": {"message": WORDS},
    "join": {"source": WORDS},
}  # fmt: skip


@st.composite
def anything(draw: st.DrawFn) -> dict[str, Any]:
    """An event of any kind, right or nearly so."""
    kind = draw(st.sampled_from(sorted(HANDLED_KINDS)))
    tree: dict[str, Any] = {"id": draw(st.integers(0, 30).map("e{}".format)), "kind": kind}
    tree["time"] = draw(st.sampled_from([at(day, hour) for day in (2, 3, 5) for hour in (3, 10, 22, 23)]))
    if kind != "tick" or draw(st.booleans()):
        tree["group"] = {"id": draw(st.sampled_from(["g1", "g2"]))}
    if draw(st.integers(0, 9)):
        tree["member"] = {"id": draw(st.sampled_from(["u1", "u2"])), "name": "Ming"}
    name = {"edit": "message", "leave": "join"}.get(kind, kind)
    if name in PARTS and draw(st.integers(0, 9)):
        tree[name] = draw(st.fixed_dictionaries({}, optional=PARTS[name]))
    if not draw(st.integers(0, 4)):
        tree["capabilities"] = draw(st.lists(st.sampled_from(["wechat", "telegram", "delete"]), max_size=2))
    return tree


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(anything(), min_size=1, max_size=12))
def test_whatever_comes_gets_an_answer_or_a_problem_that_says_why(
    service: Service, events: list[dict[str, Any]]
) -> None:
    tickets = ["nosuch"]
    for tree in events:
        body = json.dumps(tree).replace('"TICKET"', json.dumps(tickets[-1]))
        answer = service.post(body.encode())
        assert answer.status_code in (200, 409, 422), (body, answer.text)
        found = answer.json()
        if answer.status_code == 200:
            assert not found["degraded"]
            assert (tree["kind"] == "tick") == ("more" in found)
            tickets += [ticket["ticket"] for ticket in found["tickets"]]
        else:
            assert found["detail"]
            assert found["pointer"].startswith("/")
