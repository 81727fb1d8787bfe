"""Figures of the group: `group.active(7d)`, `falling(group.active, 3d)`, `group.messages_today`."""

from __future__ import annotations

from typing import Final

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.figure_facts import FALLING, FIGURES, LONGEST, LONGEST_FALLING, TODAY, usage
from policyd.check.suggest import did_you_mean
from policyd.check.wording import listed
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase
from policyd.language.source import Span
from policyd.language.types import INT, NOTHING, NUMBER

MOST_TODAY: Final = 60_000
"""How far the figures of the running day are told."""
_DAY: Final = 86_400_000


def today(name: str, span: Span, policy: PolicyDraft) -> r.Expr:
    """The value of the running day: a counter that nobody has written, of the group."""
    form = TODAY[name]
    if name not in policy.counters:
        policy.counters[name] = r.Counter(
            policy.qualified(name), "message", ("group",), 0, None, MOST_TODAY, name, per="day", form=form, span=span
        )  # fmt: skip
    return r.CounterValue(policy.qualified(name), INT, span=span)


def figure(node: n.Call, policy: PolicyDraft) -> r.Expr:
    """`group.active(7d)`."""
    info = FIGURES[node.function.text]
    if node.column is not None or len(node.arguments) != 1:
        return _misused(node, policy)
    days = _days(node.arguments[0])
    if days is None:
        return _misused(node, policy)
    if days not in info.days if info.days else not 1 <= days <= LONGEST:
        return _no_such_days(node.arguments[0].span, node.function.text, info.days, LONGEST, policy)
    return r.GroupFigure(info.name, days, info.type, span=node.span)


def falling(node: n.Call, policy: PolicyDraft) -> r.Expr:
    """`falling(group.active, 3d)`."""
    if node.column is not None or len(node.arguments) != 2:
        return _misused(node, policy)
    of, length = node.arguments
    days = _days(length)
    if not isinstance(of, n.Name) or days is None:
        return _misused(node, policy)
    info = FIGURES.get(of.text)
    if info is None or not info.adds_up:
        known = [name for name, each in FIGURES.items() if each.adds_up]
        every = listed(known)
        nothing = Phrase(f"there are {every.en}", f"可以用 {every.zh}")
        written = f"group.{of.text}" if len(of.parts) == 1 else of.text
        hint = nothing if info else did_you_mean(written, known, nothing)
        policy.report("C631", of.span, name=of.text, hint=hint)
        return r.Const(False, NOTHING, span=node.span)
    if not 1 <= days <= LONGEST_FALLING:
        return _no_such_days(length.span, FALLING, (), LONGEST_FALLING, policy)
    return r.Falling(info.name, days, NUMBER, span=node.span)


def _days(length: n.Expr) -> int | None:
    """Whole days that a constant stands for; None where it is none."""
    if isinstance(length, n.Constant) and length.unit == "duration" and isinstance(length.value, int):
        return length.value // _DAY if length.value % _DAY == 0 else None
    return None


def _misused(node: n.Call, policy: PolicyDraft) -> r.Expr:
    name = node.function.text
    policy.report("C210", node.span, name=name, usage=usage(name))
    return r.Const(False, NOTHING, span=node.span)


def _no_such_days(span: Span, name: str, days: tuple[int, ...], most: int, policy: PolicyDraft) -> r.Expr:
    every = listed(f"{each}d" for each in days)
    which = every if days else Phrase(f"`1d` to `{most}d`", f"`1d` 到 `{most}d`")
    policy.report("C630", span, name=name, days=which)
    return r.Const(False, NOTHING, span=span)
