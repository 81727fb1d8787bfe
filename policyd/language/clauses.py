"""Where the clauses of a declaration start and end, roughly: a clause that cannot be read is passed over, so that the
next one can be. And what declarations that cannot be read seem to declare."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

from policyd.language.keywords import CLAUSES, DECLARATIONS
from policyd.language.names import plain_name
from policyd.language.nodes import Unread
from policyd.language.source import Source, Span
from policyd.language.split import Piece

_NO_START_AFTER: Final = frozenset({"given", "notify", "month"})


def join_closed_too_early(pieces: list[Piece]) -> list[Piece]:
    """The same pieces, but a declaration that is followed by clauses of its own outside its braces takes them in."""
    joined: list[Piece] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        if before is not None and _continues(piece, before):
            joined[-1] = Piece(before.keyword, before.tokens + piece.tokens, "closed too early")
        else:
            joined.append(piece)
    return joined


def _continues(piece: Piece, before: Piece) -> bool:
    if piece.problem == "stray brace":
        return before.problem == "closed too early"
    of_its_own = not piece.keyword and piece.tokens[0].text in CLAUSES.get(before.keyword, ())
    return of_its_own and before.problem is None and before.tokens[-1].is_sign("}")


def clause_around(piece: Piece, offset: int) -> tuple[int, int] | None:
    """The range of source offsets of the clause that is broken where reading stopped at `offset`: the one around it,
    or where that only starts there, the one before, which is not complete. None before the body or in a declaration
    without clauses. Text between the opening brace and the first clause is a clause of its own."""
    starts, end = _starts(piece)
    if not starts or offset < starts[0]:
        return None
    start = max((one for one in starts if one < offset), default=starts[0])
    return start, min((one for one in starts if one > start), default=max(end, start))


def _starts(piece: Piece) -> tuple[list[int], int]:
    """Where clauses start, the first right after the opening brace, and where the last one ends."""
    words = CLAUSES.get(piece.keyword, frozenset())
    starts: list[int] = []
    for index, token in enumerate(piece.tokens):
        if token.is_sign("{") and not starts and words:
            starts.append(token.end)
        elif starts and _starts_clause(piece, index, words):
            starts.append(token.start)
    last = piece.tokens[-1]
    return starts, last.start if last.is_sign("}") else last.end


def _starts_clause(piece: Piece, index: int, words: frozenset[str]) -> bool:
    token, (second, before) = piece.tokens[index], piece.tokens[index - 2 : index]
    if token.text == "then" and second.text == "for":
        return False
    if token.text in words:
        return before.text not in _NO_START_AFTER and not before.is_sign(".")
    follows = piece.tokens[index + 1] if index + 1 < len(piece.tokens) else None
    return piece.keyword == "group" and token.kind == "word" and follows is not None and follows.is_sign("=")


def unread(source: Source, piece: Piece) -> Iterator[Unread]:
    """What a piece seems to declare, and what the declarations do that it has swallowed."""
    tokens = piece.tokens
    first = 1 if tokens[0].text == "shadow" else 0
    yield _unread(source, piece, first, piece.keyword)
    others = DECLARATIONS - CLAUSES.get(piece.keyword, frozenset())
    for index in range(first + 1, len(tokens) - 1):
        starts = tokens[index].starts_line or tokens[index - 1].text == "shadow"
        if starts and tokens[index].text in others and tokens[index + 1].kind == "word":
            yield _unread(source, piece, index, tokens[index].text)


def _unread(source: Source, piece: Piece, index: int, keyword: str) -> Unread:
    """The declaration whose keyword stands at `index`. The name of an attribute has two parts."""
    after = piece.tokens[index + 1 : index + (4 if keyword == "attribute" else 2)]
    name = list(itertools.takewhile(lambda token: token.kind == "word" or token.is_sign("."), after))
    if not name:
        return Unread(keyword, "")
    text = ".".join(plain_name(token.text) for token in name if token.kind == "word")
    return Unread(keyword, text, name_span=Span(source, name[0].start, name[-1].end))
