"""Small mistakes in values, expressions, actions and the plain declarations of a policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from policyd.language import nodes as n

SECOND: Final = 1000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
Variants = Iterator[tuple[str, Any]]
"""What was changed, and the node with the change."""


# ---------------------------------------------------------------- values


def numbers(name: str, value: int | None) -> Variants:
    """One more, one less, and not written, where that may be."""
    if value is not None:
        yield f"{name} {value + 1}", value + 1
        if value > 1:
            yield f"{name} {value - 1}", value - 1


def durations(name: str, value: int | None, optional: bool = False) -> Variants:
    """A second or a minute more or less, whichever is the next finer unit of what is written: what lasts for hours is
    for those who read clocks, and comes with a tick every minute."""
    if value is not None:
        unit, step = ("minute", MINUTE) if value >= HOUR else ("second", SECOND)
        yield f"{name} a {unit} longer", value + step
        if value > step:
            yield f"{name} a {unit} shorter", value - step
        if optional:
            yield f"no {name}", None


def periods(period: n.Name | None) -> Variants:
    """The next longer and the next shorter period; none is longer than a month."""
    if period is not None:
        order = ("day", "week", "month")
        at = order.index(period.text)
        yield from ((f"per {order[i]}", n.Name((order[i],))) for i in (at - 1, at + 1) if 0 <= i < len(order))


def without_each(name: str, items: tuple[Any, ...], least: int = 1) -> Variants:
    if len(items) > least:
        for index in range(len(items)):
            yield f"{name} {index + 1} dropped", items[:index] + items[index + 1 :]


def days(name: str, written: tuple[int, ...]) -> Variants:
    """The first or last day of a run left out: of `mon-fri` two can be, of `every day` none."""
    for index, day in enumerate(written if len(written) < 7 else ()):
        inner = 0 < index < len(written) - 1 and written[index - 1] == day - 1 and written[index + 1] == day + 1
        if len(written) > 1 and not inner:
            yield f"{name} {index + 1} dropped", written[:index] + written[index + 1 :]


def each_of(name: str, items: tuple[Any, ...], variants: Callable[[Any], Variants]) -> Variants:
    """One item different."""
    for index, item in enumerate(items):
        for what, changed in variants(item):
            yield f"{name} {index + 1}: {what}", (*items[:index], changed, *items[index + 1 :])


def inside(node: Any, field: str, variants: Variants) -> Variants:
    """The node with each variant of one of its fields."""
    for what, value in variants:
        yield what, replace(node, **{field: value})


# ---------------------------------------------------------------- expressions

_OTHER: Final[dict[str, n.CompareOp]] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}


def expressions(expr: n.Expr) -> Variants:
    match expr:
        case n.And() | n.Or():
            for index in range(len(expr.items)):
                rest = expr.items[:index] + expr.items[index + 1 :]
                yield f"operand {index + 1} dropped", rest[0] if len(rest) == 1 else replace(expr, items=rest)
            yield "and for or", n.Or(expr.items) if isinstance(expr, n.And) else n.And(expr.items)
            yield from inside(expr, "items", each_of("operand", expr.items, expressions))
        case n.Unary():
            yield f"no `{expr.op}`", expr.operand
            yield from inside(expr, "operand", expressions(expr.operand))
        case n.Binary():
            if expr.op == "default":
                yield "no default", expr.left
            yield from inside(expr, "left", expressions(expr.left))
            yield from inside(expr, "right", expressions(expr.right))
        case n.Compare():
            if expr.op in _OTHER:
                yield f"{_OTHER[expr.op]} for {expr.op}", replace(expr, op=_OTHER[expr.op])
            yield from inside(expr, "left", expressions(expr.left))
            yield from inside(expr, "right", expressions(expr.right))
        case _:
            yield from _parts(expr)


def _parts(expr: n.Expr) -> Variants:
    match expr:
        case n.In():
            yield "the opposite of `in`", replace(expr, negated=not expr.negated)
            yield from inside(expr, "container", expressions(expr.container))
        case n.Matches():
            yield from inside(expr, "lexicons", without_each("lexicon", expr.lexicons))
        case n.ListOf():
            yield from inside(expr, "items", without_each("item", expr.items))
            yield from inside(expr, "items", each_of("item", expr.items, expressions))
        case n.Call():
            yield from inside(expr, "arguments", each_of("argument", expr.arguments, expressions))
        case n.Constant():
            yield from inside(expr, "value", _constants(expr))


def _constants(constant: n.Constant) -> Variants:
    value = constant.value
    match constant.unit, value:
        case "bool", bool():
            yield f"{not value}", not value
        case "int", int():
            yield f"{value + 1}", value + 1
            yield f"{value - 1}", value - 1
        case "number", float():
            yield "a hundredth more", value + 0.01
            yield "a hundredth less", value - 0.01
        case "duration", int():
            yield from durations("duration", value)
        case "text", str():
            yield "another text", value + "?"
        case "date", date():
            yield "a day later", value + timedelta(days=1)


def conditions(node: Any, field: str) -> Variants:
    """`when` or `unless` or `where` left out, or with a mistake in it. One that must be there becomes true."""
    expr = getattr(node, field)
    if expr is not None:
        needed = field == "when" and (
            isinstance(node, n.Exempt | n.Review | n.Sweep) or getattr(node, "otherwise", None) is not None
        )
        yield f"no {field}", replace(node, **{field: n.Constant("bool", True) if needed else None})
        yield from ((f"{field}: {what}", replace(node, **{field: e})) for what, e in expressions(expr))


# ---------------------------------------------------------------- actions and declarations


def one_action(action: n.Action) -> Variants:
    yield from inside(action, "duration", durations("duration", action.duration, optional=action.do == "ban"))
    yield from inside(action, "once", durations("once in", action.once, optional=True))
    if action.do in ("strike", "forgive"):
        yield from inside(action, "times", numbers("times", action.times if action.times is not None else 1))
    if action.do == "add":
        yield from inside(action, "amount", _amounts(action.amount))
        if action.of is not None:
            yield "to the member", replace(action, of=None)
    if action.do == "notify":
        yield "somebody else notified", replace(action, audience="admins" if action.audience != "admins" else "owner")
    if action.do in ("mute", "ban", "remove") and action.text is not None:
        yield "nothing said", replace(action, text=None)
    if isinstance(action.text, n.Text):
        yield "something else said", replace(action, text=n.Text((*action.text.parts, "?")))
    if action.group is not None:
        yield "another group", replace(action, group=n.Text((*action.group.parts, "?")))
    if action.proposed is not None:
        yield from inside(action, "by", numbers("by", action.by or 1))
    yield from inside(action, "wait", durations("for", action.wait))
    if action.expire is not None:
        yield "nothing where nobody answers", replace(action, wait=None, expire=None)


def _amounts(amount: int | n.Name | None) -> Variants:
    if isinstance(amount, int):
        yield f"{amount + 1} added", amount + 1
        yield f"{amount - 1} added", amount - 1


def actions_of(node: Any, field: str, one: Callable[[n.Action], Variants] = one_action) -> Variants:
    actions = getattr(node, field)
    yield from inside(node, field, without_each(f"{field}: action", actions, least=0))
    yield from inside(node, field, each_of(f"{field}: action", actions, one))


def _rule(rule: n.Rule) -> Variants:
    yield from conditions(rule, "when")
    yield from conditions(rule, "unless")
    yield from actions_of(rule, "then")
    yield from inside(rule, "kinds", without_each("kind", rule.kinds))
    if rule.otherwise is not None:
        yield "no otherwise", replace(rule, otherwise=None)
        yield from actions_of(rule, "otherwise")


def _counting(counting: n.Counting) -> Variants:
    yield from inside(counting, "within", durations("within", counting.within))
    yield from inside(counting, "per", periods(counting.per))
    if counting.distinct is not None or counting.sums is not None:
        yield "plainly counted", replace(counting, distinct=None, sums=None)
    yield from inside(counting, "keys", without_each("key", counting.keys))
    yield from conditions(counting, "where")
    if counting.across_groups:
        yield "not across groups", replace(counting, across_groups=False)


def _limit(limit: n.Limit) -> Variants:
    if isinstance(limit.at_most, int):
        yield from inside(limit, "at_most", numbers("at most", limit.at_most))
    yield from inside(limit, "counting", _counting(limit.counting))
    yield from conditions(limit, "unless")
    yield from actions_of(limit, "then")


def _counter(counter: n.Counter) -> Variants:
    yield from inside(counter, "counting", _counting(counter.counting))
    if counter.up_to is not None:
        yield "up to 1", replace(counter, up_to=1)


def _step(step: n.Step) -> Variants:
    yield from inside(step, "at", numbers("at", step.at))
    yield from actions_of(step, "actions")


def _ladder(ladder: n.Ladder) -> Variants:
    yield from inside(ladder, "forget", durations("forget after", ladder.forget, optional=True))
    yield from inside(ladder, "together", durations("together within", ladder.together, optional=True))
    yield from inside(ladder, "steps", without_each("step", ladder.steps))
    yield from inside(ladder, "steps", each_of("step", ladder.steps, _step))


def _window(part: Any) -> Variants:
    yield from inside(part, "days", days("days", getattr(part, "days", ())))
    yield from inside(part, "times", without_each("times", getattr(part, "times", ())))
    yield from inside(part, "times", each_of("times", getattr(part, "times", ()), _times))
    for field in ("first", "last") if hasattr(part, "first") else ():
        day = getattr(part, field)
        yield f"{field} a day later", replace(part, **{field: day + timedelta(days=1)})
        yield f"{field} a day earlier", replace(part, **{field: day - timedelta(days=1)})


def _times(pair: tuple[int, int]) -> Variants:
    start, end = pair
    for what, changed in (("start", (1, 0)), ("start", (-1, 0)), ("end", (0, 1)), ("end", (0, -1))):
        yield f"{what} {sum(changed):+} minute", (start + changed[0], end + changed[1])


def _hours(hours: n.Hours) -> Variants:
    yield from inside(hours, "parts", without_each("part", hours.parts))
    yield from inside(hours, "parts", each_of("part", hours.parts, _window))


def _lexicon(lexicon: n.Lexicon) -> Variants:
    for field in ("words", "files", "excepts"):
        yield from inside(lexicon, field, without_each(field, getattr(lexicon, field), least=0))


def _exempt(exempt: n.Exempt) -> Variants:
    yield from conditions(exempt, "when")
    yield from inside(exempt, "rules", without_each("rule", exempt.rules or ()))


def _template(template: n.Template) -> Variants:
    yield "another text", replace(template, text=n.Text(("?",)))


VARIANTS: Final[dict[type, Callable[[Any], Variants]]] = {
    n.Rule: _rule, n.Limit: _limit, n.Counter: _counter, n.Ladder: _ladder, n.Hours: _hours, n.Lexicon: _lexicon,
    n.Exempt: _exempt, n.Template: _template, n.Let: lambda let: inside(let, "value", expressions(let.value)),
}  # fmt: skip
