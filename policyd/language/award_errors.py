"""Mistakes in `add 5 to points`, and in what tests say about points, streaks and tiers, in an author's words."""

from __future__ import annotations

import re
from typing import Final

from policyd.language.codes import diagnostic
from policyd.language.diagnostics import Diagnostic, Phrase
from policyd.language.numbers import full_width_to_plain
from policyd.language.scan import Token
from policyd.language.source import Span
from policyd.language.trouble import Trouble

_TAKES: Final = frozenset("subtract deduct minus take remove reduce decrease 扣 扣除 扣分 减 减去 减分".split())
_ASSIGNS: Final = frozenset("+-=")
_WHOLE: Final = re.compile(r"[-+]?[0-9]+")
_QUOTES: Final = '"\u201c\u201d\uff02'


def award(trouble: Trouble) -> Diagnostic | None:
    """Mistakes in the action `add`, also where a test expects it."""
    for recognise in (_amount, _order, _whose, _taken, _assigned):
        found = recognise(trouble)
        if found is not None:
            return found
    return None


def _amount(trouble: Trouble) -> Diagnostic | None:
    """`add "5" to points`, `add 5% to points`, `add +5 to points`."""
    token, before = trouble.token, trouble.neighbour(-1)
    plain = full_width_to_plain(token.text).strip(_QUOTES)
    if before is None or before.text != "add":
        return None
    if token.kind == "string" and _WHOLE.fullmatch(plain):
        return diagnostic("P165", trouble.span, got=token.text, want=Phrase(f"write `{plain}`", f"请写 `{plain}`"))
    if token.kind == "number" and plain.endswith("%"):
        return diagnostic("P114", trouble.span, got=token.text, want=plain[:-1].split(".")[0])
    return diagnostic("P153", trouble.span, got=token.text) if token.is_sign("+") else None


def _order(trouble: Trouble) -> Diagnostic | None:
    """`add 5 points`, `add points 5`, `add to points 5`."""
    token, after = trouble.token, trouble.neighbour(1)
    first, second = trouble.neighbour(-2), trouble.neighbour(-1)
    if second is None:
        return None
    if second.text == "add" and token.kind == "word" and after is not None and after.kind == "number":
        return _reordered(trouble, token, after, token)
    if first is None or first.text != "add":
        return None
    if second.text == "to" and token.kind == "word" and after is not None and after.kind == "number":
        return _reordered(trouble, second, after, token)
    if second.kind == "word" and token.kind == "number":
        return _reordered(trouble, second, token, second)
    if second.kind == "number" and token.kind == "word" and token.text != "per" and "TO" in trouble.accepted:
        return diagnostic("P154", trouble.span, got=token.text, want=f"to {token.text}")
    return None


def _reordered(trouble: Trouble, start: Token, number: Token, tally: Token) -> Diagnostic:
    end = max(number, tally, key=lambda token: token.end).end
    span = Span(trouble.source, start.start, end)
    return diagnostic("P141", span, got=" ".join(span.text.split()), want=f"{number.text} to {tally.text}")


def _whose(trouble: Trouble) -> Diagnostic | None:
    """`add 5 to points to join.inviter`, `add 5 to points for join.inviter`."""
    to = trouble.neighbour(-2)
    if trouble.token.text not in ("to", "for") or to is None or to.text != "to" or "OF" not in trouble.accepted:
        return None
    return diagnostic("P141", trouble.span, got=trouble.token.text, want="of")


def _taken(trouble: Trouble) -> Diagnostic | None:
    """`subtract 5 from points`, `remove 5 from points`."""
    token, before, after = trouble.token, trouble.neighbour(-1), trouble.neighbour(1)
    if before is not None and before.text == "remove" and token.kind == "number" and trouble.in_actions:
        span = Span(trouble.source, before.start, token.end)
        return diagnostic("P141", span, got=f"remove {token.text}", want=f"add -{token.text} to")
    if token.text not in _TAKES or "ADD" not in trouble.accepted:
        return None
    if after is None or after.kind != "number":
        return diagnostic("P141", trouble.span, got=token.text, want="add -5 to")
    span = trouble.span_to(after)
    return diagnostic("P141", span, got=f"{token.text} {after.text}", want=f"add -{after.text} to")


def _assigned(trouble: Trouble) -> Diagnostic | None:
    """`then points + 5`, `then points -= 5`."""
    token, sign = trouble.token, trouble.neighbour(1)
    if token.kind != "word" or sign is None or sign.sign not in _ASSIGNS or "ADD" not in trouble.accepted:
        return None
    number = next((one for one in map(trouble.neighbour, (2, 3)) if one is not None and one.kind == "number"), None)
    if number is None:
        return None
    span = trouble.span_to(number)
    amount = f"-{number.text}" if sign.is_sign("-") else number.text
    return diagnostic("P141", span, got=" ".join(span.text.split()), want=f"add {amount} to {token.text}")


def held(trouble: Trouble) -> Diagnostic | None:
    """`member u1 has 20 points`, `member u1 has points == 20`."""
    before, after = trouble.neighbour(-1), trouble.neighbour(1)
    if trouble.piece.keyword != "test" or before is None:
        return None
    if before.text == "has" and trouble.token.kind == "number" and after is not None and after.kind == "word":
        span = trouble.span_to(after)
        return diagnostic("P141", span, got=span.text, want=f"{after.text} {trouble.token.text}")
    lead = trouble.neighbour(-2)
    if lead is not None and lead.text == "has" and trouble.token.sign in ("=", "==", ">=", "<=", ">", "<", ":"):
        return diagnostic("P153", trouble.span, got=trouble.token.text)
    return None
