"""Tiers: where members are placed at the beginning of each period (§4)."""

from __future__ import annotations

from functools import partial

from policyd.compile.program import Outcome, Prepared
from policyd.engine.course import Course
from policyd.engine.desk import Change, Desk, Follow
from policyd.engine.review_file import file_in
from policyd.model.records import Placed
from policyd.model.state import Observed


def changes(course: Course) -> list[Change]:
    """Places the member whom the event is about, at the occurrence that has come due."""
    event = course.case.event
    if event.due is None:
        return []
    return [
        partial(_place, event.member.id, effect.subject, effect.tier, event.due.at)
        for effect in course.wanted.does("place")
    ]


def would_change(prepared: Prepared, observed: Observed, outcome: Outcome) -> bool:
    """Whether a member comes to another tier; where the file was not read along, they may."""
    file = file_in(prepared.records, observed.records)
    for each in outcome.fired:
        for action in each.rule.then:
            if action.do == "place" and action.subject is not None:
                placed = None if file is None else file.tiers.get(action.subject)
                if placed is None or placed.tier != action.tier:
                    return True
    return False


def _place(member: str, tiers: str, tier: str, at: int, desk: Desk) -> None:
    file = desk.file(member)
    before = file.tiers.get(tiers)
    if before is not None and before.tier == tier:
        return
    file.tiers[tiers] = Placed(tier, at)
    was = "" if before is None else before.tier
    desk.told.follows.append(Follow("tier", tiers, at, member, tier, was))
