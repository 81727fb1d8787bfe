"""Whether the two evaluators say and remember the same, and where not."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from policyd.check.load import load_texts
from policyd.check.resolved import PolicySet
from policyd.model.decision import Decision
from tests.equivalence.events import Step
from tests.equivalence.sides import Answer, EngineSide, ReferenceSide, Standing


class Pair:
    """A policy set on both sides, for one sequence of events after another."""

    def __init__(self, policies: PolicySet) -> None:
        self.reference = ReferenceSide(policies)
        self.engine = EngineSide(policies)

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
        return self._difference_in_state(steps)

    def _difference_in_state(self, steps: Sequence[Step]) -> str | None:
        """As seen by the newest event of every member, group and kind, at the end."""
        probes = {(step.event.member.id, step.event.group.id, step.event.kind): step.event for step in steps}
        for event in probes.values():
            event = msgspec.structs.replace(event, time=steps[-1].event.time)
            expected, got = self.reference.standing(event), self.engine.standing(event)
            read = {name: expected.counters.get(name, -1) for name in got.counters}
            last_message = got.last_message and expected.last_message  # kept only where a rule asks for it
            state = Standing(read, expected.strikes, expected.muted_until, last_message)
            if state != got:
                return f"state seen by {event.id}: expected {expected}, got {got}"
        return None


def _differences(expected: Answer, got: Answer) -> list[str]:
    if not isinstance(expected, Decision) or not isinstance(got, Decision):
        return [f"expected {expected}, got {got}"]
    return [
        f"`{name}` expected {left!r}, got {right!r}"
        for name in Decision.__struct_fields__
        if (left := getattr(expected, name)) != (right := getattr(got, name))
    ]


def load(files: dict[str, str]) -> PolicySet:
    """Raises ValueError with all errors."""
    policies, diagnostics = load_texts(files)
    if policies is None:
        errors = [one for one in diagnostics if one.severity == "error"]
        raise ValueError("\n".join(f"{one.span.line}: {one.code} {one.message()}" for one in errors))
    return policies
