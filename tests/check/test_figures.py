"""Figures of the group in conditions and texts."""

from __future__ import annotations

import pytest

from policyd.check import resolved as r
from policyd.language.types import INT, NUMBER
from tests.check.reading import codes, policy

POSTS = "counter posts counts messages by member per week\n"
POINTS = """tally points by member
rule earn { on join  then add 5 to points }
rule show { when points >= 100  then reply "{points}" }
"""


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("group.messages(7d) > 3", r.GroupFigure("messages", 7, INT)),
        ("group.active(30d) > 3", r.GroupFigure("active", 30, INT)),
        ("group.joins(90d) > 3", r.GroupFigure("joins", 90, INT)),
        ("group.leaves(1d) > 3", r.GroupFigure("leaves", 1, INT)),
        ("group.requests(2d) > 3", r.GroupFigure("requests", 2, INT)),
        ("group.requests(48h) > 3", r.GroupFigure("requests", 2, INT)),
        ("group.speakers(1d) > 3", r.GroupFigure("speakers", 1, NUMBER)),
        ("group.retention(3d) > 3", r.GroupFigure("retention", 3, NUMBER)),
        ("falling(group.active, 3d) > 3", r.Falling("active", 3, NUMBER)),
        ("falling(group.messages, 45d) > 3", r.Falling("messages", 45, NUMBER)),
        ("group.messages_today > 3", r.CounterValue("p.group.messages_today", INT)),
    ],
)
def test_figures(written: str, expected: r.Expr) -> None:
    (rule,) = policy(f"schedule s {{ every mon 09:00  when {written}  then lock }}").rules
    assert isinstance(rule.when, r.Compare) and rule.when.left == expected and rule.reads_state


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("group.active(2d) > 3", "C630"),
        ("group.speakers(3d) > 3", "C630"),
        ("group.retention(2d) > 3", "C630"),
        ("group.messages(0d) > 3", "C630"),
        ("group.messages(91d) > 3", "C630"),
        ("falling(group.active, 46d) > 3", "C630"),
        ("falling(group.active, 0d) > 3", "C630"),
        ("group.messages(12h) > 3", "C210"),
        ("group.messages(7) > 3", "C210"),
        ("group.messages() > 3", "C210"),
        ("falling(group.active) > 3", "C210"),
        ("falling(3, 3d) > 3", "C210"),
        ("falling(group.retention, 3d) > 3", "C631"),
        ("falling(group.messages_today, 3d) > 3", "C631"),
        ("group.messages > 3", "C211"),
        ("falling > 3", "C211"),
        ("group.messages_today(1d) > 3", "C110"),
    ],
)
def test_figures_that_there_are_not(written: str, code: str) -> None:
    assert [found for found, _ in codes(f"rule r {{ when {written}  then flag }}")] == [code]


def test_figures_of_today_are_counters_of_the_group() -> None:
    found = policy("let busy = group.messages_today + group.active_today\nrule r { when busy > 3  then flag }")
    assert [(c.name, c.kind, c.keys, c.per, c.form, c.cap, c.within) for c in found.counters] == [
        ("p.group.active_today", "message", ("group",), "day", "active", 60_000, 0),
        ("p.group.messages_today", "message", ("group",), "day", "messages", 60_000, 0),
    ]


@pytest.mark.parametrize(
    ("placeholder", "found"),
    [
        ("top.points", []),
        ("top.points.week", []),
        ("top.posts", []),
        ("top.posts.week", []),
        ("top.posts.day", ["C626"]),
        ("top.points.year", ["C626"]),
        ("top.points.day.week", ["C626"]),
        ("top.lately", ["C626"]),
        ("top.group_posts", ["C626"]),
        ("top.show", ["C626"]),
        ("stats.week", []),
        ("stats.year", ["C118"]),
        ("stats", ["C118"]),
        ("top", ["C118"]),
        ("streak.length", ["W307"]),
    ],
)
def test_what_schedules_can_print(placeholder: str, found: list[str]) -> None:
    counters = """counter lately counts messages by member within 7d
        counter group_posts counts messages by group per week
        rule read { when lately > 3 and posts > 3 and group_posts > 3  then flag }
        """
    text = POINTS + POSTS + counters + f'schedule s {{ every mon 09:00  then reply "{{{placeholder}}}" }}'
    assert [code for code, _ in codes(text)] == found


@pytest.mark.parametrize("declaration", [
    'rule r { then reply "%s" }',
    'sweep r { every mon 09:00  when member.silent > 60d  then reply "%s" }',
    'template hello = "%s"\nrule r { then reply hello }',
    'ladder conduct { forget after 30d  at 1 warn "%s" }\nrule r { when message.links > 3  then strike conduct }',
])  # fmt: skip
def test_only_schedules_print_figures(declaration: str) -> None:
    for placeholder in ("{stats.day}", "{top.points}"):
        assert [code for code, _ in codes(POINTS + declaration % placeholder)] == ["C627"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("group.speakers(7d) < 20", ["20"]),
        ("20 > group.retention(7d)", ["20"]),
        ("falling(group.active, 3d) default 0 < 1.5", ["1.5"]),
        ("group.speakers(7d) < some", ["some"]),
        ("falling(group.active, 3d) < goal", ["goal"]),
        ("group.speakers(7d) < 20%", []),
        ("group.speakers(7d) <= 1", []),
        ("group.active(7d) < 20", []),
    ],
)
def test_shares_are_of_a_whole(written: str, found: list[str]) -> None:
    before = "setting some = 20\nlet goal = 15\nrule used { when some > 3 and goal > 3  then flag }\n"
    assert codes(f"{before}rule r {{ when {written}  then flag }}") == [("W371", each) for each in found]
