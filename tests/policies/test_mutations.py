"""The policies that come with policyd: no findings, all tests pass, and no small mistake in them goes unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from policyd.check.load import load
from policyd.compile.load import compile_policies
from policyd.engine.scenario import run_tests
from tests.policies.mutations import read_folder

POLICIES = Path(__file__).resolve().parents[2] / "policies"
FOLDERS = sorted(path for path in POLICIES.iterdir() if path.is_dir())
SHARES = 8
"""Mutants are told apart by their number modulo this, so that several workers can share them."""


@pytest.mark.parametrize("path", [POLICIES, *FOLDERS], ids=lambda path: path.name)
def test_policies_have_no_findings_and_their_tests_pass(path: Path) -> None:
    policies, findings = load(path)
    assert [finding.message() for finding in findings] == []
    assert policies is not None
    report = run_tests(compile_policies(policies))
    assert [(result.test.title, result.failure.summary.en) for result in report.results if result.failure] == []
    assert report.missed == []


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.name)
def test_every_mistake_is_noticed(path: Path, share: int) -> None:
    folder = read_folder(path)
    mutants = list(folder.mutants())
    assert len(mutants) > 150
    assert [mutant.name for mutant in mutants[share::SHARES] if folder.survives(mutant.file)] == []


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.name)
def test_words_are_few_and_harmless(path: Path) -> None:
    """Our own lists stay small; a longer one would be somebody's collection."""
    for words in path.glob("words/*.txt"):
        assert len(words.read_text(encoding="utf-8").splitlines()) < 60
