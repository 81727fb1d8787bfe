"""Exemptions: which rules they silence."""

from __future__ import annotations

from policyd.check import resolved as r
from policyd.check.draft import WHAT, PolicyDraft
from policyd.check.expressions import Expressions
from policyd.check.kinds import check_reads
from policyd.check.references import report_undeclared
from policyd.check.walk import reads_state
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase


def exempts(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Exempt):
        names = sorted(policy.rules) if declared.rules is None else _named(declared.rules, policy)
        when = Expressions(policy).condition(declared.when, "when")
        kinds = {kind: None for name in names if name in policy.rules for kind in policy.rules[name].kinds}
        check_reads(when, tuple(kinds), policy, enough=any)
        policy.exempts[declared.name] = r.Exempt(
            policy.qualified(declared.name),
            when,
            tuple(policy.qualified(name) for name in names),
            reads_state(when, policy.let_reads),
            span=declared.span,
        )


def _named(written: tuple[n.Name, ...], policy: PolicyDraft) -> list[str]:
    """Names of rules and limits, sorted, each once."""
    found: set[str] = set()
    for name in written:
        if name.text in policy.names["firing"]:
            found.add(name.text)
        elif name.text not in policy.broken:
            nothing = Phrase("name rules and limits of this policy", "请写本策略的规则或限频名称")
            report_undeclared(name, WHAT[n.Rule], sorted(policy.names["firing"]), nothing, policy)
    return sorted(found)
