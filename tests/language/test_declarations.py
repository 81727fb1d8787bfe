"""Every declaration, clause and action, with what may be left out and in any order."""

from __future__ import annotations

from datetime import date

import pytest

from policyd.language.nodes import (
    Action,
    Attribute,
    Compare,
    Counter,
    Counting,
    Declaration,
    Exempt,
    Header,
    Hours,
    HoursEvery,
    HoursOn,
    HoursRange,
    Ladder,
    Let,
    Lexicon,
    Limit,
    Name,
    Placeholder,
    Rule,
    Scope,
    Step,
    Template,
    Text,
    Word,
)
from tests.language.reading import found, one, read

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
A, B = Name(("a",)), Name(("b",))
BY_MEMBER = Counting("message", (Name(("member",)),), 10_000)
DELETE = (Action("delete"),)
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("attribute member.course : text", Attribute(Name(("member",)), "course", "text")),
        ("attribute group.when: list of  text", Attribute(Name(("group",)), "when", "list of text")),
        ("let a = b", Let("a", B)),
        ('template a = "x"', Template("a", Text(("x",)))),
        ('template a max 100 = "x {b}"', Template("a", Text(("x ", Placeholder(B))), 100)),
        ("lexicon a { }", Lexicon("a")),
        (
            'lexicon a { words "x", "y" "z", file "w" words "v" except "u" resist width, case sound boundary none }',
            Lexicon(
                "a",
                tuple(map(Word, "xyzv")),
                (Word("w"),),
                (Word("u"),),
                (Name(("width",)), Name(("case",)), Name(("sound",))),
                Name(("none",)),
            ),
        ),
        (
            "counter a counts messages by member, message.text within 10s where a > b up to 40",
            Counter(
                "a", Counting("message", (Name(("member",)), Name(("message", "text"))), 10_000, Compare(">", A, B)), 40
            ),
        ),
        (
            "counter a counts leaves up to 7 where b within 10s by group",
            Counter("a", Counting("leave", (Name(("group",)),), 10_000, B), 7),
        ),
        (
            "limit a { at most 5 messages by member within 10s then delete }",
            Limit("a", None, 5, BY_MEMBER, None, DELETE),
        ),
        (
            'limit a "t" { then delete unless b at most 0 message within 10s by member }',
            Limit("a", "t", 0, BY_MEMBER, B, DELETE),
        ),
        ("ladder a { }", Ladder("a", ())),
        (
            "ladder a { at 3 mute 24h, delete together within 10m at 1 warn b forget after 30d }",
            Ladder(
                "a",
                (Step(3, (Action("mute", duration=24 * HOUR), Action("delete"))), Step(1, (Action("warn", text=B),))),
                forget=30 * DAY,
                together=10 * MINUTE,
            ),
        ),
        ("rule a { then delete }", Rule("a", None, False, (), None, None, DELETE)),
        (
            'shadow rule a "t" { otherwise flag, then delete, unless b on messages, edit, when a }',
            Rule("a", "t", True, (Name(("message",)), Name(("edit",))), A, B, DELETE, (Action("flag"),)),
        ),
        ("exempt a { when b from x, y.z, }", Exempt("a", B, (Name(("x",)), Name(("y", "z"))))),
        ("exempt a { from everything when b }", Exempt("a", B, None)),
    ],
)
def test_declarations(written: str, tree: Declaration) -> None:
    declaration = one(written)
    assert declaration == tree
    assert declaration.span.text == written


@pytest.mark.parametrize(
    ("part", "tree"),
    [
        ("every day 22:00-8:00", HoursEvery(EVERY_DAY, ((1320, 480),))),
        ("every mon-fri 19:00-21:00, 22:00-24:00", HoursEvery((0, 1, 2, 3, 4), ((1140, 1260), (1320, 1440)))),
        ("every sat, sun 10:00-12:00", HoursEvery((5, 6), ((600, 720),))),
        ("every fri-mon 0:00-1:00", HoursEvery((0, 4, 5, 6), ((0, 60),))),
        ("every wed", HoursEvery((2,), ((0, 1440),))),
        ("from 2026-10-01 to 2026-12-31", HoursRange("from", date(2026, 10, 1), date(2026, 12, 31))),
        ("on 2026-10-01 09:00-12:00", HoursOn(date(2026, 10, 1), date(2026, 10, 1), ((540, 720),))),
        ("on 2026-10-01..2026-10-03", HoursOn(date(2026, 10, 1), date(2026, 10, 3), ())),
        ("except 2026-10-01..2026-10-07", HoursRange("except", date(2026, 10, 1), date(2026, 10, 7))),
        ("except 2026-10-01", HoursRange("except", date(2026, 10, 1), date(2026, 10, 1))),
        ("every day 22\uff1a00\uff0d8\uff1a00", HoursEvery(EVERY_DAY, ((1320, 480),))),
    ],
)
def test_hours(part: str, tree: HoursEvery | HoursOn | HoursRange) -> None:
    hours = one(f"hours h {{ {part} }}")
    assert hours == Hours("h", (tree,))
    assert isinstance(hours, Hours)
    assert hours.parts[0].span.text.removeprefix("except ") == part.removeprefix("except ")


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("flag", Action("flag")),
        ("mask", Action("mask")),
        ("hold", Action("hold")),
        ("delete", Action("delete")),
        ("admit", Action("admit")),
        ('warn "x"', Action("warn", text=Text(("x",)))),
        ("warn a once in 12h", Action("warn", text=A, once=12 * HOUR)),
        ("call  out a", Action("call out", text=A)),
        ("refuse a", Action("refuse", text=A)),
        ("reply a.b", Action("reply", text=Name(("a", "b")))),
        ("mute 24h", Action("mute", duration=24 * HOUR)),
        ("mute 24h saying a once in 1d", Action("mute", duration=24 * HOUR, text=A, once=DAY)),
        ("remove", Action("remove")),
        ('remove saying "{a}"', Action("remove", text=Text((Placeholder(A),)))),
        ("ban", Action("ban")),
        ("ban 7d", Action("ban", duration=7 * DAY)),
        ("ban saying a", Action("ban", text=A)),
        ("notify owner a", Action("notify", audience="owner", text=A)),
        ("notify admins a", Action("notify", audience="admins", text=A)),
        ("notify moderators a once in 5m", Action("notify", audience="moderators", text=A, once=5 * MINUTE)),
        ("notify member a", Action("notify", audience="member", text=A)),
        ("strike a", Action("strike", target=A)),
        ("strike a.b 2 times", Action("strike", target=Name(("a", "b")), times=2)),
        ("forgive a 1 times", Action("forgive", target=A, times=1)),
        ('assign "g {a}"', Action("assign", group=Text(("g ", Placeholder(A))))),
    ],
)
def test_actions(written: str, tree: Action) -> None:
    rule = one(f"rule r {{ then {written}, {written}, otherwise {written} }}")
    assert isinstance(rule, Rule)
    assert (rule.then, rule.otherwise) == ((tree, tree), (tree,))
    assert {action.span.text for action in (*rule.then, *(rule.otherwise or ()))} == {written}


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("policy a { }", Header("a")),
        (
            'policy a "t" { if store fails deny timezone "Asia/Shanghai" for groups tagged "x", "y" }',
            Header("a", "t", Scope("tag", ("x", "y")), Word("Asia/Shanghai"), "deny"),
        ),
        ("policy a { for every group if store fails hold }", Header("a", None, Scope("every"), None, "hold")),
        (
            'policy a { for groups "g1" "g2" if store fails allow }',
            Header("a", None, Scope("id", ("g1", "g2")), None, "allow"),
        ),
    ],
)
def test_headers(written: str, tree: Header) -> None:
    file, findings = read(written)
    assert (file.header, findings, file.declarations) == (tree, [], ())
    assert file.header is not None
    assert (file.header.span.text, file.header.name_span.text) == (written, "a")


def test_spans_of_names_and_clauses() -> None:
    rule = one("rule  a {\n then delete\n otherwise  flag }")
    assert isinstance(rule, Rule)
    assert (rule.name_span.text, rule.otherwise_span.text) == ("a", "otherwise  flag")
    limit = one("limit a { at most 5 messages by member within 10s where b then delete }")
    assert isinstance(limit, Limit)
    counting = limit.counting
    assert (limit.at_most_span.text, counting.kind_span.text, counting.within_span.text) == ("5", "messages", "10s")
    assert counting.span.text == "messages by member within 10s where b"
    exempt = one("exempt a { when b from c, d }")
    assert isinstance(exempt, Exempt)
    assert exempt.rules_span.text == "from c, d"
    attribute = one("attribute member.a : list of text")
    assert isinstance(attribute, Attribute)
    assert (attribute.name_span.text, attribute.type_span.text) == ("a", "list of text")


@pytest.mark.parametrize(
    ("text", "code", "underlined"),
    [
        ("rule r { then a }", "P133", "a"),
        ("rule r { when a when b then delete }", "P135", "when"),
        ("rule r { unless a then delete unless b }", "P135", "unless"),
        ("rule r { then delete then flag }", "P135", "then"),
        ("rule r { on join on leave then flag }", "P135", "on"),
        ("limit r { at most 5 messages by member by group within 10s then flag }", "P135", "by"),
        ("ladder r { forget after 3d forget after 4d }", "P135", "forget after"),
        ("policy r { for every group for every group }", "P135", "for every group"),
        ("policy r { }\npolicy s { }", "P140", "s"),
        ("rule r { when a }", "P136", "rule r"),
        ("limit r { then delete }", "P136", "limit r"),
        ("limit r { at most 5 messages by member within 10s }", "P136", "limit r"),
        ("limit r { at most 5 messages within 10s then delete }", "P136", "at most"),
        ("counter r counts messages by member", "P136", "counter r"),
        ("exempt r { from everything }", "P136", "exempt r"),
        ("exempt r { when a }", "P136", "exempt r"),
        ("limit r { at most 2.5 messages by member within 10s then delete }", "P114", "2.5"),
        ("rule r { then strike a 1.5 times }", "P114", "1.5"),
    ],
)
def test_findings(text: str, code: str, underlined: str) -> None:
    assert found(text) == [(code, underlined)]


def test_names_of_what_is_missing_from_the_tree() -> None:
    broken = "rule a { then kick }\nstreak b { at 7 then flag }\nrul c { }\nlet d =\nshadow rule e { when }\ntiers { }"
    broken += "\nattribute member.f : \nrule g {\n let h = 3\n shadow rule i { then flag }\nlet = j"
    file, _ = read(broken)
    assert [(unread.keyword, unread.name) for unread in file.unread] == [
        ("rule", "a"),
        ("streak", "b"),
        ("", "c"),
        ("let", "d"),
        ("rule", "e"),
        ("tiers", ""),
        ("attribute", "member.f"),
        ("rule", "g"),
        ("let", "h"),
        ("let", ""),
    ]
    assert file.unread[6].name_span.text == "member.f"
