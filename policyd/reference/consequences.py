"""What a decision counts in the figures of its group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from policyd.model import figures as names
from policyd.model.decision import Action
from policyd.model.records import Ticket
from policyd.reference.figures import Done, Log

HUMAN = ("approved", "refused")
TAKEN_BACK = (("proposal", "refused"), ("brake", "refused"), ("hold", "approved"), ("request", "approved"))
"""Tickets so settled say that the rules were wrong."""


def of_actions(actions: Iterable[Action]) -> Counter[str]:
    return Counter(names.DONE + action.do for action in actions)


def of_rules(punishing: Iterable[str], overruled: Iterable[str]) -> Counter[str]:
    """The live rules that asked for a punishing action, and those that a human took back."""
    return Counter([*(names.VIOLATIONS + rule for rule in punishing), *(names.OVERRULED + rule for rule in overruled)])


def of_tickets(before: Mapping[str, Ticket], after: Mapping[str, Ticket]) -> Counter[str]:
    """Those that were opened, and those that were settled."""
    found: Counter[str] = Counter()
    for ticket in after.values():
        if ticket.id not in before:
            found[names.OPENED] += 1
        elif ticket.status != "open" and before[ticket.id].status == "open":
            found += settled(ticket)
    return found


def settled(ticket: Ticket) -> Counter[str]:
    found = Counter([names.SETTLED[ticket.status]])
    if ticket.status in HUMAN:
        took = ticket.settled - ticket.opened
        found[names.ANSWERED_MS] = took
        found[names.ANSWERED[sum(took > most for most in names.ANSWERED_WITHIN)]] = 1
    if (ticket.kind, ticket.status) in TAKEN_BACK:
        found += of_rules((), ticket.rules)
    return found


def write(log: Log, day: int, found: Counter[str]) -> None:
    log.done += [Done(day, figure, amount) for figure, amount in found.items() if amount]
