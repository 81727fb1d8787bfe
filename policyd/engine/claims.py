"""What is filed before anything is recorded: votes, evidence, appeals, and the uses of approvals that are numbered."""

from __future__ import annotations

from functools import partial
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from policyd.check.resolved import Review
from policyd.compile.reviews import period_start
from policyd.engine import reviews
from policyd.engine.case import Case, covering
from policyd.engine.course import Course, course_of
from policyd.engine.desk import Desk, Told, file_changes
from policyd.engine.petitions import Petition
from policyd.engine.review_file import key_of, observed_file
from policyd.model.records import STAMP, Record, Use, pack
from policyd.model.state import StoreUnavailable
from policyd.state.store import Store

_LOST = "lost"
"""The flag that tells which approvals had been used up by others meanwhile."""


async def claim(store: Store, course: Course, petition: Petition | None) -> Course:
    """The course with what was claimed. Where others have used an approval up meanwhile it is decided again; where the
    store fails, as if it had not been asked (law L15)."""
    is_nothing_claimed = petition is None and not course.wanted.effects
    if is_nothing_claimed or course.case.observed is None:
        return course
    try:
        if petition is not None:
            return await _file_petition(store, course, petition)
        return await _claim_uses(store, course)
    except StoreUnavailable:
        return _decided_again(course, replace(course.case, observed=None))


async def _file_petition(store: Store, course: Course, petition: Petition) -> Course:
    if petition.change is None:
        raise StoreUnavailable("the store could not be asked about the ticket")
    ask, observed = course.case.ask, course.observed
    event = f"{ask.event}\0claim"
    course.claimed = await file_changes(store, ask.tenant, ask.group, event, observed.now, (petition.change,), {})
    return course


async def _claim_uses(store: Store, course: Course) -> Course:
    """Decides again as long as an approval turns out to be used up."""
    turn = 0
    while course.wanted.effects and (used := _used(course)):
        ask, observed, turn = course.case.ask, course.observed, turn + 1
        event = f"{ask.event}\0use{turn}"
        change = partial(_use, used, ask.member, key_of(course.case.event))
        seen = {} if observed.replayed else dict(zip(course.case.prepared.records, observed.records, strict=False))
        told = await file_changes(store, ask.tenant, ask.group, event, observed.now, (change,), seen)
        if _LOST not in told.flags:
            return course
        course = _decided_again(course, _used_up(course, told))
    return course


def _used(course: Course) -> list[tuple[Review, int]]:
    """The reviews of which this event uses one of so many approvals, with the start of the period; none where its
    content is held or deleted (law L21), or where the message was a use before, in whatever period."""
    case, wanted = course.case, course.wanted
    effects = wanted.does("use review")
    if not effects or any(asked.do in ("hold", "delete") for asked in wanted.asked):
        return []
    file, key, found = observed_file(case), key_of(case.event), []
    for effect in effects:
        review = case.program.policy_set.reviews[effect.subject]
        if review.at_most and review.per is not None:
            since = period_start(review.per, ZoneInfo(covering(case, review.name).zone), course.now)
            uses = file.reviews[review.name].uses if review.name in file.reviews else []
            if not any(use.event == key for use in uses):
                found.append((review, since))
    return found


def _use(used: list[tuple[Review, int]], member: str, key: str, desk: Desk) -> None:
    """Keeps all uses, or none where one of them is too many."""
    files = desk.file(member).reviews
    lost = []
    for review, since in used:
        uses = [use.event for use in files[review.name].uses if use.at >= since] if review.name in files else []
        if key not in uses and len(uses) >= review.at_most:
            lost.append(review.name)
    if lost:
        desk.told.flags[_LOST] = " ".join(lost)
        return
    for review, _ in used:
        reviews.use(desk, review, member, key)


def _used_up(course: Course, told: Told) -> Case:
    """The case as it would have been had the others been seen."""
    case, now = course.case, course.now
    file = observed_file(case)
    for name in told.flags[_LOST].split():
        review = case.program.policy_set.reviews[name]
        file.reviews[name].uses += [Use("~", now)] * review.at_most
    place = case.prepared.records.index(Record("file", case.ask.group, case.ask.member))
    stored = list(course.observed.records)
    stored[place] = stored[place][:STAMP] + pack(file)
    return replace(case, observed=replace(course.observed, records=tuple(stored)))


def _decided_again(course: Course, case: Case) -> Course:
    outcome = case.program.decide(case.prepared, case.observed)
    return course_of(case, outcome, course.human, course.reading)
