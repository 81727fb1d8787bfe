"""What comes due happens once, however ticks come: late, doubled, lost, cut off, at the same time."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any, Final, cast

import pytest
from msgspec.structs import replace

from policyd.engine.pipeline import Engine
from policyd.model.codec import event_from
from policyd.model.decision import Decision
from policyd.model.event import EVERY_GROUP, NOBODY, Event, Group, Tick
from policyd.model.problem import EventError
from policyd.state.memory import MemoryStore
from tests.engine.scene import Scene, compiled, done

POLICY: Final = """policy club { for every group  timezone "Asia/Shanghai" }
ladder conduct { at 1 warn "w"  at 2 mute 2h  at 3 remove }
switch quiet { off after 30m }
duty intro { on join  within 24h  until message where message.length >= 10
  remind after 20h then reply "{member.name} {duty.left}"
  remind after 23h then reply "{member.name} last {duty.left}"
  late then call out "{member.name} late", strike conduct }
duty answer { on message where message.text contains "?"  within 1h  until reply by moderators
  late then notify owner "unanswered" }
duty read { on notice  within 5h  until message where message.text == "ok"  together
  late then reply "{duty.members}" }
schedule morning { every day 09:00  then reply "morning", set quiet }
schedule evening { every day 21:00  then lock }
sweep silent { every day 10:00  when member.silent >= 20h  then propose remove }
rule held { when message.text contains "hold"  then hold for 2h then delete }
rule digested { when message.text contains "digest"  then notify moderators "{member.name}" digest 3h }
"""
MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
NOON: Final = 1_772_424_000_000
"""2026-03-02 12:00 in Shanghai."""


def told(kind: str, member: str | None, at: int, group: str = "g1", **parts: Any) -> Event:
    """An event so many ms after noon."""
    tree: dict[str, Any] = {"id": f"{kind} {member} {at}", "kind": kind, "group": {"id": group}}
    if member is not None:
        tree["member"] = {"id": member, "name": f"name of {member}"}
    return replace(event_from({**tree, **parts}), time=NOON + at)


def says(member: str, text: str, at: int, group: str = "g1", **parts: Any) -> Event:
    return told("message", member, at, group, message={"id": f"m {member} {at}", "text": text, **parts})


def tick(name: str, at: int, part: Tick | None = None, group: str = "") -> Event:
    return Event(name, "tick", Group(group) if group else EVERY_GROUP, NOBODY, NOON + at, tick=part)


HISTORY: Final = (
    told("join", "u1", 0),
    told("join", "u2", 0),
    told("join", "u3", 5 * MINUTE, "g2"),
    says("u3", "how?", 6 * MINUTE, "g2"),
    says("u1", "hold this", 7 * MINUTE),
    says("u2", "digest", 8 * MINUTE),
    says("u1", "digest", 9 * MINUTE),
    says("u2", "hello everybody", 10 * MINUTE),
    told("notice", None, 11 * MINUTE, notice={"text": "rules", "members": ["u1", "u2", "u4"]}),
    says("u2", "ok", 12 * MINUTE),
    says("u2", "why?", 13 * MINUTE),
    says("u9", "so", 14 * MINUTE, reply_to=f"m u2 {13 * MINUTE}"),
)
TICKS: Final = tuple(
    tick(f"t{number}", at)
    for number, at in enumerate((HOUR, 2 * HOUR + 8 * MINUTE, 6 * HOUR, 20 * HOUR, 22 * HOUR, 25 * HOUR, 72 * HOUR))
)


def lived() -> Scene:
    scene = Scene(POLICY)
    for event in HISTORY:
        scene.tell(event)
    return scene


def plain(decision: Decision) -> Decision:
    return replace(decision, replayed=False)


def what(decisions: Iterable[Decision]) -> Counter[str]:
    """Everything that was to be done, with where and for what reason."""
    return Counter(
        f"{action.group} {action.because[0].rule} {short}"
        for decision in decisions
        for action, short in zip(decision.actions, done(decision), strict=True)
    )


@cache
def usual() -> tuple[Decision, ...]:
    scene = lived()
    return tuple(scene.tell(event) for event in TICKS)


DUE: Final[tuple[tuple[str, ...], ...]] = (
    (),
    ("g2 notify owner: unanswered", "g1 notify owner: unanswered", "g1 delete"),
    ("g1 notify moderators: name of u2\nname of u1", "g1 reply: name of u1, u4"),
    ("g1 lock", "g2 lock", "g1 reply: name of u1 4h"),
    ("g2 reply: name of u3 2h5m", "g1 reply: morning", "g2 reply: morning", *["g1 propose remove"] * 3,
     "g2 propose remove"),
    ("g1 call_out: name of u1 late", "g2 call_out: name of u3 late"),
    ("g1 lock", "g2 lock", "g1 reply: morning", "g2 reply: morning"),
)  # fmt: skip


def test_what_comes_due() -> None:
    answers = [[f"{a.group} {short}" for a, short in zip(d.actions, done(d), strict=True)] for d in usual()]
    assert answers == [list(due) for due in DUE]
    assert [decision.missed for decision in usual()[:6]] == [()] * 6
    missed = cast(Any, usual()[6].missed)
    assert [(one.rule, one.group, one.at[5:16]) for one in missed] == [
        ("club.evening", "g1", "03-03T21:00"), ("club.evening", "g2", "03-03T21:00"),
        ("club.morning", "g1", "03-04T09:00"), ("club.morning", "g2", "03-04T09:00"),
        ("club.silent", "g1", "03-04T10:00"), ("club.silent", "g2", "03-04T10:00"),
    ]  # fmt: skip


@pytest.mark.parametrize("again", range(len(TICKS)))
def test_a_repeat_is_answered_the_same(again: int) -> None:
    scene = lived()
    for event, decision in zip(TICKS, usual(), strict=True):
        assert scene.tell(event) == decision
        if 0 <= cast(int, event.time) - cast(int, TICKS[again].time) <= 24 * HOUR:
            assert scene.tell(TICKS[again]) == replace(usual()[again], replayed=True)


@pytest.mark.parametrize("seed", range(40))
def test_late_things_come_once_whenever_ticks_come(seed: int) -> None:
    """Ticks at any instants, for all groups or for one, some of them twice."""
    chance, scene, answers = random.Random(seed), lived(), {}
    instants = sorted(chance.sample(range(HOUR, 40 * HOUR), chance.randint(1, 30))) + [40 * HOUR + 1] * 3
    for number, at in enumerate(instants):
        group = ("", "g1", "g2")[len(instants) - 1 - number if at > 40 * HOUR else chance.randrange(3)]
        event = tick(f"t{number}", at, None, group)
        for _ in range(chance.randint(1, 2)):
            answers[event.id] = scene.tell(event)
    came = what(answers.values())
    every = what(usual()[:6])
    once = {name for name in every if "remind" not in name and "morning" not in name and "evening" not in name}
    assert {name: came[name] for name in once} == {name: every[name] for name in once}
    rest = {name: count for name, count in came.items() if name not in once}
    assert all(count <= 2 for name, count in rest.items() if "morning" in name or "evening" in name)
    assert all(count == 1 for name, count in rest.items() if "remind" in name)


@pytest.mark.parametrize(
    ("days", "ahead", "carried", "missed"),
    [(1, 0, 1, 0), (1, -1, 0, 0), (2, 0, 1, 0), (2, 1, 1, 1), (2, HOUR, 1, 1), (20, 1, 1, 19), (50, 1, 1, 20)],
)
def test_what_is_older_than_a_day_is_missed(days: int, ahead: int, carried: int, missed: int) -> None:
    """Schedules at 21:00 of each day; the newest of the last 24 hours is carried out, 20 older ones are told."""
    scene = Scene('policy p { for every group  timezone "Asia/Shanghai" } schedule s { every day 21:00 then lock }')
    scene.tell(says("u", "hello", 0))
    answer = scene.tell(tick("t", days * 24 * HOUR - 15 * HOUR + ahead))
    assert (len(answer.actions), len(cast(Any, answer.missed))) == (carried, missed)
    if days == 50:
        assert cast(Any, answer.missed)[-1].at.startswith("2026-04-19T21:00")


def test_who_are_late_are_told_in_the_order_of_being_late() -> None:
    scene = Scene(POLICY)
    for member, at in (("u9", 0), ("u1", 1), ("u5", 2), ("u3", 0)):
        scene.tell(told("notice", None, at, "g1", id=f"n {member}", notice={"members": [member]}))
    assert done(scene.tell(tick("t", 6 * HOUR))) == ["reply: u3, u9, u1, u5"]


def test_reminders_after_the_end_never_come() -> None:
    scene = Scene(
        'policy p { for every group  timezone "Asia/Shanghai" } duty d { on join  due mon 20:00'
        '  until message where message.text == "x"  remind after 6h then reply "r"  remind after 9h then reply "s"'
        '  late then reply "l" }'
    )
    scene.tell(told("join", "u1", 0))
    answers = [scene.tell(tick(f"t{hour}", hour * HOUR)) for hour in range(1, 30)]
    assert {hour: done(answer) for hour, answer in enumerate(answers, 1) if answer.actions} == {
        6: ["reply: r"],
        8: ["reply: l"],
    }


def test_a_proposal_that_expired_may_be_made_again() -> None:
    scene = Scene(
        'policy p { for every group  timezone "Asia/Shanghai" }'
        ' rule r { when message.text == "x"  then propose remove for 1h then notify owner "nobody" }'
    )
    said = [scene.tell(says("u1", "x", at)) for at in (0, 1)]
    expired = scene.tell(tick("t", HOUR))
    again = scene.tell(says("u1", "x", HOUR + 1))
    assert [[action.do for action in answer.actions] for answer in (*said, expired, again)] == [
        ["propose"], [], ["notify"], ["propose"],
    ]  # fmt: skip
    assert [ticket.status for ticket in expired.tickets] == ["expired"]


# ---------------------------------------------------------------- acknowledging


def test_what_is_not_acknowledged_is_answered_again() -> None:
    """By tick: what it acknowledges, and the ticks whose answers it gives before its own."""
    table = [
        (Tick(None), []),
        (Tick("t0"), []),
        (Tick("t0"), [1]),
        (Tick("t2"), []),
        (Tick("t1"), [3]),
        (Tick("nobody"), [3, 4]),
        (Tick("t5"), []),
    ]  # fmt: skip
    scene = lived()
    for number, (part, again) in enumerate(table):
        decision = scene.tell(replace(TICKS[number], tick=part))
        expected = [action for place in [*again, number] for action in usual()[place].actions]
        assert list(decision.actions) == expected, number


def test_a_tick_that_was_not_finished_is_taken_over() -> None:
    """Not before half a minute is over: it may still be under way."""
    whole, scene = lived(), lived()
    before = len(whole.store.calls)
    whole.tell(tick("lost", 3 * HOUR))
    scene.store.cut = whole.store.calls[before:].index("observe")
    with pytest.raises(EventError) as refused:
        scene.tell(tick("lost", 3 * HOUR))
    assert refused.value.problem.code == "store_unavailable"
    scene.store.cut = None
    early = scene.tell(tick("early", 3 * HOUR + 30_000))
    taken = scene.tell(tick("late", 3 * HOUR + 30_001))
    after = scene.tell(tick("after", 3 * HOUR + MINUTE))
    assert (early.actions, after.actions) == ((), ())
    assert done(taken) == ["notify owner: unanswered", "notify owner: unanswered", "delete"]
    assert scene.tell(tick("lost", 3 * HOUR)).actions == taken.actions


def test_an_id_belongs_to_one_tick() -> None:
    scene = lived()
    scene.tell(replace(TICKS[0], tick=Tick(None)))
    for part in (None, Tick("t9")):
        with pytest.raises(EventError) as refused:
            scene.tell(replace(TICKS[0], tick=part))
        assert (refused.value.problem.status, refused.value.problem.pointer) == (409, "/id")
    assert scene.tell(replace(TICKS[0], id="other", group=Group("g1"))).actions == ()


def test_a_tick_from_the_future_is_refused() -> None:
    engine = Engine(compiled(POLICY), MemoryStore(lambda: NOON))
    for ahead, refused in ((5 * MINUTE, False), (5 * MINUTE + 1, True)):
        try:
            asyncio.run(engine.evaluate(tick(f"t{ahead}", ahead)))
        except EventError as error:
            assert refused
            assert (error.problem.status, error.problem.pointer) == (422, "/time")
        else:
            assert not refused


def test_ticks_for_one_group_and_for_all_do_not_repeat_each_other() -> None:
    scene = lived()
    answers = [
        scene.tell(tick("a", 22 * HOUR + 1, None, "g1")),
        scene.tell(tick("b", 22 * HOUR + 2)),
        scene.tell(tick("c", 22 * HOUR + 3, None, "g2")),
        scene.tell(tick("d", 22 * HOUR + 4, None, "g1")),
    ]
    assert {action.group for action in answers[0].actions} == {"g1"}
    assert {action.group for action in answers[1].actions} == {"g2"}
    assert (answers[2].actions, answers[3].actions) == ((), ())


# ---------------------------------------------------------------- a lot


def test_a_lot_comes_in_several_ticks() -> None:
    scene = Scene(POLICY)
    members = [f"u{number}" for number in range(700)]
    for member in members:
        scene.tell(told("join", member, 0))
    called: list[Any] = []
    for number in range(20):
        answer = scene.tell(tick(f"t{number}", 21 * HOUR + number))
        called += [action.text for action in answer.actions if action.do == "reply" and "3h" in (action.text or "")]
        if not answer.more:
            break
    assert Counter(called) == Counter(f"name of {member} 3h" for member in members)
    proposed: list[Any] = []
    for number in range(20):
        answer = scene.tell(tick(f"s{number}", 22 * HOUR + number))
        proposed += [action.member for action in answer.actions if action.do == "propose"]
        if not answer.more:
            break
    assert number > 0
    assert Counter(proposed) == Counter(members)


def test_sweeps_read_what_is_counted_across_groups() -> None:
    scene = Scene(
        'policy p { for every group  timezone "Asia/Shanghai" }'
        " counter said counts message by member within 7d up to 9 across groups"
        ' sweep busy { every day 10:00 when said >= 3 then notify moderators "{member.name} {said}" }'
    )
    for place, (member, group) in enumerate((("u1", "g1"), ("u1", "g2"), ("u1", "g2"), ("u2", "g1"), ("u2", "g1"))):
        scene.tell(says(member, "x", place, group))
    assert done(scene.tell(tick("t", 23 * HOUR))) == [
        "notify moderators: name of u1 3",
        "notify moderators: name of u1 3",
    ]
