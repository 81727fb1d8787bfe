"""What rules add to tallies, and what is taken back of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policyd.check import resolved as r
from policyd.model.event import Event
from policyd.model.records import Account, Award
from policyd.reference.expr import evaluate
from policyd.reference.firing import Fired
from policyd.reference.periods import day_of, number_of
from policyd.reference.state import Records

KEPT_DAYS = 62
KEPT_MONTHS = 25
KEPT_AWARDS = 30 * 24 * 3_600_000
"""So long an award can be taken back, in ms."""
MOST_AWARDS = 1000
"""So many of one account can be, the newest."""


@dataclass(frozen=True)
class Given:
    """What one rule adds to one member's account."""

    tally: str
    member: str
    rule: str
    amount: int


def is_removed(event: Event, verdict: str) -> bool:
    """What was removed, or waits, earns nothing (law L21)."""
    return verdict in (("refuse", "hold") if event.kind == "request" else ("hold", "delete"))


def given_by(adding: Iterable[tuple[Fired, r.Action]], policies: r.PolicySet, *, removed: bool) -> list[Given]:
    """By tally, member and rule."""
    sums: dict[tuple[str, str, str], int] = {}
    for fired, action in adding:
        whose, amount, tally = account_of(fired, action), amount_of(fired, action), action.subject or ""
        if whose and (amount <= 0 or not removed or policies.tallies[tally].even_if_removed):
            sums[tally, whose, fired.rule.name] = sums.get((tally, whose, fired.rule.name), 0) + amount
    return [Given(*key, amount) for key, amount in sorted(sums.items()) if amount]


def amount_of(fired: Fired, action: r.Action) -> int:
    return action.amount if isinstance(action.amount, int) else evaluate(action.amount, fired.env) or 0


def account_of(fired: Fired, action: r.Action) -> str:
    """The member's id, "" for nobody."""
    if action.of is not None:
        return evaluate(action.of, fired.env) or ""
    member = fired.env.event.member
    return "" if member.role == "bot" else member.id


def add(given: Given, records: Records, zone: str, event: str, now: int, *, undoable: bool) -> None:
    """`undoable`: the decision is written down, so that it can be taken back."""
    account = records.file(given.member).accounts.setdefault(given.tally, Account())
    _book(account, given.amount, day_of(zone, now), day_of(zone, now))
    if undoable:
        account.awards = [one for one in account.awards if one.at >= now - KEPT_AWARDS]
        before = [one for one in account.awards if one.event == event]
        award = before[0] if before else Award(event, now, {})
        award.rules[given.rule] = given.amount
        account.awards = [*account.awards, *([] if before else [award])][-MOST_AWARDS:]
    _forget_if_empty(given.tally, given.member, records)


def take_back(
    event: str, rules: frozenset[str] | None, records: Records, policies: r.PolicySet, now: int
) -> dict[str, dict[str, int]]:
    """What the event added by these rules (None: by all), by tally and member, is taken from the day on which it was
    added."""
    taken: dict[str, dict[str, int]] = {}
    zones = {tally.name: policy.zone for policy in policies.policies for tally in policy.tallies}
    for member, file in sorted(records.files.items()):
        for tally, account in sorted(file.accounts.items()):
            for award in [one for one in account.awards if one.event == event and tally in zones]:
                lost = {rule: amount for rule, amount in award.rules.items() if rules is None or rule in rules}
                award.rules = {rule: amount for rule, amount in award.rules.items() if rule not in lost}
                amount, zone = sum(lost.values()), zones[tally]
                _book(account, -amount, day_of(zone, award.at), day_of(zone, now))
                if amount:
                    taken.setdefault(tally, {})[member] = amount
            account.awards = [one for one in account.awards if one.rules]
            _forget_if_empty(tally, member, records)
    return taken


def _book(account: Account, amount: int, day: int, today: int) -> None:
    """Adds to the day and its month, and forgets those that are long past, or have nothing."""
    month, this_month = number_of("month", day), number_of("month", today)
    account.total += amount
    account.days[day] = account.days.get(day, 0) + amount
    account.months[month] = account.months.get(month, 0) + amount
    account.days = {one: kept for one, kept in account.days.items() if kept and one > today - KEPT_DAYS}
    account.months = {one: kept for one, kept in account.months.items() if kept and one > this_month - KEPT_MONTHS}


def _forget_if_empty(tally: str, member: str, records: Records) -> None:
    accounts = records.file(member).accounts
    if accounts[tally] == Account():
        del accounts[tally]
