"""Small checked trees, built by hand: a policy `p` of which a test says only what it is about."""

from __future__ import annotations

from typing import Any

from policyd.check import resolved as r
from policyd.check.facts import FACTS
from policyd.language.source import Source, Span
from policyd.language.types import BOOL, INT, NUMBER, TEXT, Type, list_of
from policyd.model.event import Event, Group, Member, Message
from policyd.text.lexicon import Entry, Lexicon

FLAG = (r.Action("flag"),)
DELETE = (r.Action("delete"),)


def fact(name: str) -> r.Fact:
    return r.Fact(name, FACTS[name].type)


def const(value: bool | int | float | str | tuple[object, ...]) -> r.Const:
    kinds: dict[type, Type] = {bool: BOOL, int: INT, float: NUMBER, str: TEXT, tuple: list_of(TEXT)}
    return r.Const(value, kinds[type(value)])


def compare(left: r.Expr, op: Any, right: r.Expr | int | str | float) -> r.Compare:
    return r.Compare(op, left, right if not isinstance(right, int | str | float) else const(right), BOOL)


def every(*items: r.Expr) -> r.And:
    return r.And(items, BOOL)


def some(*items: r.Expr) -> r.Or:
    return r.Or(items, BOOL)


def no(operand: r.Expr) -> r.Not:
    return r.Not(operand, BOOL)


def matches(*lexicons: str, of: str = "message.text") -> r.Matches:
    return r.Matches(fact(of), tuple(f"p.{name}" for name in lexicons), BOOL)


def lexicon(name: str, *words: str) -> Lexicon:
    return Lexicon(f"p.{name}", tuple(Entry(word, "p.policy", 1) for word in words))


_EMPTY = Source("p.policy", "\n" * 20_000)


def span(line: int, source: Source = _EMPTY) -> Span:
    """A place on `line` of a source that has nothing but line breaks."""
    return Span(source, line - 1, line)


def rule(name: str, when: r.Expr | None = None, **fields: Any) -> r.Rule:
    """A rule on messages that flags; `reads_state` is found out by the compiler itself."""
    whole: dict[str, Any] = {
        "title": name, "shadow": False, "kinds": ("message",), "unless": None, "then": FLAG, "otherwise": (),
        "reads_state": False, **fields,
    }  # fmt: skip
    return r.Rule(name=f"p.{name}", when=when, **whole)


def counter(name: str = "flood", **fields: Any) -> r.Counter:
    whole: dict[str, Any] = {
        "kind": "message", "keys": ("member",), "within": 10_000, "where": None, "cap": 6, "identity": f"id-{name}",
        **fields,
    }  # fmt: skip
    return r.Counter(name=f"p.{name}", **whole)


def count(name: str = "flood") -> r.CounterValue:
    return r.CounterValue(f"p.{name}", INT)


def exempt(name: str, when: r.Expr, *rules: str) -> r.Exempt:
    return r.Exempt(f"p.{name}", when, tuple(f"p.{one}" for one in rules), reads_state=False)


def let(name: str, value: r.Expr) -> r.Let:
    return r.Let(f"p.{name}", value)


def policy(*rules: r.Rule, **fields: Any) -> r.Policy:
    whole: dict[str, Any] = {
        "name": "p", "title": "p", "scope": r.Scope("every"), "zone": "Asia/Shanghai", "store_fails": "allow", **fields
    }  # fmt: skip
    return r.Policy(rules=tuple(sorted(rules, key=lambda one: one.name)), **whole)


def policies(*many: r.Policy) -> r.PolicySet:
    return r.PolicySet(many, (), "sha256:00")


def one(*rules: r.Rule, **fields: Any) -> r.PolicySet:
    """A set of one policy."""
    return policies(policy(*rules, **fields))


def message(
    text: str | None = "hello", *, group: Group | None = None, member: Member | None = None, **fields: Any
) -> Event:
    return Event(
        id="e1",
        kind="message",
        group=group or Group("g1"),
        member=member or Member("u1"),
        message=Message(id="m1", text=text, **fields),
    )


# ---------------------------------------------------------------- workflows


def setting(name: str, default: bool | int | float | str, **values: Any) -> r.Setting:
    return r.Setting(f"p.{name}", const(default).type, default, values)


def roster(name: str, key: str, *rows: dict[str, str]) -> r.Roster:
    return r.Roster(f"p.{name}", key, tuple(rows[0]), {row[key]: row for row in reversed(rows)})


def review(name: str = "ad", **fields: Any) -> r.Review:
    whole: dict[str, Any] = {
        "title": name, "kinds": ("message", "edit"), "needs": (), "approve": "content", "at_most": 0, "per": None,
        "valid": 0, "by": 1, **fields,
    }  # fmt: skip
    return r.Review(name=f"p.{name}", **whole)


def is_(review: str, standing: Any) -> r.ReviewIs:
    return r.ReviewIs(f"p.{review}", standing, BOOL)


def duty(name: str = "introduction", **fields: Any) -> r.Duty:
    whole: dict[str, Any] = {
        "title": name, "kinds": ("join",), "within": (r.Within(3_600_000, None),), "due_days": (), "due_time": 0,
        "pause": None, "reminders": (), "late": True, "reply": False, "each": False, "together": False,
        "even_if_removed": False, **fields,
    }  # fmt: skip
    return r.Duty(name=f"p.{name}", **whole)


def owes(name: str = "introduction") -> r.DutyOpen:
    return r.DutyOpen(f"p.{name}", BOOL)


def on(switch: str) -> r.SwitchOn:
    return r.SwitchOn(f"p.{switch}", BOOL)


# ---------------------------------------------------------------- standing


def tally(name: str = "points", per: r.Period | None = None) -> r.Tally:
    return r.Tally(f"p.{name}", name, per, even_if_removed=False)


def points(name: str = "points", *, last: bool = False) -> r.TallyValue:
    return r.TallyValue(f"p.{name}", INT, last)


def streak(name: str = "checkin", **fields: Any) -> r.Streak:
    whole: dict[str, Any] = {
        "title": name, "per": "day", "repairs": 0, "repair_per": "week", "steps": (), "even_if_removed": False, **fields
    }  # fmt: skip
    return r.Streak(name=f"p.{name}", **whole)


def tiers(name: str = "standing", *names: str) -> r.Tiers:
    """`names` from the highest to the lowest."""
    return r.Tiers(f"p.{name}", name, "week", names or ("core", "active", "watch"))


def tier(of: r.Tiers) -> r.TierValue:
    plain = of.name.removeprefix("p.")
    return r.TierValue(of.name, Type("enum", name=plain, members=of.tiers[::-1]))
