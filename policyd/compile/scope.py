"""What is done for an event of one kind in a group: what the covering policies call, observe and read, together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from policyd.check.resolved import Counter, Ladder, Policy
from policyd.compile.facts import Reader, reader
from policyd.compile.frame import Key
from policyd.compile.gates import RECORD, Gate, by_record
from policyd.compile.kept import ORDER
from policyd.compile.link import Code
from policyd.compile.plan import AS_EDIT, Needs, PolicyPlan
from policyd.compile.program import Hits
from policyd.model.records import RecordKind
from policyd.model.state import Bump, LadderRead, Observed, Window

Call = tuple[Callable[..., Any], tuple[int | None, ...]]
"""A generated function and its `n`."""

_AS_EDIT: Final = Observed(now=0, edit=True)
"""Stands for what is observed where a counter of edits asks for the event's kind before that is known."""


_NOTHING: Final = Needs()


class Gated:
    """Functions by the words that let them fire."""

    def __init__(self, calls: Iterable[tuple[Gate, Call]], lexicons: Mapping[str, int]) -> None:
        self._by_word: dict[tuple[str, int], dict[int, Call]] = {}
        self._gates: dict[str, int] = {}
        for number, (gate, call) in enumerate(calls):
            for key, lexicon in gate:
                self._by_word.setdefault((key, lexicons[lexicon]), {})[number] = call
                self._gates[key] = self._gates.get(key, 0) | 1 << lexicons[lexicon]

    def opened(self, hits: dict[str, Hits]) -> Iterable[Call]:
        """Each function that some hit opens, once."""
        opened: dict[int, Call] = {}
        for key, found in hits.items():
            bits = found.bits & self._gates.get(key, 0)
            while bits:
                highest = bits.bit_length() - 1
                opened.update(self._by_word[key, highest])
                bits ^= 1 << highest
        return opened.values()


class Recorded:
    """Functions that are called only where one of the records that they need is there, as one function. `slots`: where
    these stand among those observed."""

    def __init__(self, calls: Iterable[tuple[tuple[int, ...], Call]]) -> None:
        self._calls = tuple(calls)

    def __call__(self, prepared: Any, observed: Observed, counts: Any, _: Any, memo: Any, out: Any) -> None:
        records = observed.records
        if not any(records):
            return
        for slots, (function, places) in self._calls:
            for slot in slots:
                if slot < len(records) and records[slot]:
                    function(prepared, observed, counts, places, memo, out)
                    break


@dataclass(frozen=True)
class Visits:
    """The functions for rules on one kind: looked at always, where a word was found, and both for when the store
    failed (`blind` ones besides those that read no state)."""

    always: tuple[Call, ...]
    gated: Gated
    stateless: tuple[Call, ...]
    stateless_gated: Gated
    blind: tuple[Call, ...]


@dataclass(frozen=True)
class Counting:
    """How the event counts in one counter. `where` and `key` are generated functions."""

    counter: str
    counts: Window
    reads: Window
    where: Callable[..., Any] | None
    key: Callable[..., Any] | None
    as_edit: bool

    def window(self, prepared: Any, memos: tuple[dict[int, Any], dict[int, Any]]) -> Window | None:
        """The window to observe for this event; None where its key is unknown."""
        observed, memo = (_AS_EDIT, memos[1]) if self.as_edit else (None, memos[0])
        window = self.counts
        if self.where is not None and not self.where(prepared, observed, None, None, memo):
            window = self.reads
        if self.key is None:
            return window
        key = self.key(prepared, observed, None, None, memo)
        if key is None:
            return None
        cell = f"{window.cell}:{blake2b(key.encode(), digest_size=8).hexdigest()}"
        return Window(cell, window.scope, window.span, window.cap, window.bump)


@dataclass(frozen=True)
class Route:
    """Everything about events of one kind in groups that the same policies cover. `fixed`: the windows are the same
    for every such event."""

    policies: tuple[Policy, ...]
    visits: Visits
    edit_visits: Visits
    subjects: tuple[tuple[str, Reader], ...]
    countings: tuple[Counting, ...]
    fixed: bool
    windows: tuple[Window, ...]
    counters: tuple[str, ...]
    ladders: tuple[LadderRead, ...]
    ladder_names: tuple[str, ...]
    wide_windows: int
    wide_ladders: int
    records: tuple[RecordKind, ...]
    mute: bool
    silence: bool
    spoke: bool
    text: bool


def route(kind: str, covering: Sequence[int], plans: Sequence[PolicyPlan], code: Code) -> Route:
    """The route of events of `kind` where the policies at the places `covering` take part."""
    taking_part = [plans[place] for place in covering]
    needs = [plan.needs.get(kind, _NOTHING) for plan in taking_part]
    counted = {counter.name: counter for plan in taking_part for counter in plan.counted}
    ladder = {ladder.name: ladder for plan in taking_part for ladder in plan.policy.ladders}
    counters = _wide_last((name for need in needs for name in need.counters), counted)
    ladders = _wide_last((name for need in needs for name in need.ladders), ladder)
    records = tuple(kind for kind in ORDER if any(kind in need.records for need in needs))
    subjects = {key: fact for need in needs for key, fact in need.subjects.items()}
    countings = tuple(_counting(counted[name], kind, code) for name in counters)
    order: dict[Key, int] = {}
    for owner, names in (("counter", counters), ("ladder", ladders), ("record", records)):
        order.update(((owner, name), place) for place, name in enumerate(names))
    places = {place: _row(plan, order) for place, plan in zip(covering, taking_part, strict=True)}
    return Route(
        policies=tuple(plan.policy for plan in taking_part),
        visits=_visits(kind, places, records, code),
        edit_visits=_visits(AS_EDIT.get(kind, kind), places, records, code),
        subjects=tuple((key, reader(fact)) for key, fact in subjects.items()),
        countings=countings,
        fixed=all(counting.where is None and counting.key is None for counting in countings),
        windows=tuple(counting.counts for counting in countings),
        counters=tuple(counters),
        ladders=tuple(LadderRead(name, ladder[name].forget) for name in ladders),
        ladder_names=tuple(ladders),
        wide_windows=sum(counted[name].across_groups for name in counters),
        wide_ladders=sum(ladder[name].across_groups for name in ladders),
        records=records,
        mute=any(need.mute for need in needs),
        silence=any(need.silence for need in needs),
        spoke=kind == "message" and any(need.silence for plan in plans for need in plan.needs.values()),
        text=any(need.text for need in needs),
    )


def _wide_last(names: Iterable[str], defined: Mapping[str, Counter] | Mapping[str, Ladder]) -> list[str]:
    """Those across groups after all others."""
    return sorted(names, key=lambda name: defined[name].across_groups)


def _row(plan: PolicyPlan, order: Mapping[Key, int]) -> tuple[int | None, ...]:
    """Where the policy's counters, ladders and records stand in what is observed."""
    row: list[int | None] = [None] * len(plan.places)
    for key, place in plan.places.items():
        row[place] = order.get(key)
    return tuple(row)


def _visits(
    kind: str, places: dict[int, tuple[int | None, ...]], records: tuple[RecordKind, ...], code: Code
) -> Visits:
    made = [
        (rules, (code.functions[rules.name], row))
        for policy, row in places.items()
        for rules in code.rules[policy]
        if kind in rules.kinds
    ]
    plain = [(rules, call) for rules, call in made if not rules.blind]
    stateless = [(rules, call) for rules, call in plain if not rules.stateful]
    words = [(rules.gate, call) for rules, call in plain if rules.gate is not None and not by_record(rules.gate)]
    always: list[Call] = [call for rules, call in plain if rules.gate is None]
    recorded = [
        (tuple(place for place, record in enumerate(records) if (RECORD, record) in rules.gate), call)
        for rules, call in plain
        if rules.gate is not None and by_record(rules.gate)
    ]
    if recorded:
        always.append((Recorded(recorded), ()))
    return Visits(
        always=tuple(always),
        gated=Gated(words, code.lexicons),
        stateless=tuple(call for rules, call in stateless if rules.gate is None),
        stateless_gated=Gated(
            ((rules.gate, call) for rules, call in stateless if rules.gate is not None), code.lexicons
        ),
        blind=tuple(call for rules, call in made if rules.blind),
    )


def _counting(counter: Counter, kind: str, code: Code) -> Counting:
    names = code.counters[counter.name]
    bump = _bump(counter.kind, kind)
    counts = Window(
        cell=counter.identity,
        scope="member" if "member" in counter.keys else "group",
        span=counter.within,
        cap=counter.cap,
        bump=bump,
    )
    return Counting(
        counter=counter.name,
        counts=counts,
        reads=Window(counts.cell, counts.scope, counts.span, counts.cap, "never"),
        where=code.functions[names.where] if names.where is not None and bump != "never" else None,
        key=code.functions[names.key] if names.key is not None else None,
        as_edit=counter.kind == "edit",
    )


def _bump(counted: str, kind: str) -> Bump:
    """When an event of `kind` counts among events of kind `counted`."""
    if kind == "message":
        return {"message": "new", "edit": "edit"}.get(counted, "never")  # type: ignore[return-value]
    return "always" if counted == kind else "never"
