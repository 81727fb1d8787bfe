"""Figures: what conditions read of the days that are over, what decisions count, what schedules say."""

from __future__ import annotations

from typing import Any

import pytest

from policyd.check.resolved import Falling, GroupFigure
from policyd.check.resolved_expressions import GroupFigureName
from policyd.engine.embedded import finish
from policyd.engine.past_days import PastDays
from policyd.engine.pipeline import Engine
from policyd.engine.undo import undo
from policyd.language.types import NUMBER
from policyd.model.decision import Decision
from policyd.model.event import Event
from policyd.model.figures import DayFigures, FiguresAsk, FiguresRead
from tests.engine.scene import Scene, compiled, done

HEADER = 'policy club { for every group  timezone "Asia/Shanghai"  brake at most 1 remove within 1h }\n'
RULES = """lexicon bad { words "spamword" }
ladder conduct { together within 1m  at 1 warn "w"  at 2 mute 2h }
rule words "脏话" { on message, edit  when message.text matches bad  then delete, strike conduct }
rule held { on message  when message.text == "hold me"  then hold for 2h then delete }
rule kick { on message  when message.text == "kick me"  then remove }
rule ask_me { on message  when message.text == "propose"  then propose ban 3d by 2 moderators }
rule entry { on request  when request.text == "fun"  then hold }
shadow rule quietly { on message  when message.text == "x"  then delete }
appeal { within 3d  decided by owner }
"""


class Days(Scene):
    """A scene whose events are told by day of March 2026 and hour in Shanghai."""

    def on(self, day: int, hour: int = 12, kind: str = "message", text: str | None = "hello", **parts: Any) -> Decision:
        return self.tell(self.at(day, hour, kind, text, **parts))

    def at(
        self, day: int, hour: int = 12, kind: str = "message", text: str | None = "hello", *,
        size: int | None = None, **parts: Any,
    ) -> Event:  # fmt: skip
        parts.setdefault("group", {"id": "g1", "size": size})
        return self.event(kind, text, time=f"2026-03-{day:02}T{hour:02}:00:00+08:00", **parts)

    def figures(self, days: int = 30, group: str = "g1") -> FiguresRead:
        return finish(self.store.inner.figures(FiguresAsk("", group, "Asia/Shanghai", days)))

    def counted(self) -> dict[str, int]:
        """What consequences have counted today."""
        return {name: number for name, number in self.figures().today.values.items() if name[1:2] == ":"}


# ---------------------------------------------------------------- what conditions read

READ = FiguresRead(
    0,
    DayFigures(100, {"m00": 7, "a": 3}, (9, 9)),
    (
        DayFigures(94, {"m": 40, "a": 4, "j": 2, "r3": 1, "r1": 2}, (5, 9)),
        DayFigures(95, {"m01": 10, "m23": 10, "a": 5, "j": 2, "r1": 1, "r3": 2}, (6, 9)),
        DayFigures(96, {"a": 5, "q": 4}, (6, 9)),
        DayFigures(97, {"m": 30, "a": 6, "l": 1}, (7, 10)),
        DayFigures(98, {"m": 20, "a": 6, "j": 4, "r1": 3}, (8, 11)),
        DayFigures(99, {"m": 16, "a": 7, "j": 1}, (8, 12)),
    ),
    94,
)
FACTS: list[tuple[GroupFigureName, int, float | None]] = [
    ("messages", 1, 16), ("messages", 3, 66), ("messages", 5, 86), ("messages", 90, 126),
    ("active", 1, 7), ("active", 7, 8), ("active", 30, 12),
    ("joins", 2, 5), ("leaves", 3, 1), ("leaves", 2, 0), ("requests", 4, 4),
    ("speakers", 7, 8), ("retention", 1, 0.75), ("retention", 3, 0.75), ("retention", 7, None),
]  # fmt: skip
FALLS: list[tuple[GroupFigureName, int, float | None]] = [
    ("messages", 1, 0.2), ("messages", 2, 0.0), ("messages", 3, 0.0), ("messages", 4, None),
    ("active", 3, 0.0), ("joins", 1, 0.75), ("leaves", 1, None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "days", "expected"), FACTS)
def test_facts_are_about_days_that_are_over(name: GroupFigureName, days: int, expected: float | None) -> None:
    assert PastDays(READ, 100).value(GroupFigure(name, days, NUMBER)) == expected


@pytest.mark.parametrize(("name", "days", "expected"), FALLS)
def test_falling_compares_with_as_many_days_before(name: GroupFigureName, days: int, expected: float | None) -> None:
    assert PastDays(READ, 100).value(Falling(name, days, NUMBER)) == expected


def test_nothing_is_known_before_a_day_is_over() -> None:
    for read in (FiguresRead(0, DayFigures(100, {"m00": 1}), (), None), FiguresRead(0, DayFigures(100, {}), (), 100)):
        for name, days, _ in FACTS:
            assert PastDays(read, 100).value(GroupFigure(name, days, NUMBER)) is None


FALLING = (
    HEADER
    + """
rule alarm { on message  when falling(group.messages, 1d) >= 50%  then notify moderators "falling" }
rule few { on message  when group.speakers(1d) < 50%  then notify moderators "few" }
rule lively { on message  when group.active(1d) >= 2 and group.messages_today >= 2  then reply "lively" }
"""
)


def test_rules_read_figures_of_the_days_before() -> None:
    club = Days(FALLING)
    for member in ("u1", "u2", "u3", "u1"):
        assert done(club.on(2, member=member, size=10)) == []
    assert done(club.on(3, member="u1")) == [], "without a size nobody knows the part"
    assert done(club.on(3, member="u1", size=10)) == ["reply: lively", "notify moderators: few"]
    assert done(club.on(4, size=10)) == ["notify moderators: falling", "notify moderators: few"]
    assert [ask for ask in club.store.calls if ask == "figures"] == ["figures"] * 3, "once a day"


def test_a_clock_that_goes_back_is_answered_by_its_own_day() -> None:
    club = Days(FALLING)
    for day, messages in ((2, 4), (3, 1), (4, 4)):
        for _ in range(messages):
            club.on(day)
    assert done(club.on(5)) == []
    assert done(club.on(4, 13)) == ["notify moderators: falling"]
    assert done(club.on(5, 14)) == []


def test_a_repeat_is_decided_by_the_days_before_its_first_sending() -> None:
    club = Days(FALLING)
    for day, messages in ((2, 4), (3, 1)):
        for _ in range(messages):
            club.on(day)
    event = club.at(4, 23)
    first = club.tell(event)
    assert done(first) == ["notify moderators: falling"]
    club.store.inner._instant += 3_600_000 * 2
    assert done(club.tell(event)) == done(first)


def test_figures_that_cannot_be_read() -> None:
    club = Days(FALLING)
    club.store.fails = {"figures"}
    assert club.on(2).degraded
    plain = Days(HEADER + RULES)
    plain.store.fails = {"figures", "count"}
    assert not plain.on(2).degraded
    assert done(plain.on(2, text="spamword")) == ["delete", "warn: w"]
    assert plain.store.calls.count("figures") == 0


def test_a_sweep_reads_figures_too() -> None:
    club = Days(
        HEADER + 'sweep lonely { every day 20:00  when group.active(1d) < 2  then notify moderators "alone" }'
    )  # fmt: skip
    club.on(2)
    club.on(3)
    assert done(club.on(3, 21, "tick", None, member=None)) == ["notify moderators: alone"]


# ---------------------------------------------------------------- what decisions count


def test_what_decisions_do_is_counted_once() -> None:
    club = Days(HEADER + RULES)
    first = club.at(2, text="spamword")
    club.tell(first)
    expected = {"d:delete": 1, "d:warn": 1, "v:club.words": 1}
    assert club.counted() == expected
    club.tell(first)
    club.on(2, kind="edit", text="spamword", id="m1")
    assert club.counted() == expected | {"d:delete": 2, "v:club.words": 2}, "the strike was given for the message"
    assert club.on(2, text="x").shadow
    assert club.counted() == expected | {"d:delete": 2, "v:club.words": 2}


def test_a_failure_to_count_is_made_good_by_the_next_sending() -> None:
    club = Days(HEADER + RULES)
    event = club.at(2, text="spamword")
    club.store.fails = {"count"}
    assert done(club.tell(event)) == ["delete", "warn: w"]
    assert club.counted() == {}
    club.store.fails = {"commit"}
    assert club.tell(club.at(2, text="spamword", event_id="other")).degraded
    assert club.counted() == {"d:delete": 1}
    club.store.fails = set()
    club.tell(event)
    assert club.counted() == {"d:delete": 2, "d:warn": 1, "v:club.words": 1}


def vote(club: Days, decision: Decision, verdict: str, hour: int, by: str = "mod") -> Decision:
    (ticket,) = decision.tickets
    return club.on(2, hour, "verdict", None, verdict={"ticket": ticket.ticket, "by": by, "decision": verdict})


def test_tickets_are_counted_with_the_time_to_answer() -> None:
    club = Days(HEADER + RULES)
    held = club.on(2, 12, text="hold me")
    assert club.counted() == {"d:hold": 1, "v:club.held": 1, "t:opened": 1}
    vote(club, held, "approve", 13)
    request = club.on(2, 12, "request", None, member="a1", request={"text": "fun"})
    vote(club, request, "refuse", 12)
    assert club.counted() == {
        "d:hold": 2, "d:release": 1, "d:refuse": 1, "v:club.held": 1, "v:club.entry": 1, "t:opened": 2,
        "t:approved": 1, "t:refused": 1, "o:club.held": 1,
    }  # fmt: skip
    answered = {name: number for name, number in club.figures().today.values.items() if name.startswith("w")}
    assert answered == {"w": 3_600_000, "w0": 1, "w3": 1}
    club.on(2, 14, text="hold me")
    club.on(2, 17, "tick", None, member=None)
    assert (club.counted()["t:expired"], club.counted()["d:delete"], club.counted()["t:opened"]) == (1, 1, 3)


def test_proposals_need_all_votes_before_they_count() -> None:
    club = Days(HEADER + RULES)
    proposed = club.on(2, text="propose")
    vote(club, proposed, "approve", 13)
    assert "t:approved" not in club.counted()
    vote(club, proposed, "refuse", 14, "other")
    assert club.counted() == {"d:propose": 1, "t:opened": 1, "t:refused": 1, "o:club.ask_me": 1}


def test_what_a_brake_stops_is_a_violation_and_a_ticket() -> None:
    club = Days(HEADER + RULES)
    club.on(2, text="kick me", member="u1")
    braked = club.on(2, text="kick me", member="u2")
    assert club.counted() == {
        "d:remove": 1, "d:propose": 1, "d:notify": 1, "v:club.kick": 2, "t:opened": 1,
    }  # fmt: skip
    vote(club, braked, "refuse", 13)
    assert club.counted()["o:club.kick"] == 1


def test_what_is_taken_back_is_overruled() -> None:
    club = Days(HEADER + RULES)
    first = club.at(2, 10, text="spamword")
    club.tell(first)
    appeal = club.on(2, 11, "appeal", None, appeal={"event": first.id})
    vote(club, appeal, "approve", 12)
    assert club.counted()["o:club.words"] == 1
    club.on(2, 13, text="spamword")
    for _ in range(2):
        finish(undo(club.store, club.engine.program, "", "words", 0, "g1", False))
    assert club.counted()["o:club.words"] == 2
    finish(undo(club.store, club.engine.program, "", "held", 0, "g1", False))
    assert "o:club.held" not in club.counted()


def test_without_statistics_nothing_is_counted_or_known() -> None:
    club = Days(FALLING)
    club.engine = Engine(club.engine.program, club.store, statistics=False)
    for day in (2, 2, 3, 4):
        assert done(club.on(day, size=10)) == []
    assert club.figures().since is None


def test_the_group_s_zone_is_that_of_its_first_policy_by_name() -> None:
    club = Days(HEADER + RULES)
    assert club.engine.program.prepare(club.at(2)).route.zone == "Asia/Shanghai"
    other = compiled(HEADER.replace("every group", 'groups tagged "x"'))
    assert other.prepare(club.at(2)).route.zone == "UTC"


# ---------------------------------------------------------------- what schedules say

SAYS = (
    HEADER
    + """
tally points by member
tally stars by member per day
counter posts counts messages by member per week
lexicon bad { words "spamword" }
rule words "脏话" { on message  when message.text matches bad  then delete }
rule earn { on message  when message.text == "yes"  then add 5 to points, add 1 to stars }
rule read { on message  when points > 1000 or stars > 1000  then flag }
schedule weekly { every mon 09:00  then notify moderators "TEXT" }
"""
)


def said(text: str, size: int | None = None) -> str:
    club = Days(SAYS.replace("TEXT", text))
    for day in range(2, 9):
        for member in ("u1", "u2", "u3")[: day % 3 + 1]:
            club.on(day, member=member, text="yes" if member != "u3" else "spamword", size=size)
    club.on(3, 13, "join", None, member="u4", size=size)
    (action,) = club.on(9, 10, "tick", None, member=None).actions
    return str(action.text)


def test_a_week_is_said_in_a_few_lines() -> None:
    assert said("{stats.week}", 12).splitlines() == [
        "近 7 天 / last 7 days · 03-02 – 03-08",
        "消息 messages 15",
        "发言 active 3 · 占 25% of 12",
        "入群 joins 1 · 退群 leaves 0 · 申请 requests 0",
        "留存 retention 3d 0%",
        "违规 violations 3: 脏话 3",
        "处理 actions 27: add 24, delete 3",
    ]


def test_a_day_is_compared_with_the_day_before() -> None:
    assert said("{stats.day}").splitlines()[:3] == [
        "昨天 / yesterday · 03-08",
        "消息 messages 3 (+50%)",
        "发言 active 3 (+50%)",
    ]


RANKED = [
    ("{top.points}", "1. Ming 35\n2. Ming 25"),
    ("{top.stars}", "1. Ming 1\n2. Ming 1"),
    ("{top.stars.week}", "1. Ming 7\n2. Ming 5"),
    ("{top.posts}", "1. Ming 7\n2. Ming 5\n3. Ming 3"),
    ("{top.points.month}", "暂无 / nobody yet"),
]


@pytest.mark.parametrize(("text", "expected"), RANKED)
def test_the_most_are_listed_over_periods_that_are_over(text: str, expected: str) -> None:
    assert said(text) == expected


def test_nothing_has_been_counted_before_the_first_day_is_over() -> None:
    club = Days(SAYS.replace("TEXT", "{stats.month}"))
    club.on(9, 8)
    (action,) = club.on(9, 10, "tick", None, member=None).actions
    assert action.text == "暂无统计 / no figures yet"
