"""What the state is when an event comes, and what its coming changes: counters and the last message.

An event is counted whatever is decided about it later (law L13).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import replace

from policyd.check import resolved as r
from policyd.model.event import Event
from policyd.model.records import MemberFile, Thread
from policyd.reference.climbing import total
from policyd.reference.counting import Happened, count, running_period, turned_back
from policyd.reference.environment import Environment, Hits, Value, text_key
from policyd.reference.expr import evaluate
from policyd.reference.figures import Statistics, came, clock_of, zone_of_group
from policyd.reference.reading import figures_in, matches_in
from policyd.reference.state import (
    RECEIPTS,
    Group,
    Member,
    Place,
    Seen,
    Strike,
    given_before,
    message_id,
    unforgotten,
)
from policyd.text.matcher import Matcher

TODAY = ("messages", "active")
"""Forms of counters that stand for figures of the group's running day."""


def covering(policies: r.PolicySet, event: Event) -> list[r.Policy]:
    """The policies that take part in the event's group (law L7)."""
    return [policy for policy in policies.policies if policy.scope.covers(event.group.id, event.group.tags)]


class Words:
    """The lexicons of all policies, and the texts in which each policy looks for words. `figures`: which of the group
    each policy reads."""

    def __init__(self, policies: r.PolicySet) -> None:
        self._matcher = Matcher.build([lexicon for policy in policies.policies for lexicon in policy.lexicons])
        self._facts = {
            policy.name: {
                text_key(match.fact): match.fact
                for expr in _expressions(policy)
                for match in matches_in(expr, policies)
            }
            for policy in policies.policies
        }
        self.figures = {policy.name: figures_in(policy) for policy in policies.policies}

    def found(self, policy: r.Policy, env: Environment) -> Mapping[str, Hits]:
        """What the lexicons find in the texts that this policy matches anywhere, by the fact."""
        texts = {key: evaluate(fact, env) for key, fact in self._facts[policy.name].items()}
        return {key: self._matcher.search(text) for key, text in texts.items() if text is not None}


def unseen(policies: r.PolicySet, words: Words, event: Event) -> Seen:
    """What the event itself tells. Of the state nothing is known (law L15)."""
    environments = {}
    for policy in covering(policies, event):
        bare = Environment(policies=policies, zone=policy.zone, event=event, edit=event.kind == "edit")
        environments[policy.name] = replace(bare, hits=words.found(policy, bare))
    return Seen(environments, edit=event.kind == "edit", given=frozenset(), now=None)


def see(policies: r.PolicySet, words: Words, place: Place, event: Event, now: int) -> Seen:
    """Counts the event and reads the state as it is before what will be decided."""
    seen = look(policies, words, place, event, now, arrives=True)
    if event.kind == "message" and not seen.edit:
        place.group.member(event.member.id).last_message = now
    message = message_id(event)
    if message is not None and not _is_known(place.group, event, now):
        place.group.messages[message] = now
    return seen


def look(policies: r.PolicySet, words: Words, place: Place, event: Event, now: int, *, arrives: bool = False) -> Seen:
    """The state as this event sees it. `arrives`: the event happens now and is counted."""
    group, records = place.group, place.group.records
    edit = _is_edit(group, event, now)
    member = group.members.get(event.member.id, Member())
    blind = unseen(policies, words, event).environments
    zone = zone_of_group(covering(policies, event))
    today = clock_of(zone, now)[0]
    coming = came(event, zone, now, edit=edit)
    if arrives and coming is not None:
        group.log.came.append(coming)
    statistics = Statistics(group.log)
    environments = {}
    for policy in covering(policies, event):
        bare = replace(blind[policy.name], edit=edit)
        if arrives:
            _count(policy, place, bare, now)
        environments[policy.name] = replace(
            bare,
            counters=_counters(policy, place, bare, now) | _of_today(policy, statistics, today),
            last=_counters(policy, place, bare, now, last=True),
            figures={expr: statistics.fact(expr, today, event.group.size) for expr in words.figures[policy.name]},
            strikes={
                ladder.name: total(unforgotten(_strikes(place, ladder, event.member.id), ladder, now))
                for ladder in policy.ladders
            },
            now=now,
            mute_until=member.muted_until if member.muted_until > now else 0,
            last_seen=_last_seen(place, event, member),
            file=deepcopy(records.files.get(event.member.id)) or MemberFile(),
            thread=deepcopy(records.threads.get(_answered(event))) or Thread(),
            board=deepcopy(records.board),
        )
    return Seen(environments, edit, given_before(group, event, now) if edit else frozenset(), now)


def _strikes(place: Place, ladder: r.Ladder, member: str) -> list[Strike]:
    home = place.wide if ladder.across_groups else place.group
    return home.members.get(member, Member()).strikes.get(ladder.name, [])


def _last_seen(place: Place, event: Event, member: Member) -> int | None:
    """Sweeps and tiers reach members who never wrote; they are silent since they are known."""
    known = place.group.records.members.get(event.member.id)
    since = known.since if known is not None and event.kind.startswith(("sweep ", "tiers ")) else 0
    return max(member.last_message, since) or None


def _answered(event: Event) -> str:
    return (event.message.reply_to if event.message is not None else None) or ""


def _expressions(policy: r.Policy) -> Iterable[r.Expr]:
    for rule in policy.rules:
        yield from (expr for expr in (rule.when, rule.unless) if expr is not None)
    yield from (exempt.when for exempt in policy.exempts)
    yield from (counter.where for counter in policy.counters if counter.where is not None)
    yield from (let.value for let in policy.lets)


def _count(policy: r.Policy, place: Place, env: Environment, now: int) -> None:
    """Adds the event to every counter that counts it. One with an unknown key counts nothing."""
    kind = "edit" if env.edit else env.event.kind
    for counter in policy.counters:
        key = _keys(counter, env)
        if key is None or counter.form in TODAY:
            continue
        happened = turned_back(_counted(place, counter).get((counter.name, key), []), now)
        value = _value(counter, env)
        if (
            counter.kind == kind
            and (counter.where is None or evaluate(counter.where, env) is True)
            and value is not None
        ):
            happened.append(Happened(now, running_period(happened, counter, policy.zone, now), value))
        _counted(place, counter)[counter.name, key] = happened


def _value(counter: r.Counter, env: Environment) -> Value:
    """What the event is to the counter; None: nothing."""
    if counter.value is None:
        return 1
    value = evaluate(counter.value, env)
    return None if counter.form == "sum" and value is not None and value <= 0 else value


def _counters(policy: r.Policy, place: Place, env: Environment, now: int, *, last: bool = False) -> dict[str, int]:
    """The value of every counter; one with an unknown key is unknown, and left out. `last`: in the last complete
    period, of those that have periods."""
    asked = [one for one in policy.counters if one.form not in TODAY and (one.per is not None or not last)]
    return {
        counter.name: count(_counted(place, counter).get((counter.name, key), []), counter, policy.zone, now, last=last)
        for counter in asked
        if (key := _keys(counter, env)) is not None
    }


def _of_today(policy: r.Policy, statistics: Statistics, today: int) -> dict[str, int]:
    """The counters that stand for figures of the running day."""
    figures = {"messages": statistics.messages, "active": statistics.active}
    return {
        counter.name: min(counter.cap, figures[counter.form](today))
        for counter in policy.counters
        if counter.form in figures
    }


def _counted(place: Place, counter: r.Counter) -> dict[tuple[str, tuple[Value, ...]], list[Happened]]:
    return (place.wide if counter.across_groups else place.group).counted


def _keys(counter: r.Counter, env: Environment) -> tuple[Value, ...] | None:
    values = tuple(_key(key, env, wide=counter.across_groups) for key in counter.keys)
    return None if None in values else values


def _key(key: r.Expr | str, env: Environment, *, wide: bool) -> Value:
    match key:
        case "member":
            return env.event.member.id
        case "group":
            return "" if wide else env.event.group.id
        case str():
            raise ValueError(key)
    return evaluate(key, env)


def _is_edit(group: Group, event: Event, now: int) -> bool:
    """An edit, or a second message of a known id (law L10)."""
    return event.kind == "edit" or (event.kind == "message" and _is_known(group, event, now))


def _is_known(group: Group, event: Event, now: int) -> bool:
    """Whether a message of this id was seen before."""
    message = message_id(event)
    return message is not None and group.messages.get(message, -RECEIPTS) > now - RECEIPTS
