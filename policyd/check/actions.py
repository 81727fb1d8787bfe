"""Actions of rules and ladder steps: their texts, ladders and durations, and where they may stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from policyd.check import resolved as r
from policyd.check.axes import IN_STEPS, acts_on, kinds_for, weaker_on
from policyd.check.draft import PolicyDraft
from policyd.check.facts import KINDS
from policyd.check.kinds import check_reads
from policyd.check.references import reference
from policyd.check.texts import message_text
from policyd.check.wording import listed
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase, Related

MOST_TIMES = 1_000
LONGEST_MUTE = 28 * 86_400_000
"""What common platforms allow at most, in ms."""


def actions(
    written: Sequence[n.Action], policy: PolicyDraft, kinds: Sequence[str], place: Literal["rule", "step"]
) -> tuple[r.Action, ...]:
    """The actions of a clause of a rule on `kinds`, or of a step (then `kinds` are all)."""
    _check_overridden(written, policy)
    return tuple(_action(action, policy, kinds, place) for action in written)


def _action(action: n.Action, policy: PolicyDraft, kinds: Sequence[str], place: Literal["rule", "step"]) -> r.Action:
    if place == "step":
        _check_step(action, policy)
    else:
        _check_kinds(action, policy, kinds)
    _check_numbers(action, policy)
    ladder = reference(action.target, n.Ladder, policy) if action.target else None
    return r.Action(
        action.do,
        text=_text(action.text, policy, kinds, place),
        duration=action.duration,
        audience=action.audience,
        ladder=policy.qualified(ladder.name) if ladder else None,
        group=_text(action.group, policy, kinds, place),
        times=action.times if action.times is not None else (0 if action.do == "forgive" else 1),
        once=action.once,
        span=action.span,
    )


def _text(
    written: n.Text | n.Name | None, policy: PolicyDraft, kinds: Sequence[str], place: Literal["rule", "step"]
) -> r.Text | None:
    text = message_text(written, policy) if written else None
    for part in text.parts if text else ():
        if not isinstance(part, str | r.TextFact):
            check_reads(part, kinds, policy, enough=all if place == "rule" else any)
    return text


def _check_kinds(action: n.Action, policy: PolicyDraft, kinds: Iterable[str]) -> None:
    for kind in kinds:
        if not acts_on(action.do, kind):
            having = listed(other for other in KINDS if other in kinds_for(action.do))
            policy.report("C302", action.span, action=action.do, kind=kind, having=having)


def _check_step(action: n.Action, policy: PolicyDraft) -> None:
    if action.do not in IN_STEPS:
        policy.report("C308", action.span, action=action.do)
    elif action.once is not None:
        policy.report("C309", action.span)


def _check_numbers(action: n.Action, policy: PolicyDraft) -> None:
    for duration in (action.duration, action.once):
        if duration is not None and duration <= 0:
            policy.report("C219", action.span)
    if action.do == "mute" and action.duration is not None and action.duration > LONGEST_MUTE:
        policy.report("W323", action.span)
    if action.times is not None and not 1 <= action.times <= MOST_TIMES:
        policy.report("C315", action.span, action=action.do, most=MOST_TIMES)


def _check_overridden(written: Sequence[n.Action], policy: PolicyDraft) -> None:
    """In one clause the weaker of two actions on an axis never happens (law L8)."""
    for action in written:
        stronger = next((other for other in written if weaker_on(action.do, other.do)), None)
        if stronger is None:
            continue
        hint = Phrase(f"leave out `{action.do}`", f"请去掉 `{action.do}`")
        if action.text is not None and stronger.do in ("mute", "remove", "ban"):
            said = f"{stronger.span.text} saying …" if stronger.text is None else stronger.do
            hint = Phrase(f"say the text with the stronger one: `{said}`", f"请把文字写在较重的动作上:`{said}`")
        place = Related(stronger.span, Phrase("this is stronger", "这个更重"))
        policy.report("W302", action.span, place, action=action.do, stronger=stronger.do, hint=hint)
