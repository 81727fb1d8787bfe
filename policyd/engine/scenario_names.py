"""Names in tests: plain, or qualified by their policy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policyd.check.resolved import PolicySet
from policyd.language.source import Source


def find(name: str, among: Iterable[str], policies: PolicySet, source: Source) -> str | None:
    """The qualified name that `name` means in a test written in `source`: itself, else that of the policy of the same
    file, else the first one that ends so. None where there is none."""
    names = sorted(among)
    if name in names:
        return name
    own = {policy.name for policy in policies.policies if policy.span.source is source}
    fitting = [full for full in names if full.partition(".")[2] == name]
    return min(fitting, key=lambda full: full.partition(".")[0] not in own, default=None)


def rules_of(name: str, policies: PolicySet, source: Source) -> frozenset[str]:
    """The rules that `name` means after `because`: one, or all that were made of a declaration."""
    whole = {rule.of for rule in policies.rules.values() if rule.of}
    found = find(name, {*policies.rules, *whole}, policies, source)
    if found is None:
        return frozenset()
    return frozenset(rule.name for rule in policies.rules.values() if found in (rule.name, rule.of))


def of_workflows(names: Sequence[str], policies: PolicySet, source: Source) -> frozenset[str]:
    """All of them."""
    return frozenset[str]().union(*(rules_of(name, policies, source) for name in names))
