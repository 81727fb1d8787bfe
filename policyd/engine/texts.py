"""What is said: message texts with the event's values in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct

from policyd.check.resolved import Expr, Rule, Text
from policyd.compile.program import Prepared
from policyd.engine import duties, review_file
from policyd.engine.case import Case, policy_of
from policyd.engine.phrases import say
from policyd.engine.reading import Reading, matches
from policyd.engine.rungs import Rungs
from policyd.model.event import Event
from policyd.model.match import Match
from policyd.model.records import STAMP, Board, MemberFile, Record, RecordKind, Thread, unpack
from policyd.model.state import LadderStep, Observed
from policyd.reference.environment import Environment, Value
from policyd.reference.expr import evaluate
from policyd.reference.printing import show


class Speaker:
    """Renders the texts of one event. What a text needs is worked out when the first text needs it."""

    __slots__ = ("_environments", "_matched", "case", "reading")

    def __init__(self, case: Case, reading: Reading) -> None:
        self.case = case
        self.reading = reading
        self._environments: dict[str, Environment] = {}
        self._matched: dict[str, Match | None] = {}

    def says(self, text: Text | None, rule: Rule) -> str | None:
        """A text of the rule itself: nothing of a ladder is known in it."""
        if text is None:
            return None
        return say(self.reading.phrase(text), _Voice(self, self.case.event, rule))

    def step_says(self, text: Text | None, rule: Rule, rungs: Rungs, stand: LadderStep) -> str | None:
        """A text of the ladder step that `rule` brought about."""
        if text is None:
            return None
        return say(self.reading.phrase(text), _Voice(self, self.case.event, rule, rungs, stand.strikes))

    def value(self, expr: Expr, rule: Rule) -> Value:
        """What an expression of the rule comes to."""
        return evaluate(expr, self.environment(policy_of(rule.name)))

    def environment(self, policy: str) -> Environment:
        """Everything that an expression of this policy can read."""
        known = self._environments.get(policy)
        if known is None:
            known = self._environments[policy] = environment(self.case, policy)
        return known

    def matched(self, rule: Rule) -> Match | None:
        """The first word that the rule found."""
        if rule.name not in self._matched:
            found = matches(self.reading.sources(rule).matched, self.case.prepared)
            self._matched[rule.name] = found[0] if found else None
        return self._matched[rule.name]


class _Voice(Struct, gc=False):
    """A rule that speaks about the event, itself or as one that came to `strikes` on a ladder."""

    speaker: Speaker
    event: Event
    rule: Rule
    rungs: Rungs | None = None
    strikes: int = 0

    def shown(self, expr: Expr) -> str:
        env = self.speaker.environment(policy_of(self.rule.name))
        return show(evaluate(expr, env), expr.type, env.zone)

    def told(self, name: str) -> str:
        owner, _, what = name.partition(".")
        match owner:
            case "rule":
                return self.rule.title
            case "match":
                found = self.speaker.matched(self.rule)
                return "" if found is None else getattr(found, what)
            case "ladder":
                return "" if self.rungs is None else _of_ladder(what, self.rungs, self.strikes)
            case "ticket":
                return review_file.text_facts(self.speaker.case, self.rule).get(name, "")
            case "duty":
                return duties.text_facts(self.speaker.case).get(name, "")
            case "streak":
                return "" if self.event.due is None else str(self.event.due.length)
        return self.speaker.case.summaries.get((policy_of(self.rule.name), name), "")


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
        strikes=dict(zip(prepared.route.ladder_names, observed.strikes, strict=True)),
        now=observed.now,
        mute_until=observed.mute_until,
        last_seen=observed.last_seen,
        last=_last(prepared, observed),
        figures=dict(zip(prepared.route.figures, observed.figures, strict=False)),
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


def _of_ladder(what: str, rungs: Rungs, strikes: int) -> str:
    """How `ladder.strikes`, `ladder.left` and `ladder.next` print after so many strikes."""
    match what:
        case "strikes":
            return str(strikes)
        case "left":
            return str(rungs.left(strikes))
    return rungs.next_does(strikes) or ""
