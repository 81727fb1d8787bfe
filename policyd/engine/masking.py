"""What `mask` hides: exactly what the masking rules found in the message (law L18)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import re2

from policyd.check.resolved import Rule
from policyd.engine.case import Case
from policyd.engine.reading import Reading
from policyd.text import contacts
from policyd.text.mask import mask

_TEXT = "message.text"


def masked(rules: Iterable[Rule], case: Case, reading: Reading) -> str | None:
    """The message's text with one `*` for each code point that these rules look for: words, contacts, links,
    patterns. None where the event has no text."""
    text = None if case.event.message is None else case.event.message.text
    if text is None:
        return None
    return mask(text, sorted({span for rule in rules for span in _spans(rule, text, case, reading)}))


def _spans(rule: Rule, text: str, case: Case, reading: Reading) -> Iterator[tuple[int, int]]:
    sources = reading.sources(rule)
    hits = case.prepared.hits.get(_TEXT)
    if hits and _TEXT in sources.matched:
        yield from hits.spans(sources.matched[_TEXT])
    if sources.contacts:
        yield from ((found.start, found.end) for found in contacts.contacts(text))
    if sources.links:
        yield from ((found.start, found.end) for found in contacts.links(text))
    for pattern in sources.patterns:
        yield from (found.span() for found in re2.finditer(pattern, text))
