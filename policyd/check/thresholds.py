"""Tiers that nobody comes to: thresholds that do not fall, or that the score does not reach."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.ranges import Ranges
from policyd.check.reach import Reach
from policyd.check.tiers import score_name
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase, Related
from policyd.language.types import BOOL

Values = Mapping[str, float]
"""A threshold as groups have it; "" stands for all that have no value of their own."""
_EVERYWHERE: Final = ""
_BEFORE: Final = Phrase("this one comes before it", "这一级在它之前")
_NEVER: Final = Phrase("this condition is never true", "这个条件不可能成立")
_LOOK: Final = Phrase("look at the numbers; for one of several write `or`", "请检查数值;满足其一请用 `or`")
_DIGITS: Final = 5


def thresholds(policy: PolicyDraft) -> None:
    ranges, reach = Ranges(policy), Reach(policy.lets)
    for declared in policy.of(n.Tiers):
        score = policy.lets.get(policy.qualified(score_name(declared)))
        highest = ranges.of(score.value)[1] if score else math.inf
        _check(declared, reach, round(highest, _DIGITS) if math.isfinite(highest) else highest, policy)


def _check(declared: n.Tiers, reach: Reach, highest: float, policy: PolicyDraft) -> None:
    before: list[tuple[n.Tier, Values]] = []
    earlier: list[n.Tier] = []
    last: n.Tier | None = None
    first: dict[str, n.Tier] = {}
    for tier in declared.tiers:
        if first.setdefault(tier.name, tier) is not tier:
            continue  # that it is named twice has been said
        values = values_of(tier, declared, policy)
        when = policy.rules[f"{declared.name}.{tier.name}"].when
        if last is None and tier.when is not None and when is not None:
            _fitting(tier, earlier, when, reach, policy)
        if last is not None:
            _report("C612", tier, last, policy)
        elif values is not None and tier.at_least is not None:
            if not _taken(tier, values, before, policy) and max(values.values()) > highest:
                least = max(values.values())
                policy.report("C611", tier.at_least.span, least=_written(least), highest=_written(highest))
            before.append((tier, values))
        elif tier.when is None and tier.at_least is None:
            last = tier
        if last is None:
            earlier.append(tier)


def _taken(tier: n.Tier, values: Values, before: list[tuple[n.Tier, Values]], policy: PolicyDraft) -> bool:
    """Whether an earlier tier takes all members, in some group: its threshold is not above this one."""
    for other, others in before:
        for group in sorted({*values, *others}):
            least, above = _in(values, group), _in(others, group)
            if least >= above:
                _report("C609", tier, other, policy, least=_written(least), above=_written(above))
                return True
    return False


def _fitting(tier: n.Tier, earlier: list[n.Tier], when: r.Expr, reach: Reach, policy: PolicyDraft) -> None:
    """Says where nobody fits who is in none of the earlier tiers, whose conditions stand denied after its own."""
    items = when.items if isinstance(when, r.And) else (when,)
    own = len(items) - len(earlier)
    for count in range(own, len(items) + 1):
        if reach.can_be_true(r.And(items[:count], BOOL)):
            continue
        place = tier.when.span if tier.when is not None else when.span
        if count == own:
            policy.report("W370", place, name=tier.name, why=_NEVER, hint=_LOOK)
            return
        other = earlier[count - own - 1]
        why = Phrase(f"whoever fits is in `{other.name}` before", f"符合条件的成员已属于 `{other.name}`")
        hint = Phrase(f"write `{tier.name}` before `{other.name}`", f"请把 `{tier.name}` 写在 `{other.name}` 之前")
        policy.report("W370", place, Related(other.name_span, _BEFORE), name=tier.name, why=why, hint=hint)
        return


def _report(code: str, tier: n.Tier, other: n.Tier, policy: PolicyDraft, **fields: str) -> None:
    place = Related(other.name_span, _BEFORE)
    policy.report(code, tier.name_span, place, name=tier.name, other=other.name, **fields)


def _in(values: Values, group: str) -> float:
    return values.get(group, values[_EVERYWHERE])


def values_of(tier: n.Tier, declared: n.Tiers, policy: PolicyDraft) -> Values | None:
    """The threshold of a tier; None where it has none, or where that is not the same for all members."""
    rule = policy.rules.get(f"{declared.name}.{tier.name}")
    when = rule.when if rule is not None else None
    compare = when.items[0] if isinstance(when, r.And) else when
    if tier.at_least is None or not isinstance(compare, r.Compare):
        return None
    least = compare.right
    while isinstance(least, r.LetValue) and least.let in policy.lets:
        least = policy.lets[least.let].value
    if isinstance(least, r.SettingValue):
        setting = policy.settings.get(least.setting.removeprefix(f"{policy.name}."))
        every = {_EVERYWHERE: setting.default, **setting.values} if setting else {}
        return {group: value for group, value in every.items() if isinstance(value, int | float)} or None
    if isinstance(least, r.Const) and isinstance(least.value, int | float):
        return {_EVERYWHERE: least.value}
    return None


def _written(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
