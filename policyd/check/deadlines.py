"""Duties that nobody can keep, reminders that come too late, and duties of which nobody hears."""

from __future__ import annotations

from typing import Final

from policyd.check.draft import PolicyDraft
from policyd.check.duties import REPLY, by_time
from policyd.check.facts import MESSAGES
from policyd.check.reach import Reach
from policyd.check.weeks import covers_week, longest_wait
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase, Related
from policyd.language.source import Span

_MINUTE: Final = 60_000


def deadlines(policy: PolicyDraft) -> None:
    reach = Reach(policy.lets)
    for declared in policy.of(n.Duty):
        _check_reminders(declared, policy)
        _check_until(declared, reach, policy)
        pause = policy.hours.get(declared.pause.text) if declared.pause else None
        if declared.pause is not None and pause is not None and covers_week(pause):
            policy.report("C583", declared.pause.span, name=declared.pause.text)
        if declared.late is None and not declared.reminders:
            policy.report("W343", declared.name_span, name=declared.name)


def _check_reminders(declared: n.Duty, policy: PolicyDraft) -> None:
    latest = max((part.duration for part in declared.within), default=0)
    if declared.due is not None:
        latest = longest_wait(declared.due.days) * _MINUTE
    before: n.Remind | None = None
    for remind in by_time(declared):
        place = _opening(remind.span)
        if before is not None and before.after == remind.after:
            policy.report("C582", place, Related(_opening(before.span), Phrase("the first one is here", "先前在这里")))
        elif remind.after >= latest > 0:
            policy.report("W342", place, name=declared.name)
        before = remind


def _opening(span: Span) -> Span:
    """Of a clause, what stands before its actions: `remind after 20h`."""
    return Span(span.source, span.start, span.start + len(span.text.partition("then")[0].rstrip()))


def _check_until(declared: n.Duty, reach: Reach, policy: PolicyDraft) -> None:
    until = declared.until
    if until is None:
        return
    done = policy.rules.get(f"{declared.name}.done")
    if until.kind.text == REPLY:
        for kind in declared.kinds:
            if kind.text not in MESSAGES and kind.text in policy.duties[declared.name].kinds:
                policy.report("C590", until.kind.span, kind=kind.text)
    if until.kind.text == "leave":
        why = Phrase("who leaves owes nothing any more anyway", "成员退群后本来就不再有义务")
        policy.report("W344", until.kind.span, why=why)
    elif until.where is not None and done is not None and done.when is not None and not reach.can_be_true(done.when):
        why = Phrase("this condition is never true", "这个条件不可能成立")
        policy.report("W344", until.where.span, why=why)
