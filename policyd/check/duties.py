"""Duties, and the rules that they are: what opens one, what closes it, what is said when it comes due
(LANGUAGE.md §7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policyd.check import resolved as r
from policyd.check.actions import actions
from policyd.check.draft import PolicyDraft
from policyd.check.kinds import event_kind, event_kinds
from policyd.check.references import reference
from policyd.check.rules import condition
from policyd.check.walk import reads_state
from policyd.language import nodes as n
from policyd.language.source import Span
from policyd.language.types import BOOL, ROLE, list_of

REPLY: Final = "reply"
_NEVER: Final = frozenset({"leave", "outcome"})
"""Events that nobody can owe anything from: the member has gone, or there is none."""
_ANSWERING: Final[dict[n.Audience, tuple[str, ...]]] = {
    "moderators": ("moderator", "admin", "owner"), "admins": ("admin", "owner"), "owner": ("owner",),
    "member": ("member", "moderator", "admin", "owner"),
}  # fmt: skip


def duties(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Duty):
        kinds = _kinds(declared, policy)
        policy.duties[declared.name] = _duty(declared, kinds, policy)
        for rule in (*_opening(declared, kinds, policy), *_timed(declared, policy)):
            policy.rules[rule.name.removeprefix(f"{policy.name}.")] = rule


def _kinds(declared: n.Duty, policy: PolicyDraft) -> tuple[str, ...]:
    kinds = event_kinds(declared.kinds, policy)
    for name in declared.kinds:
        if name.text in kinds and name.text in _NEVER:
            policy.report("C581", name.span, kind=name.text)
    return kinds


def by_time(declared: n.Duty) -> list[n.Remind]:
    """Reminders, the earliest first."""
    return sorted(declared.reminders, key=lambda remind: remind.after)


def _duty(declared: n.Duty, kinds: tuple[str, ...], policy: PolicyDraft) -> r.Duty:
    for duration, span in _durations(declared):
        if duration <= 0:
            policy.report("C219", span)
    return r.Duty(
        policy.qualified(declared.name),
        declared.title or declared.name,
        kinds,
        tuple(r.Within(part.duration, _hours(part.hours, policy)) for part in declared.within),
        declared.due.days if declared.due else (),
        declared.due.time if declared.due else 0,
        _hours(declared.pause, policy),
        tuple(remind.after for remind in by_time(declared)),
        declared.late is not None,
        declared.until is not None and declared.until.kind.text == REPLY,
        declared.each,
        declared.together,
        declared.even_if_removed,
        span=declared.span,
    )


def _durations(declared: n.Duty) -> Iterator[tuple[int, Span]]:
    yield from ((part.duration, part.span) for part in declared.within)
    yield from ((remind.after, remind.span) for remind in declared.reminders)


def _hours(name: n.Name | None, policy: PolicyDraft) -> str | None:
    if name is None or reference(name, n.Hours, policy) is None:
        return None
    return policy.qualified(name.text)


def _opening(declared: n.Duty, kinds: tuple[str, ...], policy: PolicyDraft) -> Iterator[r.Rule]:
    where = condition(declared.where, "where", kinds, policy)
    yield _quiet(declared, "open", kinds, where, policy)
    until = declared.until
    if until is None:
        return
    kind: str | None = "message"
    if until.kind.text != REPLY:
        kind = event_kind(until.kind.text, until.kind.span, policy)
    if kind is None:
        return
    owed = r.DutyOpen(policy.qualified(declared.name), BOOL, span=until.span)
    closing: list[r.Expr] = [owed]
    written = condition(until.where, "where", (kind,), policy)
    if written is not None:
        closing.extend(written.items if isinstance(written, r.And) else (written,))
    if until.by is not None:
        role = r.Fact("member.role", ROLE, span=until.span)
        roles = r.Const(_ANSWERING[until.by], list_of(ROLE), span=until.span)
        closing.append(r.InList(role, roles, False, BOOL, span=until.span))
    done = owed if len(closing) == 1 else r.And(tuple(closing), BOOL, span=until.span)
    yield _quiet(declared, "done", (kind,), done, policy)


def _quiet(
    declared: n.Duty, clause: str, kinds: tuple[str, ...], when: r.Expr | None, policy: PolicyDraft
) -> r.Rule:
    own = policy.qualified(declared.name)
    does: r.Workflow = "open duty" if clause == "open" else "close duty"
    return r.Rule(
        f"{own}.{clause}",
        declared.title or declared.name,
        False,
        kinds,
        when,
        None,
        (r.Action(does, subject=own, span=declared.span),),
        (),
        reads_state(when, policy.let_reads),
        of=own,
        quiet=True,
        span=declared.span,
    )


def _timed(declared: n.Duty, policy: PolicyDraft) -> Iterator[r.Rule]:
    own = policy.qualified(declared.name)
    occasion = "together" if declared.together else "duty"

    def rule(clause: str, written: tuple[n.Action, ...]) -> r.Rule:
        then = actions(written, policy, (occasion,), "rule")
        return r.Rule(
            f"{own}.{clause}", declared.title or declared.name, False, (f"{clause} {own}",), None, None, then, (),
            False, of=own, span=declared.span,
        )  # fmt: skip

    for place, remind in enumerate(by_time(declared), 1):
        yield rule("remind" if place == 1 else f"remind{place}", remind.then)
    if declared.late is not None:
        yield rule("late", declared.late)
