"""Scenarios about tallies, streaks and tiers."""

from __future__ import annotations

from functools import cache
from typing import Final

import pytest

from policyd.check.load import load_texts
from policyd.compile.load import compile_policies
from policyd.engine.scenario import Report, run_tests
from policyd.engine.scenario_coverage import Branch, place

POLICY: Final = """policy p { for every group  timezone "Asia/Shanghai" }
tally points "积分" by member
tally monthly by member per month
rule good { when message.text == "good"  then add 20 to points }
rule invited { on join  then add 5 to points of join.inviter, add 1 to monthly of join.inviter }
rule bad { when message.text == "bad"  then delete, add -3 to points }
streak checkin "打卡" {
  each day message where message.text == "打卡"
  at 2 then reply "两天 {streak.length}", add 2 to points
  every 3 then reply "三 {points}"
}
tiers standing "等级" by member {
  every day
  tier high when points >= 30
  tier middle when points >= 10
  tier low otherwise
}
rule moved { on tier  when tier.now != "low"  then notify moderators "{member.name}:{tier.of} {tier.was}>{tier.now}" }
"""


def ran(*tests: str) -> Report:
    """Runs tests with these steps; they are titled by their number."""
    written = "".join(f'\ntest "{number}" {{\n{steps}\n}}\n' for number, steps in enumerate(tests))
    policies, findings = load_texts({"p.policy": POLICY + written})
    assert policies is not None, [finding.message() for finding in findings]
    return run_tests(compile_policies(policies))


GOOD: Final = (
    'member u1 says "good" expect add\nmember u1 has points 20\nmember u2 has points 0',
    'member u1 says "good" expect add 20 to points\nmember u1 says "good" expect exactly add 20 to points of u1',
    "member u2 joins invited by u1 expect add 5 to points of u1, add 1 to monthly of u1\nmember u1 has monthly 1\n"
    "after 40d\nmember u1 has monthly 0\nmember u1 has points 5",
    'member u1 says "bad" expect delete, add -3 to points\nmember u1 has points -3',
    'member u1 says "打卡" expect nothing\nmember u1 has checkin 1\nafter 1d\nmember u1 says "打卡"\n'
    'expect reply "两天 2", add 2 to points\nmember u1 has checkin 2\nafter 1d\nmember u1 says "打卡"\n'
    'expect exactly reply "三 2" because checkin\nafter 2d\nmember u1 has checkin 0',
    'member u1 says "good" expect add\nafter 1d expect notify moderators "u1:standing >middle"\n'
    'member u1 has standing middle\nmember u1 says "good" expect add\nafter 1d\n'
    'expect exactly notify moderators "u1:standing middle>high" because moved\nmember u1 has standing high\n'
    "after 1d expect nothing",
    'given member u9 joined 10d ago\nat 2026-03-05 00:00\nmember u9 has standing low',
)  # fmt: skip
BAD: Final = {
    'member u1 says "good" expect add 5 to points': "expected `add 5 to points`",
    'member u1 says "good" expect add 20 to monthly': "expected `add 20 to monthly`",
    'member u1 says "good" expect add 20 to points of u2': "expected `add 20 to points of u2`",
    'member u1 says "good" expect nothing': "did not expect `add 20 to points of u1`",
    'member u1 says "good" expect add\nmember u1 has points 19': "expected 19 of `p.points` for u1, but there are 20",
    'member u1 says "hi" expect nothing\nmember u1 has standing low':
        "expected u1 to be `low` in `p.standing`, but it is in no tier yet",
    'member u1 says "hi" expect nothing\nafter 1d\nmember u1 has standing high':
        "expected u1 to be `high` in `p.standing`, but it is `low`",
    'member u1 says "打卡" expect nothing\nmember u1 has checkin 3':
        "expected 3 of `p.checkin` for u1, but there are 1",
}  # fmt: skip


@cache
def report() -> Report:
    return ran(*GOOD, *BAD)


@pytest.mark.parametrize("number", range(len(GOOD)))
def test_scenarios_hold(number: int) -> None:
    failure = report().results[number].failure
    assert failure is None, (failure.summary.en, failure.span.text)


@pytest.mark.parametrize("number", range(len(BAD)))
def test_scenarios_that_do_not_hold_say_why(number: int) -> None:
    failure = report().results[len(GOOD) + number].failure
    assert failure is not None and failure.summary.en == list(BAD.values())[number]


def test_what_is_shown_of_a_failure_is_about_the_event_itself() -> None:
    (result,) = ran('member u1 says "打卡"\nafter 1d\nmember u1 says "打卡" expect delete').results
    assert result.failure is not None and result.failure.answer is not None
    case = result.failure.answer.case
    assert case is not None and case.event.kind == "message"


@pytest.mark.parametrize(
    ("steps", "covers"),
    [
        ('member u1 says "打卡" expect nothing', set()),
        ('member u1 says "打卡"\nafter 1d\nmember u1 says "打卡" expect reply, add', {("p.checkin", "at2")}),
        ('member u1 says "hi"\nafter 1d expect nothing', {("p.standing", "low")}),
        ('member u1 says "good"\nafter 1d expect notify', {("p.standing", "middle"), ("p.moved", "then")}),
    ],
)
def test_steps_and_tiers_are_covered(steps: str, covers: set[tuple[str, str]]) -> None:
    fired = ran(steps).fired
    parts = {("p.checkin", "at2"), ("p.checkin", "every3"), ("p.moved", "then")}
    parts |= {("p.standing", tier) for tier in ("high", "middle", "low")}
    seen = {(branch.name, branch.part) for branch in fired} & parts
    assert covers <= seen and ("p.standing", "high") not in seen
    assert {each for each in seen if each[0] == "p.checkin"} == {each for each in covers if each[0] == "p.checkin"}


def test_what_is_missed_can_be_shown() -> None:
    policies, _ = load_texts({"p.policy": POLICY})
    assert policies is not None
    everything = run_tests(compile_policies(policies)).missed
    assert Branch("p.standing", "high") in everything and Branch("p.checkin", "every3") in everything
    assert place(Branch("p.standing", "high"), policies).text.startswith("tier high")
    assert place(Branch("p.checkin", "every3"), policies).text.startswith("every 3")
