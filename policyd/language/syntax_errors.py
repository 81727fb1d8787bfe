"""Why a declaration cannot be read, in an author's words."""

from __future__ import annotations

import difflib
from typing import Final

from policyd.language.codes import diagnostic
from policyd.language.diagnostics import Diagnostic, FieldValue, Phrase
from policyd.language.names import RESERVED
from policyd.language.scan import Token
from policyd.language.source import Source, Span
from policyd.language.split import BRACED, UNBRACED, Piece
from policyd.language.vocabulary import OTHER_WORDS, expected_phrase, spelling

_COMPARISONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "=", "contains", "in", "matches", "like"})


def explain_no_declaration(source: Source, piece: Piece) -> Diagnostic:
    """For text outside any declaration."""
    first = piece.tokens[0]
    known = sorted(BRACED | UNBRACED)
    near = OTHER_WORDS.get(first.text.lower(), "") if first.kind == "word" else ""
    if near not in known:
        near = next(iter(difflib.get_close_matches(first.text.lower(), known, n=1, cutoff=0.7)), "")
    want = Phrase(f"did you mean `{near}`?", f"是不是想写 `{near}`?")
    if not near:
        words = " ".join(f"`{word}`" for word in known)
        want = Phrase(f"a declaration starts with one of {words}", f"声明的开头是以下之一:{words}")
    return diagnostic("P130", Span(source, first.start, first.end), got=first.text, want=want)


def explain_unexpected(source: Source, piece: Piece, offset: int, accepted: frozenset[str]) -> Diagnostic:
    """For a word or sign at `offset` that is none of the `accepted` terminals."""
    index = next((i for i, token in enumerate(piece.tokens) if token.end > offset), None)
    if index is None:
        last = piece.tokens[-1]
        end = Phrase("the end of the declaration", "声明的结尾")
        return _unexpected(Span(source, last.start, last.end), last, end, accepted)
    token = piece.tokens[index]
    span = Span(source, token.start, token.end)
    before = piece.tokens[index - 1] if index else None
    known = _known_mistake(token, span, accepted)
    return known or _unexpected(span, before, Phrase(f"`{token.text}`", f"`{token.text}`"), accepted)


def _unexpected(span: Span, before: Token | None, got: Phrase, accepted: frozenset[str]) -> Diagnostic:
    after: FieldValue = f"`{before.text}`" if before else Phrase("the start", "开头")
    return diagnostic("P133", span, after=after, got=got, expected=expected_phrase(accepted))


def _known_mistake(token: Token, span: Span, accepted: frozenset[str]) -> Diagnostic | None:
    """A mistake that has a name of its own."""
    if token.is_sign("=") and "EQ" in accepted:
        return diagnostic("P137", span)
    if token.text in _COMPARISONS and "PLUS" in accepted and "EQ" not in accepted:
        return diagnostic("P143", span, got=token.text)
    if token.kind != "word":
        return None
    if token.text in RESERVED and {"NAME", "FIELD"} & accepted and "TRUE" not in accepted:
        return diagnostic("P134", span, got=token.text)
    want = _other_word(token.text, accepted)
    return diagnostic("P141", span, got=token.text, want=want) if want else None


def _other_word(got: str, accepted: frozenset[str]) -> str:
    """The accepted word that `got` stands for or nearly spells."""
    words = {spelling(terminal) for terminal in accepted} - {""}
    known = OTHER_WORDS.get(got.lower(), "")
    if known in words:
        return known
    return next(iter(difflib.get_close_matches(got.lower(), sorted(words), n=1, cutoff=0.75)), "")
