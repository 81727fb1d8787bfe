"""What rules read of tallies, streaks, tiers and the group's figures, and of the step or change that an event is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from policyd.check import resolved as r
from policyd.compile import kept
from policyd.compile.load import compile_policies
from policyd.language.types import BOOL, INT, NUMBER
from policyd.model.event import Due, Event, Group, TierChange
from policyd.model.records import Account, MemberFile, Placed, Record, Run, pack
from policyd.model.state import Observed
from tests.compile import trees as t

_STAMP = b"12345678"
_TALLIES = (t.tally(), t.tally("daily", "day"), t.tally("weekly", "week"), t.tally("monthly", "month"))
_STREAKS = (
    t.streak(), t.streak("repaired", repairs=2), t.streak("weeks", per="week", repairs=1, repair_per="month"),
    t.streak("months", per="month"),
)  # fmt: skip
_TIERS = (t.tiers(), t.tiers("other", "only"))
_ANY = t.message()


def _at(day: str, clock: str = "20:00", zone: str = "Asia/Shanghai") -> int:
    local = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(zone))
    return round(local.timestamp() * 1000)


def _day(day: str) -> int:
    return (date.fromisoformat(day) - date(1970, 1, 1)).days


def _month(day: str) -> int:
    on = date.fromisoformat(day)
    return 12 * on.year + on.month - 1


def _policies(*rules: r.Rule, **fields: Any) -> r.PolicySet:
    return t.one(*rules, tallies=_TALLIES, streaks=_STREAKS, tiers=_TIERS, **fields)


def _values(
    expr: r.Expr, now: int, file: MemberFile | None = None, *, event: Event = _ANY, kind: str = "message", **seen: Any
) -> bool | None:
    """What the expression is, asked in every form; None where it is unknown."""
    expressions: list[dict[str, Any]] = [
        {"when": expr},
        {"when": t.no(expr)},
        {"when": t.every(expr, expr, t.const(True))},
        {"when": expr, "otherwise": t.FLAG},
        {"when": t.compare(expr, "==", True)},
        {"when": r.Known(expr, BOOL)},
        {"when": t.const(True), "unless": expr},
        {"when": r.LetValue("p.let", BOOL)},
    ]
    rules = [t.rule(name, kinds=(kind,), **each) for name, each in zip("abcdefhi", expressions, strict=True)]
    program = compile_policies(_policies(*rules, lets=(t.let("let", t.every(*[expr] * 9)),), **seen.pop("policy", {})))
    prepared = program.prepare(event)
    records = (b"" if file is None else _STAMP + pack(file),) * len(prepared.records)
    outcome = program.decide(prepared, Observed(now=now, records=records, **seen))
    found = "".join(sorted(one.rule.name[2:] + ("-" if one.otherwise else "") for one in outcome.fired))
    return {"acdefi": True, "bd-fh": False, "h": None}[found]


def _number(expr: r.Expr, now: int, file: MemberFile | None) -> list[int]:
    """The whole numbers that the expression is equal to."""
    rules = [t.rule(str(number), t.compare(expr, "==", number)) for number in range(-3, 40)]
    program = compile_policies(_policies(*rules))
    observed = Observed(now=now, records=(b"" if file is None else _STAMP + pack(file),))
    return [int(one.rule.name[2:]) for one in program.decide(program.prepare(_ANY), observed).fired]


_ACCOUNT = Account(
    total=33,
    days={_day("2026-02-22"): 1, _day("2026-02-23"): 2, _day("2026-03-01"): 3, _day("2026-03-02"): 4,
          _day("2026-03-05"): 5, _day("2026-03-09"): 18},
    months={_month("2026-02-01"): 3, _month("2026-03-01"): 30, _month("2025-12-01"): -2},
)  # fmt: skip


@pytest.mark.parametrize(
    ("tally", "last", "day", "value"),
    [
        ("points", False, "2026-03-02", 33),
        ("points", True, "2031-01-01", 33),
        ("daily", False, "2026-03-02", 4),
        ("daily", True, "2026-03-02", 3),
        ("daily", False, "2026-03-03", 0),
        ("weekly", False, "2026-03-01", 5),
        ("weekly", False, "2026-03-02", 9),
        ("weekly", False, "2026-03-08", 9),
        ("weekly", True, "2026-03-08", 5),
        ("weekly", True, "2026-03-09", 9),
        ("weekly", True, "2026-03-01", 1),
        ("monthly", False, "2026-03-31", 30),
        ("monthly", True, "2026-03-01", 3),
        ("monthly", True, "2026-01-31", -2),
        ("monthly", False, "2026-01-31", 0),
    ],
)
def test_tallies(tally: str, last: bool, day: str, value: int) -> None:
    """In the running period, the last complete one, or altogether."""
    file = MemberFile(accounts={f"p.{one.title}": _ACCOUNT for one in _TALLIES})
    for clock in ("00:00", "23:59:59.999"):
        assert _number(t.points(tally, last=last), _at(day, clock), file) == [value]
    for nothing in (None, MemberFile(), MemberFile(accounts={"other.points": _ACCOUNT})):
        assert _number(t.points(tally, last=last), _at(day), nothing) == [0]


@pytest.mark.parametrize("clocks", ["2026-03-29", "2026-10-25", "2026-03-28"])
def test_days_are_those_of_the_zone(clocks: str) -> None:
    file = MemberFile(accounts={"p.daily": Account(9, {_day(clocks): 9})})
    expr = t.compare(t.points("daily"), "==", 9)
    for at, inside in [("00:00", True), ("12:00", True), ("23:59:59.999", True)]:
        now = _at(clocks, at, "Europe/Berlin")
        assert _values(expr, now, file, policy={"zone": "Europe/Berlin"}) is inside
    before, after = _at(clocks, "00:00", "Europe/Berlin") - 1, _at(clocks, "23:59:59.999", "Europe/Berlin") + 1
    assert [_values(expr, now, file, policy={"zone": "Europe/Berlin"}) for now in (before, after)] == [False, False]


_LAST_DAY = _day("2026-03-05")


@pytest.mark.parametrize(
    ("streak", "run", "day", "length"),
    [
        ("checkin", Run(7, _LAST_DAY), "2026-03-05", 7),
        ("checkin", Run(7, _LAST_DAY), "2026-03-06", 7),
        ("checkin", Run(7, _LAST_DAY), "2026-03-07", 0),
        ("checkin", Run(7, _LAST_DAY), "2026-03-01", 7),
        ("checkin", Run(0, 0, 9), "2026-03-05", 0),
        ("repaired", Run(7, _LAST_DAY), "2026-03-08", 7),
        ("repaired", Run(7, _LAST_DAY), "2026-03-09", 0),
        ("repaired", Run(7, _LAST_DAY, repaired={(_LAST_DAY + 3) // 7: 1}), "2026-03-07", 7),
        ("repaired", Run(7, _LAST_DAY, repaired={(_LAST_DAY + 3) // 7: 1}), "2026-03-08", 0),
        ("repaired", Run(7, _LAST_DAY + 2, repaired={(_LAST_DAY + 3) // 7: 2}), "2026-03-10", 7),
        ("weeks", Run(3, (_LAST_DAY + 3) // 7), "2026-03-15", 3),
        ("weeks", Run(3, (_LAST_DAY + 3) // 7), "2026-03-22", 3),
        ("weeks", Run(3, (_LAST_DAY + 3) // 7), "2026-03-23", 0),
        ("weeks", Run(3, (_LAST_DAY + 3) // 7, repaired={_month("2026-03-01"): 1}), "2026-03-16", 0),
        ("months", Run(2, _month("2025-12-01")), "2026-01-31", 2),
        ("months", Run(2, _month("2025-12-01")), "2026-02-01", 0),
    ],
)  # fmt: skip
def test_streaks(streak: str, run: Run, day: str, length: int) -> None:
    file = MemberFile(runs={f"p.{streak}": run})
    value = r.StreakValue(f"p.{streak}", INT)
    assert _number(value, _at(day), file) == [length]
    assert _number(value, _at(day), None) == _number(value, _at(day), MemberFile()) == [0]


_OPS: tuple[Literal["==", "!=", "<", "<=", ">", ">="], ...] = ("==", "!=", "<", "<=", ">", ">=")


@pytest.mark.parametrize(
    ("placed", "holds"),
    [
        ("core", {"!=", ">", ">="}), ("active", {"==", "<=", ">="}), ("watch", {"!=", "<", "<="}),
        ("removed", None), (None, None),
    ],
)  # fmt: skip
def test_tiers(placed: str | None, holds: set[str] | None) -> None:
    """Unknown before the first placing, and where the tier is not declared any more."""
    file = None if placed is None else MemberFile(tiers={"p.standing": Placed(placed, 1), "p.other": Placed("only", 1)})
    value = t.tier(_TIERS[0])
    for op in _OPS:
        found = _values(r.Compare(op, value, r.Const("active", value.type), BOOL), 1, file)
        assert found is (None if holds is None else op in holds)
        found = _values(r.Compare(op, r.Const("active", value.type), value, BOOL), 1, file)
        mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(op, op)
        assert found is (None if holds is None else mirrored in holds)
    assert _values(r.Known(value, BOOL), 1, file) is (holds is not None)


def test_tiers_of_one_name_have_their_own_order() -> None:
    """A library's tiers stand in each policy, and roles are an enumeration too."""
    role = t.fact("member.role")
    value = t.tier(t.tiers("role", "low", "member", "high"))
    one = r.Tiers("p.role", "role", "week", ("low", "member", "high"))
    ranked = t.rule("tier", r.Compare(">", value, r.Const("member", value.type), BOOL))
    roles = t.rule("role", r.Compare(">", role, r.Const("member", role.type), BOOL))
    program = compile_policies(t.one(ranked, roles, tiers=(one,)))
    member = replace(_ANY.member, role="guest")
    file = _STAMP + pack(MemberFile(tiers={"p.role": Placed("low", 1)}))
    outcome = program.decide(program.prepare(replace(_ANY, member=member)), Observed(now=1, records=(file,)))
    assert [fired.rule.name for fired in outcome.fired] == ["p.tier"]


def test_the_file_is_decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[bytes] = []

    def decode(value: bytes) -> MemberFile:
        decoded.append(value)
        return MemberFile()

    monkeypatch.setitem(kept._DECODE, "file", decode)
    values: tuple[r.Expr, ...] = (t.points(), t.points("daily"), r.StreakValue("p.checkin", INT))
    rules = [t.rule(f"r{place}", t.compare(value, "==", 0)) for place, value in enumerate(values)]
    program = compile_policies(_policies(*rules, t.rule("tier", r.Known(t.tier(_TIERS[0]), BOOL))))
    prepared = program.prepare(_ANY)
    assert prepared.records == (Record("file", "g1", "u1"),)
    for record, times in [(b"", 0), (_STAMP + b"something", 1)]:
        outcome = program.decide(prepared, Observed(now=1, records=(record,)))
        assert len(outcome.fired) == 3
        assert len(decoded) == times


def test_the_file_is_read_along_where_it_is_needed() -> None:
    text = (r.Action("reply", text=r.Text((t.points(),))),)
    goes_on = (r.Action("continue streak", subject="p.checkin"),)
    place = (r.Action("place", subject="p.standing", tier="core"),)
    for rule, kind, needed in [
        (t.rule("a"), "message", False),
        (t.rule("a", t.compare(t.points(), ">", 1)), "message", True),
        (t.rule("a", r.LetValue("p.n", BOOL)), "message", True),
        (t.rule("a", then=text), "message", True),
        (t.rule("a", then=text, kinds=("join",)), "message", False),
        (t.rule("a", quiet=True, kinds=("tiers p.standing",), then=place), "tiers p.standing", True),
        (t.rule("a", quiet=True, then=goes_on), "message", True),
        (t.rule("a", quiet=True, kinds=("edit",), then=goes_on), "message", True),
        (t.rule("a", quiet=True, then=goes_on), "join", False),
    ]:
        policies = _policies(rule, lets=(t.let("n", t.compare(r.StreakValue("p.checkin", INT), ">", 1)),))
        prepared = compile_policies(policies).prepare(replace(_ANY, kind=kind))
        assert [record.kind for record in prepared.records] == ["file"] * needed


# ---------------------------------------------------------------- what an event is


@pytest.mark.parametrize(("due", "is_step"), [(Due(1, step="at7", length=7), True), (Due(1, step="every7"), False)])
def test_steps(due: Due, is_step: bool) -> None:
    event = replace(_ANY, kind="streak p.checkin", due=due, message=None)
    assert _values(r.IsStep("at7", BOOL), 1, event=event, kind="streak p.checkin") is is_step
    rules = [t.rule(name, r.IsStep(name, BOOL), kinds=("streak p.checkin",), then=t.FLAG) for name in ("at7", "every7")]
    program = compile_policies(_policies(*rules))
    outcome = program.decide(program.prepare(event), None)
    assert [fired.rule.name for fired in outcome.fired] == [f"p.{due.step}"], "the event says so, not the store"
    assert outcome.unasked == ()


def test_events_of_other_streaks() -> None:
    program = compile_policies(_policies(t.rule("at7", r.IsStep("at7", BOOL), kinds=("streak p.checkin",))))
    for kind in ("message", "streak p.other"):
        event = replace(_ANY, kind=kind, due=Due(1, step="at7"))
        assert program.decide(program.prepare(event), Observed(now=1)).fired == ()


@pytest.mark.parametrize(
    ("change", "of", "was", "now"),
    [
        (TierChange("standing", None, "core"), "standing", None, "core"),
        (TierChange("standing", "core", "watch"), "standing", "core", "watch"),
        (None, None, None, None),
    ],
)
def test_changes_of_tier(change: TierChange | None, of: str | None, was: str | None, now: str | None) -> None:
    event = replace(_ANY, kind="tier", tier=change, message=None)
    for name, value in (("tier.of", of), ("tier.was", was), ("tier.now", now)):
        expr = t.compare(t.fact(name), "==", value or "core")
        assert _values(expr, 1, event=event, kind="tier") is (None if value is None else True)


# ---------------------------------------------------------------- figures

_ACTIVE = r.GroupFigure("active", 7, INT)
_FALLING = r.Falling("active", 3, NUMBER)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [((12, 0.2), (True, True)), ((10, 0.1), (False, False)), ((None, 0.2), (None, True)), ((12, None), (True, None)),
     ((), (None, None))],
)  # fmt: skip
def test_figures(figures: tuple[float | None, ...], expected: tuple[bool | None, bool | None]) -> None:
    many, steep = t.compare(_ACTIVE, ">", 10), t.compare(_FALLING, ">=", 0.15)
    assert _values(many, 1, figures=figures[:1]) is expected[0]
    assert _values(steep, 1, figures=figures[1:]) is expected[1]
    program = compile_policies(_policies(t.rule("a", t.every(many, many)), t.rule("b", t.some(steep, steep))))
    prepared = program.prepare(_ANY)
    assert set(prepared.route.figures) == {_ACTIVE, _FALLING}
    told = dict(zip((_ACTIVE, _FALLING), figures, strict=False))
    answered = tuple(told[one] for one in prepared.route.figures) if figures else ()
    outcome = program.decide(prepared, Observed(now=1, figures=answered))
    assert [one.rule.name for one in outcome.fired] == [
        name for name, is_so in zip(("p.a", "p.b"), expected, strict=True) if is_so
    ]


def test_figures_are_asked_for_where_they_are_read() -> None:
    """Also in texts and what exempts; the same of two policies once."""
    text = (r.Action("reply", text=r.Text((r.GroupFigure("joins", 1, INT),))),)

    def policy(name: str, zone: str, scope: r.Scope, *figures: r.Expr, then: Any = t.FLAG) -> r.Policy:
        conditions = t.every(*(t.compare(figure, ">", 1) for figure in figures), t.const(True))
        rule = r.Rule(f"{name}.r", "", False, ("message",), conditions, None, then, (), reads_state=True)
        return r.Policy(name, name, scope, zone, "allow", rules=(rule,))

    every, only = r.Scope("every"), r.Scope("id", ("g2",))
    program = compile_policies(
        t.policies(
            policy("a", "Asia/Tokyo", only, _FALLING, then=text),
            policy("b", "Europe/Berlin", every, _ACTIVE),
            policy("c", "UTC", every, _ACTIVE, r.GroupFigure("active", 30, INT)),
        )
    )
    active, monthly = ("GroupFigure", "active", 7), ("GroupFigure", "active", 30)
    more = [("Falling", "active", 3), ("GroupFigure", "joins", 1)]
    for group, asked in [("g1", [active, monthly]), ("g2", [active, monthly, *more])]:
        figures = program.prepare(t.message(group=Group(group))).route.figures
        assert sorted((type(one).__name__, one.name, one.days) for one in figures) == sorted(asked)
    assert program.prepare(t.message(group=Group("g1"))).route.zone == "Europe/Berlin"
    assert program.prepare(t.message(group=Group("g2"))).route.zone == "Asia/Tokyo"
    assert compile_policies(t.policies()).prepare(_ANY).route.zone == "UTC"


def test_lets_that_nobody_reads_ask_for_nothing() -> None:
    unread = t.let("unread", t.every(*[t.compare(_FALLING, ">", 0), t.compare(_ACTIVE, ">", 1)] * 9))
    idle = t.exempt("idle", t.compare(_FALLING, ">", 0))
    program = compile_policies(_policies(t.rule("a", t.compare(_ACTIVE, ">", 1)), lets=(unread,), exempts=(idle,)))
    assert program.prepare(_ANY).route.figures == (_ACTIVE,)
    assert len(program.decide(program.prepare(_ANY), Observed(now=1, figures=(2,))).fired) == 1


# ---------------------------------------------------------------- without the store


@pytest.mark.parametrize(
    "expr",
    [
        t.compare(t.points(), ">=", 0), t.compare(r.StreakValue("p.checkin", INT), "==", 0),
        t.compare(t.tier(_TIERS[0]), "==", "core"), t.compare(_ACTIVE, ">", 1), t.compare(_FALLING, ">", 0),
    ],
)  # fmt: skip
def test_what_the_store_keeps_is_unknown_without_it(expr: r.Expr) -> None:
    program = compile_policies(_policies(t.rule("a", expr), t.rule("b", t.some(expr, t.const(True)))))
    outcome = program.decide(program.prepare(_ANY), None)
    assert [one.rule.name for one in outcome.fired] == ["p.b"]
    assert [rule.name for rule in outcome.unasked] == ["p.a"]


def test_instants_are_in_milliseconds() -> None:
    assert _at("2026-03-02") == 1_772_452_800_000
    assert datetime.fromtimestamp(_at("1970-01-02", "00:00", "UTC") / 1000, UTC).day == 2
