"""Scenarios: what their steps do, and what they say when they fail."""

from __future__ import annotations

from functools import cache
from typing import Final

import pytest

from policyd.check.load import load_texts
from policyd.compile.load import compile_policies
from policyd.engine.scenario import Report, run_tests
from policyd.engine.scenario_coverage import Branch
from policyd.engine.scenario_expect import show_action
from policyd.model.decision import Action, Because

POLICY = """policy p { for groups tagged "a", "b"  timezone "Asia/Shanghai" }
attribute member.course : text
attribute member.wait : duration
attribute member.since : time
attribute member.levels : list of int
attribute group.open : bool
lexicon bad { words "bad" }
ladder conduct { forget after 30d  together within 10m  at 1 warn "w"  at 2 mute 1h saying "m" }
rule words "Bad words" { on message, edit  when message.text matches bad  then delete, strike conduct }
rule pictures { when message.images > 3  then hold, notify moderators "{member.name} {message.images}" }
rule clips { when message.longest_video > 60s or message.voices > 1  then flag }
rule parts { when message.forwarded or message.files > 0 or message.mentions > 2 or message.qr_codes > 0  then flag }
rule answer { when message.reply_to == "m1"  then reply "to m1" }
rule fresh { when member.age < 1d  then reply "fresh" }
rule boss { when member.role >= admin  then reply "boss" }
rule course { when member.course == "x" and member.wait == 90s and count(member.levels) == 2  then reply "course" }
rule early { when member.since < 2026-01-02  then reply "early" }
rule place { when group.name == "One" and group.size > 5 and group.open  then reply "place" }
rule night { when now.hour == 3  then flag }
rule arrival { on join  when join.source == "link"  then reply "by {join.inviter}" }
rule gone { on leave  then notify owner "gone" }
rule entry { on request  when request.answer("why?") == "fun"  then admit, assign "new"  otherwise refuse "no" }
rule renamed { on profile  when member.name == "Bob"  then warn "bob" }
rule report { on report  when report.reason == "rude"  then hold, notify admins "{report.by}" }
rule human { on sanction  when sanction.action == "ban"  then notify owner "{sanction.by}" }
counter all counts message by group within 1h
rule third { when all == 3  then reply "third" }
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


GOOD: Final = (
    'member u says "hello"  expect nothing',
    'member u says "bad"  expect delete, warn "w" because words',
    'member u says "bad"  expect warn, delete because p.words',
    'member u says "ok" with images 4  expect hold  ',
    'member u says "ok" with images 4  expect hold, notify moderators "u 4"',
    'member u says "ok" with videos 61  expect flag',
    'member u says "ok" with videos [1m1s, 3]  expect flag',
    'member u says "ok" with voices [1, 2]  expect flag',
    'member u says "ok" with forwarded  expect flag',
    'member u says "ok" with files 1  expect flag',
    'member u says "ok" with mentions 3  expect flag',
    'member u says "ok" with qr_codes 1  expect flag',
    'member u says "ok" with reply_to "m1"  expect exactly reply "to m1"',
    'given member u joined 23h ago  member u says "hi"  expect exactly reply "fresh"',
    'given member u joined 23h ago  at 2026-05-05 12:00  member u says "hi"  expect exactly reply "fresh"',
    'given member u joined 24h ago  member u says "hi"  expect nothing',
    'given member u joined 23h ago  member v says "hi"  after 2h  member u says "hi"  expect nothing',
    'given member u joined 2026-03-04  member u says "hi"  expect exactly reply "fresh"',
    'given member u joined 2026-03-03 12:01  member u says "hi"  expect exactly reply "fresh"',
    'given member u joined 2026-03-03 12:00  member u says "hi"  expect nothing',
    'member u joins  after 1h  member u says "hi"  expect exactly reply "fresh"',
    'given member u role admin  member u says "hi"  expect exactly reply "boss"',
    'given member u with course "x", wait 1m30s, levels [1, 2]  member u says "hi"  expect exactly reply "course"',
    'given member u with since 2026-01-01  member u says "hi"  expect exactly reply "early"',
    'given group "g" tagged "b" named "One" size 6 with open  member u says "hi"  expect exactly reply "place"',
    'given group "g" tagged "c"  member u says "bad"  expect nothing',
    'member u says "bad"  member u says "bad" in "g2"  expect delete, warn',
    'given group "g2" tagged "c"  member u says "bad"  expect nothing',
    'member u says "bad" in "g2"  member u has conduct 1  member u says "x"  member u has conduct 0',
    'given group "g2" size 9  member u says "bad"  expect delete, warn',
    'given group "g2" tagged "c"  given group "g3" tagged "a"  member u says "bad" in "g2"  expect nothing'
    '  member u says "bad"  expect delete, warn  member u has conduct 1',
    'given group "g2" tagged "c"  given group "g3" tagged "a"  given member u in "g2"  member u says "bad"'
    '  expect nothing  member v says "bad"  expect delete, warn',
    'at 03:00  member u says "x"  expect flag',
    'at 2026-03-02 03:59  member u says "x"  expect flag  at 03:00  member u says "y"  expect flag',
    'member u joins with source "link", inviter "v"  expect exactly reply "by v"',
    'member u leaves  expect exactly notify owner "gone"',
    'member u requests with answer "why?" "fun"  expect exactly admit, assign "new"',
    'member u requests "let me in" with answer "why?" "money"  expect exactly refuse "no"',
    "member u requests  expect hold",
    "member u requests  expect nothing",
    'member u renames to "Bob"  expect warn  member u says "x" with images 4  expect notify "Bob 4", hold',
    'member u says "x"  member v reports u for "rude"  expect exactly hold, notify admins "v"',
    'moderator m bans u  expect exactly notify owner "m"  member u has conduct 1',
    'moderator m mutes u for 1h  expect nothing  moderator m releases u  expect exactly unmute',
    'moderator m warns u  member u has conduct 1  after 10m  member u says "bad"  expect delete, mute 1h "m"',
    'member u says "bad"  moderator m pardons u  member u has p.conduct 0',
    'member u says "bad"  after 30d  member u has conduct 0',
    'member u says "x"  member u edits "bad"  expect delete, warn  member u edits "bad bad"  expect delete',
    'member u says "x" id "a"  member u says "y"  member u edits "bad" id "a"  expect delete, warn',
    'member u says "x"  member v says "bad" id "m1"  expect delete, warn',
    'member u says "x"  event """{"id": "e1", "kind": "message", "member": {"id": "v"}, "message": {"text": "bad"}}"""'
    '  expect delete, warn  member u edits "bad"  expect delete, warn',
    'each of "bad", "b a d"  expect delete, warn because words',
    'member u says "1"  member u says "2"  each of "x"  expect exactly reply "third"',
    'member u says "1"  member u says "2"  each of "x", "y", "z"  expect reply',
    'event """{"kind": "message", "member": {"id": "u"}, "message": {"text": "bad"}}"""  expect delete, warn',
    'event """{"kind": "message", "time": "2026-03-03T19:30:00Z", "member": {"id": "u"}, "message": {}}"""'
    "  expect flag",
)  # fmt: skip


@pytest.mark.parametrize("steps", GOOD)
def test_steps_do_what_they_say(steps: str) -> None:
    assert failures(GOOD)[steps] is None


WRONG: Final = (
    ('member u says "x"  expect delete', "expected `delete`", "expect delete"),
    ('member u says "bad"  expect delete', 'did not expect `warn "w"`', "expect delete"),
    ('member u says "bad"  expect nothing', 'did not expect `delete, warn "w"`', "expect nothing"),
    (
        'member u says "bad"  expect delete, warn "x"',
        'expected `warn "x"`, did not expect `warn "w"`',
        'expect delete, warn "x"',
    ),
    (
        'member u says "x" with images 4  expect exactly hold',
        'did not expect `notify moderators "u 4"`',
        "expect exactly hold",
    ),
    (
        'member u says "x" with images 4  expect hold, notify admins',
        "expected `notify admins`",
        "expect hold, notify admins",
    ),
    (
        'member u says "bad"  expect delete, warn because pictures',
        "the actions are right, but `pictures` is not among their reasons",
        "expect delete, warn because pictures",
    ),
    (
        'moderator m warns u  after 10m  member u says "bad"  expect delete, mute 2h',
        'expected `mute 2h`, did not expect `mute 1h "m"`',
        "expect delete, mute 2h",
    ),
    ("member u requests  expect admit", "expected `admit`", "expect admit"),
    (
        'member u requests with answer "why?" "fun"  expect admit, assign "old"',
        'expected `assign "old"`',
        'expect admit, assign "old"',
    ),
    ("member u has conduct 2", "expected 2 of `p.conduct` for u, but there are 0", "member u has conduct 2"),
    ('each of "bad", "good" expect delete, warn', '"good": expected `delete, warn`', "expect delete, warn"),
    (
        'at 2026-03-02 12:00  member u says "x"  at 2026-03-02 11:00',
        "the clock of a test cannot go back",
        "at 2026-03-02 11:00",
    ),
    (
        'member u joins with sorce "x"  expect nothing',
        "such an event does not carry `sorce`; it carries source, inviter",
        'member u joins with sorce "x"',
    ),
    (
        'member u says "x" with images true  expect nothing',
        "`true` should be a whole number",
        'member u says "x" with images true',
    ),
    (
        'member u says "x" with images 5m  expect nothing',
        "`5m` should be a whole number",
        'member u says "x" with images 5m',
    ),
    (
        'member u says "x" with videos true  expect nothing',
        "`true` should be a number or a duration",
        'member u says "x" with videos true',
    ),
    (
        'member u says "x" with forwarded 1  expect nothing',
        "`1` should be true or false",
        'member u says "x" with forwarded 1',
    ),
    (
        "at 9999-12-31 23:59  after 5m  at 20:00",
        "a time in this step is outside the years 1 to 9999",
        "at 20:00",
    ),
    ('event """{"kind": "mesage"}"""', None, 'event """{"kind": "mesage"}"""'),
    ('event """{"kind": """', None, 'event """{"kind": """'),
)


@pytest.mark.parametrize(("steps", "summary", "about"), WRONG)
def test_a_failure_says_what_is_wrong(steps: str, summary: str | None, about: str) -> None:
    found = failures(tuple(row[0] for row in WRONG))[steps]
    assert found is not None
    if summary is None:
        assert found[0].startswith("the event was refused: ")
    else:
        assert found[0] == summary
    assert found[1] == about


def test_a_test_stops_at_its_first_failure_and_the_others_go_on() -> None:
    report = ran('member u says "x"  expect delete  member u says "bad"', 'member u says "x"  expect nothing')
    assert [result.failure is None for result in report.results] == [False, True]
    assert Branch("p.words", "then") not in report.fired


def test_a_failure_can_explain_what_the_named_rule_read() -> None:
    (result,) = ran('member u says "x" with images 3  expect hold because pictures').results
    assert result.failure is not None and result.failure.answer is not None
    explained = result.failure.answer.explain()
    assert explained is not None
    (read,) = (rule for rule in explained.rules if rule.rule in result.failure.rules)
    assert (read.rule, read.when) == ("p.pictures", False)
    assert [(value.name, value.value) for value in read.read] == [("message.images", 3)]


def test_coverage_counts_branches_and_steps() -> None:
    report = ran('member u says "bad"  member v requests with answer "why?" "money"')
    assert report.fired == {Branch("p.words", "then"), Branch("p.conduct", "1"), Branch("p.entry", "otherwise")}
    assert {Branch("p.entry", "then"), Branch("p.conduct", "2")} <= set(report.missed)
    assert len(report.all) == len(report.fired) + len(report.missed)


def test_names_mean_the_policy_of_the_same_file() -> None:
    other = """policy q {{ for groups tagged "q" }}
    ladder conduct {{ at 1 remove }}
    rule words {{ when message.text contains "bad"  then flag, strike conduct }}
    test "q" {{ member u says "bad"  expect flag, remove because words  member u has conduct 1 }}
    """.replace("{{", "{").replace("}}", "}")
    own = '\ntest "p" { member u says "bad"  expect delete, warn because words  member u has conduct 1 }'
    library = (
        'test "both" { given group "g" tagged "a", "q"  member u says "bad"  expect delete, remove because q.words }'
    )
    policies, _ = load_texts({"p.policy": POLICY + own, "q.policy": other, "tests.policy": library})
    assert policies is not None
    report = run_tests(compile_policies(policies))
    assert [result.failure.summary.en for result in report.results if result.failure] == []
    assert len(report.results) == 3


@pytest.mark.parametrize(
    ("action", "shown"),
    [
        (Action("delete", ()), "delete"),
        (Action("mute", (), seconds=5400, text='a "b"\nc'), r'mute 1h30m "a \"b\"\nc"'),
        (Action("call_out", (), text="x"), 'call out "x"'),
        (Action("notify", (Because("r"),), to="owner", text="x"), 'notify owner "x"'),
        (Action("assign", (), to="new"), 'assign "new"'),
    ],
)
def test_actions_are_shown_as_a_test_would_write_them(action: Action, shown: str) -> None:
    assert show_action(action) == shown
