"""What is worked out from the text of a message, each at most once an event and only where a rule reads it."""

from __future__ import annotations

from typing import Any, Final

from policyd.text import contacts as finders


def _lines(text: str) -> int:
    return text.count("\n") + 1 if text else 0


_WORKED_OUT: Final = {
    "lines": _lines,
    "links": lambda text: len(finders.links(text)),
    "domains": lambda text: tuple(finders.domains(text)),
    "contacts": lambda text: len(finders.contacts(text)),
    "emoji": finders.emoji,
    "fingerprint": finders.fingerprint,
}
DERIVED: Final = frozenset(_WORKED_OUT)
"""Facts of `message` that are worked out from its text; not its length, which costs nothing."""


class TextFacts:
    """The facts of one text as attributes, all None where there is no text."""

    __slots__ = ("_text", *_WORKED_OUT)

    def __init__(self, text: str | None) -> None:
        self._text = text

    def __getattr__(self, name: str) -> Any:
        """Called only while the slot is still empty."""
        value = None if self._text is None else _WORKED_OUT[name](self._text)
        setattr(self, name, value)
        return value


NO_TEXT: Final = TextFacts(None)
