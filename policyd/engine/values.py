"""The values that an expression reads, as they are shown to people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policyd.check import resolved as r
from policyd.reference.environment import Environment, Value
from policyd.reference.expr import evaluate
from policyd.reference.printing import show
from policyd.reference.reading import parts


def values_in(expr: r.Expr, env: Environment) -> Iterator[tuple[str, Any]]:
    """Every fact and value in an expression, under the name that a policy gives it."""
    for part in parts(expr, env.policies):
        name = value_name(part)
        if name is not None:
            yield name, printable(evaluate(part, env), part, env)
        if isinstance(part, r.InHours) and not isinstance(part.item, r.Const):
            yield part.hours.partition(".")[2], printable(evaluate(part, env), part, env)


def value_name(expr: r.Expr) -> str | None:
    """How a policy writes this fact or value; None for what is neither."""
    match expr:
        case r.Fact(name):
            return name
        case r.AttributeFact(owner, name):
            return f"{owner}.{name}"
        case r.Answer(question):
            return f'request.answer("{question}")'
        case (
            r.CounterValue(name) | r.LetValue(name) | r.SettingValue(name) | r.SwitchOn(name) | r.TallyValue(name)
            | r.StreakValue(name) | r.TierValue(name)
        ):  # fmt: skip
            return name.partition(".")[2]
        case r.GroupFigure(name, days):
            return f"group.{name}({days}d)"
        case r.Falling(name, days):
            return f"falling(group.{name}, {days}d)"
        case r.Strikes(ladder):
            return f"strikes({ladder.partition('.')[2]})"
    return None


def printable(value: Value, expr: r.Expr, env: Environment) -> Any:
    """Durations and times as texts, all else as it is."""
    if value is None or expr.type.kind not in ("duration", "time"):
        return value
    return show(value, expr.type, env.zone)
