"""Names, constants and expressions as written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from policyd.language.source import NOWHERE, Span


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted name: `message.text`, `conduct`, `owner`."""

    parts: tuple[str, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)

    @property
    def text(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant as written. `unit` tells the type: durations are milliseconds, a date is a `datetime.date`."""

    unit: Literal["bool", "int", "number", "text", "duration", "date"]
    value: bool | int | float | str | date
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class ListOf:
    items: tuple[Expr, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Call:
    """`known(x)`, `strikes(conduct)`, `request.answer("…")`, `group.messages(7d)`; `students(member.phone).class` has a
    `column`."""

    function: Name
    arguments: tuple[Expr, ...]
    column: Name | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Unary:
    op: Literal["not", "-"]
    operand: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic and `default`, which binds tightest."""

    op: Literal["+", "-", "*", "/", "default"]
    left: Expr
    right: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


CompareOp = Literal["==", "!=", "<", "<=", ">", ">=", "contains", "starts with", "ends with"]


@dataclass(frozen=True, slots=True)
class Compare:
    op: CompareOp
    left: Expr
    right: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class In:
    """`x in [a, b]`, `now in night`, `x not in [..]`. `container`: a list, or the name of hours, a roster or a list."""

    item: Expr
    container: Expr
    negated: bool
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Matches:
    """`message.text matches gambling_words` or `matches [a, b]`."""

    subject: Expr
    lexicons: tuple[Name, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Like:
    """`x like /pattern/`: RE2, searched anywhere. `pattern` is what stands between the slashes, `\\/` undone."""

    subject: Expr
    pattern: str
    pattern_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class And:
    items: tuple[Expr, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Or:
    items: tuple[Expr, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


Expr = Name | Constant | ListOf | Call | Unary | Binary | Compare | In | Matches | Like | And | Or
