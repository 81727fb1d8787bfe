"""What is worked out from a text comes out the same, whatever is asked first."""

from __future__ import annotations

from itertools import permutations

import pytest

from policyd.compile.text_facts import DERIVED, NO_TEXT, TextFacts
from policyd.text import contacts as finders

TEXTS = [
    "",
    "hi",
    "QQ 123456789",
    "see example.com",
    "a.org, b@example.com, https://a.org/x 加微信 abc12345",
    "12.07.2026",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("order", list(permutations(["contacts", "links", "domains"])))
def test_facts_that_share_a_search_are_those_of_separate_ones(text: str, order: tuple[str, ...]) -> None:
    facts = TextFacts(text)
    assert {name: getattr(facts, name) for name in order} == {
        "contacts": len(finders.contacts(text)),
        "links": len(finders.links(text)),
        "domains": finders.domains(text),
    }


def test_without_a_text_all_is_unknown() -> None:
    assert [getattr(NO_TEXT, name) for name in DERIVED] == [None] * len(DERIVED)
