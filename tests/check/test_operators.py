"""Which types go together: the whole table of arithmetic, and what compares with what."""

from __future__ import annotations

from itertools import product

import pytest

from policyd.check.operators import arithmetic, condition, equatable, negatable, ordered, unify
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

TYPES = (BOOL, INT, NUMBER, TEXT, TIME, DURATION, ROLE, list_of(TEXT))
RESULTS = {
    "+": {(INT, INT): INT, (INT, NUMBER): NUMBER, (NUMBER, INT): NUMBER, (NUMBER, NUMBER): NUMBER, (TEXT, TEXT): TEXT,
          (DURATION, DURATION): DURATION, (TIME, DURATION): TIME, (DURATION, TIME): TIME},
    "-": {(INT, INT): INT, (INT, NUMBER): NUMBER, (NUMBER, INT): NUMBER, (NUMBER, NUMBER): NUMBER,
          (DURATION, DURATION): DURATION, (TIME, TIME): DURATION, (TIME, DURATION): TIME},
    "*": {(INT, INT): INT, (INT, NUMBER): NUMBER, (NUMBER, INT): NUMBER, (NUMBER, NUMBER): NUMBER,
          (DURATION, INT): DURATION, (DURATION, NUMBER): DURATION, (INT, DURATION): DURATION,
          (NUMBER, DURATION): DURATION},
    "/": {(INT, INT): NUMBER, (INT, NUMBER): NUMBER, (NUMBER, INT): NUMBER, (NUMBER, NUMBER): NUMBER,
          (DURATION, INT): DURATION, (DURATION, NUMBER): DURATION, (DURATION, DURATION): NUMBER},
}  # fmt: skip


@pytest.mark.parametrize("op", sorted(RESULTS))
def test_arithmetic(op: str) -> None:
    for left, right in product(TYPES, TYPES):
        assert arithmetic(op, left, right) == RESULTS[op].get((left, right)), (left, right)
    assert arithmetic(op, NOTHING, TEXT) == arithmetic(op, BOOL, NOTHING) == NOTHING


def test_unify() -> None:
    for left, right in product(TYPES, TYPES):
        expected = left if left == right else NUMBER if {left, right} == {INT, NUMBER} else None
        assert unify(left, right) == expected
        assert unify(list_of(left), list_of(right)) == (list_of(expected) if expected else None)
    assert unify(NOTHING, TEXT) == unify(TEXT, NOTHING) == TEXT


@pytest.mark.parametrize("type", [*TYPES, NOTHING, WEEKDAY, EVENT_KIND], ids=str)
def test_properties(type: Type) -> None:
    assert ordered(type) == (type in (INT, NUMBER, TIME, DURATION, ROLE, NOTHING))
    assert equatable(type) == (type.kind != "list")
    assert negatable(type) == (type in (INT, NUMBER, DURATION, NOTHING))
    assert condition(type) == (type in (BOOL, NOTHING))
