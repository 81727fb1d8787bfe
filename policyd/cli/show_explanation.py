"""Why a decision is as it is, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from policyd.engine.distance import Condition
from policyd.engine.explain import Explanation, Nearest, RuleRead
from policyd.language.diagnostics import Phrase


def explanation_lines(explained: Explanation, directory: Path, asked: Collection[str] = ()) -> Iterator[Phrase]:
    """A line for each rule that fired, was silenced, or is `asked` for; where none is asked for, one for the rule that
    was nearest to firing. `directory` is that of the policies, as the reader would name it."""
    for rule in explained.rules:
        place = f"{(directory / rule.file).as_posix()}:{rule.line}"
        if rule.clause is not None:
            yield _fired(rule, place)
        elif rule.when is True and rule.silenced_by:
            yield _silenced(rule, place)
        elif rule.rule in asked:
            yield _idle(rule, place)
    nearest = explained.nearest
    if nearest is not None and nearest.missing and not asked:
        yield _nearest(nearest, f"{(directory / nearest.file).as_posix()}:{nearest.line}")


def _idle(rule: RuleRead, place: str) -> Phrase:
    values = _values(rule)
    return Phrase(
        f"`{rule.rule}` ({place}) did not fire{values and ': ' + values}",
        f"`{rule.rule}`({place})没有触发{values and ':' + values}",
    )


def _values(rule: RuleRead) -> str:
    return ", ".join(f"{each.name} = {shown(each.value)}" for each in rule.read)


def _fired(rule: RuleRead, place: str) -> Phrase:
    values = _values(rule)
    return Phrase(
        f"`{rule.rule}` ({place}) fired, {rule.clause}{values and ': ' + values}",
        f"`{rule.rule}`({place})触发 {rule.clause}{values and ':' + values}",
    )


def _silenced(rule: RuleRead, place: str) -> Phrase:
    by = ", ".join(rule.silenced_by)
    return Phrase(f"`{rule.rule}` ({place}) is silenced by {by}", f"`{rule.rule}`({place})因 {by} 不生效")


def _nearest(nearest: Nearest, place: str) -> Phrase:
    conditions = [_condition(each) for each in nearest.missing]
    return Phrase(
        f"`{nearest.rule}` ({place}) came nearest: {'; '.join(each.en for each in conditions)}",
        f"`{nearest.rule}`({place})最接近触发:{';'.join(each.zh for each in conditions)}",
    )


_TRUTH = {None: Phrase("unknown", "未知"), True: Phrase("true", "真"), False: Phrase("false", "假")}


def _condition(condition: Condition) -> Phrase:
    was, needed = _TRUTH[condition.was], _TRUTH[condition.needed]
    en = f"`{condition.condition}` is {was.en}, not {needed.en}"
    zh = f"`{condition.condition}` 为{was.zh},需为{needed.zh}"
    if condition.left is None and condition.right is None:
        return Phrase(en, zh)
    left, right = shown(condition.left), shown(condition.right)
    return Phrase(f"{en} ({left} against {right})", f"{zh}({left} 对 {right})")


def shown(value: Any) -> str:
    """A value as a policy would write it; `?` for the unknown."""
    if value is None:
        return "?"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(shown, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
