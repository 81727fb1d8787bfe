"""Counters by the calendar, of distinct values, and of sums."""

from __future__ import annotations

import pytest

from policyd.check import resolved as r
from policyd.language.types import INT, TEXT
from tests.check.reading import codes, policy

HOUR = 3_600_000
WHO = r.Fact("member.id", TEXT)
POINTS = """tally points by member
rule earn { on join  then add 5 to points }
rule show { when points >= 100  then reply "{points}" }
"""


@pytest.mark.parametrize(
    ("counts", "per", "form", "value", "cap"),
    [
        ("messages by member per week", "week", "events", None, 60_000),
        ("messages by member per week up to 100", "week", "events", None, 100),
        ("distinct member of messages by message.fingerprint within 1h", None, "distinct", WHO, 4),
        ("distinct member of messages by group per day", "day", "distinct", WHO, 10_000),
        ("distinct message.images of messages by member within 1h", None, "distinct", r.Fact("message.images", INT), 4),
        ("distinct member.level of messages by group within 1h", None, "distinct",
         r.AttributeFact("member", "level", TEXT), 4),
        ("sums message.images of messages by member within 1h", None, "sum", r.Fact("message.images", INT), 4),
        ("sums message.images of messages by member per month", "month", "sum", r.Fact("message.images", INT), 60_000),
    ],
)
def test_counters_by_the_calendar_of_values_and_of_sums(
    counts: str, per: r.Period | None, form: str, value: r.Expr | None, cap: int
) -> None:
    text = f"attribute member.level : text\ncounter busy counts {counts}\nrule r {{ when busy > 3  then flag }}"
    (counter,) = policy(text).counters
    assert (counter.per, counter.form, counter.value, counter.cap) == (per, form, value, cap)
    assert counter.within == (HOUR if per is None else 0)


@pytest.mark.parametrize(
    ("counts", "uses", "found"),
    [
        ("messages by member per week", "busy * 2 > 5", []),
        ("sums message.images of messages by member within 1h", "busy * 2 > 5", ["C405"]),
        ("distinct member of messages by group within 1h", "busy * 2 > 5", ["C405"]),
        ("messages by member per week", "busy > 59999", []),
        ("messages by member per week", "busy > 60000", ["C406"]),
        ("sums message.images of messages by member within 1h", "busy > 60000", []),
        ("sums message.images of messages by member within 1h", "busy > 60001", ["C406"]),
        ("distinct member of messages by group per day", "busy > 10000", ["C406"]),
        ("messages by member per week up to 60001", "busy > 5", ["C406"]),
        ("distinct member of messages by group per day up to 10001", "busy > 5", ["C406"]),
        ("sums message.images of messages by member within 1h up to 60000", "busy > 5", []),
        ("messages by member within 1h up to 10001", "busy > 5", ["C406"]),
        ("messages by member per week up to 5", "busy > 5", ["C408"]),
        ("messages by member per week up to 5", "busy in [3, 5]", ["C408"]),
        ("messages by member per week up to 6", "busy in [3, 5]", []),
        ("messages by member per week across groups", "busy > 5", []),
        ("sums message.links of messages by member within 1h", "busy > 5", []),
        ("sums message.text of messages by member within 1h", "busy > 5", ["C411"]),
        ("sums message.longest_voice of messages by member within 1h", "busy > 5", ["C411"]),
        ("sums member.silent of messages by member within 1h", "busy > 5", ["C410"]),
        ("sums points of messages by member within 1h", "busy > 5", ["C410"]),
        ("sums join.inviter of messages by member within 1h", "busy > 5", ["C301", "C411"]),
        ("distinct message.domains of messages by member within 1h", "busy > 5", ["C411"]),
        ("distinct member.role of messages by group within 1h", "busy > 5", []),
        ("distinct member of messages by member within 1h", "busy > 5", ["W403"]),
        ("distinct message.fingerprint of messages by message.fingerprint within 1h", "busy > 5", ["W403"]),
        ("messages by member per week where points > 3", "busy > 5", ["C402"]),
        ("messages by member per week where group.active(7d) > 3", "busy > 5", ["C402"]),
        ("messages by member per week where group.messages_today > 3", "busy > 5", ["C402"]),
        ("points by member per week", "busy > 5", ["C607"]),
        ("point by member per week", "busy > 5", ["C303"]),
    ],
)
def test_what_counters_cannot_count(counts: str, uses: str, found: list[str]) -> None:
    text = POINTS + f"counter busy counts {counts}\nrule r {{ when {uses}  then flag }}"
    assert sorted(code for code, _ in codes(text)) == found


def test_limits_count_one_above_what_they_let_through() -> None:
    text = """setting most = 50000
        limit a { at most 20 messages by member per day  then flag }
        limit b { at most most sums message.images of messages by member per day  then flag }
        limit c { at most 9 distinct member of messages by group per day  then flag }"""
    assert [counter.cap for counter in policy(text).counters] == [21, 50_001, 10]


def test_identity_is_of_period_and_values_too() -> None:
    every = [
        "messages by member within 1h", "messages by member per day", "messages by member per week",
        "distinct message.images of messages by member within 1h",
        "sums message.images of messages by member within 1h",
        "sums message.links of messages by member within 1h", "sums message.images of messages by member per day",
    ]  # fmt: skip
    found = {identity(each) for each in every}
    assert len(found) == len(every)
    assert identity("messages by member per day up to 9") in found


def identity(counts: str) -> str:
    return policy(f"counter c counts {counts}\nrule r {{ when c > 3  then flag }}").counters[0].identity
