"""Where doubts about standing begin and end: the cases on both sides of each line."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyd.check import resolved as r
from policyd.check.draft import Findings, PolicyDraft
from policyd.check.files import Files, InMemory
from policyd.check.functions import FUNCTIONS
from policyd.check.load import load_texts
from policyd.check.ranges import Ranges
from policyd.check.walk import walk
from policyd.language import nodes as n
from policyd.language.source import Source
from policyd.language.types import INT, NUMBER
from tests.check.reading import codes

POINTS = "tally points by member\n"
ADD = "rule a { on join  then add 5 to points }\n"
READ = "rule b { when points >= 10  then flag }\n"
POSTS = "counter posts counts messages by member per week\n"
TOLD = 'rule told { on tier  then reply "{tier.now}" }\n'


def tiers(score: str, *written: str) -> str:
    return f"tiers standing by member {{ every week  {score}\n{'  '.join(f'tier {each}' for each in written)} }}\n"


# ---------------------------------------------------------------- weights


@pytest.mark.parametrize(
    ("score", "found"),
    [
        ("30% * scale(posts, 0, 21) + 70% * scale(posts, 0, 9)", []),
        ("scale(posts, 0, 21) * 30% + 70% * scale(posts, 0, 9)", []),
        ("33.3% * scale(posts, 0, 2) + 33.3% * scale(posts, 0, 3) + 33.4% * scale(posts, 0, 4)", []),
        ("33% * scale(posts, 0, 2) + 33% * scale(posts, 0, 3) + 33% * scale(posts, 0, 4)", ["C608"]),
        ("(60% * scale(posts, 0, 2) + 50% * scale(posts, 0, 3))", ["C608"]),
        ("30% * scale(posts, 0, 21)", []),
        ("30% * scale(posts, 0, 21) + 5", []),
        ("30% * scale(posts, 0, 21) + 70% * 50% * scale(posts, 0, 9)", []),
        ("0.3 * scale(posts, 0, 21) + 0.6 * scale(posts, 0, 9)", []),
        ("posts + points", []),
    ],
)
def test_weights_make_a_whole(score: str, found: list[str]) -> None:
    text = POINTS + ADD + READ + POSTS + TOLD + tiers(f"score {score}", "core >= 20", "watch otherwise")
    assert [code for code, _ in codes(text)] == found


@given(st.lists(st.integers(1, 40), min_size=2, max_size=8))
def test_the_sum_of_weights_is_named(parts: list[int]) -> None:
    score = " + ".join(f"{part}% * scale(posts, 0, {place})" for place, part in enumerate(parts, 3))
    text = POSTS + TOLD + tiers(f"score {score}", "core >= 0", "watch otherwise")
    assert ("C608" in {code for code, _ in codes(text)}) == (sum(parts) != 100)


# ---------------------------------------------------------------- thresholds


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (("core >= 80", "active >= 60", "watch otherwise"), []),
        (("core >= 80", "active >= 80", "watch otherwise"), [("C609", "active")]),
        (("core >= 60", "active >= 80", "normal >= 70", "watch otherwise"), [("C609", "active"), ("C609", "normal")]),
        (("core >= 100", "watch otherwise"), []),
        (("core >= 60", "active >= 120", "watch otherwise"), [("C609", "active")]),
        (("core >= 100.1", "watch otherwise"), [("C611", "100.1")]),
        (("core >= high", "active >= low", "watch otherwise"), []),
        (("core >= low", "active >= high", "watch otherwise"), [("C609", "active")]),
        (("core >= some", "active >= 60", "watch otherwise"), [("C609", "active")]),
        (("core >= some", "active >= 50", "watch otherwise"), []),
        (("core >= some", "active >= 56", "watch otherwise"), [("C609", "active")]),
        (("core >= posts", "active >= 50", "watch otherwise"), []),
        (("watch otherwise", "core >= 80"), [("C612", "core")]),
        (("core >= 80", "watch otherwise", "others otherwise"), [("C612", "others")]),
        (("core >= 80", "core >= 60", "watch otherwise"), [("C610", "core")]),
        (("core >= 80", "vip when points > 3", "active >= 80", "watch otherwise"), [("C609", "active")]),
        (("core >= 80", "active >= 60"), [("W360", "active")]),
        (("core >= 80", "active >= 0"), []),
        (("vip when points > 3", "core when points > 1"), [("W360", "core"), ("W369", "scale(posts, 0, 21)")]),
        (("core >= 8h", "watch otherwise"), [("C613", "8h")]),
        (("core >= message.links", "watch otherwise"), [("C301", "message.links")]),
    ],
)
def test_tiers_that_nobody_comes_to(written: tuple[str, ...], found: list[tuple[str, str]]) -> None:
    text = f"""setting some = 60
        group "g7" {{ some = 55 }}
        let high = 90
        let low = 20
        rule used {{ when high > 3 and low > 3 and some > 3  then flag }}
        {POINTS}{ADD}{READ}{POSTS}{TOLD}{tiers("score scale(posts, 0, 21)", *written)}"""
    assert sorted(codes(text)) == found


def test_a_threshold_that_is_wrong_itself_is_not_compared() -> None:
    text = POSTS + TOLD + tiers("score posts", "core >= some", "active >= 60", "watch otherwise")
    assert codes("setting some = now\n" + text) == [("C570", "now")]


@pytest.mark.parametrize(
    ("score", "highest"),
    [
        ("100 * group.speakers(7d)", 100),
        ("100 * falling(group.active, 3d) / 2", 50),
        ("100 / 4", 25),
        ("min(posts, 20) + 5", 25),
        ("max(now.hour, 30)", 30),
        ("100 - now.hour", 100),
        ("-posts", 0),
        ("scale(member.silent, 0d, 30d) default 120", 120),
        ("120 default scale(posts, 0, 5)", 120),
        ("some", 60),
        ("50% * scale(posts, 0, 9) + 50% * scale(now.hour, 0, 9)", 100),
        ("-3 * scale(posts, 0, 9) * -2", 600),
        ("posts", None),
        ("group.active(7d)", None),
        ("points", None),
        ("5 / posts", None),
        ("posts / 5", None),
    ],
)
def test_how_high_scores_are(score: str, highest: int | None) -> None:
    before = 'setting some = 60\ngroup "g7" { some = 55 }\nrule used { when some > 3 and posts > 3  then flag }\n'
    before += POINTS + ADD + READ + POSTS + TOLD
    for above in (0, 1):
        least = 10**6 if highest is None else highest + above
        text = before + tiers(f"score {score}", f"core >= {least}", "watch otherwise")
        assert codes(text) == ([("C611", str(least))] if above and highest is not None else [])


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (("gold when points >= 100", "silver when points >= 10"), []),
        (("silver when points >= 10", "gold when points >= 100"), ["points >= 100"]),
        (("silver when points >= 10", "gold when points >= 100 and known(member.name)"),
         ["points >= 100 and known(member.name)"]),
        (("silver when points >= 10 and known(member.name)", "gold when points >= 100"), []),
        (("few when points < 10", "many when points >= 10", "staff when known(member.name)"), ["known(member.name)"]),
        (("silver when points > 3 and points < 2", "gold when points >= 100"), ["points > 3 and points < 2"]),
        (("silver when points >= 10", "bronze when points >= 5", "gold when points >= 6"), ["points >= 6"]),
    ],
)  # fmt: skip
def test_tiers_that_nobody_fits(written: tuple[str, ...], found: list[str]) -> None:
    text = POINTS + ADD + TOLD + tiers("", *written, "others otherwise")
    assert codes(text) == [("W370", each) for each in found]


# ---------------------------------------------------------------- what makes no difference


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (POINTS + ADD + READ, []),
        (POINTS + ADD, ["W362"]),
        (POINTS + READ, ["W363"]),
        (POINTS, ["W363"]),
        (POINTS + ADD + 'schedule s { every mon 09:00  then reply "{top.points}" }', []),
        (POINTS + ADD + 'rule r { then reply "{points}" }', []),
        (POINTS + READ + 'streak s { each day message  at 7 then add 1 to points }', []),
        (POINTS + ADD + TOLD + tiers("", "a when points > 3", "b otherwise"), []),
        ("streak s { each day message }", ["W364"]),
        ("streak s { each day message }\nrule r { when s > 3  then flag }", []),
        ('streak s { each day message  every 7 then reply "x" }', []),
        (tiers("", "a when member.silent < 3d", "b otherwise"), ["W365"]),
        (tiers("", "a when member.silent < 3d", "b otherwise") + TOLD, []),
        (tiers("", "a when member.silent < 3d", "b otherwise") + "rule r { when standing == a  then flag }", []),
        (tiers("", "a when member.silent < 3d", "b otherwise") + 'rule r { then reply "{member.tier}" }', []),
        (TOLD, ["W361"]),
        ('duty d { on tier  within 3d  until message  late then reply "x" }', ["W361"]),
    ],
)
def test_standing_that_makes_no_difference(text: str, found: list[str]) -> None:
    assert [code for code, _ in codes(text)] == found


def test_a_library_is_used_by_one_of_the_policies() -> None:
    beside = {"other": "policy q { for every group }\n" + ADD + READ + TOLD}
    library = {"shared": POINTS + tiers("", "a when member.silent < 3d", "b otherwise")}
    assert codes("", **beside, **library) == [("W540", "q")]


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ('tier.now == "core"', []),
        ('tier.now == "cor"', ['"cor"']),
        ('"cor" != tier.was', ['"cor"']),
        ('tier.of == "standing"', []),
        ('tier.of == "p.standing"', ['"p.standing"']),
        ('tier.now in ["core", "watch"]', []),
        ('tier.now in ["core", "wtch"]', ['["core", "wtch"]']),
    ],
)
def test_texts_that_are_no_tiers(when: str, found: list[str]) -> None:
    declared = POSTS + tiers("score posts", "core >= 20", "watch otherwise")
    assert codes(f"{declared}rule r {{ on tier  when {when}  then lock }}") == [("W368", each) for each in found]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tally t by member per day\nrule a { then add 1 to t }\nrule b { when t > 3  then flag }", 1),
        ("tally t by member\nrule a { then add 1 to t }\nrule b { when t > 3  then flag }", 0),
        ("counter c counts messages by member per day\nrule b { when c > 3  then flag }", 1),
        ("rule b { when group.active(7d) > 3  then flag }", 1),
        ("rule b { when group.messages_today > 3  then flag }", 1),
        ('streak s { each week message  at 7 then reply "x" }', 1),
    ],
)
def test_days_need_a_time_zone(text: str, told: int) -> None:
    _, found = load_texts({"p.policy": f"policy p {{ for every group }}\n{text}"})
    assert [each.code for each in found] == ["W540"] * told


# ---------------------------------------------------------------- scenarios


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("member u1 has points 20", []),
        ("member u1 has points -20", []),
        ("member u1 has p.points 20", []),
        ("member u1 has standing core", []),
        ("member u1 has p.standing watch", []),
        ("member u1 has standing cor", ["C629"]),
        ("member u1 has standing 3", ["C557"]),
        ("member u1 has points core", ["C557"]),
        ("member u1 has point 20", ["C105"]),
        ("member u1 has posts 20", ["C105"]),
        ('member u1 says "x" expect add 5 to points', []),
        ('member u1 says "x" expect add 5 to points of u2', []),
        ('member u1 says "x" expect add', []),
        ('member u1 says "x" expect add 5 to posts', ["C105"]),
    ],
)
def test_what_tests_say_of_standing(step: str, found: list[str]) -> None:
    declared = POINTS + ADD + READ + POSTS + TOLD + tiers("score posts", "core >= 20", "watch otherwise")
    text = f'{declared}test "t" {{ member u1 joins  expect nothing  {step} }}'
    assert [code for code, _ in codes(text)] == found


# ---------------------------------------------------------------- ranges


@st.composite
def values(draw: st.DrawFn, depth: int = 3) -> tuple[r.Expr, float]:
    """An expression, and one of its values."""
    if depth == 0 or draw(st.booleans()):
        if draw(st.booleans()):
            value = draw(st.integers(-9, 9))
            return r.Const(value, INT), value
        return r.CounterValue("p.c", INT), draw(st.integers(0, 9))
    (left, a), (right, b) = draw(values(depth - 1)), draw(values(depth - 1))
    op = draw(st.sampled_from(["+", "-", "*", "/", "min", "max", "round", "negative", "scale"]))
    match op:
        case "negative":
            return r.Negative(left, NUMBER), -a
        case "round":
            return r.FunctionCall("round", (left,), INT), FUNCTIONS["round"].apply(a)
        case "scale":
            found = FUNCTIONS["scale"].apply(a, b, b + 3)
            return r.FunctionCall("scale", (left, right, right), NUMBER), found
        case "min" | "max":
            return r.FunctionCall(op, (left, right), NUMBER), FUNCTIONS[op].apply(a, b)
        case "/":
            return r.Arithmetic("/", left, right, NUMBER), a / b if b else 0
        case _:
            results = {"+": a + b, "-": a - b, "*": a * b}
            return r.Arithmetic(op, left, right, NUMBER), results[op]  # type: ignore[arg-type]


@given(values())
def test_ranges_hold_every_value(drawn: tuple[r.Expr, float]) -> None:
    expr, value = drawn
    source = Source("p.policy", "")
    file, header = n.File(source, None, ()), n.Header("p")
    low, high = Ranges(PolicyDraft("p", file, header, (), Findings(), Files(InMemory({}, {})))).of(expr)
    assert not math.isnan(low) and not math.isnan(high)
    assert low - 1e-6 <= value <= high + 1e-6 or _divides_by_zero(expr)


def _divides_by_zero(expr: r.Expr) -> bool:
    """Then there is no value at all, and what was drawn stands for none."""
    return any(isinstance(part, r.Arithmetic) and part.op == "/" for part in walk(expr))
