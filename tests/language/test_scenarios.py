"""Every step of a test."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from policyd.language.nodes import (
    Clock,
    Constant,
    Does,
    Each,
    Expect,
    Expected,
    Expr,
    Given,
    Has,
    ListOf,
    Name,
    RawEvent,
    TestStep,
)
from tests.language.reading import found, steps

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
DELETE = Expected("delete")


def text(value: str) -> Constant:
    return Constant("text", value)


def texts(*values: str) -> ListOf:
    return ListOf(tuple(map(text, values)))


def says(*fields: tuple[str, Expr]) -> Does:
    return Does("u1", "message", None, (("text", text("a")), *fields))


SAYS = says()
FALSE = Constant("bool", False)


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ('given group "g1"', Given("group", "g1")),
        (
            'given group g1 tagged "x", "y" named "n" size 120 with level 3',
            Given(
                "group",
                "g1",
                (
                    ("tags", ListOf((text("x"), text("y")))),
                    ("name", text("n")),
                    ("size", Constant("int", 120)),
                    ("attribute:level", Constant("int", 3)),
                ),
            ),
        ),
        (
            'given member u1 named "n" role admin joined 10d ago with course "x", vip, when 2026-01-01 in "g1"',
            Given(
                "member",
                "u1",
                (
                    ("name", text("n")),
                    ("role", Name(("admin",))),
                    ("joined", Constant("duration", 10 * DAY)),
                    ("attribute:course", text("x")),
                    ("attribute:vip", Constant("bool", True)),
                    ("attribute:when", Constant("date", date(2026, 1, 1))),
                    ("group", text("g1")),
                ),
            ),
        ),
        (
            "given member u1 joined 2026-01-01 with tags [“a”, 3]",
            Given(
                "member",
                "u1",
                (
                    ("joined", Constant("date", date(2026, 1, 1))),
                    ("attribute:tags", ListOf((text("a"), Constant("int", 3)))),
                ),
            ),
        ),
        (
            "given member u1 joined 2026-01-01 8:05",
            Given("member", "u1", (("joined", Constant("date", datetime(2026, 1, 1, 8, 5))),)),
        ),
        (
            "given member u1 joined 2025-12-31 24:00",
            Given("member", "u1", (("joined", Constant("date", datetime(2026, 1, 1))),)),
        ),
        ("at 2026-03-02 20:00", Clock(date(2026, 3, 2), 1200)),
        ("at 20:00", Clock(None, 1200)),
        ("after 1h30m", Clock(after=HOUR + 30 * MINUTE)),
        ('member u1 says "a"', SAYS),
        ('member 小明 says "{x}"', Does("小明", "message", None, (("text", text("{x}")),))),
        ('member "u 1" says "a"', Does("u 1", "message", None, (("text", text("a")),))),
        (
            'member u1 says "a" with images 4, videos [75, 30], forwarded in "g2" id "m1"',
            Does(
                "u1",
                "message",
                None,
                (
                    ("text", text("a")),
                    ("images", Constant("int", 4)),
                    ("videos", ListOf((Constant("int", 75), Constant("int", 30)))),
                    ("forwarded", Constant("bool", True)),
                    ("group", text("g2")),
                    ("id", text("m1")),
                ),
            ),
        ),
        ('member u1 edits "b" id "m1"', Does("u1", "edit", None, (("text", text("b")), ("id", text("m1"))))),
        ("member u1 joins", Does("u1", "join")),
        ('member u1 joins with source "qr"', Does("u1", "join", None, (("source", text("qr")),))),
        ('member u1 leaves in "g2"', Does("u1", "leave", None, (("group", text("g2")),))),
        ("member u1 requests", Does("u1", "request")),
        (
            'member u1 requests "hi" with answer "课程" "python", answer "q" "a"',
            Does(
                "u1", "request", None, (("text", text("hi")), ("answer:课程", text("python")), ("answer:q", text("a")))
            ),
        ),
        ("member u1 reports u2", Does("u1", "report", "u2")),
        ('member u1 reports "u 2" for "spam"', Does("u1", "report", "u 2", (("reason", text("spam")),))),
        ('member u1 renames to "x"', Does("u1", "profile", None, (("name", text("x")),))),
        ("moderator m1 warns u1", Does("m1", "warn", "u1")),
        ('moderator m1 removes u1 for "spam"', Does("m1", "remove", "u1", (("reason", text("spam")),))),
        ("moderator m1 mutes u1", Does("m1", "mute", "u1")),
        ("moderator m1 mutes u1 24h", Does("m1", "mute", "u1", (("seconds", Constant("duration", DAY)),))),
        (
            'moderator m1 bans u1 for 3d for "spam" with ladder "conduct"',
            Does(
                "m1",
                "ban",
                "u1",
                (("seconds", Constant("duration", 3 * DAY)), ("reason", text("spam")), ("ladder", text("conduct"))),
            ),
        ),
        ("moderator m1 pardons u1", Does("m1", "pardon", "u1")),
        ("moderator m1 releases u1", Does("m1", "release", "u1")),
        ('member u1 says "a" replying to "m1"', says(("reply_to", text("m1")))),
        ('member u1 says "a" replying to "m1" id "m2"', says(("reply_to", text("m1")), ("id", text("m2")))),
        ("member u2 joins invited by u1", Does("u2", "join", None, (("inviter", text("u1")),))),
        (
            'member u2 joins invited by "u 1" with source "qr"',
            Does("u2", "join", None, (("inviter", text("u 1")), ("source", text("qr")))),
        ),
        ("member u1 submits licence", Does("u1", "submission", None, (("evidence", texts("licence")),))),
        (
            'member u1 submits licence, 照片, to "T1" in "g2"',
            Does(
                "u1",
                "submission",
                None,
                (("evidence", texts("licence", "照片")), ("ticket", text("T1")), ("group", text("g2"))),
            ),
        ),
        ("member u1 appeals", Does("u1", "appeal")),
        ('member u1 appeals "why"', Does("u1", "appeal", None, (("text", text("why")),))),
        ("moderator m approves u1", Does("m", "approve", "u1")),
        (
            'moderator m approves "u 1" with ticket "T1" for "fine"',
            Does("m", "approve", "u 1", (("ticket", text("T1")), ("reason", text("fine")))),
        ),
        (
            'moderator m refuses u1 for "spam" with ticket "T1"',
            Does("m", "refuse", "u1", (("reason", text("spam")), ("ticket", text("T1")))),
        ),
        ('moderator m posts notice "x"', Does("m", "notice", None, (("text", text("x")),))),
        (
            'moderator m posts notice "x" to u1, "u 2" id "n1"',
            Does("m", "notice", None, (("text", text("x")), ("members", texts("u1", "u 2")), ("id", text("n1")))),
        ),
        ('moderator m marks u1 as "quality"', Does("m", "mark", "u1", (("as", text("quality")),))),
        (
            'outcome of delete failed "no rights"',
            Does("", "outcome", None, (("action", text("delete")), ("ok", FALSE), ("error", text("no rights")))),
        ),
        ("outcome of remove failed", Does("", "outcome", None, (("action", text("remove")), ("ok", FALSE)))),
        (
            'outcome of call  out succeeded in "g2"',
            Does(
                "",
                "outcome",
                None,
                (("action", text("call out")), ("ok", Constant("bool", True)), ("group", text("g2"))),
            ),
        ),
        ("tick", Does("", "tick")),
        ('tick in "g2"', Does("", "tick", None, (("group", text("g2")),))),
        (r'event """{"a": "\n\"{x}"}"""', RawEvent(r'{"a": "\n\"{x}"}')),
        ('each of "a", "b" "c" expect delete', Each(("a", "b", "c"), Expect((DELETE,)))),
        ('each of "a" expect nothing', Each(("a",), Expect(()))),
        ("member u1 has conduct 3", Has("u1", Name(("conduct",)), 3)),
        ("member u1 has p.conduct 0", Has("u1", Name(("p", "conduct")), 0)),
    ],
)
def test_steps(written: str, tree: TestStep) -> None:
    step, after = steps(f"{written} after 1m")
    assert step == tree
    assert step.span.text == written
    assert after == Clock(after=MINUTE)


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("expect delete", Expect((DELETE,))),
        ("expect delete, warn,", Expect((DELETE, Expected("warn")))),
        ("expect exactly delete", Expect((DELETE,), exactly=True)),
        ("expect nothing", Expect(())),
        ("expect nothing because a, b.c", Expect((), because=(Name(("a",)), Name(("b", "c"))))),
        ("expect delete because a", Expect((DELETE,), because=(Name(("a",)),))),
        (
            'expect warn "x", call out "y", refuse "z", reply "r", remove "s"',
            Expect(
                tuple(
                    Expected(do, text=said)
                    for do, said in zip(("warn", "call out", "refuse", "reply", "remove"), "xyzrs", strict=True)
                )
            ),
        ),
        (
            'expect mute, mute 24h, ban 3d "x"',
            Expect((Expected("mute"), Expected("mute", duration=DAY), Expected("ban", duration=3 * DAY, text="x"))),
        ),
        (
            'expect notify, notify owner, notify moderators "x", notify member, notify  member "x"',
            Expect(
                (
                    Expected("notify"),
                    Expected("notify", audience="owner"),
                    Expected("notify", audience="moderators", text="x"),
                    Expected("notify", audience="member"),
                    Expected("notify", audience="member", text="x"),
                )
            ),
        ),
        ('expect assign, assign "g"', Expect((Expected("assign"), Expected("assign", group="g")))),
        (
            "expect lock, unlock, slow, slow 10s",
            Expect((Expected("lock"), Expected("unlock"), Expected("slow"), Expected("slow", duration=10_000))),
        ),
        (
            'expect move, move "g2", move to "g2"',
            Expect((Expected("move"), Expected("move", group="g2"), Expected("move", group="g2"))),
        ),
        (
            "expect propose, propose remove, propose call out",
            Expect(
                (Expected("propose"), Expected("propose", proposed="remove"), Expected("propose", proposed="call out"))
            ),
        ),
        (
            "expect flag, mask, hold, release, admit, unmute, unban",
            Expect(tuple(map(Expected, ("flag", "mask", "hold", "release", "admit", "unmute", "unban")))),
        ),
    ],
)
def test_expectations(written: str, tree: Expect) -> None:
    says, expect, after = steps(f'member u1 says "a" {written}\n after 1m')
    assert (says, expect, after) == (SAYS, tree, Clock(after=MINUTE))
    assert expect.span.text == written


@pytest.mark.parametrize("told", ["", " owner"])
@pytest.mark.parametrize("member", ["u1", '"u 1"'])
@pytest.mark.parametrize(
    "deed",
    "says “a”|edits “a”|joins|leaves|requests|reports u2|renames to “a”|submits a|appeals|has a 1".split("|"),
)
def test_the_next_step_is_not_who_is_told(told: str, member: str, deed: str) -> None:
    _, expect, step = steps(f'member u1 says "a" expect notify{told}\n member {member} {deed}')
    assert expect == Expect((Expected("notify", audience="owner" if told else None),))
    assert step == steps(f"member {member} {deed}")[0]


@pytest.mark.parametrize(
    "step",
    ["at 2026-03-02 09:00", "after 1m", "moderator m1 warns u1", "tick", "given member u1 role admin"],
)
def test_the_member_may_be_told_without_a_text(step: str) -> None:
    _, expect, following = steps(f'member u1 says "a" expect notify member {step}')
    assert expect == Expect((Expected("notify", audience="member"),))
    assert following == steps(f'member u1 says "a" {step}')[1]


def test_what_came_due_can_be_expected() -> None:
    written = steps("after 24h expect call out at 21:00 expect nothing tick expect exactly lock")
    day, call_out, evening, nothing, tick, lock = written
    assert (day, evening, tick) == (Clock(after=DAY), Clock(None, 1260), Does("", "tick"))
    assert (call_out, nothing) == (Expect((Expected("call out"),)), Expect(()))
    assert lock == Expect((Expected("lock"),), exactly=True)


@pytest.mark.parametrize(
    ("body", "code", "underlined"),
    [
        ("expect delete", "P142", "expect"),
        ("after 1m expect delete expect flag", "P142", "expect"),
        ('each of "a" expect delete expect delete', "P142", "expect"),
        ('member u1 says "a" expect delete expect flag', "P142", "expect"),
        ("member u1 say", "P141", "say"),
        ("member u1 submits", "P133", "}"),
        ('member u1 submits "licence"', "P165", '"licence"'),
        ("moderator m1 approves", "P133", "}"),
        ("moderator m1 approve u1", "P141", "approve"),
        ("moderator m1 marks u1", "P133", "}"),
        ("outcome of delete", "P133", "}"),
        ("outcome of strike failed", "P133", "strike"),
        ("member u1 joins invited by", "P133", "}"),
        ('group "g1"', "P154", "group"),
        ('u1 says "a"', "P154", "u1"),
        ("given member when", "P134", "when"),
        ("member u1 has conduct", "P133", "}"),
        ("at 2026-03-02", "P133", "}"),
        ("after 10", "P117", "10"),
        ("given member u1 joined 2026-02-30 12:00", "P111", "2026-02-30"),
        ("given member u1 joined 2026-02-03 12:60", "P112", "12:60"),
        ("given member u1 joined 9999-12-31 24:00", "P111", "9999-12-31 24:00"),
    ],
)
def test_findings(body: str, code: str, underlined: str) -> None:
    assert found(f'test "t" {{ {body} }}') == [(code, underlined)]
