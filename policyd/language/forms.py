"""What a grammar hands to the builder: forms named by its rules, over the words of the text. A second surface would
hand on the same forms (law L2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policyd.language.source import Span


@dataclass(frozen=True, slots=True)
class Leaf:
    """A word or sign; `kind` is the terminal of the grammar."""

    kind: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Form:
    """A rule of the grammar and its parts in written order, punctuation included."""

    kind: str
    parts: tuple[Form | Leaf, ...]
    span: Span

    @property
    def forms(self) -> tuple[Form, ...]:
        return tuple(part for part in self.parts if isinstance(part, Form))

    def all(self, kind: str) -> Iterator[Form]:
        return (part for part in self.parts if part.kind == kind and isinstance(part, Form))

    def find(self, kind: str) -> Form | None:
        return next(self.all(kind), None)

    def get(self, kind: str) -> Form:
        """The part that the grammar promises."""
        form = self.find(kind)
        assert form is not None, f"{self.kind} has no {kind}"
        return form

    def find_leaf(self, *kinds: str) -> Leaf | None:
        return next((part for part in self.parts if part.kind in kinds and isinstance(part, Leaf)), None)

    def leaf(self, *kinds: str) -> Leaf:
        leaf = self.find_leaf(*kinds)
        assert leaf is not None, f"{self.kind} has none of {kinds}"
        return leaf

    def leaves(self, *kinds: str) -> tuple[Leaf, ...]:
        return tuple(part for part in self.parts if part.kind in kinds and isinstance(part, Leaf))

    @property
    def word(self) -> Leaf:
        """Its first word."""
        first = self.parts[0]
        assert isinstance(first, Leaf), f"{self.kind} starts with a form"
        return first
