"""The pages of findings and of facts are what their generators write."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from policyd.check import errors_page, facts_page
from policyd.language.codes import CODES

GRAMMAR = Path(__file__).resolve().parents[2] / "grammar"


@pytest.mark.parametrize(("name", "module"), [("ERRORS", errors_page), ("FACTS", facts_page)])
def test_page_is_up_to_date(name: str, module: ModuleType) -> None:
    written = (GRAMMAR / f"{name}.md").read_text(encoding="utf-8")
    assert written == module.page(), f"run: python -m {module.__name__} > grammar/{name}.md"


def test_every_kind_is_on_the_page() -> None:
    text = errors_page.page()
    assert [code for code in CODES if f"### {code} " not in text] == []
