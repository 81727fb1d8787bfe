"""Actions of rules and ladder steps: their texts, ladders and durations, and where they may stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from policyd.check import resolved as r
from policyd.check.awards import award
from policyd.check.axes import IN_STEPS, weaker_on
from policyd.check.deferred import can_be_proposed, check_deferred
from policyd.check.draft import PolicyDraft
from policyd.check.kinds import check_does, check_reads
from policyd.check.references import reference
from policyd.check.texts import message_text
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase, Related

MOST_TIMES = 1_000
LONGEST_MUTE = 28 * 86_400_000
"""What common platforms allow at most, in ms."""


def actions(
    written: Sequence[n.Action], policy: PolicyDraft, kinds: Sequence[str], place: Literal["rule", "step"]
) -> tuple[r.Action, ...]:
    """The actions of a clause of a rule on `kinds` (or of what comes due: `facts.TIMED`), or of a step, then of all
    kinds."""
    _check_overridden(written, policy)
    return tuple(_action(_throttled(action), policy, kinds, place) for action in written)


def _throttled(action: n.Action) -> n.Action:
    """`propose remove once in 7d`: it is the proposal that is not made again so soon."""
    if action.proposed is None or action.once is not None:
        return action
    return replace(action, once=action.proposed.once, proposed=replace(action.proposed, once=None))


def _action(action: n.Action, policy: PolicyDraft, kinds: Sequence[str], place: Literal["rule", "step"]) -> r.Action:
    if place == "step":
        _check_step(action, policy)
    else:
        check_does(action, kinds, policy)
    return _resolved(action, policy, kinds, place)


def _resolved(action: n.Action, policy: PolicyDraft, kinds: Sequence[str], place: Literal["rule", "step"]) -> r.Action:
    check_deferred(action, kinds, policy)
    _check_numbers(action, policy)
    target = action.target
    ladder = reference(target, n.Ladder, policy) if target and action.do in ("strike", "forgive") else None
    switch = reference(target, n.Switch, policy) if target and action.do == "set" else None
    added = award(action, policy, kinds) if action.do == "add" else None
    proposed, expire = (
        _resolved(part, policy, kinds, place) if part else None for part in (action.proposed, action.expire)
    )  # fmt: skip
    if place == "rule" and action.proposed is not None and can_be_proposed(action.proposed):
        check_does(action.proposed, kinds, policy)
    return r.Action(
        action.do,
        text=_text(action.text, policy, kinds, place),
        duration=action.duration if switch is None else _set_for(action, switch, policy),
        audience=action.audience,
        ladder=policy.qualified(ladder.name) if ladder else None,
        group=_text(action.group, policy, kinds, place),
        times=action.times if action.times is not None else (0 if action.do == "forgive" else 1),
        once=action.once,
        digest=action.digest,
        subject=policy.qualified(switch.name) if switch else added.tally if added else None,
        proposed=proposed,
        by=action.by if action.by is not None else 1,
        wait=action.wait or 0,
        expire=expire,
        amount=added.amount if added else 0,
        of=added.of if added else None,
        span=action.span,
    )


def _set_for(action: n.Action, switch: n.Switch, policy: PolicyDraft) -> int:
    """How long the switch is on: what is written, or what the switch says itself."""
    if action.duration is not None:
        return action.duration
    if switch.off_after is None:
        place = Related(switch.name_span, Phrase("declared here", "在这里声明"))
        policy.report("C324", action.span, place, name=switch.name)
    return switch.off_after or 0


def _text(
    written: n.Text | n.Name | None, policy: PolicyDraft, kinds: Sequence[str], place: Literal["rule", "step"]
) -> r.Text | None:
    text = message_text(written, policy) if written else None
    for part in text.parts if text else ():
        if not isinstance(part, str | r.TextFact):
            check_reads(part, kinds, policy, enough=all if place == "rule" else any)
    return text


def _check_step(action: n.Action, policy: PolicyDraft) -> None:
    if action.do not in IN_STEPS:
        policy.report("C308", action.span, action=action.do)
    elif action.once is not None or action.digest is not None:
        policy.report("C309", action.span)


def _check_numbers(action: n.Action, policy: PolicyDraft) -> None:
    timed = action.duration if action.do not in ("set", "slow") else None  # `for 0s` turns them off
    for duration in (timed, action.once, action.digest, action.wait):
        if duration is not None and duration <= 0:
            policy.report("C219", action.span)
    if action.do == "mute" and action.duration is not None and action.duration > LONGEST_MUTE:
        if not policy.header.platforms:
            policy.report("W323", action.span)
    if action.times is not None and not 1 <= action.times <= MOST_TIMES:
        policy.report("C315", action.span, action=action.do, most=MOST_TIMES)


def _check_overridden(written: Iterable[n.Action], policy: PolicyDraft) -> None:
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
