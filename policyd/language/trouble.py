"""Where reading stopped: what stands there, what stands around it, and what could have."""

from __future__ import annotations

from dataclasses import dataclass

from policyd.language.keywords import CLAUSES
from policyd.language.scan import Token
from policyd.language.source import Source, Span
from policyd.language.split import Piece


@dataclass(frozen=True, slots=True)
class Trouble:
    """A token that cannot stand where it stands, its neighbours, and the terminals that could."""

    source: Source
    piece: Piece
    index: int
    accepted: frozenset[str]

    @property
    def token(self) -> Token:
        return self.piece.tokens[self.index]

    def neighbour(self, distance: int) -> Token | None:
        index = self.index + distance
        return self.piece.tokens[index] if 0 <= index < len(self.piece.tokens) else None

    @property
    def in_actions(self) -> bool:
        """Whether the clause around is one of actions."""
        words = CLAUSES.get(self.piece.keyword, frozenset()) | {"then"}
        before = (token.text for token in reversed(self.piece.tokens[: self.index]))
        return next((word for word in before if word in words), "") in ("then", "otherwise", "at", "expect")

    @property
    def span(self) -> Span:
        return Span(self.source, self.token.start, self.token.end)

    def span_to(self, other: Token) -> Span:
        return Span(self.source, self.token.start, other.end)
