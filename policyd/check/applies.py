"""What applies in a group: the policies that cover it, its settings, and what it does without."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policyd.check import resolved as r
from policyd.language.source import Span
from policyd.language.types import Type

Value = bool | int | float | str


@dataclass(frozen=True, slots=True)
class AppliedSetting:
    """A setting as the group has it. `own`: the group has a value of its own, written at `place`; otherwise `place` is
    where the setting is declared."""

    name: str
    type: Type
    value: Value
    default: Value
    own: bool
    place: Span


@dataclass(frozen=True, slots=True)
class Without:
    """A rule or workflow that the group does without. `place` is where it is declared."""

    name: str
    title: str
    place: Span


@dataclass(frozen=True, slots=True)
class AppliedPolicy:
    """A policy that covers the group. `applies`: qualified names of its rules and workflows that do apply there; all in
    name order."""

    name: str
    title: str
    place: Span
    settings: tuple[AppliedSetting, ...]
    applies: tuple[str, ...]
    without: tuple[Without, ...]


def applies(policy_set: r.PolicySet, group_id: str, tags: Iterable[str]) -> tuple[AppliedPolicy, ...]:
    """The covering policies in name order, none where nothing covers the group."""
    named = tuple(tags)
    return tuple(_applied(policy, group_id) for policy in policy_set.policies if policy.scope.covers(group_id, named))


def _applied(policy: r.Policy, group: str) -> AppliedPolicy:
    missing = policy.without.get(group, frozenset())
    declared = {rule.of: rule for rule in sorted(policy.rules, key=lambda rule: rule.name, reverse=True)}
    return AppliedPolicy(
        policy.name,
        policy.title,
        policy.span,
        tuple(_setting(setting, group) for setting in policy.settings),
        tuple(name for name in sorted(declared) if name not in missing),
        tuple(Without(name, declared[name].title, declared[name].span) for name in sorted(missing)),
    )


def _setting(setting: r.Setting, group: str) -> AppliedSetting:
    own = group in setting.values
    value = setting.values[group] if own else setting.default
    place = setting.places[group] if own else setting.span
    return AppliedSetting(setting.name, setting.type, value, setting.default, own, place)
