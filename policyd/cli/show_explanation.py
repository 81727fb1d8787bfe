"""Why a decision is as it is, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policyd.engine.distance import Condition
from policyd.engine.explain import Explanation, Nearest, RuleRead
from policyd.language.diagnostics import Phrase


def explanation_lines(explained: Explanation) -> Iterator[Phrase]:
    """A line for each rule that fired or was silenced, and one for the rule that was nearest to firing."""
    for rule in explained.rules:
        if rule.clause is not None:
            yield _fired(rule)
        elif rule.when is True and rule.silenced_by:
            yield _silenced(rule)
    nearest = explained.nearest
    if nearest is not None and nearest.missing:
        yield _nearest(nearest)


def _fired(rule: RuleRead) -> Phrase:
    values = ", ".join(f"{each.name} = {shown(each.value)}" for each in rule.read)
    place = f"{rule.file}:{rule.line}"
    return Phrase(
        f"`{rule.rule}` ({place}) fired, {rule.clause}" + (f": {values}" if values else ""),
        f"`{rule.rule}`({place})触发 {rule.clause}" + (f":{values}" if values else ""),
    )


def _silenced(rule: RuleRead) -> Phrase:
    by, place = ", ".join(rule.silenced_by), f"{rule.file}:{rule.line}"
    return Phrase(f"`{rule.rule}` ({place}) is silenced by {by}", f"`{rule.rule}`({place})因 {by} 不生效")


def _nearest(nearest: Nearest) -> Phrase:
    conditions = [_condition(each) for each in nearest.missing]
    place = f"{nearest.file}:{nearest.line}"
    return Phrase(
        f"`{nearest.rule}` ({place}) came nearest: {'; '.join(each.en for each in conditions)}",
        f"`{nearest.rule}`({place})最接近触发:{';'.join(each.zh for each in conditions)}",
    )


_TRUTH = {None: Phrase("unknown", "未知"), True: Phrase("true", "真"), False: Phrase("false", "假")}


def _condition(condition: Condition) -> Phrase:
    was, needed = _TRUTH[condition.was], _TRUTH[condition.needed]
    sides = ""
    if condition.left is not None or condition.right is not None:
        sides = f" [{shown(condition.left)} | {shown(condition.right)}]"
    return Phrase(
        f"`{condition.condition}` is {was.en}, not {needed.en}{sides}",
        f"`{condition.condition}` 为{was.zh},需为{needed.zh}{sides}",
    )


def shown(value: Any) -> str:
    """A value as a policy would write it; `?` for the unknown."""
    if value is None:
        return "?"
    if isinstance(value, str):
        return f'"{value}"'
    return str(value).lower() if isinstance(value, bool) else str(value)
