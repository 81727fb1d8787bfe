"""Every small mistake that could be made in a policy: one clause, action, operand, word or number different.

`python -m tests.policies.mutations policies/class_group` says which mistakes the tests of a folder do not notice.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from policyd.check.draft import Findings, SetDraft
from policyd.check.files import Directory, Files
from policyd.check.run import check, resolved
from policyd.compile.load import compile_policies
from policyd.engine.scenario import run_tests
from policyd.language import nodes as n
from policyd.language.parse import parse
from policyd.language.source import Source

SECOND: Final = 1000
Variants = Iterator[tuple[str, Any]]
"""What was changed, and the node with the change."""


# ---------------------------------------------------------------- values


def _numbers(name: str, value: int | None) -> Variants:
    """One more, one less, and not written, where that may be."""
    if value is not None:
        yield f"{name} {value + 1}", value + 1
        if value > 1:
            yield f"{name} {value - 1}", value - 1


def _durations(name: str, value: int | None, optional: bool = False) -> Variants:
    if value is not None:
        yield f"{name} a second longer", value + SECOND
        if value > SECOND:
            yield f"{name} a second shorter", value - SECOND
        if optional:
            yield f"no {name}", None


def _without_each(name: str, items: tuple[Any, ...], least: int = 1) -> Variants:
    if len(items) > least:
        for index in range(len(items)):
            yield f"{name} {index + 1} dropped", items[:index] + items[index + 1 :]


def _each(name: str, items: tuple[Any, ...], variants: Callable[[Any], Variants]) -> Variants:
    """One item different."""
    for index, item in enumerate(items):
        for what, changed in variants(item):
            yield f"{name} {index + 1}: {what}", (*items[:index], changed, *items[index + 1 :])


def _in(node: Any, field: str, variants: Variants) -> Variants:
    """The node with each variant of one of its fields."""
    for what, value in variants:
        yield what, replace(node, **{field: value})


# ---------------------------------------------------------------- expressions

_OTHER: Final[dict[str, n.CompareOp]] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}


def _expressions(expr: n.Expr) -> Variants:
    match expr:
        case n.And() | n.Or():
            for index in range(len(expr.items)):
                rest = expr.items[:index] + expr.items[index + 1 :]
                yield f"operand {index + 1} dropped", rest[0] if len(rest) == 1 else replace(expr, items=rest)
            yield "and for or", n.Or(expr.items) if isinstance(expr, n.And) else n.And(expr.items)
            yield from _in(expr, "items", _each("operand", expr.items, _expressions))
        case n.Unary():
            yield f"no `{expr.op}`", expr.operand
            yield from _in(expr, "operand", _expressions(expr.operand))
        case n.Binary():
            if expr.op == "default":
                yield "no default", expr.left
            yield from _in(expr, "left", _expressions(expr.left))
            yield from _in(expr, "right", _expressions(expr.right))
        case n.Compare():
            if expr.op in _OTHER:
                yield f"{_OTHER[expr.op]} for {expr.op}", replace(expr, op=_OTHER[expr.op])
            yield from _in(expr, "left", _expressions(expr.left))
            yield from _in(expr, "right", _expressions(expr.right))
        case _:
            yield from _parts(expr)


def _parts(expr: n.Expr) -> Variants:
    match expr:
        case n.In():
            yield "the opposite of `in`", replace(expr, negated=not expr.negated)
            yield from _in(expr, "container", _expressions(expr.container))
        case n.Matches():
            yield from _in(expr, "lexicons", _without_each("lexicon", expr.lexicons))
        case n.ListOf():
            yield from _in(expr, "items", _without_each("item", expr.items))
            yield from _in(expr, "items", _each("item", expr.items, _expressions))
        case n.Call():
            yield from _in(expr, "arguments", _each("argument", expr.arguments, _expressions))
        case n.Constant():
            yield from _in(expr, "value", _constants(expr))


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
            yield from _durations("duration", value)
        case "text", str():
            yield "another text", value + "?"
        case "date", date():
            yield "a day later", value + timedelta(days=1)


def _conditions(node: Any, field: str) -> Variants:
    """`when` or `unless` or `where` left out, or with a mistake in it. One that must be there becomes true."""
    expr = getattr(node, field)
    if expr is not None:
        needed = field == "when" and (isinstance(node, n.Exempt) or node.otherwise is not None)
        yield f"no {field}", replace(node, **{field: n.Constant("bool", True) if needed else None})
        yield from ((f"{field}: {what}", replace(node, **{field: e})) for what, e in _expressions(expr))


# ---------------------------------------------------------------- actions and declarations


def _one_action(action: n.Action) -> Variants:
    yield from _in(action, "duration", _durations("duration", action.duration, optional=action.do == "ban"))
    yield from _in(action, "once", _durations("once in", action.once, optional=True))
    if action.do in ("strike", "forgive"):
        yield from _in(action, "times", _numbers("times", action.times if action.times is not None else 1))
    if action.do == "notify":
        yield "somebody else notified", replace(action, audience="admins" if action.audience != "admins" else "owner")
    if action.do in ("mute", "ban", "remove") and action.text is not None:
        yield "nothing said", replace(action, text=None)
    if isinstance(action.text, n.Text):
        yield "something else said", replace(action, text=n.Text((*action.text.parts, "?")))
    if action.group is not None:
        yield "another group", replace(action, group=n.Text((*action.group.parts, "?")))


def _actions(node: Any, field: str) -> Variants:
    actions = getattr(node, field)
    yield from _in(node, field, _without_each(f"{field}: action", actions, least=0))
    yield from _in(node, field, _each(f"{field}: action", actions, _one_action))


def _rule(rule: n.Rule) -> Variants:
    yield from _conditions(rule, "when")
    yield from _conditions(rule, "unless")
    yield from _actions(rule, "then")
    yield from _in(rule, "kinds", _without_each("kind", rule.kinds))
    if rule.otherwise is not None:
        yield "no otherwise", replace(rule, otherwise=None)
        yield from _actions(rule, "otherwise")


def _counting(counting: n.Counting) -> Variants:
    yield from _in(counting, "within", _durations("within", counting.within))
    yield from _in(counting, "keys", _without_each("key", counting.keys))
    yield from _conditions(counting, "where")


def _limit(limit: n.Limit) -> Variants:
    yield from _in(limit, "at_most", _numbers("at most", limit.at_most))
    yield from _in(limit, "counting", _counting(limit.counting))
    yield from _conditions(limit, "unless")
    yield from _actions(limit, "then")


def _counter(counter: n.Counter) -> Variants:
    yield from _in(counter, "counting", _counting(counter.counting))
    yield from _in(counter, "up_to", _numbers("up to", counter.up_to))


def _step(step: n.Step) -> Variants:
    yield from _in(step, "at", _numbers("at", step.at))
    yield from _actions(step, "actions")


def _ladder(ladder: n.Ladder) -> Variants:
    yield from _in(ladder, "forget", _durations("forget after", ladder.forget, optional=True))
    yield from _in(ladder, "together", _durations("together within", ladder.together, optional=True))
    yield from _in(ladder, "steps", _without_each("step", ladder.steps))
    yield from _in(ladder, "steps", _each("step", ladder.steps, _step))


def _window(part: Any) -> Variants:
    for field in ("days", "times"):
        yield from _in(part, field, _without_each(field, getattr(part, field, ())))
    yield from _in(part, "times", _each("times", getattr(part, "times", ()), _times))
    for field in ("first", "last") if hasattr(part, "first") else ():
        day = getattr(part, field)
        yield f"{field} a day later", replace(part, **{field: day + timedelta(days=1)})
        yield f"{field} a day earlier", replace(part, **{field: day - timedelta(days=1)})


def _times(pair: tuple[int, int]) -> Variants:
    start, end = pair
    for what, changed in (("start", (1, 0)), ("start", (-1, 0)), ("end", (0, 1)), ("end", (0, -1))):
        yield f"{what} {sum(changed):+} minute", (start + changed[0], end + changed[1])


def _hours(hours: n.Hours) -> Variants:
    yield from _in(hours, "parts", _without_each("part", hours.parts))
    yield from _in(hours, "parts", _each("part", hours.parts, _window))


def _lexicon(lexicon: n.Lexicon) -> Variants:
    for field in ("words", "files", "excepts"):
        yield from _in(lexicon, field, _without_each(field, getattr(lexicon, field), least=0))


def _exempt(exempt: n.Exempt) -> Variants:
    yield from _conditions(exempt, "when")
    yield from _in(exempt, "rules", _without_each("rule", exempt.rules or ()))


def _template(template: n.Template) -> Variants:
    yield "another text", replace(template, text=n.Text(("?",)))


_VARIANTS: Final[dict[type, Callable[[Any], Variants]]] = {
    n.Rule: _rule, n.Limit: _limit, n.Counter: _counter, n.Ladder: _ladder, n.Hours: _hours, n.Lexicon: _lexicon,
    n.Exempt: _exempt, n.Template: _template, n.Let: lambda let: _in(let, "value", _expressions(let.value)),
}  # fmt: skip


def _header(header: n.Header) -> Variants:
    if header.timezone is not None:
        yield "no time zone", replace(header, timezone=None)
    yield "every group", replace(header, scope=None)


# ---------------------------------------------------------------- files


@dataclass(frozen=True)
class Mutant:
    """A file with one mistake in it."""

    name: str
    file: n.File


@dataclass(frozen=True)
class Folder:
    """A folder with one policy, read once."""

    path: Path
    file: n.File
    files: Files

    def mutants(self) -> Iterator[Mutant]:
        assert self.file.header is not None
        for what, header in _header(self.file.header):
            yield Mutant(f"policy: {what}", replace(self.file, header=header))
        for index, declaration in enumerate(self.file.declarations):
            variants = _VARIANTS.get(type(declaration))
            for what, changed in variants(declaration) if variants else ():
                rest = self.file.declarations
                name = f"{type(declaration).__name__.lower()} {changed.name}: {what}"
                yield Mutant(name, replace(self.file, declarations=(*rest[:index], changed, *rest[index + 1 :])))

    def survives(self, file: n.File) -> bool:
        """Whether the file has no errors, and all its tests pass."""
        findings = Findings()
        draft = SetDraft((file,), findings, self.files, {}, {})
        check(draft)
        if findings.errors:
            return False
        report = run_tests(compile_policies(resolved(draft, "sha256:mutant")), stop_at_failure=True)
        return not report.failures


@cache
def read_folder(path: Path) -> Folder:
    reader = Directory(path)
    (name,) = reader.policies()
    files = Files(reader)
    file, findings = parse(Source(name, files.text(name)))
    assert not findings
    return Folder(path, file, files)


def main(paths: list[str]) -> int:
    """Print the mistakes that nothing notices; 1 where there is one."""
    survivors = total = 0
    for path in paths:
        folder = read_folder(Path(path))
        assert folder.survives(folder.file), f"the tests of {path} do not pass"
        for mutant in folder.mutants():
            total += 1
            if folder.survives(mutant.file):
                survivors += 1
                print(f"{path}: not noticed: {mutant.name}")
    print(f"{total - survivors} of {total} mistakes noticed")
    return int(survivors > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
