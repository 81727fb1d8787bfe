"""What `add` gives to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from policyd.check import resolved as r
from policyd.check.draft import WHAT, PolicyDraft
from policyd.check.facts import FACTS
from policyd.check.kinds import check_reads
from policyd.check.references import reference
from policyd.check.suggest import did_you_mean
from policyd.check.values import value_of
from policyd.check.wording import called
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase
from policyd.language.source import Span
from policyd.language.types import INT, NOTHING, TEXT

MOST_ADDED: Final = 1_000_000
OF_MEMBERS: Final = frozenset({
    "member.id", "join.inviter", "report.by", "sanction.by", "notice.by", "verdict.by", "mark.by",
})  # fmt: skip
"""Texts that are ids of members."""


@dataclass(frozen=True, slots=True)
class Award:
    """As `r.Action` has it; `tally` None where there is none of this name."""

    tally: str | None
    amount: int | r.SettingValue
    of: r.Expr | None


def award(action: n.Action, policy: PolicyDraft, kinds: Sequence[str]) -> Award:
    tally = _tally(action.target, policy) if action.target else None
    amount = _amount(action, policy)
    of = _whose(action.of, kinds, policy) if action.of is not None else None
    return Award(policy.qualified(tally.name) if tally else None, amount, of)


def _tally(name: n.Name, policy: PolicyDraft) -> n.Tally | None:
    last = name.parts[-1]
    if len(name.parts) > 1:
        tallies = [tally.name for tally in policy.of(n.Tally)]
        declare = Phrase(f"declare it: `tally {last} by member`", f"请先声明:`tally {last} by member`")
        alone = Phrase(f"write `{last}` alone", f"请只写 `{last}`")
        hint = alone if last in tallies else did_you_mean(last, tallies, declare)
        policy.report("C105", name.span, name=name.text, what=WHAT[n.Tally], hint=hint)
        return None
    return reference(name, n.Tally, policy, used=False)


def _amount(action: n.Action, policy: PolicyDraft) -> int | r.SettingValue:
    if not isinstance(action.amount, n.Name):
        amount = action.amount or 0
        if amount == 0:
            policy.report("C603", action.span)
        return _bounded(amount, action.span, policy)
    declared = reference(action.amount, n.Setting, policy)
    setting = policy.settings.get(declared.name) if declared else None
    if declared is None or setting is None:
        return 0
    if setting.type != INT:
        policy.report("C605", action.amount.span, name=declared.name, type=called(setting.type))
        return 0
    for value in (setting.default, *setting.values.values()):
        if isinstance(value, int):
            _bounded(value, action.amount.span, policy)
    return r.SettingValue(setting.name, INT, span=action.amount.span)


def _bounded(amount: int, span: Span, policy: PolicyDraft) -> int:
    if abs(amount) > MOST_ADDED:
        policy.report("C604", span, most=MOST_ADDED)
    return amount


def _whose(name: n.Name, kinds: Sequence[str], policy: PolicyDraft) -> r.Expr | None:
    """The text of the event that names a member."""
    found = value_of(name, policy)
    if found.type == NOTHING and not isinstance(found, r.AttributeFact):
        return None
    check_reads(found, kinds, policy)
    fact = isinstance(found, r.Fact) and FACTS[found.name].source == "event"
    if found.type != TEXT or not (fact or isinstance(found, r.AttributeFact)):
        policy.report("C606", name.span, name=name.text)
        return None
    if isinstance(found, r.Fact) and found.name not in OF_MEMBERS:
        policy.report("W367", name.span, name=name.text)
    return found
