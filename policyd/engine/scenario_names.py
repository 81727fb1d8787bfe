"""Names in tests: plain, or qualified by their policy."""

from __future__ import annotations

from collections.abc import Iterable

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
