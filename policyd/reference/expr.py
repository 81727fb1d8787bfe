"""The value of an expression, by the law read aloud: three-valued logic (L5), no run-time errors, nothing cached."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Final, assert_never

import re2

from policyd.check import resolved as r
from policyd.check.functions import FUNCTIONS
from policyd.reference.environment import Environment, Read, Value, text_key
from policyd.reference.facts import answer, attribute, fact, whole
from policyd.reference.hours import in_hours
from policyd.reference.merits import of_member
from policyd.reference.standing import duty_is_open, review_is, switch_is_on


def evaluate(expr: r.Expr, env: Environment) -> Value:
    """None where the value is unknown. Adds to `env.reads` every fact and every value that was read on the way."""
    match expr:
        case (
            r.Fact() | r.AttributeFact() | r.Answer() | r.CounterValue() | r.Strikes() | r.LetValue() | r.SettingValue()
            | r.SwitchOn() | r.ReviewIs() | r.DutyOpen() | r.TallyValue() | r.StreakValue() | r.TierValue()
            | r.IsStep() | r.GroupFigure() | r.Falling()
        ):  # fmt: skip
            value = _read(expr, env)
            if env.reads is not None:
                env.reads.append(Read(expr.span, value))
            return value
        case r.Const():
            return expr.value
        case r.ListExpr():
            return tuple(evaluate(item, env) for item in expr.items)
        case r.Default():
            left = evaluate(expr.left, env)
            return evaluate(expr.right, env) if left is None else left
        case r.Known():
            return evaluate(expr.operand, env) is not None
        case r.Negative():
            operand = evaluate(expr.operand, env)
            return None if operand is None else _of_type(expr, -operand)
        case r.Arithmetic():
            return _arithmetic(expr, evaluate(expr.left, env), evaluate(expr.right, env))
        case r.FunctionCall():
            return _call(expr, env)
        case r.RosterField():
            key = evaluate(expr.item, env)
            row = None if key is None else env.policies.rosters[expr.roster].rows.get(key.strip())
            return None if row is None else row.get(expr.column) or None
        case _:
            return _logic(expr, env)


_Remembered = (
    r.CounterValue | r.Strikes | r.SwitchOn | r.ReviewIs | r.DutyOpen | r.TallyValue | r.StreakValue | r.TierValue
    | r.GroupFigure | r.Falling
)  # fmt: skip
_Readable = r.Fact | r.AttributeFact | r.Answer | r.LetValue | r.SettingValue | r.IsStep | _Remembered


def _read(expr: _Readable, env: Environment) -> Value:
    match expr:
        case r.Fact(name):
            return fact(name, env)
        case r.AttributeFact(owner, name, kind):
            return attribute(owner, name, kind, env)
        case r.Answer(question):
            return answer(question, env)
        case r.LetValue(let):
            return evaluate(env.policies.lets[let].value, env)
        case r.SettingValue(setting):
            declared = env.policies.settings[setting]
            return declared.values.get(env.event.group.id, declared.default)
        case r.IsStep(step):
            return env.event.due is not None and env.event.due.step == step
        case _:
            return _remembered(expr, env)


def _remembered(expr: _Remembered, env: Environment) -> Value:
    match expr:
        case r.CounterValue(counter):
            return (env.last if expr.last else env.counters).get(counter)
        case r.Strikes(ladder):
            return env.strikes.get(ladder)
        case r.SwitchOn(switch):
            return switch_is_on(switch, env)
        case r.ReviewIs(review, standing):
            return review_is(review, standing, env)
        case r.DutyOpen(duty):
            return duty_is_open(duty, env)
        case r.TallyValue() | r.StreakValue() | r.TierValue():
            return of_member(expr, env)
        case r.GroupFigure() | r.Falling():
            return env.figures.get(expr)


_Logical = r.Not | r.And | r.Or | r.Compare | r.TextTest | r.InList | r.InHours | r.InRoster | r.Matches | r.Like


def _logic(expr: _Logical, env: Environment) -> bool | None:
    match expr:
        case r.Not():
            return negation(evaluate(expr.operand, env))
        case r.And():
            return conjunction([evaluate(item, env) for item in expr.items])
        case r.Or():
            return disjunction([evaluate(item, env) for item in expr.items])
        case r.Compare():
            return _compare(expr, evaluate(expr.left, env), evaluate(expr.right, env))
        case r.TextTest():
            return _text_test(expr.op, evaluate(expr.left, env), evaluate(expr.right, env))
        case r.InList():
            found = _among(evaluate(expr.item, env), evaluate(expr.items, env))
            return negation(found) if expr.negated else found
        case r.InHours():
            instant = evaluate(expr.item, env)
            inside = None if instant is None else in_hours(instant, env.policies.hours[expr.hours])
            return negation(inside) if expr.negated else inside
        case r.InRoster():
            key = evaluate(expr.item, env)
            listed = None if key is None else key.strip() in env.policies.rosters[expr.roster].rows
            return negation(listed) if expr.negated else listed
        case r.Matches():
            return _matches(expr, env)
        case r.Like():
            subject = evaluate(expr.subject, env)
            return None if subject is None else re2.search(expr.pattern, subject) is not None
        case _:
            assert_never(expr)


# ---------------------------------------------------------------- three-valued logic


def negation(value: bool | None) -> bool | None:
    return None if value is None else not value


def conjunction(values: list[bool | None]) -> bool | None:
    """False if any is false, else unknown if any is unknown, else true."""
    if False in values:
        return False
    return None if None in values else True


def disjunction(values: list[bool | None]) -> bool | None:
    """True if any is true, else unknown if any is unknown, else false."""
    if True in values:
        return True
    return None if None in values else False


# ---------------------------------------------------------------- comparisons

_ORDER: Final[dict[str, Callable[[Value, Value], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _compare(expr: r.Compare, left: Value, right: Value) -> bool | None:
    if left is None or right is None:
        return None
    kind = expr.left.type
    if kind.kind == "enum" and expr.op not in ("==", "!="):
        left, right = kind.members.index(left), kind.members.index(right)
    return _ORDER[expr.op](left, right)


def _text_test(op: str, left: Value, right: Value) -> bool | None:
    if left is None or right is None:
        return None
    match op:
        case "starts with":
            return bool(left.startswith(right))
        case "ends with":
            return bool(left.endswith(right))
    return right in left if isinstance(left, str) else _among(right, left)


def _among(item: Value, items: Value) -> bool | None:
    if item is None or items is None:
        return None
    return disjunction([None if other is None else item == other for other in items])


def _matches(expr: r.Matches, env: Environment) -> bool | None:
    if evaluate(expr.fact, env) is None:
        return None
    hits = env.hits.get(text_key(expr.fact))
    return bool(hits) and hits is not None and any(name in hits.lexicons for name in expr.lexicons)


# ---------------------------------------------------------------- arithmetic


def _arithmetic(expr: r.Arithmetic, left: Value, right: Value) -> Value:
    """Whole results stay whole; durations are cut towards zero to whole ms; division by zero and what does not fit are
    unknown."""
    if left is None or right is None:
        return None
    match expr.op:
        case "+":
            result = left + right
        case "-":
            result = left - right
        case "*":
            result = left * right
        case "/":
            return _quotient(expr, left, right)
    return _of_type(expr, result)


def _quotient(expr: r.Arithmetic, left: Value, right: Value) -> Value:
    if right == 0:
        return None
    try:
        return _of_type(expr, left / right)
    except OverflowError:
        return None


def _of_type(expr: r.Arithmetic | r.Negative, result: Value) -> Value:
    if expr.type.kind == "text":
        return result
    if not math.isfinite(result):
        return None
    return float(result) if expr.type.kind == "number" else whole(int(result))


def _call(expr: r.FunctionCall, env: Environment) -> Value:
    arguments = [evaluate(argument, env) for argument in expr.arguments]
    if None in arguments:
        return None
    result = FUNCTIONS[expr.function].apply(*arguments)
    return whole(result) if expr.type.kind in ("int", "duration", "time") and result is not None else result
