"""What is worked out from the text of a message, each at most once an event and only where a rule reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from policyd.text import contacts as finders


class Derived:
    """A fact that is worked out from the text when it is first read. What comes out stays in the instance's dictionary
    under the fact's name, where Python looks before it comes here, as this has no `__set__`."""

    __slots__ = ("_name", "_work")

    def __init__(self, work: Callable[..., Any]) -> None:
        self._work = work

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, facts: TextFacts, owner: type) -> Any:
        text = facts.text
        found = None if text is None else self._work(text)
        setattr(facts, self._name, found)
        return found


class DerivedBeside(Derived):
    """Likewise one with which another is found, or that reads another."""

    __slots__ = ()

    def __get__(self, facts: TextFacts, owner: type) -> Any:
        text = facts.text
        found = None if text is None else self._work(facts, text)
        setattr(facts, self._name, found)
        return found


def _lines(text: str) -> int:
    return text.count("\n") + 1 if text else 0


def _links(text: str) -> int:
    return len(finders.links(text))


def _domains(facts: TextFacts, text: str) -> tuple[str, ...]:
    return finders.domains(text) if facts.links else ()


def _contacts(facts: TextFacts, text: str) -> int:
    """And the links, which are contacts too."""
    found = finders.contacts(text)
    facts.links = sum([contact.kind == "link" for contact in found]) if found else 0
    return len(found)


class TextFacts:
    """The facts of one text as attributes, all None where there is no text."""

    lines: Any = Derived(_lines)
    links: Any = Derived(_links)
    domains: Any = DerivedBeside(_domains)
    contacts: Any = DerivedBeside(_contacts)
    emoji: Any = Derived(finders.emoji)
    fingerprint: Any = Derived(finders.fingerprint)

    def __init__(self, text: str | None) -> None:
        self.text = text


DERIVED: Final = frozenset(name for name, value in vars(TextFacts).items() if isinstance(value, Derived))
"""Facts of `message` that are worked out from its text; not its length, which costs nothing."""

NO_TEXT: Final = TextFacts(None)
