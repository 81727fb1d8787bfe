"""Tallies: what events add to the accounts of members, and what of it is taken back (§4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Final

from policyd.check.resolved import PolicySet
from policyd.engine.asked import Added
from policyd.engine.case import covering, policy_of
from policyd.engine.course import Course
from policyd.engine.desk import DAY, Change, Desk
from policyd.engine.duties import REMOVED
from policyd.engine.instants import day_in
from policyd.engine.journal import who_asked
from policyd.model.decision import Action, Because
from policyd.model.local_days import number_of
from policyd.model.records import Account, Award, MemberFile

_DAYS: Final = 62
_MONTHS: Final = 25
"""So many local days and months of an account are kept."""
_TAKEN_BACK: Final = 30 * DAY
"""So long an award can be taken back."""
_MOST_AWARDS: Final = 1000
"""Of one account; the oldest can no longer be taken back."""


def added(course: Course) -> list[Added]:
    """What the event adds, by tally, member and rule: what was removed earns nothing."""
    removed, tallies = course.resolved.verdict in REMOVED, course.case.program.policy_set.tallies
    sums: dict[tuple[str, str, str], int] = {}
    for each in course.wanted.added:
        if not removed or each.amount < 0 or tallies[each.tally].even_if_removed:
            key = each.tally, each.member, each.rule
            sums[key] = sums.get(key, 0) + each.amount
    return [Added(*key, amount) for key, amount in sorted(sums.items()) if amount]


def told(course: Course) -> list[Action]:
    return [
        Action("add", (Because(each.rule),), member=each.member, to=each.tally, amount=each.amount)
        for each in added(course)
    ]


def changes(course: Course) -> list[Change]:
    """One for each account."""
    case, found = course.case, dict[tuple[str, str], dict[str, int]]()
    for each in added(course):
        found.setdefault((each.tally, each.member), {})[each.rule] = each.amount
    event = case.event.id if who_asked(course.wanted, course.wanted.strikes.values()) else None
    return [
        partial(_add, member, tally, covering(case, tally).zone, rules, event)
        for (tally, member), rules in found.items()
    ]


def take_back(
    files: Mapping[str, MemberFile], event: str, rules: Collection[str] | None, policies: PolicySet
) -> dict[str, dict[str, int]]:
    """Takes back what `rules` (None: all) added on an event to the accounts in these members' files; how much that was,
    by tally and member."""
    zones = {policy.name: policy.zone for policy in policies.policies}
    taken: dict[str, dict[str, int]] = {}
    for member, file in sorted(files.items()):
        for tally in sorted(file.accounts):
            for award in file.accounts[tally].awards:
                gone = [rule for rule in award.rules if rules is None or rule in rules]
                if award.event == event and gone:
                    amount = sum(award.rules.pop(rule) for rule in gone)
                    if amount:
                        taken.setdefault(tally, {})[member] = amount
                    _book(file.accounts[tally], -amount, day_in(zones.get(policy_of(tally), "UTC"), award.at))
            _tidy(file, tally)
    return {tally: taken[tally] for tally in sorted(taken)}


def _add(member: str, tally: str, zone: str, rules: dict[str, int], event: str | None, desk: Desk) -> None:
    """`event`: that of the award, None where it leaves no journal and so cannot be taken back."""
    file = desk.file(member)
    account = file.accounts.setdefault(tally, Account())
    day = day_in(zone, desk.now)
    _book(account, sum(rules.values()), day)
    if event is not None:
        kept = [award for award in account.awards if award.at >= desk.now - _TAKEN_BACK]
        account.awards = [*kept, Award(event, desk.now, dict(rules))][-_MOST_AWARDS:]
    month = number_of("month", day)
    account.days = {each: amount for each, amount in account.days.items() if each > day - _DAYS}
    account.months = {each: amount for each, amount in account.months.items() if each > month - _MONTHS}
    _tidy(file, tally)


def _book(account: Account, amount: int, day: int) -> None:
    """Adds to the total, and to the local day and its month."""
    account.total += amount
    for book, number in ((account.days, day), (account.months, number_of("month", day))):
        book[number] = book.get(number, 0) + amount
        if not book[number]:
            del book[number]


def _tidy(file: MemberFile, tally: str) -> None:
    """Forgets awards of which nothing is left, and an account in which nothing is."""
    account = file.accounts[tally]
    account.awards = [award for award in account.awards if award.rules]
    if account == Account():
        del file.accounts[tally]
