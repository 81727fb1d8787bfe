"""What is done for an event of one kind in a group: what the covering policies call, observe and read, together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from policyd.check.resolved import Policy
from policyd.compile.facts import Reader, reader
from policyd.compile.frame import Key
from policyd.compile.gates import RECORD, Gate, by_record
from policyd.compile.kept import ORDER
from policyd.compile.link import Code
from policyd.compile.plan import AS_EDIT, Needs, PolicyPlan
from policyd.compile.program import Hits, Route
from policyd.compile.reads import figure_key
from policyd.compile.windows import Counting, counting, is_weighed
from policyd.model.records import RecordKind
from policyd.model.state import LadderRead, Observed, Window

Call = tuple[Callable[..., Any], tuple[int | None, ...]]
"""A generated function and its `n`."""

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


class CompiledRoute(Route, frozen=True):
    """`subjects`: how the texts are read that are searched. `choices`: the windows that differ from event to event, by
    their places; `weighed`: the amounts do; `fixed`: neither. `idle`: besides, no text is searched and no record read,
    so that nothing that is prepared differs. `windows`, `counters`, `wide_windows` and `amounts` are those of an event
    whose counters all count it."""

    visits: Visits
    edit_visits: Visits
    subjects: tuple[tuple[str, Reader], ...]
    countings: tuple[Counting, ...]
    choices: tuple[tuple[int, Counting], ...]
    weighed: bool
    fixed: bool
    idle: bool
    windows: tuple[Window, ...]
    counters: tuple[str, ...]
    wide_windows: int
    amounts: tuple[int, ...]
    records: tuple[RecordKind, ...]
    text: bool


def route(kind: str, covering: Sequence[int], plans: Sequence[PolicyPlan], code: Code) -> CompiledRoute:
    """The route of events of `kind` where the policies at the places `covering` take part."""
    taking_part = [plans[place] for place in covering]
    needs = [plan.needs.get(kind, _NOTHING) for plan in taking_part]
    zone = zone_of([plan.policy for plan in taking_part])
    counted = {counter.name: (counter, plan.policy.zone) for plan in taking_part for counter in plan.counted}
    ladder = {ladder.name: ladder for plan in taking_part for ladder in plan.policy.ladders}
    reads = sorted(
        (read for need in needs for read in need.counters), key=lambda read: counted[read[1]][0].across_groups
    )
    ladders = sorted((name for need in needs for name in need.ladders), key=lambda name: ladder[name].across_groups)
    figures = tuple(dict.fromkeys(figure for need in needs for figure in need.figures))
    records = tuple(kind for kind in ORDER if any(kind in need.records for need in needs))
    subjects = {key: fact for need in needs for key, fact in need.subjects.items()}
    countings = tuple(
        counting(counted[name][0], which == "last", kind, (counted[name][1], zone), code) for which, name in reads
    )
    choices = tuple((place, one) for place, one in enumerate(countings) if one.is_chosen)
    order: dict[Key, int] = {read: place for place, read in enumerate(reads)}
    for owner, names in (("ladder", ladders), ("record", records)):
        order.update(((owner, name), place) for place, name in enumerate(names))
    order.update((figure_key(figure), place) for place, figure in enumerate(figures))
    places = {place: _row(plan, order) for place, plan in zip(covering, taking_part, strict=True)}
    fixed = not (choices or is_weighed(countings))
    text = any(need.text for need in needs)
    return CompiledRoute(
        policies=tuple(plan.policy for plan in taking_part),
        ladders=tuple(LadderRead(name, ladder[name].forget) for name in ladders),
        ladder_names=tuple(ladders),
        wide_ladders=sum(ladder[name].across_groups for name in ladders),
        mute=any(need.mute for need in needs),
        silence=any(need.silence for need in needs),
        spoke=kind == "message" and any(need.silence for plan in plans for need in plan.needs.values()),
        figures=figures,
        zone=zone,
        visits=_visits(kind, places, records, code),
        edit_visits=_visits(AS_EDIT.get(kind, kind), places, records, code),
        subjects=tuple((key, reader(fact)) for key, fact in subjects.items()),
        countings=countings,
        choices=choices,
        weighed=is_weighed(countings),
        fixed=fixed,
        idle=fixed and not (subjects or records or text),
        windows=tuple(one.counts for one in countings),
        counters=tuple(name for _, name in reads),
        wide_windows=sum(counted[name][0].across_groups for _, name in reads),
        amounts=tuple(0 for one in countings if one.weighed),
        records=records,
        text=text,
    )


def zone_of(covering: Iterable[Policy]) -> str:
    """The zone of a group's local days."""
    first = min(covering, key=lambda policy: policy.name, default=None)
    return "UTC" if first is None else first.zone


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
