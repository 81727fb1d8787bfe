"""Taking a decision back: strikes, mutes, bans and awards; and saying what stays."""

from __future__ import annotations

from collections import Counter

from msgspec import UNSET

from policyd.check.resolved import PolicySet
from policyd.model.decision import Undone
from policyd.model.records import Ticket, Undoing
from policyd.reference.asking import Asked
from policyd.reference.awards import take_back as awards_back
from policyd.reference.consequences import of_rules
from policyd.reference.hearing import JOURNAL
from policyd.reference.state import Entry, Place
from policyd.reference.tickets import zone_of

AXES = (("mask", "hold", "delete"), ("warn", "call_out", "mute", "remove", "ban"), ("refuse",))
STAYS = ("mask", "delete", "warn", "call_out", "remove", "refuse")
"""What was done and cannot be undone."""


def take_back(entry: Entry, ticket: Ticket, place: Place, policies: PolicySet, now: int) -> tuple[Undone, list[Asked]]:
    """Undoes the decision, and says what the bot has to do for it."""
    entry.undone = True
    place.group.records.file(entry.member).undone[entry.event] = Undoing(now)
    strikes = {}
    for name in entry.steps:
        ladder = policies.ladders.get(name)
        if ladder is not None:
            member = place.climber(ladder, entry.member)
            taken = [one for one in member.strikes.get(name, []) if one.event == entry.event]
            member.strikes[name] = [one for one in member.strikes.get(name, []) if one.event != entry.event]
            strikes[name] = sum(one.weight for one in taken if not ladder.forget or one.instant > now - ladder.forget)
    words = _done(entry, policies)
    todo = ["unmute"] if _end_mute(entry, place, now) else []
    todo += ["unban"] if "ban" in words else []
    zone = zone_of(ticket.rules, policies)
    cannot = tuple(sorted(word.replace("_", " ") for word in words if word in STAYS))
    weights = {name: weight for name, weight in strikes.items() if weight}
    awards = awards_back(entry.event, None, place.group.records, policies, now) or UNSET
    undone = Undone(entry.event, entry.member, weights, cannot, awards)
    return undone, [Asked(do, ticket.rules, zone, ticket=ticket.id, message=ticket.message) for do in todo]


def take_back_rule(
    rule: str, since: int, place: Place, policies: PolicySet, now: int
) -> tuple[list[Undone], Counter[str]]:
    """What a rule added in decisions that were written down, for each that had not lost it yet; and what that counts in
    the figures. `rule`: a rule or declaration, qualified or plain."""
    undone, found = [], Counter[str]()
    for entry in place.group.journal:
        meant = {name for name in entry.asked if rule in _names(name, policies)}
        if entry.at < since or entry.at <= now - JOURNAL or entry.undone or meant <= entry.taken:
            continue
        found += of_rules((), meant - entry.taken)
        entry.taken |= meant
        entry.undone = entry.taken >= entry.asked.keys()
        awards = awards_back(entry.event, frozenset(meant), place.group.records, policies, now) or UNSET
        undone.append(Undone(entry.event, entry.member, {}, (), awards))
    return undone, found


def _names(rule: str, policies: PolicySet) -> list[str]:
    """By what it can be called."""
    known = policies.rules.get(rule)
    qualified = [rule] if known is None or not known.of else [rule, known.of]
    return [*qualified, *(name.partition(".")[2] for name in qualified)]


def _done(entry: Entry, policies: PolicySet) -> set[str]:
    """The strongest of what was asked for on each axis, by rules and by the steps that ran."""
    asked = {word for words in entry.asked.values() for word in words}
    for name, ran in entry.steps.items():
        ladder = policies.ladders.get(name)
        steps = [] if ladder is None else [step for step in ladder.steps if step.at == ran]
        asked |= {action.do.replace(" ", "_") for step in steps for action in step.actions}
    return {[word for word in axis if word in asked][-1] for axis in AXES if asked & set(axis)}


def _end_mute(entry: Entry, place: Place, now: int) -> bool:
    """Where the running mute is this decision's: the longest of the others counts. Whether none is left."""
    member = place.group.member(entry.member)
    if not entry.mute_until or member.muted_until != entry.mute_until or entry.mute_until <= now:
        return False
    others = [one.mute_until for one in place.group.journal if one.member == entry.member and not one.undone]
    member.muted_until = max((end for end in others if end > now), default=0)
    return not member.muted_until
