"""Whether the two evaluators say and remember the same, and where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import msgspec
from msgspec import Struct

from policyd.check.load import load_texts
from policyd.check.resolved import Action, PolicySet, Rule, Text, TextFact
from policyd.model.decision import Decision
from tests.equivalence.events import Step
from tests.equivalence.histories import History
from tests.equivalence.sides import Answer, EngineSide, ReferenceSide, Standing


class Pair:
    """A policy set on both sides, for one sequence of events after another."""

    def __init__(self, policies: PolicySet) -> None:
        policies = without_summaries(policies)
        self.reference = ReferenceSide(policies)
        self.engine = EngineSide(policies)
        self._policies = policies

    def difference(self, steps: Sequence[Step], answers: list[Answer] | None = None) -> str | None:
        """In words, None where there is none. Adds the answers of the reference to `answers`."""
        self.reference.reset()
        self.engine.reset()
        for number, step in enumerate(steps):
            expected, got = self.reference.answer(step), self.engine.answer(step)
            if answers is not None:
                answers.append(expected)
            if expected != got:
                return f"event {number} ({step.event.id}): " + "; ".join(_differences(expected, got))
        return self._difference_at_the_end(steps)

    def follow(self, history: History, length: int) -> tuple[list[Step], list[Answer], str | None]:
        """The steps of a history, what the reference answered, and the first difference."""
        self.reference.reset()
        self.engine.reset()
        steps: list[Step] = []
        answers: list[Answer] = []
        for number in count():
            if number >= length and not history.is_half_done:
                break
            step = history.step()
            steps.append(step)
            try:
                expected, got = self.reference.answer(step), self.engine.answer(step)
            except Exception as error:
                return steps, answers, f"event {number} ({step.event.id}): {type(error).__name__}: {error}"
            answers.append(expected)
            if expected != got:
                return steps, answers, f"event {number} ({step.event.id}): {'; '.join(_differences(expected, got))}"
            history.told(step, expected)
        return steps, answers, self._difference_at_the_end(steps)

    def _difference_at_the_end(self, steps: Sequence[Step]) -> str | None:
        now = max(step.event.time or 0 for step in steps)
        return (
            self._difference_in_records(now)
            or self._difference_in_state(steps)
            or self._difference_in_figures(steps)
            or self._difference_in_undoing(steps)
        )

    def _difference_in_records(self, now: int) -> str | None:
        expected, got = self.reference.kept(now), self.engine.kept(now)
        for record in sorted(expected.keys() | got.keys(), key=lambda one: (one.kind, one.group, one.id)):
            if expected.get(record) != got.get(record):
                return f"{record}: {_fields(expected.get(record), got.get(record))}"
        return None

    def _difference_in_state(self, steps: Sequence[Step]) -> str | None:
        """As seen by the newest event of every member, group and kind, at the end."""
        probes = {(step.event.member.id, step.event.group.id, step.event.kind): step.event for step in steps}
        members = {(event.member.id, event.group.id): event for event in probes.values() if event.member.id}
        placed = [(event, f"tiers {name}") for event in members.values() for name in self._policies.tiers]
        for event, kind in [*((event, event.kind) for event in probes.values()), *placed]:
            event = msgspec.structs.replace(event, kind=kind, time=steps[-1].event.time)
            expected, got = self.reference.standing(event), self.engine.standing(event)
            read = {name: expected.counters.get(name, -1) for name in got.counters}
            last = {name: expected.last.get(name, -1) for name in got.last}
            last_message = got.last_message and expected.last_message  # kept only where a rule asks for it
            state = Standing(read, last, expected.strikes, expected.muted_until, last_message)
            if state != got:
                return f"state seen by {event.id}: expected {expected}, got {got}"
        return None

    def _difference_in_undoing(self, steps: Sequence[Step]) -> str | None:
        """Of all that one of the rules added, in every group, and of what is left in accounts and figures then."""
        adding, now = _adding(self._policies), max(step.event.time or 0 for step in steps)
        if not adding:
            return None
        rule = adding[len(steps) % len(adding)]
        for group in sorted({step.event.group.id for step in steps if step.event.group.id}):
            expected, got = self.reference.undo(group, rule, now), self.engine.undo(group, rule)
            if expected != got:
                return f"`{rule}` undone in {group}: expected {expected}, got {got}"
        left, found = self.reference.accounts(now), self.engine.accounts(now)
        if left != found:
            return f"accounts after `{rule}` was undone: expected {left}, got {found}"
        return self._difference_in_figures(steps)

    def _difference_in_figures(self, steps: Sequence[Step]) -> str | None:
        """Of every group, at the end."""
        groups = {step.event.group.id: step.event for step in steps if step.event.group.id}
        for event in groups.values():
            event = msgspec.structs.replace(event, time=steps[-1].event.time)
            expected, got = self.reference.figures(event), self.engine.figures(event)
            if expected != got:
                return f"figures of {event.group.id}: {_fields(expected, got)}"
        return None


def without_summaries(policies: PolicySet) -> PolicySet:
    """The same without what texts say of figures and of who has most (`{stats.week}`, `{top.points}`): how that is
    worded is no matter of the law."""

    def plain(text: Text | None) -> Text | None:
        if text is None:
            return None
        return replace(text, parts=tuple(part for part in text.parts if not _sums_up(part)))

    def silent(action: Action | None) -> Action | None:
        if action is None:
            return None
        return replace(action, text=plain(action.text), proposed=silent(action.proposed), expire=silent(action.expire))

    def of_rule(rule: Rule) -> Rule:
        then, otherwise = (tuple(filter(None, map(silent, actions))) for actions in (rule.then, rule.otherwise))
        return replace(rule, then=then, otherwise=otherwise)

    changed = (replace(policy, rules=tuple(map(of_rule, policy.rules))) for policy in policies.policies)
    return replace(policies, policies=tuple(changed))


def _sums_up(part: object) -> bool:
    return isinstance(part, TextFact) and part.name.startswith(("stats.", "top."))


def _differences(expected: Answer, got: Answer) -> list[str]:
    if not isinstance(expected, Decision) or not isinstance(got, Decision):
        return [f"expected {expected}, got {got}"]
    return [
        f"`{name}` {_difference(left, right)}"
        for name in Decision.__struct_fields__
        if (left := getattr(expected, name)) != (right := getattr(got, name))
    ]


def _fields(expected: Struct | None, got: Struct | None) -> str:
    if expected is None or got is None:
        return _difference(expected, got)
    names = [name for name in expected.__struct_fields__ if getattr(expected, name) != getattr(got, name)]
    return "; ".join(f"`{name}` {_difference(getattr(expected, name), getattr(got, name))}" for name in names)


def _difference(expected: object, got: object) -> str:
    """Of tuples only the items that the other has not."""
    if isinstance(expected, tuple) and isinstance(got, tuple):
        missing = [item for item in expected if item not in got]
        more = [item for item in got if item not in expected]
        if missing or more:
            return f"expected {missing!r}, got {more!r} (of {len(expected)} and {len(got)})"
    return f"expected {expected!r}, got {got!r}"


def _adding(policies: PolicySet) -> list[str]:
    """The rules that add to tallies, in name order."""
    return sorted(
        rule.name
        for rule in policies.rules.values()
        if any(action.do == "add" for action in (*rule.then, *rule.otherwise))
    )


def load(files: dict[str, str]) -> PolicySet:
    """Raises ValueError with all errors."""
    words = {name: text for name, text in files.items() if not name.endswith(".policy")}
    policies, diagnostics = load_texts({name: text for name, text in files.items() if name not in words}, words)
    if policies is None:
        errors = [one for one in diagnostics if one.severity == "error"]
        raise ValueError("\n".join(f"{one.span.line}: {one.code} {one.message()}" for one in errors))
    return policies
