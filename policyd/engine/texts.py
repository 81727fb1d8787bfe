"""What is said: message texts with the event's values in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from policyd.check.resolved import Expr, Ladder, Rule, Step, Text, TextFact
from policyd.compile.program import Prepared
from policyd.engine import duties, review_file
from policyd.engine.case import Case, policy_of
from policyd.engine.reading import Reading, matches
from policyd.model.event import Event
from policyd.model.records import STAMP, Board, MemberFile, Record, RecordKind, Thread, unpack
from policyd.model.state import LadderStep, Observed
from policyd.reference.environment import Environment, Value
from policyd.reference.expr import evaluate
from policyd.reference.texts import render

WEIGHT: Final = {"warn": 1, "call out": 2, "mute": 3, "remove": 4, "ban": 5}
"""Member actions of a ladder step by weight (law L8)."""


class Speaker:
    """Renders the texts of one event. What a text needs is worked out when the first text needs it."""

    def __init__(self, case: Case, reading: Reading) -> None:
        self._case = case
        self._reading = reading
        self._environments: dict[str, Environment] = {}

    def says(self, text: Text | None, rule: Rule) -> str | None:
        """A text of the rule itself: nothing of a ladder is known in it."""
        if text is None:
            return None
        if len(text.parts) == 1 and isinstance(text.parts[0], str):
            return text.parts[0]
        return render(text, self.environment(policy_of(rule.name)), self._about(text, rule))

    def step_says(self, text: Text | None, rule: Rule, ladder: Ladder, stand: LadderStep) -> str | None:
        """A text of the ladder step that `rule` brought about."""
        if text is None:
            return None
        facts = {**self._about(text, rule), **ladder_facts(ladder, stand.strikes)}
        return render(text, self.environment(policy_of(ladder.name)), facts)

    def value(self, expr: Expr, rule: Rule) -> Value:
        """What an expression of the rule comes to."""
        return evaluate(expr, self.environment(policy_of(rule.name)))

    @property
    def event(self) -> Event:
        return self._case.event

    def environment(self, policy: str) -> Environment:
        """Everything that an expression of this policy can read."""
        known = self._environments.get(policy)
        if known is None:
            known = self._environments[policy] = environment(self._case, policy)
        return known

    def _about(self, text: Text, rule: Rule) -> dict[str, str]:
        names = {part.name for part in text.parts if isinstance(part, TextFact)}
        facts = {"rule.title": rule.title}
        if any(name.startswith("match.") for name in names):
            found = matches(self._reading.sources(rule).matched, self._case.prepared)
            if found:
                first = found[0]
                facts |= {
                    "match.text": first.text,
                    "match.word": first.word,
                    "match.lexicon": first.lexicon,
                    "match.view": first.view,
                }
        if any(name.startswith("ticket.") for name in names):
            facts |= review_file.text_facts(self._case, rule)
        for (policy, name), told in self._case.summaries.items():
            if policy == policy_of(rule.name):
                facts[name] = told
        if any(name.startswith("duty.") for name in names):
            facts |= duties.text_facts(self._case)
        if "streak.length" in names and self._case.event.due is not None:
            facts["streak.length"] = str(self._case.event.due.length)
        return facts


def environment(case: Case, policy: str) -> Environment:
    """Everything that an expression of this policy can read about the event."""
    prepared, observed = case.prepared, case.observed
    policies, zone = case.program.policy_set, case.zones[policy]
    if observed is None:
        return Environment(policies, zone, case.event, prepared.hits, edit=case.kind == "edit")
    return Environment(
        policies,
        zone,
        case.event,
        prepared.hits,
        edit=case.kind == "edit",
        counters=dict(zip(prepared.counters, observed.counts, strict=True)),
        strikes=dict(zip(prepared.ladder_names, observed.strikes, strict=True)),
        now=observed.now,
        mute_until=observed.mute_until,
        last_seen=observed.last_seen,
        last=_last(prepared, observed),
        figures=dict(zip(prepared.figures, observed.figures, strict=False)),
        **_records(prepared.records, observed.records),
    )


def _last(prepared: Prepared, observed: Observed) -> dict[str, int]:
    """What counters had in the last complete period, where that is asked for."""
    counted = zip(prepared.windows, prepared.counters, observed.counts, strict=True)
    return {counter: count for window, counter, count in counted if window.last}


_KINDS: Final[dict[RecordKind, type[MemberFile | Thread | Board]]] = {
    "file": MemberFile, "thread": Thread, "board": Board
}  # fmt: skip


def _records(asked: Sequence[Record], stored: Sequence[bytes]) -> dict[str, Any]:
    """What was read along, by kind; empty where there was none."""
    return {
        record.kind: unpack(_KINDS[record.kind], value[STAMP:]) or _KINDS[record.kind]()
        for record, value in zip(asked, stored, strict=False)
    }


def ladder_facts(ladder: Ladder, strikes: int) -> Mapping[str, str]:
    """How `ladder.strikes`, `ladder.left` and `ladder.next` print after so many strikes."""
    after = next((step for step in ladder.steps if step.at > strikes), None)
    return {
        "ladder.strikes": str(strikes),
        "ladder.left": str(after.at - strikes if after else 0),
        "ladder.next": next_does(ladder, strikes) or "",
    }


def next_does(ladder: Ladder, strikes: int) -> str | None:
    """The heaviest member action of the step that comes after so many strikes, as the language spells it. None where
    there is no such step, or none that acts on the member."""
    after = next((step for step in ladder.steps if step.at > strikes), None)
    return None if after is None else _heaviest(after)


def _heaviest(step: Step) -> str | None:
    acts = [action.do for action in step.actions if action.do in WEIGHT]
    return max(acts, key=lambda do: WEIGHT[do], default=None)
