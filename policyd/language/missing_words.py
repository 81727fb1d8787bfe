"""Words that authors leave out, and what they would have to write."""

from __future__ import annotations

from typing import Final

from policyd.language.codes import diagnostic
from policyd.language.diagnostics import Diagnostic
from policyd.language.numbers import WELL_FORMED_DURATION, full_width_to_plain
from policyd.language.scan import Token
from policyd.language.source import Span
from policyd.language.trouble import Trouble
from policyd.language.vocabulary import ACTION_WORDS

_VERBS: Final = frozenset(
    "says joins leaves requests edits reports renames submits appeals has say said submit appeal".split()
)


def missing_keyword(trouble: Trouble) -> Diagnostic | None:
    """A word left out: `at` before a step, `words` before texts, `every day` before times, `member` before an id,
    `then` before an action."""
    token, before = trouble.token, trouble.neighbour(-1)
    if trouble.piece.keyword == "attribute" and trouble.index == 2 and before is not None:
        span = Span(trouble.source, before.start, before.end)
        return diagnostic("P154", span, got=before.text, want=f"member.{before.text}")
    if token.kind == "number":
        word = _before_number(full_width_to_plain(token.text), trouble.accepted)
        want = f"{word} {full_width_to_plain(token.text)}" if word else ""
    elif token.kind == "string":
        word = _before_text(trouble.accepted)
        want = f"{word} {token.text}" if word else ""
    else:
        want = _with_word(token, trouble.neighbour(1), trouble.accepted)
    return diagnostic("P154", trouble.span, got=token.text, want=want) if want else None


def _before_number(plain: str, accepted: frozenset[str]) -> str:
    if "FORGET_AFTER" in accepted:
        return "at"
    if plain.isdigit() and "AT_MOST" in accepted:
        return "at most"
    if "EVERY" in accepted and ":" in plain:
        return "every day"
    if WELL_FORMED_DURATION.fullmatch(plain) and "FOR" in accepted:
        return "for"
    return ""


def _before_text(accepted: frozenset[str]) -> str:
    if "WORDS" in accepted:
        return "words"
    return "to" if "TO" in accepted else ""


def _with_word(token: Token, after: Token | None, accepted: frozenset[str]) -> str:
    if token.kind == "word" and "GIVEN" in accepted and after is not None:
        if after.text in _VERBS:
            return f"member {token.text}"
        if token.text == "group" and after.kind in ("word", "string"):
            return f"given group {after.text}"
    if token.text == "then" and "PENDING" in accepted:
        return "pending then"
    if token.text == "then" and "LATE" in accepted:
        return "late then"
    if token.text in ACTION_WORDS and "THEN" in accepted and "COMMA" not in accepted:
        return f"then {token.text}"
    return ""
