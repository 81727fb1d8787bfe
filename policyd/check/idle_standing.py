"""Points that nobody gets or reads, streaks and tiers that make no difference, and tiers that do not exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft, SetDraft
from policyd.check.roots import actions_of, expressions_of
from policyd.check.suggest import did_you_mean
from policyd.check.walk import walk, with_parts
from policyd.check.wording import listed
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase
from policyd.language.source import Span

_TIER: Final = "tier"
_NAMES: Final = ("tier.now", "tier.was", "tier.of")


def idle_standing(draft: SetDraft) -> None:
    """What a library declares needs one policy that uses it. Says nothing where there are errors: what is wrong may be
    the use."""
    if draft.findings.errors:
        return
    _tallies(draft)
    _streaks(draft)
    _tiers(draft)
    if any(policy.tiers for policy in draft.policies):
        for policy in draft.policies:
            _texts(policy, draft)


def _tallies(draft: SetDraft) -> None:
    declared: dict[int, n.Tally] = {}
    added: set[int] = set()
    read = _read(draft)
    for policy in draft.policies:
        given = {action.subject for action in with_parts(actions_of(policy)) if action.do == "add"}
        for tally in policy.of(n.Tally):
            declared[id(tally)] = tally
            if policy.qualified(tally.name) in given:
                added.add(id(tally))
    for identity, tally in declared.items():
        if identity not in added:
            draft.findings.report("W363", tally.name_span, name=tally.name)
        elif identity not in read:
            draft.findings.report("W362", tally.name_span, name=tally.name)


def _streaks(draft: SetDraft) -> None:
    read = _read(draft)
    declared = {id(streak): streak for policy in draft.policies for streak in policy.of(n.Streak)}
    for identity, streak in declared.items():
        if not streak.steps and identity not in read:
            draft.findings.report("W364", streak.name_span, name=streak.name)


def _tiers(draft: SetDraft) -> None:
    read = _read(draft)
    heard = [span for policy in draft.policies for span in _on_tier(policy)]
    declared = {id(tiers): tiers for policy in draft.policies for tiers in policy.of(n.Tiers)}
    for identity, tiers in declared.items():
        if not heard and identity not in read:
            draft.findings.report("W365", tiers.name_span, name=tiers.name, tier=tiers.tiers[0].name)
    for span in heard if not declared else ():
        draft.findings.report("W361", span)


def _read(draft: SetDraft) -> set[int]:
    """Declarations that conditions or texts read."""
    return {
        id(node)
        for policy in draft.policies
        for name, node in policy.names["value"].items()
        if ("value", name) in policy.used
    }


def _on_tier(policy: PolicyDraft) -> Iterator[Span]:
    """Where something is on `tier` events."""
    for declared in policy.declarations:
        match declared:
            case n.Rule(kinds=kinds) | n.Duty(kinds=kinds):
                yield from (kind.span for kind in kinds if kind.text == _TIER)
            case n.Counter(counting=counting) | n.Limit(counting=counting) if counting.kind == _TIER:
                yield counting.kind_span


def _texts(policy: PolicyDraft, draft: SetDraft) -> None:
    """Texts that are compared with tiers of events, and are the name of none."""
    every = [tiers for each in draft.policies for tiers in each.of(n.Tiers)]
    names = sorted({tier.name for tiers in every for tier in tiers.tiers})
    known = {"tier.of": sorted({tiers.name for tiers in every}), "tier.now": names, "tier.was": names}
    for root in expressions_of(policy):
        for part in walk(root):
            for fact, text in _compared(part):
                if text.value not in known[fact]:
                    some = listed(known[fact])
                    nothing = Phrase(f"there are {some.en}", f"现有:{some.zh}")
                    hint = did_you_mean(str(text.value), known[fact], nothing)
                    policy.report("W368", text.span, fact=fact, name=str(text.value), hint=hint)


def _compared(part: r.Expr) -> Iterator[tuple[str, r.Const]]:
    match part:
        case r.Compare(left=r.Fact(name=name), right=r.Const(value=str()) as text) if name in _NAMES:
            yield name, text
        case r.Compare(left=r.Const(value=str()) as text, right=r.Fact(name=name)) if name in _NAMES:
            yield name, text
        case r.InList(item=r.Fact(name=name), items=r.Const(value=tuple() as values) as items) if name in _NAMES:
            yield from ((name, r.Const(value, items.type, span=items.span)) for value in values if value is not None)
