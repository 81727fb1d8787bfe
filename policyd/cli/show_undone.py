"""What has been taken back, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import UNSET

from policyd.cli.output import Output
from policyd.cli.table import table
from policyd.language.diagnostics import Phrase
from policyd.model.decision import Undone

if TYPE_CHECKING:
    from policyd.engine.undo import GroupUndone


def undone_lines(
    groups: Sequence[tuple[str, GroupUndone]], rule: str, since: str, dry_run: bool, output: Output
) -> Iterator[str]:
    """A line for each decision, and what it comes to. Groups and `since` as they are to be shown."""
    decisions = sum(len(group.undone) for _, group in groups)
    if not decisions:
        nothing = Phrase(
            f"`{rule}` has done nothing since {since} that could be taken back",
            f"自 {since} 起,`{rule}` 没有可撤销的处理",
        )
        yield output.text(nothing)
        return
    for name, group in groups:
        yield output.style(name, "bold")
        rows = [(undone.member, undone.event, output.text(_taken_back(undone, group))) for undone in group.undone]
        yield from (f"  {line}" for line in table(rows))
    yield output.text(_total(decisions, sum(len(group.actions) for _, group in groups), since, dry_run))


def _taken_back(undone: Undone, group: GroupUndone) -> Phrase:
    english, chinese = [], []
    for ladder, times in undone.strikes.items():
        english.append(f"{times} strike{'s' * (times != 1)} of {ladder}")
        chinese.append(f"{ladder} 减 {times} 次")
    for tally, awards in ({} if undone.awards is UNSET else undone.awards).items():
        for member, amount in awards.items():
            english.append(f"{tally} of {member} {-amount:+}")
            chinese.append(f"{member} 的 {tally} {'减' if amount > 0 else '加'} {abs(amount)}")
    for action in group.actions:
        if action.member == undone.member:
            done = action.do if action.until is UNSET else f"{action.do} {action.until}"
            english.append(done)
            chinese.append(done)
    if undone.cannot:
        english.append(f"stays: {', '.join(undone.cannot)}")
        chinese.append(f"无法撤销:{'、'.join(undone.cannot)}")
    return Phrase("; ".join(english), ";".join(chinese))


def _total(decisions: int, actions: int, since: str, dry_run: bool) -> Phrase:
    would = "would be" if dry_run else "are" if decisions != 1 else "is"
    told = f"; the bot gets {actions} action{'s' * (actions != 1)} with its next tick" if actions else ""
    told_zh = f";机器人下次 tick 时会收到 {actions} 个动作" if actions else ""
    return Phrase(
        f"{decisions} decision{'s' * (decisions != 1)} since {since} {would} taken back{told}",
        f"自 {since} 起共 {decisions} 个决定{'将' if dry_run else '已'}撤销{told_zh}",
    )
