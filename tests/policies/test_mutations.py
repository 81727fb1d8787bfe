"""The policies that come with policyd: no findings, all tests pass, and no small mistake in them goes unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from policyd.check.load import load
from policyd.compile.load import compile_policies
from policyd.engine.scenario import run_tests
from tests.policies.mutations import Folder, Mutant, read_policies

POLICIES = Path(__file__).resolve().parents[2] / "policies"
FOLDERS = sorted(path for path in POLICIES.iterdir() if path.is_dir())
PART = 50
"""So many mistakes are looked for in one test: several workers share those of a large policy."""


@pytest.mark.parametrize("path", [POLICIES, *FOLDERS], ids=lambda path: path.name)
def test_policies_have_no_findings_and_their_tests_pass(path: Path) -> None:
    policies, findings = load(path)
    assert [finding.message() for finding in findings] == []
    assert policies is not None
    report = run_tests(compile_policies(policies))
    assert [(result.test.title, result.failure.summary.en) for result in report.results if result.failure] == []
    assert report.missed == []


POLICY_FILES = [policy for path in FOLDERS for policy in read_policies(path)]
MISTAKES = {policy.name: list(policy.mutants()) for policy in POLICY_FILES}


@pytest.mark.parametrize(
    ("policy", "mutants"),
    [
        pytest.param(policy, MISTAKES[policy.name][first : first + PART], id=f"{policy.name}-{first}")
        for policy in POLICY_FILES
        for first in range(0, len(MISTAKES[policy.name]), PART)
    ],
)
def test_every_mistake_is_noticed(policy: Folder, mutants: list[Mutant]) -> None:
    assert [mutant.name for mutant in mutants if policy.survives(mutant.file)] == []


def test_there_are_mistakes_to_notice() -> None:
    assert min(map(len, MISTAKES.values())) > 25
    assert sum(map(len, MISTAKES.values())) > 1500


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.name)
def test_words_are_few_and_harmless(path: Path) -> None:
    """Our own lists stay small; a longer one would be somebody's collection."""
    for words in path.glob("words/*.txt"):
        assert len(words.read_text(encoding="utf-8").splitlines()) < 60
