"""Why a decision is as it is: values read, silencers, and what the nearest rule was missing."""

from __future__ import annotations

from typing import Any

import pytest

from policyd.engine.explain import Explanation
from policyd.model.codec import encode
from tests.engine.scene import Scene

POLICY = """policy club { for every group  timezone "UTC" }
lexicon bad { words "spamword" }
let long = message.length > 20
counter often counts message by member within 10s up to 10
limit flood "flooding" { at most 3 messages by member within 10s  then delete }
rule words { on message, edit  when message.text matches bad and not known(group.size)
  unless member.role == admin  then delete }
rule size "too big" { when long or message.images > 3  then hold }
rule age { when member.age < 1d and often > 2  then flag }
rule greeting { on join  then reply "hi" }
exempt staff { when member.role in [owner, admin]  from words }
"""


def explained(text: str, **parts: Any) -> Explanation:
    club = Scene(POLICY)
    explanation = club.tell(club.event("message", text, **parts), explain=True).explain
    assert isinstance(explanation, Explanation)
    assert encode(explanation)
    return explanation


def test_every_rule_of_the_kind_tells_what_it_read() -> None:
    rules = {rule.rule: rule for rule in explained("a spamword").rules}
    assert sorted(rules) == ["club.age", "club.flood", "club.size", "club.words"]
    words = rules["club.words"]
    assert (words.clause, words.when, words.silenced_by, words.line) == ("then", True, (), 6)
    assert [(each.name, each.value) for each in words.read] == [
        ("message.text", "a spamword"), ("group.size", None), ("member.role", None),
    ]  # fmt: skip
    size = rules["club.size"]
    assert (size.clause, size.when, size.title) == (None, None, "too big")
    assert ("long", False) in [(each.name, each.value) for each in size.read]
    assert ("flood", 1) in [(each.name, each.value) for each in rules["club.flood"].read]


def test_what_silences_a_rule_is_named() -> None:
    rules = {rule.rule: rule for rule in explained("a spamword", role="admin").rules}
    assert rules["club.words"].silenced_by == ("unless", "club.staff")
    assert rules["club.words"].clause is None


HELD = [
    ("x" * 21, {"images": 4}, [("message.length > 20", 21, 20), ("message.images > 3", 4, 3)]),
    ("x" * 21, {"images": 3}, [("message.length > 20", 21, 20)]),
    ("x" * 20, {"images": 5}, [("message.images > 3", 5, 3)]),
]


@pytest.mark.parametrize(("text", "parts", "held_by"), HELD)
def test_a_rule_that_fired_tells_what_held_it(text: str, parts: dict[str, object], held_by: list[Any]) -> None:
    size = next(rule for rule in explained(text, message={"text": text, **parts}).rules if rule.rule == "club.size")
    assert size.clause == "then"
    assert [(each.condition, each.left, each.right) for each in size.held_by] == held_by
    assert all(each.was is True and each.needed is False for each in size.held_by)


def test_a_rule_that_did_not_fire_is_held_by_nothing() -> None:
    assert [rule.held_by for rule in explained("hi").rules] == [()] * 4


def test_standing_is_shown_as_it_was_read() -> None:
    club = Scene(
        'policy club { for every group  timezone "UTC" }\ntally points by member\n'
        'streak words { each day message  at 9 then reply "x" }\n'
        "tiers standing by member { every day  tier high when points > 4  tier low otherwise }\n"
        "rule r { when points > 9 or words > 8 or standing == high or group.messages(7d) > 3\n"
        "  or falling(group.joins, 2d) > 10%  then flag }\n"
        'rule good { when message.text == "good"  then add 5 to points }\n'
    )
    club.says("good")
    told = club.tell(club.event("message", "hi", time="2026-03-03T12:00:00Z"), explain=True).explain
    assert isinstance(told, Explanation)
    assert [(each.name, each.value) for each in told.rules[1].read] == [
        ("points", 5), ("words", 1), ("standing", None), ("group.messages(7d)", 1), ("falling(group.joins, 2d)", None)
    ]  # fmt: skip
    assert [rule.rule for rule in told.rules] == ["club.good", "club.r"], "what moves standing on is left out"


NEAREST = [
    ("x" * 19, {}, "club.size", [("message.length > 20", True, False, 19, 20)]),
    ("spamword", {"role": "admin"}, "club.words", None),
    ("hi", {}, "club.flood", [("3 messages by member within 10s", True, False, 1, 3)]),
]


@pytest.mark.parametrize(("text", "parts", "rule", "missing"), NEAREST)
def test_the_nearest_rule_tells_what_it_was_missing(
    text: str, parts: dict[str, object], rule: str, missing: list[tuple[object, ...]] | None
) -> None:
    nearest = explained(text, **parts).nearest
    assert nearest is not None
    if missing is not None:
        assert nearest.rule == rule
        assert [(each.condition, each.needed, each.was, each.left, each.right) for each in nearest.missing] == missing
