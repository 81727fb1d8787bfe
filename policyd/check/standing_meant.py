"""What an author probably meant who wrote of standing what is no value."""

from __future__ import annotations

from policyd.check.draft import PolicyDraft
from policyd.check.resolved_standing import PERIODS
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase

_VALUES = n.Tally | n.Streak | n.Tiers | n.Counter


def standing_meant(name: n.Name, policy: PolicyDraft) -> Phrase | None:
    """The help for the name of a tier alone, and for parts of a tally, streak or counter that there are not."""
    values = policy.names["value"]
    if len(name.parts) == 1:
        return _tier_alone(name.text, policy)
    if len(name.parts) != 2:
        return None
    first, last = name.parts
    if first == "member" and isinstance(values.get(last), _VALUES):
        return _plain(last)
    declared = values.get(first)
    if isinstance(declared, n.Tally | n.Counter) and last in PERIODS:
        counts = "tally {0}_{1} by member per {1}" if isinstance(declared, n.Tally) else "counter {0}_{1} … per {1}"
        example = counts.format(first, last)
        return Phrase(f"what comes in a {last} is declared by itself: `{example}`", f"请另外声明:`{example}`")
    return _plain(first) if isinstance(declared, _VALUES) else None


def _plain(name: str) -> Phrase:
    return Phrase(f"write `{name}` alone", f"请只写 `{name}`")


def _tier_alone(text: str, policy: PolicyDraft) -> Phrase | None:
    for tiers in policy.of(n.Tiers):
        if any(tier.name == text for tier in tiers.tiers):
            test = f"{tiers.name} == {text}"
            return Phrase(f"it is a tier of `{tiers.name}`: write `{test}`",
                          f"它是 `{tiers.name}` 的等级:请写 `{test}`")  # fmt: skip
    return None
