"""What a decision counts in the figures of its group, once for its event."""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

from policyd.engine.case import Case
from policyd.engine.course import Course
from policyd.engine.journal import violated
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


def figures_of(case: Case, decision: Decision, course: Course | None = None) -> Count | None:
    """What the decision counts; None: nothing. `course`: of a decision with consequences. Of a degraded one nothing but
    what is done is counted, and violations where they were recorded."""
    counted: dict[str, int] = {}
    for action in decision.actions:
        _add(counted, f.DONE + action.do)
    if course is not None:
        _add_course(counted, course)
    if case.observed is None or not counted:
        return None
    ask, figures = case.ask, tuple(counted.items())
    return Count(ask.tenant, ask.group, case.prepared.route.zone, case.observed.now, figures, ask.event, ask.digest)


def figures_overruled(tenant: str, group: str, zone: str, now: int, rules: Iterable[str]) -> Count | None:
    """Decisions of these rules that were taken back by hand."""
    counted: dict[str, int] = {}
    for rule in rules:
        _add(counted, f.OVERRULED + rule)
    return Count(tenant, group, zone, now, tuple(counted.items())) if counted else None


async def count(store: Store, change: Count) -> None:
    """Where the store fails nothing is counted, which the next sending of the event makes good."""
    try:
        await store.count(change)
    except StoreUnavailable as failed:
        _warn(change, failed)


async def count_many(store: Store, changes: Sequence[Count]) -> None:
    """Likewise."""
    for change, failed in zip(changes, await store.count_many(changes), strict=True):
        if failed is not None:
            _warn(change, failed)


def _warn(change: Count, failed: StoreUnavailable) -> None:
    _log.warning("figures_not_counted: group `%s`: %s", change.group, failed)


def _add_course(counted: dict[str, int], course: Course) -> None:
    wanted, claimed = course.wanted, course.claimed
    if not course.settled.failed:
        for rule in violated(wanted):
            _add(counted, f.VIOLATIONS + rule)
    if course.degraded:
        return
    if opened := claimed.opened + course.told.opened:
        _add(counted, f.OPENED, opened)
    for rule in claimed.overruled:
        _add(counted, f.OVERRULED + rule)
    if claimed.settled is not None:
        _add_ticket(counted, claimed.settled)


def _add_ticket(counted: dict[str, int], ticket: Ticket) -> None:
    """One that is settled now."""
    _add(counted, f.SETTLED[ticket.status])
    if ticket.status != "expired":
        took = max(0, ticket.settled - ticket.opened)
        _add(counted, f.ANSWERED[bisect_left(f.ANSWERED_WITHIN, took)])
        if took:
            _add(counted, f.ANSWERED_MS, took)
    if (ticket.kind, ticket.status) in _OVERRULES:
        for rule in ticket.rules:
            _add(counted, f.OVERRULED + rule)


def _add(counted: dict[str, int], name: str, number: int = 1) -> None:
    counted[name] = counted.get(name, 0) + number
