"""What a rule that reads state comes to when the store failed (law L15)."""

from __future__ import annotations

from msgspec import Struct

from policyd.check.resolved import Rule
from policyd.compile.program import Fired


class BlindRule(Struct, frozen=True):
    """`unasked` is None for a shadow rule, which could not have acted, and for a quiet one."""

    fired: Fired
    otherwise: Fired | None
    unasked: Rule | None

    @classmethod
    def of(cls, rule: Rule) -> BlindRule:
        otherwise = Fired(rule, otherwise=True) if rule.otherwise else None
        return cls(Fired(rule), otherwise, None if rule.shadow or rule.quiet else rule)


def judge(
    rule: BlindRule,
    when: bool | None,
    silencers: tuple[bool | None, ...],
    out: list[Fired],
    unasked: list[Rule],
) -> None:
    """Add the rule to `out` where it fires whatever the store holds, to `unasked` where it might."""
    if True in silencers:
        return
    would = rule.fired if when is not False else rule.otherwise
    if would is None:
        return
    if when is not None and None not in silencers:
        out.append(would)
    elif rule.unasked is not None:
        unasked.append(rule.unasked)
