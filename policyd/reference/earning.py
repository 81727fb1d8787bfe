"""What an event does to standing: awards, streaks and tiers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from policyd.check import resolved as r
from policyd.model.decision import Action, Because
from policyd.model.records import Placed, Run
from policyd.reference.awards import add, given_by, is_removed
from policyd.reference.firing import Fired, Firings
from policyd.reference.following import step_reached, tier_changed
from policyd.reference.periods import day_of
from policyd.reference.recording import content_only, journaled
from policyd.reference.state import Seen
from policyd.reference.streaks import proceed
from policyd.reference.tickets import zone_of

if TYPE_CHECKING:
    from policyd.reference.filing import Filing


def effects(found: Firings, seen: Seen, do: str) -> Iterator[tuple[Fired, r.Action]]:
    """What live rules do to workflows, switches and tallies. A switch is set, and a tally added to, once for a message
    (law L10)."""
    for fired in found.live:
        for action in fired.actions:
            if action.do == do and not (do in ("set", "add") and content_only(fired, seen)):
                yield fired, action


def earn(filing: Filing) -> None:
    """Adds what is told to the actions of the filing, and what follows to its `follows`."""
    removed = is_removed(filing.event, filing.verdict)
    _award(filing, removed=removed)
    if filing.event.member.id:
        _proceed(filing, removed=removed)
        _place(filing)


def _award(filing: Filing, *, removed: bool) -> None:
    undoable = bool(journaled(filing.found.live, filing.seen))
    adding = effects(filing.found, filing.seen, "add")
    for given in given_by(adding, filing.policies, removed=removed):
        filing.files = True
        zone = zone_of([given.tally], filing.policies)
        add(given, filing.place.group.records, zone, filing.event.id, filing.now, undoable=undoable)
        because = (Because(given.rule),)
        filing.actions.append(Action("add", because, member=given.member, to=given.tally, amount=given.amount))


def _proceed(filing: Filing, *, removed: bool) -> None:
    for fired, action in effects(filing.found, filing.seen, "continue streak"):
        streak = filing.policies.streaks[action.subject or ""]
        if filing.event.member.role == "bot" or (removed and not streak.even_if_removed):
            continue
        runs = filing.place.group.records.file(filing.event.member.id).runs
        run = runs.setdefault(streak.name, Run())
        reached = proceed(streak, run, day_of(fired.policy.zone, filing.now))
        filing.files |= reached is not None
        for step in reached or ():
            filing.follows.append(step_reached(filing.event, streak.name, step, run.last, run.length))


def _place(filing: Filing) -> None:
    for _, action in effects(filing.found, filing.seen, "place"):
        tiers, due = filing.place.group.records.file(filing.event.member.id).tiers, filing.event.due
        name, before = action.subject or "", tiers.get(action.subject or "")
        if due is not None and (before is None or before.tier != action.tier):
            filing.files = True
            tiers[name] = Placed(action.tier, due.at)
            was = None if before is None else before.tier
            filing.follows.append(tier_changed(filing.event, name, due.at, was, action.tier))
