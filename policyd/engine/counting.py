"""What a decision counts in the figures of its group, once for its event."""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from typing import Final

from policyd.engine.case import Case
from policyd.engine.course import Course
from policyd.engine.journal import who_asked
from policyd.model import figures as f
from policyd.model.decision import Decision
from policyd.model.figures import Count
from policyd.model.records import Ticket
from policyd.model.state import StoreUnavailable
from policyd.state.store import Store

_OVERRULES: Final = frozenset({
    ("proposal", "refused"), ("brake", "refused"), ("hold", "approved"), ("request", "approved")
})  # fmt: skip
"""How a human settles a ticket of which kind where the rules behind it were wrong."""
_log = logging.getLogger("policyd")


async def count(store: Store, case: Case, decision: Decision, course: Course | None = None) -> None:
    """`course`: of a decision with consequences. Of a degraded one nothing but what is done is counted, and violations
    where they were recorded. Where the store fails nothing is, which the next sending of the event makes good."""
    counted = Counter(f.DONE + action.do for action in decision.actions)
    if course is not None:
        counted.update(_of_course(course))
    if case.observed is None or not counted:
        return
    ask, zone = case.ask, case.prepared.zone
    figures = tuple(sorted((+counted).items()))
    await _count(store, Count(ask.tenant, ask.group, zone, case.observed.now, figures, ask.event, ask.digest))


async def count_overruled(
    store: Store, tenant: str, group: str, zone: str, now: int, rules: Iterable[str]
) -> None:  # fmt: skip
    """Decisions of these rules that were taken back by hand."""
    counted = Counter(f.OVERRULED + rule for rule in rules)
    if counted:
        await _count(store, Count(tenant, group, zone, now, tuple(sorted(counted.items()))))


async def _count(store: Store, change: Count) -> None:
    try:
        await store.count(change)
    except StoreUnavailable as failed:
        _log.warning("figures_not_counted: group `%s`: %s", change.group, failed)


def _of_course(course: Course) -> Counter[str]:
    counted: Counter[str] = Counter()
    wanted, claimed, told = course.wanted, course.claimed, course.told
    if not course.settled.failed:
        counted.update(f.VIOLATIONS + rule for rule in who_asked(wanted, wanted.strikes.values()))
    if course.degraded:
        return counted
    if claimed.opened + told.opened:
        counted[f.OPENED] += claimed.opened + told.opened
    counted.update(f.OVERRULED + rule for rule in claimed.overruled)
    if claimed.settled is not None:
        counted.update(_of_ticket(claimed.settled))
    return counted


def _of_ticket(ticket: Ticket) -> Counter[str]:
    """Of one that is settled now."""
    counted = Counter([f.SETTLED[ticket.status]])
    if ticket.status != "expired":
        took = max(0, ticket.settled - ticket.opened)
        counted[f.ANSWERED_MS] += took
        counted[f.ANSWERED[bisect_left(f.ANSWERED_WITHIN, took)]] += 1
    if (ticket.kind, ticket.status) in _OVERRULES:
        counted.update(f.OVERRULED + rule for rule in ticket.rules)
    return counted
