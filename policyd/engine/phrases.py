"""Message texts made ready: what is always said, and how to say what is not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from policyd.check.resolved import Expr, Fact, Text, TextFact
from policyd.compile.facts import Reader, reader
from policyd.model.event import Event


class Voice(Protocol):
    """Who says a text, about an event."""

    event: Event

    def shown(self, expr: Expr) -> str:
        """The value of an expression as members read it."""
        ...

    def told(self, name: str) -> str:
        """What only texts know (`rule.title`, `match.text` …), "" where it is not known here."""
        ...


Phrase = tuple[str | Callable[[Voice], str], ...]
"""The pieces of a text, in order."""
_AS_IT_IS: Final = frozenset({"text", "enum"})
"""Kinds of values that are printed as they are."""


def phrase(text: Text) -> Phrase:
    return tuple(map(_piece, text.parts))


def say(phrase: Phrase, voice: Voice) -> str:
    return "".join([piece if isinstance(piece, str) else piece(voice) for piece in phrase])


def _piece(part: str | TextFact | Expr) -> str | Callable[[Voice], str]:
    if isinstance(part, str):
        return part
    if isinstance(part, TextFact):
        return partial(_told, part.name)
    read = _read_from_event(part)
    return partial(_shown, part) if read is None else partial(_written, read)


def _read_from_event(expr: Expr) -> Reader | None:
    """How a text that the event itself carries is read; None for all else."""
    if not isinstance(expr, Fact) or expr.type.kind not in _AS_IT_IS:
        return None
    try:
        return reader(expr)
    except KeyError:
        return None


def _told(name: str, voice: Voice) -> str:
    return voice.told(name)


def _shown(expr: Expr, voice: Voice) -> str:
    return voice.shown(expr)


def _written(read: Reader, voice: Voice) -> str:
    return read(voice.event) or ""
