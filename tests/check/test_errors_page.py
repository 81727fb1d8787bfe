"""`grammar/ERRORS.md` is what its generator writes."""

from __future__ import annotations

from pathlib import Path

from policyd.check.errors_page import page
from policyd.language.codes import CODES

PAGE = Path(__file__).resolve().parents[2] / "grammar" / "ERRORS.md"


def test_page_is_up_to_date() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(), "run: python -m policyd.check.errors_page > grammar/ERRORS.md"


def test_every_kind_is_on_the_page() -> None:
    text = page()
    assert [code for code in CODES if f"### {code} " not in text] == []
