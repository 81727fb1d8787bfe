"""A hundred wrong policies: message, help and underlined text are pinned together."""

from __future__ import annotations

import pytest

from tests.diagnostics.cases import Case, cases, tables

CASES = [case for table in tables() for case in cases(table)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.table.stem}: {case.title}")
def test_what_is_printed(case: Case) -> None:
    assert case.prints_now() == case.printed


def test_there_are_many_and_each_is_wrong() -> None:
    assert len(CASES) >= 100
    assert len({case.policy for case in CASES}) == len(CASES)
    assert all(case.printed.strip() for case in CASES)
