"""Exemptions: which rules they silence."""

from __future__ import annotations

from policyd.check import resolved as r
from policyd.check.draft import WHAT, PolicyDraft
from policyd.check.expressions import Expressions
from policyd.check.facts import occasion
from policyd.check.kinds import check_reads
from policyd.check.references import report_undeclared
from policyd.check.walk import reads_state
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase


def exempts(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Exempt):
        everything = tuple(n.Name((name,)) for name in sorted(policy.names["firing"]))
        names = silenced(everything if declared.rules is None else declared.rules, policy)
        when = Expressions(policy).condition(declared.when, "when")
        rules = [policy.rules[name] for name in names if name in policy.rules]
        kinds = {occasion(kind): None for rule in rules for kind in rule.kinds}
        check_reads(when, tuple(kinds), policy, enough=any)
        policy.exempts[declared.name] = r.Exempt(
            policy.qualified(declared.name),
            when,
            tuple(policy.qualified(name) for name in names),
            reads_state(when, policy.let_reads),
            span=declared.span,
        )


def silenced(written: tuple[n.Name, ...], policy: PolicyDraft) -> list[str]:
    """The rules that these names of rules, limits and workflows stand for, sorted, each once."""
    found: set[str] = set()
    for name in written:
        declared = policy.names["firing"].get(name.text)
        if declared is not None:
            found.update(opening_rules(declared))
        else:
            report_not_firing(name, policy)
    return sorted(found)


def report_not_firing(name: n.Name, policy: PolicyDraft) -> None:
    """Says that a name is none of a rule, or of anything that becomes rules."""
    if name.text not in policy.broken:
        nothing = Phrase("name rules, limits, schedules, sweeps, reviews, duties, streaks or tiers of this policy",
                         "请写本策略的规则、限频、定时任务、巡查、审核、义务、打卡或等级的名称")  # fmt: skip
        report_undeclared(name, WHAT[n.Rule], sorted(policy.names["firing"]), nothing, policy)


def opening_rules(declared: object) -> tuple[str, ...]:
    """The rules of a declaration that it begins with: exemptions of a duty are kept from its opening."""
    match declared:
        case n.Duty(name=name):
            return (f"{name}.open",)
        case n.Review(name=name):
            return (name, f"{name}.allowed", f"{name}.refused")
        case n.Streak(name=name):
            return (f"{name}.next",)
        case n.Tiers(name=name, tiers=tiers):
            return tuple(f"{name}.{tier.name}" for tier in tiers)
        case n.Rule(name=name) | n.Limit(name=name) | n.Schedule(name=name) | n.Sweep(name=name):
            return (name,)
        case _:
            return ()
