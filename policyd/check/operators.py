"""Which types the operators take, and what they give. `nothing` fits everywhere: its mistake has been said."""

from __future__ import annotations

from policyd.language.types import (
    BOOL,
    DURATION,
    EVENT_KIND,
    INT,
    NOTHING,
    NUMBER,
    ROLE,
    TEXT,
    TIME,
    WEEKDAY,
    Type,
    list_of,
)

_NUMERIC = (INT, NUMBER)
_ORDERED = (INT, NUMBER, TIME, DURATION, ROLE)
_UNORDERED = (WEEKDAY, EVENT_KIND)


def unify(left: Type, right: Type) -> Type | None:
    """The type of a value that may be either; int and number make number. None: they do not mix."""
    if left == right or right == NOTHING:
        return left
    if left == NOTHING:
        return right
    if left in _NUMERIC and right in _NUMERIC:
        return NUMBER
    if left.kind == right.kind == "list":
        element = unify(left.element or NOTHING, right.element or NOTHING)
        return None if element is None else list_of(element)
    return None


def ordered(type: Type) -> bool:
    """Whether `<` and its kin make sense; tiers are enumerations that do."""
    return type == NOTHING or type in _ORDERED or (type.kind == "enum" and type not in _UNORDERED)


def equatable(type: Type) -> bool:
    """Whether `==` makes sense: everything but lists."""
    return type.kind != "list"


def arithmetic(op: str, left: Type, right: Type) -> Type | None:
    """The result of `left op right`, None where there is none."""
    if NOTHING in (left, right):
        return NOTHING
    if left in _NUMERIC and right in _NUMERIC:
        return INT if op != "/" and left == right == INT else NUMBER
    if op == "+":
        return _sum(left, right)
    if op == "-":
        return _difference(left, right)
    return _scaled(op, left, right)


def _sum(left: Type, right: Type) -> Type | None:
    if left == right and left in (DURATION, TEXT):
        return left
    return TIME if {left, right} == {TIME, DURATION} else None


def _difference(left: Type, right: Type) -> Type | None:
    if left == right and left in (DURATION, TIME):
        return DURATION
    return TIME if left == TIME and right == DURATION else None


def _scaled(op: str, left: Type, right: Type) -> Type | None:
    if left == DURATION and right in _NUMERIC:
        return DURATION
    if op == "*" and left in _NUMERIC and right == DURATION:
        return DURATION
    return NUMBER if op == "/" and left == right == DURATION else None


def negatable(type: Type) -> bool:
    return type in (INT, NUMBER, DURATION, NOTHING)


def condition(type: Type) -> bool:
    return type in (BOOL, NOTHING)
