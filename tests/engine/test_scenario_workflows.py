"""Scenarios about what takes time and what humans decide."""

from __future__ import annotations

from functools import cache
from typing import Final

import pytest

from policyd.check.load import load_texts
from policyd.compile.load import compile_policies
from policyd.engine.scenario import Report, run_tests
from policyd.engine.scenario_coverage import Branch

POLICY: Final = """policy p { for groups tagged "a"  timezone "Asia/Shanghai" }
attribute member.course : text
lexicon ads { words "优惠券" }
ladder conduct { at 1 warn "w"  at 2 mute 1h saying "m" }
hours night { every day 22:00-08:00 }
hours peak { every day 19:00-21:00 }
switch lockdown { off after 30m }
duty introduction "自我介绍" {
  on join  within 24h  until message where message.length >= 10
  remind after 20h then reply "{member.name}:{duty.left}"
  remind after 23h then reply "{duty.members} last {duty.left}"
  late then notify moderators "{member.name} late", strike conduct
}
duty question {
  on message where message.text contains "?"  within 3m in peak, 15m otherwise
  until reply by admins  pause in night
  late then notify admins "no answer"
}
duty read_rules { on notice  within 1d  until message where message.text == "已阅"  together
  late then reply "未读:{duty.members}" }
schedule morning { every mon-fri 09:00  then reply "早" }
schedule evening { when night opens  then lock, set lockdown for 10h }
schedule dawn { when night closes  then unlock }
sweep silent "久未发言" { every day 10:00  when member.silent >= 30d  then propose remove }
rule quiet_now { when lockdown and now.hour == 23  then delete }
rule raid { on report  then set lockdown }
rule echo { when message.text == "digest"  then notify moderators "{member.name}" digest 1h }
rule held { when message.text == "hold"  then hold for 2h then delete }
review ad { when message.text matches ads  needs licence  approve at most 1 per week
  pending then hold, warn "交:{ticket.missing}"  refused then delete }
rule good { on mark  when mark.as == "quality"  then reply "good {member.name}" }
appeal { within 3d  decided by moderators }
rule bad { when message.text == "bad"  then delete, strike conduct }
rule failed { on outcome  when not outcome.ok  then notify owner "{outcome.action}: {outcome.error}" }
"""


def ran(*tests: str) -> Report:
    """Runs tests with these steps; they are titled by their number."""
    written = "".join(f'\ntest "{number}" {{\n{steps}\n}}\n' for number, steps in enumerate(tests))
    policies, findings = load_texts({"p.policy": POLICY + written})
    assert policies is not None, [finding.message() for finding in findings]
    return run_tests(compile_policies(policies))


@cache
def failures(tests: tuple[str, ...]) -> dict[str, tuple[str, str] | None]:
    """What is wrong in English, and the text of the step that it is about; read once for a whole table."""
    found = [result.failure for result in ran(*tests).results]
    return {steps: None if f is None else (f.summary.en, f.span.text) for steps, f in zip(tests, found, strict=True)}


HELLO: Final = '"hello, I am Ming"'
GOOD: Final = (
    "member u joins  after 9h59m expect nothing",
    'member u joins  after 20h expect exactly reply "u:4h", lock, unlock because introduction.remind',
    'member u joins  after 23h expect reply "u:4h", reply "u last 1h"',
    'member u joins  after 24h expect notify moderators "u late", warn "w" because introduction',
    'member u joins  after 24h expect notify moderators "u late", warn because introduction.late',
    "member u joins  after 24h expect warn  after 5d member u has conduct 1",
    f"member u joins  member u says {HELLO}  after 24h expect exactly reply \"早\", lock, unlock",
    "member u joins  after 1h  member u leaves  after 24h member u has conduct 0",
    'member u joins  after 23h30m  member u joins  after 23h30m expect reply "u:4h"  member u has conduct 0',
    'at 2026-03-02 20:00  member u says "why?"  after 2m expect nothing  after 1m expect exactly notify admins',
    'at 2026-03-02 12:00  member u says "why?"  after 14m expect nothing  after 1m expect notify admins "no answer"',
    'at 2026-03-02 12:00  given member b role admin  member u says "why?" id "q"'
    '  member b says "so" replying to "q"  after 20m expect nothing',
    'at 2026-03-02 12:00  given member b role member  member u says "why?" id "q"'
    '  member b says "so" replying to "q"  after 20m expect notify admins',
    'at 2026-03-02 21:50  member u says "why?"  after 9h expect lock  after 2h expect notify admins, unlock',
    'moderator m posts notice "rules" to u1, u2, u3  member u2 says "已阅"  after 1d expect reply "未读:u1, u3"',
    'given member u1 named "Ming"  moderator m posts notice "rules" to u1  after 1d expect reply "未读:Ming"',
    'given group "g"  at 2026-03-02 08:59  at 09:00 expect exactly reply "早"  after 23h expect lock, unlock',
    'given group "g"  at 2026-03-02 09:00 expect reply "早"  after 10m expect nothing',
    'at 2026-03-07 08:59  member u says "x"  at 09:00 expect nothing',
    'given group "g"  at 2026-03-02 08:00  at 10:00 expect exactly reply "早"',
    'at 2026-03-02 22:30  event """{"kind": "join", "member": {"id": "u1", "role": "member"}}"""'
    '  at 2026-03-03 18:30 expect reply ":4h"',
    'at 2026-03-02 21:00  member u says "x"  at 22:00 expect lock because evening  at 23:00'
    '  member u says "x"  expect delete  at 23:00  member u says "x"  expect delete  at 08:00 expect unlock',
    'at 2026-03-02 23:00  member v reports u  member u says "x"  expect delete  after 30m  member u says "x"'
    "  expect nothing",
    "at 2026-03-02 12:00  given member u joined 40d ago  at 2026-03-03 10:00"
    ' expect propose remove because silent',
    'at 2026-03-02 12:00  given member u joined 40d ago  member u says "x"  at 2026-03-04 10:00 expect reply "早"',
    'at 2026-03-02 12:00  given member u joined 40d ago role bot  at 2026-03-03 10:00 expect reply "早"',
    'member u says "digest" expect nothing  member v says "digest"  after 1h expect exactly notify moderators "u\\nv"'
    "  after 1h expect nothing",
    'member u says "hold" expect hold  after 2h expect delete',
    'member u says "hold"  moderator m approves u expect exactly release  after 2h expect nothing',
    'member u says "hold"  moderator m refuses u expect exactly delete',
    'given member u joined 40d ago  at 2026-03-03 10:00 expect propose  moderator m approves u expect exactly remove',
    'member u says "优惠券" expect hold, warn "交:licence" because ad  member u submits licence'
    "  expect notify moderators  moderator m approves u expect exactly release"
    '  member u says "优惠券" expect nothing  member u says "优惠券" expect delete because ad.refused',
    'member u says "优惠券"  member u submits licence  moderator m refuses u  expect delete',
    'moderator m marks u as "quality" expect reply "good u"  moderator m marks u as "poor" expect nothing',
    'member u says "bad" expect delete, warn  member u has conduct 1  member u appeals "no"'
    "  expect notify moderators  moderator m approves u  member u has conduct 0",
    'member u says "bad"  outcome of delete failed "no rights"'
    '  expect notify owner "delete: no rights", notify moderators',
    'member u says "bad"  outcome of delete succeeded  expect nothing',
    "member u joins  at 2026-03-09 12:00 tick expect nothing",
)  # fmt: skip


@pytest.mark.parametrize("steps", GOOD)
def test_steps_do_what_they_say(steps: str) -> None:
    assert failures(GOOD)[steps] is None


WRONG: Final = (
    ("member u joins  after 24h expect nothing", "after 24h", None),
    ("member u joins  after 24h expect exactly notify moderators", None, None),
    ("member u joins  after 24h expect notify moderators, warn because morning", None, None),
    ('member u says "x"  moderator m approves u', "no ticket about `u` is open", "moderator m approves u"),
    ('member u says "x"  member u appeals', "nothing was done to `u` that", "member u appeals"),
    ('member u says "hold" moderator m approves u moderator m approves u', "the event was refused", None),
    (
        "given member u joined 40d ago  at 2026-03-03 10:00 expect propose ban",
        "expected `propose ban`",
        "expect propose ban",
    ),
)


@pytest.mark.parametrize(("steps", "summary", "about"), WRONG)
def test_what_is_wrong_is_found(steps: str, summary: str | None, about: str | None) -> None:
    found = failures(tuple(row[0] for row in WRONG))[steps]
    assert found is not None
    assert about is None or found[1] == about
    if summary and about:
        assert found[0].startswith(summary)


def test_coverage_knows_the_clauses_of_workflows() -> None:
    report = ran("member u joins  after 24h expect warn", 'member u says "优惠券" expect hold')
    every = {f"{branch.name}:{branch.part}" for branch in report.all}
    assert {
        "p.introduction:late", "p.introduction:remind", "p.introduction:remind2", "p.ad:pending", "p.ad:refused",
        "p.morning:then", "p.silent:then", "p.question:late", "p.read_rules:late", "p.conduct:1",
    } <= every  # fmt: skip
    assert not any("open" in branch.part or "done" in branch.part or "allowed" in branch.part for branch in report.all)
    fired = {f"{branch.name}:{branch.part}" for branch in report.fired}
    assert {
        "p.introduction:late", "p.introduction:remind", "p.introduction:remind2", "p.ad:pending", "p.conduct:1"
    } <= fired  # fmt: skip
    assert report.fired <= set(report.all)
    assert Branch("p.ad", "refused") in report.missed
