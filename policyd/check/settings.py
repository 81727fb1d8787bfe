"""Settings, what groups make of them, and what groups do without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.expressions import Expressions
from policyd.check.operators import unify
from policyd.check.references import reference
from policyd.check.wording import called
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase, Related
from policyd.language.types import NOTHING, NUMBER, Type

Value = bool | int | float | str
_FIRST: Final = Phrase("the first one is here", "先前在这里")


def settings(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Setting):
        found = _constant(declared.value, policy)
        if found is not None:
            value, type = found
            policy.settings[declared.name] = r.Setting(
                policy.qualified(declared.name), type, value, span=declared.span
            )  # fmt: skip
    written: dict[tuple[str, str], n.Override] = {}
    for block in group_blocks(policy):
        _check_covered(block, policy)
        for override in block.overrides:
            for group in block.groups:
                first = written.setdefault((group, override.setting.text), override)
                if first is not override:
                    place = Related(first.setting.span, _FIRST)
                    policy.report("C572", override.setting.span, place, name=override.setting.text, group=group)
            _override(override, block.groups, policy)


def group_blocks(policy: PolicyDraft) -> Iterator[n.GroupSettings]:
    """What is written about single groups, in written order."""
    return (declared for declared in policy.declarations if isinstance(declared, n.GroupSettings))


def _check_covered(block: n.GroupSettings, policy: PolicyDraft) -> None:
    """What a library says about groups may be meant for another policy."""
    scope = policy.header.scope
    if scope is None or scope.by != "id" or block.span.source is not policy.file.source:
        return
    for group in block.groups:
        if group not in scope.values:
            policy.report("W349", block.groups_span, group=group, name=policy.name)


def _override(override: n.Override, groups: tuple[str, ...], policy: PolicyDraft) -> None:
    declared = reference(override.setting, n.Setting, policy, used=False)
    found = _constant(override.value, policy)
    setting = policy.settings.get(declared.name) if declared else None
    if found is None or setting is None or declared is None:
        return
    value, type = found
    if type != setting.type and not (setting.type == NUMBER and unify(type, NUMBER) == NUMBER):
        place = Related(declared.name_span, Phrase("declared here", "在这里声明"))
        policy.report("C571", override.value.span, place, name=declared.name, type=called(type),
                      declared=called(setting.type))  # fmt: skip
        return
    policy.settings[declared.name] = replace(
        setting,
        values={**dict.fromkeys(groups, value), **setting.values},
        places={**dict.fromkeys(groups, override.span), **setting.places},
    )


def _constant(written: n.Expr, policy: PolicyDraft) -> tuple[Value, Type] | None:
    """A single value that is the same at all times; says where it is none."""
    resolved = Expressions(policy).resolve(written)
    if isinstance(resolved, r.Const) and not isinstance(resolved.value, tuple) and resolved.type != NOTHING:
        return resolved.value, resolved.type
    if resolved.type != NOTHING:
        policy.report("C570", written.span)
    return None
