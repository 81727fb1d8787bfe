"""Why a declaration cannot be read, in an author's words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import Final

from policyd.language.award_errors import award, held
from policyd.language.codes import diagnostic
from policyd.language.diagnostics import Diagnostic, FieldValue, Phrase
from policyd.language.keywords import ANY_CLAUSE, CLAUSES, DECLARATIONS
from policyd.language.missing_words import missing_keyword
from policyd.language.names import RESERVED
from policyd.language.numbers import UNIT_OF_WORD, WELL_FORMED_DURATION, full_width_to_plain
from policyd.language.scan import Token
from policyd.language.source import Source, Span
from policyd.language.split import Piece
from policyd.language.standing_errors import braces, counted, period, streak, tiers
from policyd.language.trouble import Trouble
from policyd.language.vocabulary import ACTION_WORDS, DAYS, expected_phrase, other_words, spelling
from policyd.language.workflow_errors import (
    bound_of_limit,
    clause_of_another,
    edge_of_hours,
    event_with_condition,
    interval,
    lasting,
    named_appeal,
    proposal,
    quoted_name,
    setting_of_group,
    switched,
    timing,
)

_COMPARISONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "=", "contains", "in", "matches", "like"})
_GIVES_VALUES: Final = ("let", "template", "setting", "group")
_OTHER_DATE: Final = re.compile(r"([0-9]{4})\s?[/.年]\s?([0-9]{1,2})\s?[/.月]\s?([0-9]{1,2})日?")
_NEAR: Final = 0.75
"""How alike two words must be, by difflib's ratio, for one to be offered for the other."""


def explain_no_declaration(source: Source, piece: Piece) -> Diagnostic:
    """For text outside any declaration."""
    first = piece.tokens[0]
    words = [word for word in other_words(first.text) if word in DECLARATIONS] if first.kind == "word" else []
    written, known = full_width_to_plain(first.text).lower(), sorted(DECLARATIONS)
    words = words or difflib.get_close_matches(written, known, n=1, cutoff=_NEAR)
    plural = f"{first.text}s"
    if first.text in ANY_CLAUSE and plural not in DECLARATIONS:
        want = Phrase("clauses stand inside a declaration: `rule NAME { … }`", "子句要写在声明里面:`rule 名称 { … }`")
    elif words:
        want = Phrase(f"did you mean `{words[0]}`?", f"是不是想写 `{words[0]}`?")
    else:
        listed = " ".join(f"`{word}`" for word in known)
        want = Phrase(f"a declaration starts with one of {listed}", f"声明的开头是以下之一:{listed}")
    return diagnostic("P130", Span(source, first.start, first.end), got=first.text, want=want)


def explain_unexpected(source: Source, piece: Piece, offset: int, accepted: frozenset[str]) -> Diagnostic:
    """For a word or sign at `offset` that is none of the `accepted` terminals."""
    index = next((i for i, token in enumerate(piece.tokens) if token.end > offset), None)
    if index is None:
        last = piece.tokens[-1]
        end = Phrase("the end of the declaration", "声明的结尾")
        return _unexpected(Span(source, last.start, last.end), last, end, accepted)
    trouble = Trouble(source, piece, index, accepted)
    for recognise in _MISTAKES:
        found = recognise(trouble)
        if found is not None:
            return found
    got = Phrase(f"`{trouble.token.text}`", f"`{trouble.token.text}`")
    return _unexpected(trouble.span, trouble.neighbour(-1), got, accepted)


def _unexpected(span: Span, before: Token | None, got: Phrase, accepted: frozenset[str]) -> Diagnostic:
    after: FieldValue = f"`{before.text}`" if before else Phrase("the start", "开头")
    return diagnostic("P133", span, after=after, got=got, expected=expected_phrase(accepted))


# ---------------------------------------------------------------- mistakes that have a name


def _equals_signs(trouble: Trouble) -> Diagnostic | None:
    token = trouble.token
    if token.is_sign("=") and "EQ" in trouble.accepted:
        return diagnostic("P137", trouble.span)
    gives = "IS" in trouble.accepted or (trouble.index > 1 and "STRING" in trouble.accepted)
    if token.is_sign("==") and gives and trouble.piece.keyword in _GIVES_VALUES:
        return diagnostic("P144", trouble.span)
    if token.text in _COMPARISONS and "PLUS" in trouble.accepted and "EQ" not in trouble.accepted:
        return diagnostic("P143", trouble.span, got=token.text)
    return None


def _duration(trouble: Trouble) -> Diagnostic | None:
    """`10 seconds`, `10` or `"10m"` for a duration."""
    token, after = trouble.token, trouble.neighbour(1)
    if "DURATION" not in trouble.accepted or "NUMBER" in trouble.accepted:
        return None
    plain = full_width_to_plain(token.text).strip('"\u201c\u201d')
    if token.kind == "string" and WELL_FORMED_DURATION.fullmatch(plain):
        return diagnostic("P110", trouble.span, got=token.text, want=plain)
    if token.kind != "number" or not plain.isdigit():
        return None
    unit = UNIT_OF_WORD.get(after.text.lower()) if after else None
    if unit and after:
        return diagnostic("P110", trouble.span_to(after), got=f"{token.text} {after.text}", want=plain + unit)
    return diagnostic("P117", trouble.span, got=token.text, want=f"{plain}m")


def _clock(trouble: Trouble) -> Diagnostic | None:
    plain = full_width_to_plain(trouble.token.text)
    if "CLOCK" in trouble.accepted and trouble.token.kind == "number" and plain.isdigit() and len(plain) < 3:
        return diagnostic("P118", trouble.span, got=trouble.token.text, want=f"{plain}:00")
    return None


def _date(trouble: Trouble) -> Diagnostic | None:
    """`2026/10/1` or `2026.10.1`."""
    if "DATE" not in trouble.accepted or "NUMBER" in trouble.accepted:
        return None
    match = _OTHER_DATE.match(trouble.source.text, trouble.token.start)
    if match is None:
        return None
    year, month, day = match.groups()
    span = Span(trouble.source, match.start(), match.end())
    return diagnostic("P124", span, got=match.group(), want=f"{year}-{month:0>2}-{day:0>2}")


def _digit_groups(trouble: Trouble) -> Diagnostic | None:
    """`1,000`."""
    before, after = trouble.neighbour(-1), trouble.neighbour(1)
    if not (trouble.token.is_sign(",") and before and after and before.kind == after.kind == "number"):
        return None
    if before.end != trouble.token.start or after.start != trouble.token.end or len(after.text) != 3:
        return None
    span = Span(trouble.source, before.start, after.end)
    return diagnostic("P119", span, got=span.text, want=before.text + after.text)


def _text_for_name(trouble: Trouble) -> Diagnostic | None:
    """A text where a lexicon or a pattern is needed."""
    before = trouble.neighbour(-1)
    if trouble.token.kind != "string" or before is None or before.text not in ("matches", "like"):
        return None
    return diagnostic("P145" if before.text == "matches" else "P146", trouble.span, got=trouble.token.text)


def _name_for_text(trouble: Trouble) -> Diagnostic | None:
    """A word without quotes where a text is needed."""
    token = trouble.token
    needed = trouble.accepted <= {"STRING", "LONG_STRING"}
    title = "STRING" in trouble.accepted and "LBRACE" in trouble.accepted and trouble.neighbour(1) is not None
    if token.kind != "word" or not (needed or (title and not token.starts_line and token.text not in RESERVED)):
        return None
    return diagnostic("P147", trouble.span, got=token.text)


def _clock_for_value(trouble: Trouble) -> Diagnostic | None:
    """`now in 22:00-08:00`, `now.hour > 22:00`."""
    before, clock = trouble.neighbour(-1), full_width_to_plain(trouble.token.text)
    in_condition = before is not None and (before.text in _COMPARISONS or before.text in ("in", "default"))
    if not in_condition or trouble.token.kind != "number" or ":" not in clock:
        return None
    return diagnostic("P158", trouble.span, got=trouble.token.text)


def _not_inside(trouble: Trouble) -> Diagnostic | None:
    """`x not matches y`, `x does not contain y`, `x is not y`."""
    token, after = trouble.token, trouble.neighbour(1)
    if "CONTAINS" not in trouble.accepted or after is None:
        return None
    negated = token.text == "not" and after.text in ("matches", "contains", "like", "starts", "ends")
    got, span = f"{token.text} {after.text}", trouble.span_to(after)
    if got == "is not":
        return diagnostic("P141", span, got=got, want="!=")
    return diagnostic("P159", span, got=got) if negated or got == "does not" else None


def _pattern_flags(trouble: Trouble) -> Diagnostic | None:
    """`like /a/i`."""
    before, token = trouble.neighbour(-1), trouble.token
    if before is None or before.kind != "pattern" or before.end != token.start or token.kind != "word":
        return None
    span = Span(trouble.source, before.start, token.end)
    return diagnostic("P160", span, got=token.text, want=f"/(?i){before.text[1:]}")


def _lexicons_without_brackets(trouble: Trouble) -> Diagnostic | None:
    """`matches a, b`."""
    operator, first, second = trouble.neighbour(-2), trouble.neighbour(-1), trouble.neighbour(1)
    if not (operator and first and second and operator.text == "matches" and second.kind == "word"):
        return None
    if not trouble.token.is_sign(","):
        return None
    span = Span(trouble.source, first.start, second.end)
    return diagnostic("P157", span, want=f"[{first.text}, {second.text}]")


def _and_between_actions(trouble: Trouble) -> Diagnostic | None:
    after = trouble.neighbour(1)
    joins = "RBRACE" in trouble.accepted and trouble.token.text in ("and", "&", "\u548c", "\u5e76", "then", "also")
    if not (joins and after and after.text in ACTION_WORDS and trouble.in_actions):
        return None
    return None if "AND" in trouble.accepted else diagnostic("P148", trouble.span, got=trouble.token.text)


def _open_bracket(trouble: Trouble) -> Diagnostic | None:
    """A bracket that is not closed, noticed at a clause word or the closing brace; or one that closes nothing."""
    token = trouble.token
    closing = next((sign for sign in ")]" if token.is_sign(sign)), "")
    if closing and spelling("RPAR" if closing == ")" else "RSQB") not in map(spelling, trouble.accepted):
        return diagnostic("P149", trouble.span, got=token.text)
    if not ({"RPAR", "RSQB"} & trouble.accepted) or not (token.text in RESERVED or token.is_sign("}")):
        return None
    bracket = _last_open(trouble)
    if bracket is None:
        return None
    want = ")" if bracket.is_sign("(") else "]"
    return diagnostic("P150", Span(trouble.source, bracket.start, bracket.end), got=bracket.text, want=want)


def _last_open(trouble: Trouble) -> Token | None:
    open_: list[Token] = []
    for token in trouble.piece.tokens[: trouble.index]:
        if token.is_sign("(") or token.is_sign("["):
            open_.append(token)
        elif open_ and (token.is_sign(")") or token.is_sign("]")):
            open_.pop()
    return open_[-1] if open_ else None


def _no_opening_brace(trouble: Trouble) -> Diagnostic | None:
    before = trouble.neighbour(-1)
    words = CLAUSES.get(trouble.piece.keyword, frozenset())
    if before is None or "LBRACE" not in trouble.accepted or trouble.token.text not in words:
        return None
    head = trouble.source.text[trouble.piece.start : before.end]
    return diagnostic("P151", trouble.span, got=trouble.token.text, head=" ".join(head.split()))


def _declaration_inside(trouble: Trouble) -> Diagnostic | None:
    after = trouble.neighbour(1)
    given = trouble.token.text == "group" and "GIVEN" in trouble.accepted
    if trouble.token.text not in DECLARATIONS or "RBRACE" not in trouble.accepted or after is None or given:
        return None
    return diagnostic("P152", trouble.span, got=trouble.token.text) if after.kind in ("word", "string") else None


def _not_needed(trouble: Trouble) -> Diagnostic | None:
    token, after = trouble.token, trouble.neighbour(1)
    before_duration = "DURATION" in trouble.accepted and after is not None and after.kind == "number"
    colon = token.is_sign(":") and not {"COLON", "DOT"} & trouble.accepted
    if colon or (token.text == "for" and before_duration):
        return diagnostic("P153", trouble.span, got=token.text)
    return None


def _reserved_name(trouble: Trouble) -> Diagnostic | None:
    if trouble.token.text.startswith("_") and "NAME" in trouble.accepted:
        return diagnostic("P123", trouble.span, got=trouble.token.text)
    if trouble.token.text not in RESERVED or "TRUE" in trouble.accepted:
        return None
    if not trouble.accepted <= {"NAME", "FIELD", "LSQB", "STRING", "LONG_STRING"} or "NAME" not in trouble.accepted:
        return None
    return diagnostic("P134", trouble.span, got=trouble.token.text)


def _other_word(trouble: Trouble) -> Diagnostic | None:
    """A word for which the language has another, or one misspelt, or half of a keyword of several words."""
    if trouble.token.kind != "word":
        return None
    got, words = full_width_to_plain(trouble.token.text), {spelling(terminal) for terminal in trouble.accepted} - {""}
    if "DAY" in trouble.accepted:
        words |= set(DAYS)
    if trouble.token.text in CLAUSES.get(trouble.piece.keyword, ()):
        words.discard("-")
    want = next((word for word in other_words(got) if word in words), "")
    if not want:
        begun = sorted(word for word in words if word.split()[0] == got.lower() and " " in word)
        want = "` / `".join(begun)
    if not want:
        want = next(iter(difflib.get_close_matches(got.lower(), sorted(words), n=1, cutoff=_NEAR)), "")
    return diagnostic("P141", trouble.span, got=trouble.token.text, want=want) if want else None


def _missing_comma(trouble: Trouble) -> Diagnostic | None:
    before, second = trouble.neighbour(-1), trouble.neighbour(-2)
    if "COMMA" not in trouble.accepted or before is None or trouble.token.kind not in ("word", "string", "number"):
        return None
    if trouble.token.text in CLAUSES.get(trouble.piece.keyword, ()):
        return None
    in_list = "RSQB" in trouble.accepted or (second is not None and second.text in ("on", "from", "by", "because"))
    if in_list or trouble.token.text in ACTION_WORDS:
        return diagnostic("P156", trouble.span, before=before.text, got=trouble.token.text)
    return None


_MISTAKES: Final[tuple[Callable[[Trouble], Diagnostic | None], ...]] = (
    braces,
    period,
    streak,
    tiers,
    counted,
    award,
    held,
    _equals_signs,
    setting_of_group,
    bound_of_limit,
    switched,
    event_with_condition,
    interval,
    timing,
    edge_of_hours,
    proposal,
    lasting,
    named_appeal,
    _duration,
    _clock,
    _date,
    _digit_groups,
    _clock_for_value,
    _not_inside,
    _pattern_flags,
    _text_for_name,
    quoted_name,
    _lexicons_without_brackets,
    _and_between_actions,
    _no_opening_brace,
    _open_bracket,
    _reserved_name,
    _name_for_text,
    _declaration_inside,
    _not_needed,
    missing_keyword,
    _other_word,
    clause_of_another,
    _missing_comma,
)
"""In this order: the first that recognises the mistake explains it."""
