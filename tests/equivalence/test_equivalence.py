"""The compiled evaluator decides and remembers as the law says, on random policies and events."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.equivalence import cases
from tests.equivalence.search import SEQUENCES, Findings, search
from tests.equivalence.shrink import failure

PAIRS = int(os.environ.get("POLICYD_PAIRS", "7000"))
CHUNKS = 40
"""So many tests share the pairs, and workers share the tests."""
OFTEN = {
    "strikes": 0.1, "step runs": 0.08, "does mute": 0.03, "does delete": 0.05, "matches": 0.1, "overridden": 0.1,
    "actions merge": 0.05, "degraded": 0.03, "replayed": 0.2, "shadow": 0.05, "masked": 0.01, "unasked": 0.02,
    "tick": 0.2, "tick doubled": 0.03, "missed": 0.02, "schedule": 0.02, "sweep": 0.002, "duty late": 0.04,
    "duty reminds": 0.02, "duty reminds twice": 0.005, "review pending": 0.06, "review refused": 0.003,
    "ticket hold open": 0.05, "ticket request open": 0.1, "ticket proposal open": 0.04, "ticket review open": 0.05,
    "ticket brake open": 0.02, "ticket appeal open": 0.03, "ticket hold expired": 0.015, "ticket hold approved": 0.005,
    "ticket proposal approved": 0.01, "ticket review approved": 0.01, "ticket brake approved": 0.005,
    "verdict taken": 0.1, "submission taken": 0.015, "evidence complete": 0.01, "appeal taken": 0.03, "undone": 0.005,
    "ticket with one vote of several": 0.01, "braked": 0.02, "impossible action replaced": 0.1, "does slow": 0.02,
    "does lock": 0.005, "does move": 0.008, "does release": 0.02, "declares rosters": 0.03,
    "declares settings of groups": 0.1, "declares switches": 0.1, "declares without": 0.05, "declares digest": 0.1,
    "declares what is across groups": 0.08, "declares duty together": 0.03, "declares duty each": 0.03,
    "does add": 0.08, "streak step": 0.03, "rule on a change of tier": 0.02, "declares repairs": 0.03,
    "declares tally per day": 0.015, "declares tally per week": 0.015, "declares tally per month": 0.015,
    "declares streak per week": 0.015, "declares streak per month": 0.015, "declares tiers": 0.08,
    "declares counter per day": 0.015, "declares counter per week": 0.015, "declares counter per month": 0.015,
    "declares counter of distinct": 0.05, "declares counter of sum": 0.03,
    "declares counter of active": 0.01, "declares questions for figures": 0.06,
    "declares duty reply": 0.05, "declares duty pause": 0.03, "declares duty due_days": 0.03,
}  # fmt: skip
"""What at least such a share of all pairs must reach, so that their agreement says something."""
OFTEN_SAMPLED = {"exemption": 0.02, "condition unknown": 0.2, "edit": 0.3, "message repeated": 0.2, "otherwise": 0.05}


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_random_pairs(chunk: int, long: bool) -> None:
    found = Findings()
    for seed in range(chunk, -(-PAIRS * (10 if long else 1) // SEQUENCES), CHUNKS):
        found.add(search(seed))
        assert found.cases == [], f"kept as {cases.write(found.cases[0])}"


def test_random_pairs_reach_the_whole_language() -> None:
    found = Findings()
    for seed in range(1_000_000, 1_000_040):
        found.add(search(seed))
    missed = {name: found.reached[name] for name, share in OFTEN.items() if found.reached[name] < share * found.pairs}
    missed |= {
        name: found.sampled_reach[name]
        for name, share in OFTEN_SAMPLED.items()
        if found.sampled_reach[name] < share * found.sampled
    }
    assert missed == {}


@pytest.mark.parametrize("path", sorted(cases.FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_kept_case(path: Path) -> None:
    case = cases.read(path)
    assert failure(case.policies, case.steps) is None
