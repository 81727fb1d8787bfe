"""The catalogue names every policy, and the twins in English are in step with the Chinese ones."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from policyd.language.parse import parse
from policyd.language.source import Source

ROOT = Path(__file__).resolve().parents[2]
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
