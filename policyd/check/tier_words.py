"""Tiers in conditions: whose value they are, and the words they are compared with."""

from __future__ import annotations

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.facts import TIER
from policyd.check.suggest import did_you_mean
from policyd.check.wording import listed
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase
from policyd.language.source import Span
from policyd.language.types import ENUMS, NOTHING, Type, list_of


def tier_type(declared: n.Tiers) -> Type:
    """The enumeration of its tiers, from the lowest to the highest."""
    return Type("enum", name=declared.name, members=tuple(dict.fromkeys(t.name for t in reversed(declared.tiers))))


def tier_value(declared: n.Tiers, span: Span, policy: PolicyDraft) -> r.Expr:
    return r.TierValue(policy.qualified(declared.name), tier_type(declared), span=span)


def only_tiers(span: Span, policy: PolicyDraft) -> r.Expr:
    """What `member.tier` stands for."""
    every = list(policy.of(n.Tiers))
    if len(every) == 1:
        policy.find("value", every[0].name)
        return tier_value(every[0], span, policy)
    if not policy.broken:  # one of these may be the tiers
        names = listed(each.name for each in every)
        hint = Phrase(f"write {names.en}, whichever is meant", f"请写其中之一:{names.zh}")
        if not every:
            example = "tiers standing by member { every week  tier active when points >= 60  tier others otherwise }"
            hint = Phrase(f"declare them: `{example}`", f"请先声明:`{example}`")
        policy.report("C628", span, fact=TIER, count=len(every), hint=hint)
    return r.Const(False, NOTHING, span=span)


def is_tier(type: Type) -> bool:
    return type.kind == "enum" and type not in ENUMS


def is_word(node: n.Expr) -> bool:
    """Whether it may be a tier, or a list of them."""
    if isinstance(node, n.ListOf):
        return bool(node.items) and all(is_word(item) for item in node.items)
    return isinstance(node, n.Name) and len(node.parts) == 1


def names_tiers(node: n.Expr, policy: PolicyDraft) -> bool:
    return isinstance(node, n.Name) and isinstance(policy.names["value"].get(node.text), n.Tiers)


def tier_word(node: n.Expr, type: Type, policy: PolicyDraft) -> r.Expr | None:
    """The tier, or the list of tiers, that stands beside a value of this type; None where it is something else."""
    if isinstance(node, n.ListOf):
        items = [_one(item, type, policy) for item in node.items if isinstance(item, n.Name)]
        if len(items) < len(node.items) or None in items:
            return None
        values = tuple(item.value for item in items if item is not None)
        return r.Const(values, list_of(type), span=node.span)
    return _one(node, type, policy) if isinstance(node, n.Name) else None


def _one(name: n.Name, type: Type, policy: PolicyDraft) -> r.Const | None:
    if name.text in type.members:
        return r.Const(name.text, type, span=name.span)
    declared = name.text in policy.names["value"] or any(name.text in enum.members for enum in ENUMS)
    if len(name.parts) > 1 or declared or name.text in policy.broken:
        return None
    every = listed(reversed(type.members))
    nothing = Phrase(f"there are {every.en}", f"现有:{every.zh}")
    hint = did_you_mean(name.text, type.members, nothing)
    policy.report("C629", name.span, name=name.text, of=type.name, hint=hint)
    return r.Const(name.text, NOTHING, span=name.span)
