"""The compiled evaluator decides and remembers as the law says, on random policies and events."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.equivalence import cases
from tests.equivalence.search import SEQUENCES, Findings, search
from tests.equivalence.shrink import failure

PAIRS = int(os.environ.get("POLICYD_PAIRS", "20000"))
CHUNKS = 40
"""So many tests share the pairs, and workers share the tests."""
OFTEN = {
    "strikes": 0.1, "step runs": 0.08, "does mute": 0.03, "does delete": 0.05, "matches": 0.1, "overridden": 0.1,
    "actions merge": 0.05, "degraded": 0.03, "replayed": 0.2, "shadow": 0.05, "masked": 0.01, "unasked": 0.02,
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
