"""What is worked out from the text of a message, each at most once an event and only where a rule reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from policyd.text import contacts as finders

_FACTS: Final = ("lines", "links", "domains", "contacts", "emoji", "fingerprint")
DERIVED: Final = frozenset(_FACTS)
"""Facts of `message` that are worked out from its text; not its length, which costs nothing."""


class TextFacts:
    """The facts of one text as attributes, all None where there is no text."""

    __slots__ = ("_text", *_FACTS)

    def __init__(self, text: str | None) -> None:
        self._text = text

    def __getattr__(self, name: str) -> Any:
        """Called only while the slot is still empty."""
        if self._text is None:
            return None
        _WORKED_OUT[name](self, self._text)
        return getattr(self, name)


def _lines(facts: Any, text: str) -> None:
    facts.lines = text.count("\n") + 1 if text else 0


def _links(facts: Any, text: str) -> None:
    facts.links = len(finders.links(text))
    if not facts.links:
        facts.domains = ()


def _domains(facts: Any, text: str) -> None:
    facts.domains = finders.domains(text)


def _contacts(facts: Any, text: str) -> None:
    """And the links, which are contacts too."""
    found = finders.contacts(text)
    facts.contacts = len(found)
    facts.links = sum([contact.kind == "link" for contact in found]) if found else 0
    if not facts.links:
        facts.domains = ()


def _emoji(facts: Any, text: str) -> None:
    facts.emoji = finders.emoji(text)


def _fingerprint(facts: Any, text: str) -> None:
    facts.fingerprint = finders.fingerprint(text)


_WORKED_OUT: Final[dict[str, Callable[[Any, str], None]]] = dict(
    zip(_FACTS, (_lines, _links, _domains, _contacts, _emoji, _fingerprint), strict=True)
)
"""How each fact is worked out, with all that comes out of the same search."""

NO_TEXT: Final = TextFacts(None)
