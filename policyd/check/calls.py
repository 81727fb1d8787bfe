"""Calls: the functions of the table, and the three that are no functions of values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, get_args

from policyd.check import resolved as r
from policyd.check.draft import WHAT, Named, PolicyDraft
from policyd.check.facts import FACTS
from policyd.check.figure_facts import FALLING, FIGURES, TODAY
from policyd.check.figures import falling, figure
from policyd.check.functions import FUNCTIONS
from policyd.check.references import reference
from policyd.check.rows import name_span, row_cell
from policyd.check.suggest import did_you_mean
from policyd.check.wording import listed, one
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase
from policyd.language.types import BOOL, INT, NOTHING, TEXT

Resolve = Callable[[n.Expr], r.Expr]
_SPECIAL: Final = {
    "known": "known(member.role)",
    "strikes": "strikes(conduct)",
    "request.answer": 'request.answer("question")',
}


def call(node: n.Call, policy: PolicyDraft, resolve: Resolve) -> r.Expr:
    """The resolved call; `resolve` resolves its arguments."""
    name, arguments = node.function.text, node.arguments
    if node.column is not None and name in (*FUNCTIONS, *_SPECIAL):
        usage = FUNCTIONS[name].usage if name in FUNCTIONS else _SPECIAL[name]
        policy.report("C210", node.span, name=name, usage=usage)
        return r.Const(False, NOTHING, span=node.span)
    match name, arguments:
        case "known", (operand,):
            return r.Known(resolve(operand), BOOL, span=node.span)
        case "strikes", (n.Name() as ladder,):
            found = reference(ladder, n.Ladder, policy)
            return r.Strikes(policy.qualified(ladder.text), INT if found else NOTHING, span=node.span)
        case "request.answer", (n.Constant(unit="text", value=str(question)),):
            return r.Answer(question, TEXT, span=node.span)
    if name in FIGURES:
        return figure(node, policy)
    if name == FALLING:
        return falling(node, policy)
    if name in policy.names["roster"] or node.column is not None:
        return row_cell(node, [resolve(argument) for argument in arguments], policy)
    if name in _SPECIAL:
        policy.report("C210", node.span, name=name, usage=_SPECIAL[name])
    elif name in FUNCTIONS:
        return _function(node, policy, resolve)
    else:
        _unknown(node, policy)
    return r.Const(False, NOTHING, span=node.span)


def _function(node: n.Call, policy: PolicyDraft, resolve: Resolve) -> r.Expr:
    function = FUNCTIONS[node.function.text]
    arguments = tuple(resolve(argument) for argument in node.arguments)
    result = function.result([argument.type for argument in arguments])
    tally = next((each for each in arguments if isinstance(each, r.TallyValue)), None)
    if result is None and function.name == "count" and tally is not None:
        name = tally.tally.removeprefix(f"{policy.name}.")
        hint = Phrase(f"it is a number already: write `{name} >= 10`", f"它本身就是数字:请写 `{name} >= 10`")
        policy.report("C607", node.span, name=name, what=one(WHAT[n.Tally]), hint=hint)
        return r.Const(False, NOTHING, span=node.span)
    if result is None:
        policy.report("C210", node.span, name=function.name, usage=function.usage)
        return r.Const(False, NOTHING, span=node.span)
    ends = [each.value for each in arguments[1:] if isinstance(each, r.Const)]
    if function.name == "scale" and len(ends) == 2 and ends[0] == ends[1]:
        policy.report("C632", node.span, value=node.arguments[1].span.text)
    return r.FunctionCall(function.name, arguments, result, span=node.span)


def _unknown(node: n.Call, policy: PolicyDraft) -> None:
    name = node.function.text
    if name in FACTS or name in TODAY:
        hint = Phrase(f"`{name}` is a fact: write it without brackets", f"`{name}` 是事实,后面不加括号")
    elif isinstance(declared := policy.names["value"].get(name), get_args(Named)):
        hint = Phrase(f"`{name}` is {one(WHAT[type(declared)]).en}: write it without brackets",
                      f"`{name}` 是{WHAT[type(declared)].zh},后面不加括号")  # fmt: skip
    else:
        every = sorted((*FUNCTIONS, *_SPECIAL, FALLING))
        some = listed(every)
        hint = did_you_mean(name, (*every, *FIGURES), Phrase(f"there are {some.en}", f"现有函数:{some.zh}"))
    policy.report("C110", name_span(node), name=name, hint=hint)

