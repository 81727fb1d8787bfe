"""Limits that another limit makes idle, and limits that climb a ladder too fast."""

from __future__ import annotations

from policyd.check import resolved as r
from policyd.check.axes import AXES, weaker_on
from policyd.check.draft import PolicyDraft
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase, Related


def overlaps(policy: PolicyDraft) -> None:
    limits = list(policy.of(n.Limit))
    alike: dict[object, list[n.Limit]] = {}
    for limit in limits:
        alike.setdefault(_counted(limit, policy), []).append(limit)
    for later in limits:
        others = alike[_counted(later, policy)]
        earlier = next((other for other in others if other is not later and _covers(other, later, policy)), None)
        if earlier is not None:
            place = Related(earlier.at_most_span, Phrase("this one fires first", "这一条先触发"))
            policy.report("W401", later.at_most_span, place, name=later.name, other=earlier.name)
    for limit in limits:
        for action in policy.rules[limit.name].then:
            ladder = next((each for each in policy.ladders.values() if each.name == action.ladder), None)
            if action.do == "strike" and ladder is not None and not ladder.together:
                name = ladder.name.removeprefix(f"{policy.name}.")
                place = Related(policy.names["ladder"][name].name_span, Phrase("the ladder", "阶梯"))
                policy.report("W402", action.span, place, name=name)


def _counted(limit: n.Limit, policy: PolicyDraft) -> object:
    """What a limit counts, and when it does not."""
    counter = policy.counters[limit.name]
    return counter.kind, counter.keys, counter.where, counter.per, counter.form, counter.value, limit.unless


def _covers(first: n.Limit, second: n.Limit, policy: PolicyDraft) -> bool:
    """Whether `first`, which counts the same, has always fired when `second` does, and nothing that `second` asks for
    comes on top."""
    a, b = policy.counters[first.name], policy.counters[second.name]
    if not isinstance(first.at_most, int) or not isinstance(second.at_most, int):
        return False
    if first.at_most > second.at_most or a.within < b.within:
        return False
    if (first.at_most, a.within) == (second.at_most, b.within) and first.name > second.name:
        return False
    return all(_adds_nothing(action, policy.rules[first.name].then) for action in policy.rules[second.name].then)


def _adds_nothing(action: r.Action, others: tuple[r.Action, ...]) -> bool:
    if any(action == other or weaker_on(action.do, other.do) for other in others):
        return True
    plain = action.do in AXES["content"] and action.text is None
    return plain and any(action.do == other.do for other in others)
