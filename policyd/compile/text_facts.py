"""What is worked out from the text of a message, each at most once an event and only where a rule reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from policyd.text import contacts as finders


def _links(text: str) -> dict[str, Any]:
    links = len(finders.links(text))
    return {"links": links} if links else _NO_LINK


def _contacts(text: str) -> dict[str, Any]:
    """And the links, which are contacts too."""
    found = finders.contacts(text)
    links = sum(contact.kind == "link" for contact in found)
    return {"contacts": len(found), **({"links": links} if links else _NO_LINK)}


_NO_LINK: Final[dict[str, Any]] = {"links": 0, "domains": ()}
_WORKED_OUT: Final[dict[str, Callable[[str], dict[str, Any]]]] = {
    "lines": lambda text: {"lines": text.count("\n") + 1 if text else 0},
    "links": _links,
    "domains": lambda text: {"domains": tuple(finders.domains(text))},
    "contacts": _contacts,
    "emoji": lambda text: {"emoji": finders.emoji(text)},
    "fingerprint": lambda text: {"fingerprint": finders.fingerprint(text)},
}
"""How each fact is worked out, with all that comes out of the same search."""
DERIVED: Final = frozenset(_WORKED_OUT)
"""Facts of `message` that are worked out from its text; not its length, which costs nothing."""


class TextFacts:
    """The facts of one text as attributes, all None where there is no text."""

    __slots__ = ("_text", *_WORKED_OUT)

    def __init__(self, text: str | None) -> None:
        self._text = text

    def __getattr__(self, name: str) -> Any:
        """Called only while the slot is still empty."""
        if self._text is None:
            return None
        found = _WORKED_OUT[name](self._text)
        for fact, value in found.items():
            setattr(self, fact, value)
        return found[name]


NO_TEXT: Final = TextFacts(None)
