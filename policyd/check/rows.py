"""What conditions read of rosters: `member.phone in students`, `students(member.phone).class`."""

from __future__ import annotations

from collections.abc import Sequence

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.references import reference
from policyd.check.suggest import closest, did_you_mean
from policyd.check.wording import called, listed
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase
from policyd.language.source import Span
from policyd.language.types import BOOL, NOTHING, TEXT, TIME


def is_roster(container: n.Expr, item: r.Expr, policy: PolicyDraft) -> bool:
    """Whether a container is a roster, or a plain name that is nothing but like that of one."""
    if not isinstance(container, n.Name):
        return False
    if container.text in policy.names["roster"]:
        return True
    unknown = len(container.parts) == 1 and container.text not in policy.names["value"]
    return unknown and item.type != TIME and closest(container.text, policy.names["roster"]) is not None


def in_roster(node: n.In, item: r.Expr, policy: PolicyDraft) -> r.Expr:
    assert isinstance(node.container, n.Name)
    found = reference(node.container, n.Roster, policy)
    if found is None or not _is_key(item, found.name, policy):
        return r.Const(False, NOTHING, span=node.span)
    return r.InRoster(item, policy.qualified(found.name), node.negated, BOOL, span=node.span)


def row_cell(node: n.Call, arguments: Sequence[r.Expr], policy: PolicyDraft) -> r.Expr:
    """The cell that `N(key).column` reads."""
    failed = r.Const(False, NOTHING, span=node.span)
    called_so = n.Name(node.function.parts, span=name_span(node))
    declared = reference(called_so, n.Roster, policy)
    if declared is None:
        return failed
    if node.column is None or len(arguments) != 1:
        policy.report("C564", node.span, name=declared.name)
        return failed
    roster = policy.rosters.get(declared.name)
    column = node.column.text
    if roster is not None and column not in roster.columns:
        every = listed(roster.columns)
        nothing = Phrase(f"its columns are {every.en}", f"现有的列:{every.zh}")
        hint = did_you_mean(column, roster.columns, nothing)
        policy.report("C562", node.column.span, column=column, file=declared.file, hint=hint)
        return failed
    if roster is None or not _is_key(arguments[0], declared.name, policy):
        return failed
    return r.RosterField(arguments[0], policy.qualified(declared.name), column, TEXT, span=node.span)


def _is_key(item: r.Expr, name: str, policy: PolicyDraft) -> bool:
    if item.type not in (TEXT, NOTHING):
        policy.report("C565", item.span, name=name, type=called(item.type))
    return item.type == TEXT


def name_span(node: n.Call) -> Span:
    """The function's name without the bracket that belongs to it."""
    span = node.function.span
    return Span(span.source, span.start, span.start + len(span.text.rstrip("( ")))
