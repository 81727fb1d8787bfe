"""The catalogue names every policy, the twins in English are in step with the Chinese ones, and what the page of the
language shows is without errors."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from policyd.check.load import load_texts
from policyd.language.parse import parse
from policyd.language.source import Source

ROOT = Path(__file__).resolve().parents[2]
LANGUAGE = (ROOT / "grammar" / "LANGUAGE.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```policy\n(.*?)^```", LANGUAGE, re.M | re.S)
STEPS = "每一种步骤"
"""The title of a test that shows steps of every kind, and none of what they name."""
TWINS = sorted((ROOT / "policies" / "practices").glob("*.en.policy"))


def declared(path: Path) -> Counter[tuple[str, str]]:
    """The declarations of a policy by kind and name, and its tests by their number."""
    file, findings = parse(Source(path.name, path.read_text(encoding="utf-8")))
    assert not findings
    return Counter((type(each).__name__, getattr(each, "name", "")) for each in file.declarations)


def test_the_catalogue_leads_to_every_policy() -> None:
    text = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    paths = (ROOT / "policies").rglob("*.policy")
    assert [path.name for path in paths if f"](../{path.relative_to(ROOT)})" not in text] == []


def test_most_practices_have_a_twin() -> None:
    assert [path.name.removesuffix(".en.policy") for path in TWINS] == [
        "checkin", "health", "newcomers", "questions", "quiet", "raid", "rewards", "silent", "standing",
    ]  # fmt: skip


@pytest.mark.parametrize("twin", TWINS, ids=lambda path: path.name)
def test_twins_declare_the_same_and_test_as_much(twin: Path) -> None:
    chinese = twin.with_name(twin.name.replace(".en", ""))
    assert declared(twin) == declared(chinese)
    assert declared(twin)["Test", ""] >= 5


@pytest.mark.parametrize("number", [number for number, text in enumerate(EXAMPLES) if STEPS not in text])
def test_examples_of_the_language_have_no_errors(number: int) -> None:
    """But for files that they name."""
    text = EXAMPLES[number]
    head = "" if re.search(r"^policy ", text, re.M) else "policy example { for every group }\n"
    _, findings = load_texts({"example.policy": head + text})
    errors = [finding for finding in findings if finding.severity == "error" and finding.kind.slug != "no-such-file"]
    assert [finding.message() for finding in errors] == []
