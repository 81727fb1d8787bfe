"""Looks through random pairs for one on which the evaluators differ."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from policyd.check.resolved import PolicySet
from tests.equivalence import features
from tests.equivalence.cases import Case
from tests.equivalence.compare import Pair, load
from tests.equivalence.events import FAILURES, Step, steps
from tests.equivalence.histories import History
from tests.equivalence.policies import Written, policies
from tests.equivalence.shrink import Policies, failure, shrink
from tests.equivalence.sides import Answer
from tests.equivalence.standing import policies as standing_policies
from tests.equivalence.workflows import policies as workflow_policies

SEQUENCES = 20
"""Sequences of events for each random policy set."""
WITH_WORKFLOWS = 0.5
"""Share of policy sets that have workflows."""
WITH_STANDING = 0.35
"""Share of these that have tallies, streaks, tiers and figures, too."""
SAMPLED = 20
"""One pair in so many is looked at closely for what it reaches."""


@dataclass
class Findings:
    """`reached`: pairs by feature; those of `sampled` pairs for `sampled_reach`."""

    pairs: int = 0
    sampled: int = 0
    reached: Counter[str] = field(default_factory=Counter)
    sampled_reach: Counter[str] = field(default_factory=Counter)
    cases: list[Case] = field(default_factory=list)

    def add(self, other: Findings) -> None:
        self.pairs += other.pairs
        self.sampled += other.sampled
        self.reached += other.reached
        self.sampled_reach += other.sampled_reach
        self.cases += other.cases


def search(
    seed: int, sequences: int = SEQUENCES, share: float = WITH_WORKFLOWS, standing: float = WITH_STANDING
) -> Findings:
    """The pairs of one random policy set; stops at the first difference, made small."""
    random = Random(seed)
    with_workflows = random.random() < share
    written = _written(random, standing) if with_workflows else policies(random)
    try:
        loaded = load({name: policy.text for name, policy in written.items()})
    except ValueError as error:
        raise AssertionError(f"the random policies of seed {seed} are not valid") from error
    pair = Pair(loaded)
    findings = Findings()
    declared = features.of_policies(loaded)
    for number in range(sequences):
        if with_workflows:
            sequence, answers, difference = pair.follow(_history(random, loaded), random.choice((8, 12, 20, 30)))
        else:
            sequence, answers, difference = _known(random, pair)
        findings.pairs += 1
        findings.reached.update(features.of_answers(sequence, answers) | declared)
        if difference is not None:
            findings.cases.append(_small(written, sequence))
            break
        if number % SAMPLED == 0:
            findings.sampled += 1
            findings.sampled_reach.update(features.of_rules(loaded, sequence))
    return findings


def _written(random: Random, standing: float) -> dict[str, Written]:
    """Policies with workflows."""
    return standing_policies(random) if random.random() < standing else workflow_policies(random)


def _history(random: Random, policies: PolicySet) -> History:
    """Of a store that always works, or that sometimes fails."""
    return History(random, policies, failures=(*FAILURES, "file") if random.random() < 0.25 else ())


def _known(random: Random, pair: Pair) -> tuple[list[Step], list[Answer], str | None]:
    """As `Pair.follow`, of steps that are known beforehand."""
    sequence = steps(random, random.choice((4, 6, 8, 10)))
    answers: list[Answer] = []
    try:
        return sequence, answers, pair.difference(sequence, answers)
    except Exception as error:
        return sequence, answers, f"{type(error).__name__}: {error}"


def _small(written: dict[str, Written], sequence: list[Step]) -> Case:
    parts: Policies = {name: policy.declarations for name, policy in written.items()}
    small, events = shrink(parts, sequence)
    return Case(failure(small, events) or "", small, events)
