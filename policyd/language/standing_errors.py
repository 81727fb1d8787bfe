"""Mistakes in tallies, streaks, tiers and the windows of counters, in an author's words."""

from __future__ import annotations

from typing import Final

from policyd.language.codes import diagnostic
from policyd.language.diagnostics import Diagnostic, Phrase
from policyd.language.numbers import UNIT_OF_WORD, WELL_FORMED_DURATION, full_width_to_plain
from policyd.language.scan import Token
from policyd.language.source import Span
from policyd.language.trouble import Trouble
from policyd.language.types import EVENT_KIND
from policyd.language.vocabulary import other_words

_PERIODS: Final = {"day": "daily", "week": "weekly", "month": "monthly"}
_PERIOD_OF: Final = {word: period for period, word in _PERIODS.items()} | {
    "days": "day", "weeks": "week", "months": "month", "天": "day", "日": "day", "周": "week", "月": "month",
    "每天": "day", "每日": "day", "每周": "week", "每月": "month",
}  # fmt: skip
_LEADS: Final = {"per", "each", "every"}
_COMPARISONS: Final = frozenset({">", "<", "<=", ">=", "=", "==", ":"})
_FROM_BELOW: Final = Phrase(
    "write `>= 80`; below all of them is the tier with `otherwise`", "请写 `>= 80`;都达不到的等级写 `otherwise`"
)
_ENDS_ABOVE: Final = Phrase(
    "delete it: a tier ends where the one above begins", "请删除它:每个等级到上一个等级为止"
)  # fmt: skip


def braces(trouble: Trouble) -> Diagnostic | None:
    """`tally points { by member }`, `counter posts { counts … }`."""
    if trouble.piece.keyword not in ("tally", "counter") or not trouble.token.is_sign("{"):
        return None
    return diagnostic("P172", trouble.span, declaration=trouble.piece.keyword)


def period(trouble: Trouble) -> Diagnostic | None:
    """`per 7d`, `each week` and `weekly` for `per week`, `tally points for member`."""
    token, before, after = trouble.token, trouble.neighbour(-1), trouble.neighbour(1)
    plain = full_width_to_plain(token.text)
    if trouble.accepted == {"FIELD"} and before is not None and before.text in _LEADS and token.kind == "number":
        if before.text == "per" and trouble.piece.keyword in ("counter", "limit"):
            return _two(trouble, "P141", want=f"within {plain}")
        return diagnostic("P162", trouble.span, got=token.text)
    if "PER" in trouble.accepted and token.text in _PERIOD_OF:
        return diagnostic("P141", trouble.span, got=token.text, want=f"per {_PERIOD_OF[token.text]}")
    if "PER" in trouble.accepted and token.text in _LEADS and after is not None and after.text in _PERIODS:
        span = trouble.span_to(after)
        return diagnostic("P141", span, got=span.text, want=f"per {after.text}")
    if trouble.accepted == {"PER"} and token.text in _PERIODS:
        return diagnostic("P154", trouble.span, got=token.text, want=f"per {token.text}")
    if trouble.piece.keyword != "tally":
        return None
    want = {"for": "by", "of": "by", "within": "per month", "until": "per month"}.get(token.text)
    return diagnostic("P141", trouble.span, got=token.text, want=want) if want else None


# ---------------------------------------------------------------- streaks


def streak(trouble: Trouble) -> Diagnostic | None:
    """Mistakes in the body of a `streak`."""
    if trouble.piece.keyword != "streak":
        return None
    for recognise in (_streak_key, _streak_event, _streak_time, _streak_length, _streak_clause, _streak_repair):
        found = recognise(trouble)
        if found is not None:
            return found
    return None


def _streak_key(trouble: Trouble) -> Diagnostic | None:
    """`streak checkin by member {`: it is of members anyway."""
    after = trouble.neighbour(1)
    if trouble.token.text != "by" or "LBRACE" not in trouble.accepted or after is None:
        return None
    return diagnostic("P153", trouble.span_to(after), got=f"by {after.text}")


def _streak_event(trouble: Trouble) -> Diagnostic | None:
    """`each message`, `message where …`, `daily message`, `every day message`, `on message`."""
    token, before, after = trouble.token, trouble.neighbour(-1), trouble.neighbour(1)
    lead = trouble.neighbour(-2)
    if before is not None and lead is not None and lead.text == "each" and "BEFORE" in trouble.accepted:
        if _is_kind(before):
            return diagnostic("P154", _span(trouble, before), got=before.text, want=f"day {before.text}")
    if before is not None and before.text == "every" and token.text in _PERIODS and "NUMBER" in trouble.accepted:
        return _two(trouble, "P141", want="every 1" if after is not None and after.text == "then" else "each day")
    if "EACH" not in trouble.accepted:
        return None
    if token.text in _PERIOD_OF:
        return diagnostic("P141", trouble.span, got=token.text, want=f"each {_PERIOD_OF[token.text]}")
    if token.text == "on":
        return diagnostic("P141", trouble.span, got="on", want="each day")
    return diagnostic("P154", trouble.span, got=token.text, want=f"each day {token.text}") if _is_kind(token) else None


def _streak_time(trouble: Trouble) -> Diagnostic | None:
    """`each day 22:00 message`, `each day until 22:00 message`, `each day message before 22:00`."""
    token, before, after = trouble.token, trouble.neighbour(-1), trouble.neighbour(1)
    plain = full_width_to_plain(token.text)
    if "BEFORE" in trouble.accepted and token.kind == "number" and ":" in plain:
        return diagnostic("P154", trouble.span, got=token.text, want=f"before {plain}")
    if "BEFORE" in trouble.accepted and token.text in ("until", "by", "till", "within"):
        return diagnostic("P141", trouble.span, got=token.text, want="before")
    if token.text != "before" or before is None or after is None or not _is_kind(before):
        return None
    span = _span(trouble, before, after)
    return diagnostic("P141", span, got=span.text, want=f"before {after.text} {before.text}")


def _streak_length(trouble: Trouble) -> Diagnostic | None:
    """`at 7d then …`, `at 7 days then …`, `at day 7 then …`."""
    token, before, plain = trouble.token, trouble.neighbour(-1), full_width_to_plain(trouble.token.text)
    if before is None:
        return None
    if before.text in ("at", "every") and WELL_FORMED_DURATION.fullmatch(plain):
        return diagnostic("P141", trouble.span, got=token.text, want=plain.rstrip("wdhms"))
    word = token.text in UNIT_OF_WORD or token.text in _PERIOD_OF or token.text in ("times", "次")
    if token.kind == "word" and word and (trouble.accepted == {"THEN"} or "NUMBER" in trouble.accepted):
        return diagnostic("P153", trouble.span, got=token.text)
    return None


def _streak_clause(trouble: Trouble) -> Diagnostic | None:
    """`7 then …` and `then …` without `at`."""
    token, plain = trouble.token, full_width_to_plain(trouble.token.text)
    if "EACH" not in trouble.accepted:
        return None
    if token.kind == "number" and plain.isdigit():
        return diagnostic("P154", trouble.span, got=token.text, want=f"at {plain}")
    return diagnostic("P154", trouble.span, got="then", want="at 7 then") if token.text == "then" else None


def _streak_repair(trouble: Trouble) -> Diagnostic | None:
    """`repair once per week`, `repair per week`."""
    before = trouble.neighbour(-1)
    if before is None or before.text != "repair":
        return None
    if trouble.token.text in ("once", "one", "一次"):
        return diagnostic("P141", trouble.span, got=trouble.token.text, want="1")
    return diagnostic("P154", trouble.span, got="per", want="1 per") if trouble.token.text == "per" else None


# ---------------------------------------------------------------- tiers


def tiers(trouble: Trouble) -> Diagnostic | None:
    """Mistakes in the body of `tiers`."""
    if trouble.piece.keyword != "tiers":
        return None
    for recognise in (_threshold, _unsaid_tier, _score, _placing):
        found = recognise(trouble)
        if found is not None:
            return found
    return None


def _threshold(trouble: Trouble) -> Diagnostic | None:
    """`tier core 80`, `tier core > 80`, `tier core at least 80`, `tier core >= 80 <= 90`."""
    token, bound = trouble.token, trouble.neighbour(-2)
    plain = full_width_to_plain(token.text)
    if bound is not None and bound.is_sign(">=") and (token.sign in _COMPARISONS or token.text in ("and", "or")):
        return diagnostic("P173", trouble.span, got=token.text, want=_ENDS_ABOVE)
    if not {"GE", "OTHERWISE"} <= trouble.accepted:
        return None
    if token.kind == "number":
        return diagnostic("P154", trouble.span, got=token.text, want=f">= {plain}")
    number = next((after for after in map(trouble.neighbour, (1, 2)) if after and after.kind == "number"), None)
    if number is None or not (token.kind == "word" or token.sign in _COMPARISONS):
        return None
    span = trouble.span_to(number)
    return diagnostic("P173", span, got=span.text, want=_FROM_BELOW)


def _unsaid_tier(trouble: Trouble) -> Diagnostic | None:
    """`core >= 80`, `watch otherwise`."""
    token, after = trouble.token, trouble.neighbour(1)
    if token.kind != "word" or "TIER" not in trouble.accepted or after is None:
        return None
    says = after.is_sign(">=") or after.text in ("otherwise", "when")
    return diagnostic("P154", trouble.span, got=token.text, want=f"tier {token.text}") if says else None


def _score(trouble: Trouble) -> Diagnostic | None:
    """`score = 30% * posts`, `30% * posts`."""
    token, before = trouble.token, trouble.neighbour(-1)
    if before is not None and before.text == "score" and token.is_sign("="):
        return diagnostic("P153", trouble.span, got=token.text)
    number = token.kind == "number" and ":" not in full_width_to_plain(token.text)
    if number and "SCORE" in trouble.accepted and "EQ" not in trouble.accepted:
        return diagnostic("P154", trouble.span, got=token.text, want=f"score {token.text}")
    return None


def _placing(trouble: Trouble) -> Diagnostic | None:
    """`weekly`, `every mon 00:00`, `every week at 00:00`: they come at the beginning of a period."""
    token, before, after = trouble.token, trouble.neighbour(-1), trouble.neighbour(1)
    if "EVERY" not in trouble.accepted:
        return None
    if token.text in _PERIOD_OF:
        return diagnostic("P141", trouble.span, got=token.text, want=f"every {_PERIOD_OF[token.text]}")
    if token.text == "at" and after is not None and after.kind == "number":
        return diagnostic("P153", trouble.span_to(after), got=f"at {after.text}")
    if token.kind != "number" or before is None or ":" not in full_width_to_plain(token.text):
        return None
    if before.text in _PERIODS:
        return diagnostic("P153", trouble.span, got=token.text)
    return diagnostic("P162", _span(trouble, before), got=before.text)


# ---------------------------------------------------------------- what is counted


def counted(trouble: Trouble) -> Diagnostic | None:
    """`counts unique member of …`, `distinct member by …`, `sums of message.images`, `5 images of messages`."""
    if trouble.piece.keyword not in ("counter", "limit"):
        return None
    token, before, lead = trouble.token, trouble.neighbour(-1), trouble.neighbour(-2)
    if before is None or lead is None or before.kind != "word":
        return None
    if (lead.text == "counts" or lead.kind == "number") and "BY" in trouble.accepted and not _is_kind(before):
        want = next((word for word in other_words(before.text) if word in ("distinct", "sums")), "")
        if want:
            return diagnostic("P141", _span(trouble, before), got=before.text, want=want)
        if token.text == "of":
            span = _span(trouble, before, token)
            return diagnostic("P141", span, got=span.text, want=f"sums message.{before.text} of")
    return _counted_of(trouble, before, lead) if "OF" in trouble.accepted else None


def _counted_of(trouble: Trouble, before: Token, lead: Token) -> Diagnostic | None:
    token, after, sums = trouble.token, trouble.neighbour(1), lead.text == "sums"
    if before.text == "of" and lead.text in ("distinct", "sums"):
        if after is not None and after.is_sign("."):
            return diagnostic("P153", _span(trouble, before), got="of")
        fact = "message.images of" if sums else "member of"
        return diagnostic("P154", _span(trouble, before), got="of", want=fact)
    if _is_kind(before) and lead.text in ("distinct", "sums"):
        fact = "message.images of" if sums else "member of"
        return diagnostic("P154", _span(trouble, before), got=before.text, want=f"{fact} {before.text}")
    if token.text in ("by", "within", "per", "where"):
        return diagnostic("P154", trouble.span, got=token.text, want=f"of messages {token.text}")
    return None


# ---------------------------------------------------------------- parts


def _is_kind(token: Token) -> bool:
    return token.text in EVENT_KIND.members or token.text.removesuffix("s") in EVENT_KIND.members


def _span(trouble: Trouble, first: Token, last: Token | None = None) -> Span:
    return Span(trouble.source, first.start, (last or first).end)


def _two(trouble: Trouble, code: str, want: str) -> Diagnostic:
    """About the word before and this one."""
    before = trouble.neighbour(-1)
    span = trouble.span if before is None else Span(trouble.source, before.start, trouble.token.end)
    return diagnostic(code, span, got=" ".join(span.text.split()), want=want)
