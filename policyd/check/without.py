"""What groups do without: the declarations' rules are silent there."""

from __future__ import annotations

from dataclasses import replace

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.exempts import opening_rules, report_not_firing
from policyd.check.settings import group_blocks
from policyd.language import nodes as n
from policyd.language.types import BOOL, TEXT, list_of


def without(policy: PolicyDraft) -> None:
    """Comes last: a condition on the group joins those that were written."""
    groups: dict[str, set[str]] = {}
    for block in group_blocks(policy):
        for name in block.without:
            if name.text in policy.names["firing"]:
                groups.setdefault(name.text, set()).update(block.groups)
            else:
                report_not_firing(name, policy)
    for firing, there in sorted(groups.items()):
        _silence(firing, tuple(sorted(there)), policy)
    every = sorted({group for there in groups.values() for group in there})
    policy.without = {
        group: frozenset(policy.qualified(firing) for firing, there in groups.items() if group in there)
        for group in every
    }  # fmt: skip


def _silence(name: str, groups: tuple[str, ...], policy: PolicyDraft) -> None:
    declared = policy.names["firing"][name]
    for part in opening_rules(declared):
        rule = policy.rules.get(part)
        if rule is not None:
            there = _in(groups, False, rule)
            unless = there if rule.unless is None else r.Or((rule.unless, there), BOOL, span=rule.unless.span)
            policy.rules[part] = replace(rule, unless=unless)
    exempt = policy.exempts.get(name) if isinstance(declared, n.Review) else None
    if exempt is not None and exempt.name == policy.qualified(name):
        items = (*(exempt.when.items if isinstance(exempt.when, r.And) else (exempt.when,)), _in(groups, True, exempt))
        policy.exempts[name] = replace(exempt, when=r.And(items, BOOL, span=exempt.when.span))


def _in(groups: tuple[str, ...], negated: bool, place: r.Node) -> r.InList:
    group = r.Fact("group.id", TEXT, span=place.span)
    return r.InList(group, r.Const(groups, list_of(TEXT), span=place.span), negated, BOOL, span=place.span)
