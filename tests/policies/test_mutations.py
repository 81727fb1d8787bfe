"""The policies that come with policyd: no findings, all tests pass, and no small mistake in them goes unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from policyd.check.load import load
from policyd.compile.load import compile_policies
from policyd.engine.scenario import run_tests
from tests.policies.mutations import Folder, read_policies

POLICIES = Path(__file__).resolve().parents[2] / "policies"
FOLDERS = sorted(path for path in POLICIES.iterdir() if path.is_dir())
SHARES = 8
"""The mistakes of a large policy are looked for in this many parts, so that several workers can share them."""


@pytest.mark.parametrize("path", [POLICIES, *FOLDERS], ids=lambda path: path.name)
def test_policies_have_no_findings_and_their_tests_pass(path: Path) -> None:
    policies, findings = load(path)
    assert [finding.message() for finding in findings] == []
    assert policies is not None
    report = run_tests(compile_policies(policies))
    assert [(result.test.title, result.failure.summary.en) for result in report.results if result.failure] == []
    assert report.missed == []


WHOLE = [policy for path in FOLDERS if path.name != "practices" for policy in read_policies(path)]
PRACTICES = read_policies(POLICIES / "practices")


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("policy", WHOLE, ids=lambda policy: policy.name)
def test_every_mistake_is_noticed(policy: Folder, share: int) -> None:
    mutants = list(policy.mutants())
    assert len(mutants) > 150
    first, last = (len(mutants) * which // SHARES for which in (share, share + 1))
    assert [mutant.name for mutant in mutants[first:last] if policy.survives(mutant.file)] == []


@pytest.mark.parametrize("policy", PRACTICES, ids=lambda policy: policy.name)
def test_nothing_can_be_taken_out_of_a_practice_unnoticed(policy: Folder) -> None:
    """No rule, duty, review, schedule, sweep, exemption, appeal or group's setting is there for nothing."""
    mutants = [mutant for mutant in policy.mutants() if mutant.name.startswith("no ")]
    assert len(mutants) >= 2
    assert [mutant.name for mutant in mutants if policy.survives(mutant.file)] == []


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.name)
def test_words_are_few_and_harmless(path: Path) -> None:
    """Our own lists stay small; a longer one would be somebody's collection."""
    for words in path.glob("words/*.txt"):
        assert len(words.read_text(encoding="utf-8").splitlines()) < 60
