"""Tallies, streaks, tiers, awards and calendar windows: every clause, what may be left out, in any order."""

from __future__ import annotations

import pytest

from policyd.language.nodes import (
    Action,
    Compare,
    Constant,
    Counter,
    Counting,
    Declaration,
    Expect,
    Expected,
    Has,
    Let,
    Limit,
    Name,
    Placeholder,
    Repair,
    Rule,
    Streak,
    StreakStep,
    Tally,
    TestStep,
    Text,
    Tier,
    Tiers,
)
from tests.language.reading import expression, found, one, read, steps

HOUR = 3_600_000
MEMBER, POINTS, A, B = Name(("member",)), Name(("points",)), Name(("a",)), Name(("b",))
DAY, WEEK, MONTH = Name(("day",)), Name(("week",)), Name(("month",))
MESSAGE, INVITER, BONUS = Name(("message",)), Name(("join", "inviter")), Name(("bonus",))
FLAG = (Action("flag"),)
IMAGES = Name(("message", "images"))


def number(value: int) -> Constant:
    return Constant("int", value)


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("tally points by member", Tally("points", None, MEMBER)),
        (
            'tally points "积分" by member per month even  if removed',
            Tally("points", "积分", MEMBER, MONTH, True),
        ),
        ("tally 积分 even if removed per day by a.b", Tally("积分", None, Name(("a", "b")), DAY, True)),
        ("streak s { each day message }", Streak("s", None, DAY, MESSAGE)),
        (
            'streak s "打卡" { each day before 22:00 messages where a > 3 repair 1 per week '
            "at 7 then flag, add 20 to points every 30 then flag even if removed }",
            Streak(
                "s", "打卡", DAY, MESSAGE, Compare(">", A, number(3)), 1320, Repair(1, WEEK),
                (
                    StreakStep(7, (*FLAG, Action("add", target=POINTS, amount=20))),
                    StreakStep(30, FLAG, again=True),
                ),
                True,
            ),
        ),
        (
            "streak s { even if removed every 7 then flag at 3 then flag repair 2 per month each week join where a }",
            Streak(
                "s", None, WEEK, Name(("join",)), A, None, Repair(2, MONTH),
                (StreakStep(7, FLAG, again=True), StreakStep(3, FLAG)), True,
            ),
        ),
        ("streak s { each month mark }", Streak("s", None, MONTH, Name(("mark",)))),
        ("tiers t by member { every week tier a otherwise }", Tiers("t", None, MEMBER, WEEK, None, (Tier("a"),))),
        (
            'tiers t "等级" by member { every month score 30% * a + 70% * b tier core >= 80 tier 活跃 >= b / 2 '
            "tier rest otherwise }",
            Tiers(
                "t", "等级", MEMBER, MONTH, expression("30% * a + 70% * b"),
                (Tier("core", number(80)), Tier("活跃", expression("b / 2")), Tier("rest")),
            ),
        ),
        (
            "tiers t by member { tier vip when a >= 9 and b tier plain otherwise every day }",
            Tiers("t", None, MEMBER, DAY, None, (Tier("vip", when=expression("a >= 9 and b")), Tier("plain"))),
        ),
    ],
)  # fmt: skip
def test_declarations(written: str, tree: Declaration) -> None:
    declaration = one(written)
    assert declaration == tree
    assert declaration.span.text == written


@pytest.mark.parametrize(
    ("phrase", "tree"),
    [
        ("messages by member per week", Counting("message", (MEMBER,), None, per=WEEK)),
        ("messages per day by member where a", Counting("message", (MEMBER,), None, A, per=DAY)),
        (
            "distinct member of message by a within 1h",
            Counting("message", (A,), HOUR, distinct=MEMBER),
        ),
        (
            "distinct message.fingerprint of messages by member, a per month across groups",
            Counting(
                "message", (MEMBER, A), None, per=MONTH, across_groups=True, distinct=Name(("message", "fingerprint"))
            ),
        ),
        (
            "sums message.images of messages by member per day",
            Counting("message", (MEMBER,), None, per=DAY, sums=IMAGES),
        ),
        ("sums a of mark by member within 1h", Counting("mark", (MEMBER,), HOUR, sums=A)),
    ],
)
def test_what_is_counted(phrase: str, tree: Counting) -> None:
    counter, limit = one(f"counter c counts {phrase} up to 9"), one(f"limit l {{ at most 9 {phrase} then flag }}")
    assert counter == Counter("c", tree, 9)
    assert limit == Limit("l", None, 9, tree, None, FLAG)
    assert isinstance(counter, Counter)
    assert counter.counting.span.text == f"{phrase} up to 9"
    assert counter.counting.within_span.text in ("1h", "day", "week", "month")


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("add 5 to points", Action("add", target=POINTS, amount=5)),
        ("add -5 to points of join.inviter", Action("add", target=POINTS, amount=-5, of=INVITER)),
        ("add − 0 to a.b", Action("add", target=Name(("a", "b")), amount=0)),
        ("add bonus to points of a", Action("add", target=POINTS, amount=BONUS, of=A)),
        ("add p.bonus to points", Action("add", target=POINTS, amount=Name(("p", "bonus")))),
    ],
)
def test_awards(written: str, tree: Action) -> None:
    rule = one(f"rule r {{ on tiers then {written}, {written}, otherwise {written} }}")
    assert isinstance(rule, Rule)
    assert (rule.kinds, rule.then, rule.otherwise) == ((Name(("tier",)),), (tree, tree), (tree,))
    assert {action.span.text for action in rule.then} == {written}


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("member u1 has points 20", Has("u1", POINTS, 20)),
        ("member u1 has a.points -3", Has("u1", Name(("a", "points")), -3)),
        ("member u1 has standing core", Has("u1", Name(("standing",)), 0, Name(("core",)))),
        ("member u1 has a.standing core", Has("u1", Name(("a", "standing")), 0, Name(("core",)))),
        ('member "u 1" has 等级 核心', Has("u 1", Name(("等级",)), 0, Name(("核心",)))),
    ],
)
def test_what_members_have(written: str, tree: Has) -> None:
    assert steps(f"{written} member u2 leaves {written}") == (tree, steps("member u2 leaves")[0], tree)


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("add", Expected("add")),
        ("add 20 to points", Expected("add", amount=20, target=POINTS)),
        ("add -20 to a.points of u2", Expected("add", amount=-20, target=Name(("a", "points")), of="u2")),
        ('add 1 to points of "u 2"', Expected("add", amount=1, target=POINTS, of="u 2")),
    ],
)
@pytest.mark.parametrize("after", ["", "because a", "member u3 leaves", "at 9:00", "moderator m1 warns u1", "tick"])
def test_what_is_expected(written: str, tree: Expected, after: str) -> None:
    because = (A,) if after.startswith("because") else ()
    said: tuple[TestStep, ...] = steps(f'member u1 says "x" expect {written}, flag, {written} {after}')
    assert said[1] == Expect((tree, Expected("flag"), tree), because=because)


def test_facts_and_placeholders_of_figures() -> None:
    condition = "falling(group.active, 3d) >= 15% and group.speakers(1d) < 20% or tier.was == core"
    assert found(f"let a = {condition}") == []
    template = one('template t = "{top.points.month}{stats.week}{streak.length}"')
    placed = tuple(Placeholder(Name(tuple(name.split(".")))) for name in ("top.points.month", "stats.week"))
    assert getattr(template, "text", None) == Text((*placed, Placeholder(Name(("streak", "length")))))


def test_spans_of_names_and_numbers() -> None:
    streak = one("streak s { each day before 9:30 message repair 12 per week at 7 then flag }")
    assert isinstance(streak, Streak)
    assert streak.repair is not None and streak.per is not None and streak.kind is not None
    assert (streak.name_span.text, streak.per.span.text, streak.kind.span.text) == ("s", "day", "message")
    assert (streak.before_span.text, streak.repair.times_span.text, streak.repair.span.text) == (
        "9:30", "12", "repair 12 per week",
    )  # fmt: skip
    assert (streak.steps[0].at_span.text, streak.steps[0].span.text) == ("7", "at 7 then flag")
    tiers = one("tiers t by member { every week score a tier core >= 80 tier rest otherwise }")
    assert isinstance(tiers, Tiers)
    assert [(tier.name_span.text, tier.span.text) for tier in tiers.tiers] == [
        ("core", "tier core >= 80"), ("rest", "tier rest otherwise"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code", "underlined"),
    [
        ("tally points", "P136", "tally points"),
        ("tally points per day", "P136", "tally points"),
        ("streak s { repair 1 per week }", "P136", "streak s"),
        ("tiers t { every day tier a otherwise }", "P136", "tiers t"),
        ("tiers t by member { tier a otherwise }", "P136", "tiers t"),
        ("tiers t by member { every day score a }", "P136", "tiers t"),
        ("tiers t by member { every day tier a >= 3 }", "P136", "tiers t"),
        ("tally points per member", "P141", "per"),
        ("tally p by member per hour", "P162", "hour"),
        ("streak s { each hour message }", "P162", "hour"),
        ("streak s { each day message repair 1 per hour }", "P162", "hour"),
        ("tiers t by member { every hour tier a otherwise }", "P162", "hour"),
        ("counter c counts messages by member per hour", "P162", "hour"),
        ("counter c counts messages by member per day within 1h", "P171", "within 1h"),
        ("limit l { at most 5 messages by member within 1h per day then flag }", "P171", "per day"),
        ("counter c counts messages by member per day per week", "P135", "per"),
        ("tally p by member by member", "P135", "by"),
        ("tally p by member per day per day", "P135", "per"),
        ("tally p by member even if removed even if removed", "P135", "even if removed"),
        ("streak s { each day message each week message }", "P135", "each"),
        ("streak s { each day message repair 1 per week repair 1 per week }", "P135", "repair"),
        ("streak s { each day message even if removed even if removed }", "P135", "even if removed"),
        ("tiers t by member { every day every week tier a otherwise }", "P135", "every"),
        ("tiers t by member { every day score a score b tier a otherwise }", "P135", "score"),
        ("streak s { each day message at 0.5 then flag }", "P114", "0.5"),
        ("streak s { each day before 25:00 message }", "P112", "25:00"),
        ("rule r { then add 2.5 to points }", "P114", "2.5"),
        ("rule r { then propose add 1 to points }", "P168", "add"),
        ("streak rule { each day message }", "P134", "rule"),
        ("tiers rule by member { every day tier a otherwise }", "P134", "rule"),
    ],
)
def test_findings(text: str, code: str, underlined: str) -> None:
    assert found(text) == [(code, underlined)]
    if code == "P136":
        file, _ = read(text)
        assert (file.declarations, [f"{one.keyword} {one.name}" for one in file.unread]) == ((), [underlined])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("streak s {\n each message\n at 7 days then flag\n repair 1 week }", ["P154", "P153", "P154"]),
        ("tiers t by member {\n weekly\n score = a\n tier b > 60 }", ["P141", "P153", "P173"]),
        ("rule r {\n then add points 5\n when a = 3 }", ["P141", "P137"]),
    ],
)
def test_all_broken_clauses_are_told(text: str, expected: list[str]) -> None:
    assert [code for code, _ in found(text)] == expected


DECLARED = (
    'tally p "分" by member\n',
    "streak s {\n  each day message\n  at 7 then flag\n  every 9 then flag\n}",
    'tiers t "等级" by member {\n  every week\n  score a\n  tier x >= 8\n  tier y otherwise\n}',
    "tally q by member per day",
)


@pytest.mark.parametrize("broken", range(len(DECLARED)))
def test_a_broken_declaration_hides_no_other(broken: int) -> None:
    whole, findings = read("\n".join(DECLARED))
    assert findings == []
    cut = list(DECLARED)
    cut[broken] = cut[broken].replace("{\n", "{ ,\n", 1) if "{" in cut[broken] else cut[broken].replace("by", ", by")
    file, findings = read("\n".join(cut))
    assert [finding.span.text for finding in findings] == [","]
    assert file.declarations == whole.declarations[:broken] + whole.declarations[broken + 1 :]
    assert len(file.unread) == 1


@pytest.mark.parametrize("broken", [1, 2])
def test_a_missing_closing_brace_hides_nothing(broken: int) -> None:
    whole, _ = read("\n".join(DECLARED))
    cut = list(DECLARED)
    cut[broken] = cut[broken].removesuffix("}")
    file, findings = read("\n".join(cut))
    assert [(finding.code, finding.span.text) for finding in findings] == [("P131", "{")]
    assert file.declarations == whole.declarations


def test_declarations_share_a_line() -> None:
    file, findings = read(" ".join(("let a = 1", *DECLARED, "let b = 2")).replace("\n", " "))
    assert findings == []
    assert [type(one).__name__ for one in file.declarations] == ["Let", "Tally", "Streak", "Tiers", "Tally", "Let"]


def test_heads_inside_a_declaration_that_is_not_closed() -> None:
    file, findings = read('rule r { then flag\n  tiers t "x" by member { every day tier a otherwise }\n  let b = 1')
    assert [(finding.code, finding.span.text) for finding in findings][:1] == [("P131", "{")]
    assert isinstance(file.declarations[1], Tiers)


WORDS = "tally streak tiers tier score repair before per sums distinct every each add day week month points".split()


@pytest.mark.parametrize("word", WORDS)
def test_words_of_standing_are_names_where_names_stand(word: str) -> None:
    name = Name((word,))
    assert one(f"let {word} = {word} + {word}.{word}({word})") == Let(
        word, expression(f"{word} + {word}.{word}({word})")
    )
    assert found(f"tally {word} by {word} counter {word} counts sums {word} of mark by {word}, {word} per day") == []
    rule = one(f"rule r {{ when {word} then warn {word}, add {word} to {word} of {word}, set {word}, flag }}")
    assert isinstance(rule, Rule)
    assert rule.then[1] == Action("add", target=name, amount=name, of=name)
    streak = one(
        f"streak s {{ each day message where {word} repair 1 per week at 3 then reply {word} every 4 then flag }}"
    )
    assert isinstance(streak, Streak)
    assert (streak.where, streak.steps[0].then) == (name, (Action("reply", name),))
    tiers = one(
        f"tiers t by member {{ score {word} every day tier {word} >= {word} tier b when {word} tier c otherwise }}"
    )
    assert tiers == Tiers(
        "t", None, MEMBER, DAY, name, (Tier(word, name), Tier("b", when=name), Tier("c"))
    )  # fmt: skip
    said = steps(f'member u1 says "x" expect add 3 to {word} of {word} member {word} has {word} {word}')
    assert said[2] == Has(word, name, 0, name)


def test_a_streak_and_tiers_may_be_called_like_clauses() -> None:
    assert found("streak tier { each day message } tiers score by member { every day tier tier otherwise }") == []
