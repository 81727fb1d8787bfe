"""What the checker makes of tallies, streaks, tiers and awards."""

from __future__ import annotations

from typing import get_args

import pytest

from policyd.check import resolved as r
from policyd.check.applies import applies
from policyd.check.axes import acts_on
from policyd.check.load import load_texts
from policyd.language.nodes import ActionKind
from policyd.language.types import BOOL, INT, NUMBER, TEXT, TIME, Type, list_of
from tests.check.reading import HEADER, checked, codes, condition, policy

POINTS = """tally points by member
rule earn { on join  then add 5 to points }
rule show { when points >= 100  then reply "{points}" }
"""
POSTS = "counter posts counts messages by member per week\n"
TIERS = """tiers standing "等级" by member {
  every week
  score posts
  tier core >= 80  tier active >= active_from  tier vip when points >= 10  tier watch otherwise
}
setting active_from = 60
"""
LOWEST_FIRST = Type("enum", name="standing", members=("watch", "vip", "active", "core"))
TOLD = 'rule told { on tier  then reply "{tier.was} {tier.now}" }\n'


def rules(text: str) -> dict[str, r.Rule]:
    return {rule.name: rule for rule in policy(text).rules}


def at_least(value: r.Expr, least: r.Expr) -> r.Expr:
    return r.Compare(">=", value, least, BOOL)


# ---------------------------------------------------------------- tallies and awards


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("tally t by member", r.Tally("p.t", "t", None, False)),
        ('tally t "积分" by member per month', r.Tally("p.t", "积分", "month", False)),
        ("tally t by member per day even if removed", r.Tally("p.t", "t", "day", True)),
    ],
)
def test_tallies(written: str, expected: r.Tally) -> None:
    found = policy(f"{written}\nrule a {{ then add 1 to t }}\nrule b {{ when t > 3  then flag }}")
    assert found.tallies == (expected,)


@pytest.mark.parametrize(
    ("written", "amount", "of"),
    [
        ("add 5 to points", 5, None),
        ("add -5 to points", -5, None),
        ("add reward to points", r.SettingValue("p.reward", INT), None),
        ("add 5 to points of join.inviter", 5, r.Fact("join.inviter", TEXT)),
        ("add 5 to points of member.mentor", 5, r.AttributeFact("member", "mentor", TEXT)),
    ],
)
def test_awards(written: str, amount: int | r.SettingValue, of: r.Expr | None) -> None:
    before = POINTS + "setting reward = 5\nattribute member.mentor : text\n"
    (action,) = rules(f"{before}rule r {{ on join  then {written} }}")["p.r"].then
    assert action == r.Action("add", subject="p.points", amount=amount, of=of)


@pytest.mark.parametrize(
    ("action", "on", "found"),
    [
        ("add 0 to points", "join", "C603"),
        ("add 1000000 to points", "join", None),
        ("add 1000001 to points", "join", "C604"),
        ("add -1000001 to points", "join", "C604"),
        ("add far to points", "join", "C604"),
        ("add share to points", "join", "C605"),
        ("add missing to points", "join", "C105"),
        ("add 1 to posts", "join", "C106"),
        ("add 1 to nothing", "join", "C105"),
        ("add 1 to points of join.inviter", "message", "C301"),
        ("add 1 to points of join.inviter", "join, leave", None),
        ("add 1 to points of member.silent", "join", "C606"),
        ("add 1 to points of message.fingerprint", "message", "C606"),
        ("add 1 to points of posts", "message", "C606"),
        ("add 1 to points of member.name", "message", "W367"),
        ("add 1 to points", "tier", None),
        ("add 1 to points", "leave", None),
        ("add 1 to points", "request", None),
    ],
)
def test_what_can_be_added(action: str, on: str, found: str | None) -> None:
    more = """setting far = 5
        group "g7" { far = 2000000 }
        setting share = 50%
        rule read { when posts > 3 and far > 3 and share > 3%  then flag }
        """
    text = POINTS + POSTS + TOLD + TIERS + more + f"rule r {{ on {on}  then {action} }}"
    assert [code for code, _ in codes(text)] == ([found] if found else [])


# ---------------------------------------------------------------- streaks


def test_a_streak_is_a_quiet_rule_and_one_for_each_step() -> None:
    text = POINTS + """streak checkin "打卡" {
        each day before 22:00 message where message.text starts with "#打卡" and message.length > 3
        repair 2 per month
        every 30 then add 50 to points
        at 7 then reply "{streak.length} {points} {member.name}", assign "vip"
        at 30 then notify owner "…"
        even if removed
      }"""
    found = policy(text)
    steps = (r.StreakStep(7, False), r.StreakStep(30, False), r.StreakStep(30, True))
    assert found.streaks == (r.Streak("p.checkin", "打卡", "day", 2, "month", steps, True),)
    made = rules(text)
    of_it = [rule for rule in made.values() if rule.of == "p.checkin"]
    assert {rule.name: (rule.of, rule.kinds, rule.quiet, rule.title) for rule in of_it} == {
        "p.checkin.next": ("p.checkin", ("message",), True, "打卡"),
        "p.checkin.at7": ("p.checkin", ("streak p.checkin",), False, "打卡"),
        "p.checkin.at30": ("p.checkin", ("streak p.checkin",), False, "打卡"),
        "p.checkin.every30": ("p.checkin", ("streak p.checkin",), False, "打卡"),
    }
    begun, at7 = made["p.checkin.next"], made["p.checkin.at7"]
    assert begun.when is not None and isinstance(begun.when, r.And) and begun.reads_state
    assert begun.when.items[2] == r.InHours(r.Fact("now", TIME), "p.checkin.before", False, BOOL)
    assert begun.then == (r.Action("continue streak", subject="p.checkin"),)
    assert at7.when == r.IsStep("at7", BOOL) and not at7.reads_state
    assert [action.do for action in at7.then] == ["reply", "assign"]
    (before,) = found.hours
    every_day = r.HoursWindow(tuple(range(7)), None, 0, 22 * 60)
    assert before == r.Hours("p.checkin.before", "Asia/Shanghai", (every_day,))


@pytest.mark.parametrize(
    ("each", "when"),
    [
        ("each day message", None),
        ("each week join", None),
        ("each day before 24:00 message", None),
        ("each month message where message.links > 0",
         r.Compare(">", r.Fact("message.links", INT), r.Const(0, INT), BOOL)),
        ("each day before 08:00 message", r.InHours(r.Fact("now", TIME), "p.s.before", False, BOOL)),
    ],
)  # fmt: skip
def test_what_continues_a_streak(each: str, when: r.Expr | None) -> None:
    found = rules(f'streak s {{ {each}  at 3 then reply "x" }}')["p.s.next"]
    assert found.when == when
    assert found.kinds == (each.split(" where")[0].split()[-1],)


@pytest.mark.parametrize(
    ("clauses", "found"),
    [
        ("each day message  repair 1 per week", []),
        ("each day message  repair 6 per week", []),
        ("each day message  repair 7 per week", ["W366"]),
        ("each day message  repair 27 per month", []),
        ("each day message  repair 28 per month", ["W366"]),
        ("each week message  repair 3 per month", []),
        ("each week message  repair 4 per month", ["W366"]),
        ("each week message  repair 1 per week", ["C620"]),
        ("each month message  repair 1 per week", ["C620"]),
        ("each day message  repair 0 per week", ["C619"]),
        ("each week before 22:00 message", ["C622"]),
        ("each month before 00:00 message", ["C622"]),
        ("each day before 00:00 message", ["C621"]),
        ("each day tier", ["C616"]),
        ("each day outcome", ["C616"]),
        ("each day mark", []),
        ("each day message  at 10000 then reply \"x\"", []),
        ("each day message  at 10001 then reply \"x\"", ["C617"]),
        ("each day message  at 0 then reply \"x\"", ["C617"]),
        ("each day message  every 1 then reply \"x\"", []),
        ("each day message  every 3 then reply \"x\"", []),
        ("each day message  at 3 then reply \"x\"", ["C618"]),
        ("each day message  every 5 then warn \"x\"", ["C302"]),
        ("each day message  every 5 then strike conduct", ["C302"]),
        ("each day message  every 5 then reply \"{message.id}\"", ["C301"]),
    ],
)  # fmt: skip
def test_streaks_that_cannot_be(clauses: str, found: list[str]) -> None:
    ladder = """ladder conduct { forget after 30d  at 1 warn "…" }
        rule s { when message.links > 3  then strike conduct }
        """
    said = [code for code, _ in codes(f'{ladder}streak c {{ {clauses}  at 3 then reply "x" }}')]
    assert said == found


# ---------------------------------------------------------------- tiers


def test_the_first_tier_that_fits_and_no_other() -> None:
    found = policy(POINTS + POSTS + TIERS + TOLD)
    assert found.tiers == (r.Tiers("p.standing", "等级", "week", ("core", "active", "vip", "watch")),)
    made = {rule.name: rule for rule in found.rules}
    score = r.LetValue("p.standing.score", INT)
    core = at_least(score, r.Const(80, INT))
    active = at_least(score, r.SettingValue("p.active_from", INT))
    vip = at_least(r.TallyValue("p.points", INT), r.Const(10, INT))
    no_core, no_active, no_vip = (r.Not(each, BOOL) for each in (core, active, vip))
    assert {name: made[f"p.standing.{name}"].when for name in ("core", "active", "vip", "watch")} == {
        "core": core,
        "active": r.And((active, no_core), BOOL),
        "vip": r.And((vip, no_core, no_active), BOOL),
        "watch": r.And((no_core, no_active, no_vip), BOOL),
    }
    for name in ("core", "active", "vip", "watch"):
        rule = made[f"p.standing.{name}"]
        assert (rule.of, rule.kinds, rule.shadow, rule.quiet, rule.reads_state) == (
            "p.standing", ("tiers p.standing",), False, True, True,
        )  # fmt: skip
        assert rule.then == (r.Action("place", subject="p.standing", tier=name),)


def test_scores_are_numbers_that_are_exact_to_a_millionth() -> None:
    lets = {let.name: let.value for let in policy(POSTS + TOLD + TIERS.replace("score posts", "score 29% * posts")
                                                  + POINTS).lets}  # fmt: skip
    part = r.Arithmetic("*", r.Const(0.29, NUMBER), r.CounterValue("p.posts", INT, last=True), NUMBER)
    million = r.Const(1_000_000, INT)
    whole = r.FunctionCall("round", (r.Arithmetic("*", part, million, NUMBER),), INT)
    assert lets == {"p.standing.score": r.Arithmetic("/", whole, million, NUMBER)}


def test_tiers_read_the_last_period_in_lets_too() -> None:
    text = POINTS + POSTS + TOLD + """tally monthly by member per month
        counter lately counts messages by member within 7d up to 50
        let fresh = posts + monthly
        let twice = fresh * 2
        let plain = lately + points
        rule r { when twice + posts > 3  then add 1 to monthly }
        tiers t by member { every day  score twice + plain + monthly
          tier a >= 8  tier b when posts > 3 or known(member.tier)  tier c otherwise }"""
    found = policy(text)
    lets = {let.name: let.value for let in found.lets}
    posts, monthly = r.CounterValue("p.posts", INT), r.TallyValue("p.monthly", INT)
    last = r.CounterValue("p.posts", INT, last=True), r.TallyValue("p.monthly", INT, last=True)

    def sum_(left: r.Expr, right: r.Expr) -> r.Expr:
        return r.Arithmetic("+", left, right, INT)

    def let(name: str) -> r.Expr:
        return r.LetValue(name, INT)

    assert lets["p.fresh"] == sum_(posts, monthly)
    assert lets["p.fresh.last"] == sum_(*last)
    assert lets["p.twice.last"] == r.Arithmetic("*", let("p.fresh.last"), r.Const(2, INT), INT)
    assert "p.plain.last" not in lets
    assert lets["p.t.score"] == sum_(sum_(let("p.twice.last"), let("p.plain")), last[1])
    made = {rule.name: rule for rule in found.rules}
    when = made["p.t.b"].when
    assert isinstance(when, r.And) and isinstance(when.items[0], r.Or)
    assert when.items[0].items[0] == r.Compare(">", last[0], r.Const(3, INT), BOOL)
    assert made["p.r"].when == r.Compare(">", sum_(let("p.twice"), posts), r.Const(3, INT), BOOL)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("standing >= active", ("p.standing", ">=", "active")),
        ("member.tier == core", ("p.standing", "==", "core")),
        ("member.tier default watch != core", None),
        ("standing in [core, active]", ("core", "active")),
        ("member.tier not in [core]", ("core",)),
    ],
)
def test_tiers_are_compared_with_their_words(written: str, expected: object) -> None:
    found = condition(written, POINTS + POSTS + TIERS + "counter active counts messages by member within 1h\n"
                      "rule busy { when active > 3  then flag }")  # fmt: skip
    if isinstance(found, r.InList):
        assert found.items == r.Const(expected, list_of(LOWEST_FIRST))  # type: ignore[arg-type]
        return
    assert isinstance(found, r.Compare) and found.right.type == LOWEST_FIRST
    if expected is not None:
        assert isinstance(found.left, r.TierValue) and isinstance(found.right, r.Const)
        assert (found.left.tiers, found.op, found.right.value) == expected


@pytest.mark.parametrize(
    ("written", "help"),
    [
        ("add 1 to member.points", "write `points` alone"),
        ("add 1 to member.pionts", "did you mean `points`?"),
        ("add 1 to poins", "did you mean `points`?"),
        ("add 1 to posts", "there is `points`"),
    ],
)
def test_which_tally_was_meant(written: str, help: str) -> None:
    _, found = load_texts({"p.policy": f"{HEADER}{POINTS}{POSTS}{TOLD}{TIERS}rule r {{ then {written} }}"})
    assert [each.help() for each in found] == [help]


def test_a_word_may_come_first() -> None:
    found = condition("core == standing", POINTS + POSTS + TIERS)
    assert isinstance(found, r.Compare) and found.left == r.Const("core", LOWEST_FIRST)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("standing == cor", [("C629", "cor")]),
        ("standing in [core, wach]", [("C629", "wach")]),
        ('standing == "core"', [("C202", 'standing == "core"')]),
        ("standing == admin", [("C202", "standing == admin")]),
        ("standing >= points", [("C202", "standing >= points")]),
        ("standing > 3", [("C202", "standing > 3")]),
    ],
)
def test_tiers_that_are_compared_wrongly(written: str, found: list[tuple[str, str]]) -> None:
    assert codes(POINTS + POSTS + TIERS + f"rule r {{ when {written}  then flag }}") == found


@pytest.mark.parametrize(
    ("occasion", "never"),
    [
        ("tier", {"flag", "mask", "hold", "delete", "release", "admit", "refuse"}),
        ("streak", {*get_args(ActionKind)} - {"reply", "notify", "add", "assign", "move", "set"}),
        ("tiers", {*get_args(ActionKind)}),
    ],
)
def test_what_can_be_done(occasion: str, never: set[str]) -> None:
    assert {do for do in get_args(ActionKind) if not acts_on(do, occasion)} == never


@pytest.mark.parametrize(
    ("written", "help"),
    [
        ("member.points > 3", "write `points` alone"),
        ("standing.score > 3", "write `standing` alone"),
        ("points.month > 3", "what comes in a month is declared by itself: `tally points_month by member per month`"),
        ("posts.day > 3", "what comes in a day is declared by itself: `counter posts_day … per day`"),
        ("core", "it is a tier of `standing`: write `standing == core`"),
        ("tier == core", "it is a tier of `standing`: write `standing == core`"),
        ("message.text == core", 'a text is written in quotes: `"core"`'),
        ("message.text == null", "whether a fact is known is tested with `known(member.name)`"),
        ("points(7d) > 3", "`points` is a tally: write it without brackets"),
        ("group.mau > 3", "did you mean `group.active(30d)`?"),
        ("point > 3", "did you mean `points`?"),
    ],
)
def test_what_was_meant(written: str, help: str) -> None:
    text = f"{POINTS}{POSTS}{TIERS}{TOLD}rule r {{ when {written}  then flag }}"
    _, found = load_texts({"p.policy": HEADER + text})
    assert [each.help() for each in found] == [help]


# ---------------------------------------------------------------- names and groups


@pytest.mark.parametrize(
    "twice",
    [
        "tally posts by member",
        "counter standing counts messages by member within 1d",
        "rule standing { then flag }",
        "rule checkin { then flag }",
        'streak standing { each day message  at 7 then reply "x" }',
        'duty checkin { on join  within 1d  until message  late then reply "x" }',
    ],
)
def test_names_are_in_both_spaces(twice: str) -> None:
    streak = 'streak checkin { each day message  at 7 then reply "x" }\n'
    found = codes(POINTS + POSTS + TIERS + TOLD + streak + twice)
    assert [code for code, _ in found if code.startswith("C")] == ["C101"]


def test_a_rule_may_be_called_like_a_tally() -> None:
    assert codes(POINTS + "rule points { when message.links > 3  then flag }") == []


def test_exemptions_and_groups_do_without() -> None:
    streak = 'streak checkin { each day message  at 7 then reply "x" }\n'
    groups = """exempt staff { when member.role == admin  from standing, checkin }
        group "g7" { without standing, checkin }"""
    found = checked(POINTS + POSTS + TIERS + TOLD + streak + groups)
    (p,) = found.policies
    made = [f"p.standing.{tier}" for tier in ("active", "core", "vip", "watch")]
    assert p.exempts[0].rules == ("p.checkin.next", *made)
    there = r.InList(r.Fact("group.id", TEXT), r.Const(("g7",), list_of(TEXT)), False, BOOL)
    assert [rule.name for rule in p.rules if rule.unless == there] == ["p.checkin.next", *made]
    (applied,) = applies(found, "g7", ())
    assert [each.name for each in applied.without] == ["p.checkin", "p.standing"]
    assert "p.standing" not in applied.applies and "p.told" in applied.applies
