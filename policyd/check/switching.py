"""Switches that nothing turns on, or that nothing asks about."""

from __future__ import annotations

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft, SetDraft
from policyd.check.roots import actions_of, expressions_of
from policyd.check.walk import walk, with_parts
from policyd.language import nodes as n


def switching(draft: SetDraft) -> None:
    """A switch of a library needs one policy that sets it, and one that reads it. Says nothing where there are
    errors."""
    if draft.findings.errors:
        return
    declared: dict[int, n.Switch] = {}
    set_: set[int] = set()
    read: set[int] = set()
    for policy in draft.policies:
        by_name = {policy.qualified(switch.name): switch for switch in policy.of(n.Switch)}
        declared |= {id(switch): switch for switch in by_name.values()}
        set_ |= {id(by_name[name]) for name in _set(policy)}
        read |= {id(by_name[name]) for name in _read(policy)}
    for identity, switch in declared.items():
        if identity not in set_:
            draft.findings.report("W347", switch.name_span, name=switch.name)
        elif identity not in read:
            draft.findings.report("W348", switch.name_span, name=switch.name)


def _set(policy: PolicyDraft) -> set[str]:
    return {action.subject for action in with_parts(actions_of(policy)) if action.do == "set" and action.subject}


def _read(policy: PolicyDraft) -> set[str]:
    parts = (part for root in expressions_of(policy) for part in walk(root))
    return {part.switch for part in parts if isinstance(part, r.SwitchOn)}
