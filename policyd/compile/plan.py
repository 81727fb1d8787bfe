"""What a policy needs to be decided: which rules may fire on which words, what must be observed for which event.

Worked out once for each policy, from the checked tree alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Final

from policyd.check import resolved as r
from policyd.check.facts import KINDS
from policyd.compile.frame import Key
from policyd.compile.gates import Gate, Gates
from policyd.compile.hours import OpenHours, WallClock
from policyd.compile.kept import ORDER, record_of
from policyd.compile.reads import Figure, Reader, Reads, children, figure_key, listed_in
from policyd.compile.text_facts import DERIVED
from policyd.model.records import RecordKind

_INLINED_NODES: Final = 8
"""A let of at most so many nodes that reads no other let stands where it is read."""

OF_GROUP: Final = ("messages", "active")
"""Forms of counters that tell the group's own figures; no counter counts them."""
AS_EDIT: Final = {"message": "edit"}
"""An event of this kind may come out as one of that kind: a message whose id was seen before (law L10)."""


@dataclass(frozen=True)
class Needs:
    """What rules on one kind of event read, and what counts it: counters (as `counter`, or as `last` where the last
    period is read, before all others) and ladders by qualified name, in name order; the text facts to be matched, by
    key."""

    counters: tuple[tuple[str, str], ...] = ()
    ladders: tuple[str, ...] = ()
    subjects: Mapping[str, r.Fact | r.AttributeFact | r.Answer] = field(default_factory=dict)
    mute: bool = False
    silence: bool = False
    text: bool = False
    records: tuple[RecordKind, ...] = ()
    figures: tuple[Figure, ...] = ()


class PolicyPlan:
    """The plan of one policy."""

    def __init__(self, policy: r.Policy, clock: WallClock) -> None:
        self.policy = policy
        self.clock = clock
        self.rules = tuple(rule for rule in policy.rules if not (rule.shadow and rule.quiet))
        self.settings = {setting.name: setting for setting in policy.settings}
        self.rosters = {roster.name: roster for roster in policy.rosters}
        self.reviews = {review.name: review for review in policy.reviews}
        self.duties = {duty.name: duty for duty in policy.duties}
        self.tallies = {tally.name: tally for tally in policy.tallies}
        self.streaks = {streak.name: streak for streak in policy.streaks}
        self.tiers = {tiers.name: tiers for tiers in policy.tiers}
        self.lets = {let.name: let for let in policy.lets}
        self.reader = Reader(self.lets)
        self.hours = {hours.name: OpenHours(hours, WallClock(hours.zone)) for hours in policy.hours}
        self.inlined = frozenset(let.name for let in policy.lets if _is_small(let.value))
        self.exempts = _exempts_by_rule(policy.exempts)

    @cached_property
    def places(self) -> dict[Key, int]:
        """Where counters, ladders, records and figures stand in the `n` of generated functions."""
        keys: list[Key] = [("counter", counter.name) for counter in self.policy.counters]
        keys += [("last", counter.name) for counter in self.policy.counters if counter.per is not None]
        keys += [("ladder", ladder.name) for ladder in self.policy.ladders]
        keys += [("record", kind) for kind in ORDER]
        keys += [figure_key(figure) for figure in self._figures]
        return {key: place for place, key in enumerate(keys)}

    @cached_property
    def keyed(self) -> frozenset[str]:
        """Counters that have no value where the text that they go by is unknown."""
        return frozenset(
            counter.name for counter in self.policy.counters if any(not isinstance(key, str) for key in counter.keys)
        )

    @cached_property
    def stateful_lets(self) -> frozenset[str]:
        return frozenset(let.name for let in self.policy.lets if self.reader.let(let.name).stateful)

    @cached_property
    def stateful_exempts(self) -> frozenset[str]:
        return frozenset(exempt.name for exempt in self.policy.exempts if self.reader.of([exempt.when]).stateful)

    @cached_property
    def stateful_rules(self) -> frozenset[str]:
        """Rules that cannot always be decided without the store: they, or what exempts them, read state."""
        return frozenset(
            rule.name
            for rule in self.rules
            if self.reader.of([rule.when, rule.unless]).stateful
            or not self.stateful_exempts.isdisjoint(self.exempts.get(rule.name, ()))
        )

    @cached_property
    def gates(self) -> dict[str, Gate | None]:
        """The gate of each rule. None where it must be looked at on every event, as all with an `otherwise`."""
        gates = Gates(self.lets, self.duties)
        return {rule.name: None if rule.when is None or rule.otherwise else gates.of(rule.when) for rule in self.rules}

    @cached_property
    def counted(self) -> tuple[r.Counter, ...]:
        """The counters that anything reads, texts that list members by them included."""
        read = set(chain.from_iterable(reads.counters | reads.last for reads in self._reads_of_rules.values()))
        listed = {name for rule in self.rules for name in listed_in((*rule.then, *rule.otherwise))}
        read |= {name if "." in name else f"{self.policy.name}.{name}" for name in listed}
        return tuple(counter for counter in self.policy.counters if counter.name in read)

    @cached_property
    def needs(self) -> dict[str, Needs]:
        """By kind of event: what must be known before it can be decided, whatever it comes out as."""
        kinds = dict.fromkeys(chain(KINDS, *(rule.kinds for rule in self.rules)))
        return {kind: self._needs(kind) for kind in kinds}

    def _needs(self, kind: str) -> Needs:
        kinds = {kind, AS_EDIT.get(kind, kind)}
        reads = Reads()
        for rule in self.rules:
            if kinds.intersection(rule.kinds):
                reads.update(self._reads_of_rules[rule.name])
        last = [counter for counter in self.counted if counter.name in reads.last]
        counting = [counter for counter in self.counted if counter.kind in kinds and counter.form not in OF_GROUP]
        here = reads.counters.union(counter.name for counter in counting)
        counters = [counter for counter in self.counted if counter.name in here]
        for counter in counting:
            reads.update(self.reader.of([counter.where, counter.value]))
        for counter in (*last, *counters):
            reads.update(self.reader.of(key for key in counter.keys if not isinstance(key, str)))
        return Needs(
            counters=tuple([("last", one.name) for one in last] + [("counter", one.name) for one in counters]),
            ladders=tuple(sorted(reads.ladders)),
            subjects=dict(sorted(reads.subjects.items())),
            mute="member.muted" in reads.facts,
            silence="member.silent" in reads.facts,
            text=self._reads_text(reads),
            records=self._records(
                reads, any(_moves_standing(rule) for rule in self.rules if kinds.intersection(rule.kinds))
            ),
            figures=sorted_figures(reads.figures),
        )

    def _reads_text(self, reads: Reads) -> bool:
        """Whether anything is worked out from the message's text."""
        bound = any(self.reviews[review].approve == "content" for review in reads.reviews)
        return bound or any(fact.removeprefix("message.") in DERIVED for fact in reads.facts)

    def _records(self, reads: Reads, moves: bool) -> tuple[RecordKind, ...]:
        """The kinds of records that tell of what is read. `moves`: streaks go on, or members are placed."""
        kinds = {record_of(self.duties[duty]) for duty in reads.duties}
        kinds |= {"file"} if reads.reviews or reads.standing or moves else set()
        kinds |= {"board"} if reads.switches else set()
        return tuple(kind for kind in ORDER if kind in kinds)

    @cached_property
    def _figures(self) -> tuple[Figure, ...]:
        """All that any rule reads, and what lets and exemptions do that nobody needs."""
        read = [*self._reads_of_rules.values(), *map(self.reader.let, self.lets)]
        read.append(self.reader.of(exempt.when for exempt in self.policy.exempts))
        return sorted_figures(figure for reads in read for figure in reads.figures)

    @cached_property
    def _reads_of_rules(self) -> dict[str, Reads]:
        """What each rule reads, what exempts it, and what its texts and those of the ladders it strikes may print."""
        exempts = {exempt.name: exempt for exempt in self.policy.exempts}
        steps = {
            ladder.name: self.reader.of_actions(chain.from_iterable(step.actions for step in ladder.steps))
            for ladder in self.policy.ladders
        }
        found = {}
        for rule in self.rules:
            silencers = [exempts[name].when for name in self.exempts.get(rule.name, ())]
            reads = self.reader.of([rule.when, rule.unless, *silencers])
            actions = (*rule.then, *rule.otherwise)
            reads.update(self.reader.of_actions(actions))
            for action in actions:
                if action.do == "strike" and action.ladder is not None:
                    reads.update(steps[action.ladder])
            found[rule.name] = reads
        return found


def sorted_figures(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    """Each once."""
    return tuple(sorted(set(figures), key=figure_key))


def _moves_standing(rule: r.Rule) -> bool:
    """Whether what is filed about the member says if there is anything to do at all."""
    return any(action.do in ("place", "continue streak") for action in rule.then)


def _exempts_by_rule(exempts: Iterable[r.Exempt]) -> dict[str, tuple[str, ...]]:
    by_rule: dict[str, tuple[str, ...]] = {}
    for exempt in exempts:
        for rule in exempt.rules:
            by_rule[rule] = (*by_rule.get(rule, ()), exempt.name)
    return by_rule


def _is_small(expr: r.Expr) -> bool:
    stack, nodes = [expr], 0
    while stack and nodes <= _INLINED_NODES:
        expr = stack.pop()
        if isinstance(expr, r.LetValue):
            return False
        nodes += 1
        stack.extend(children(expr))
    return nodes <= _INLINED_NODES
