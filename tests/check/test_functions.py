"""The functions of the language, and the table of facts."""

from __future__ import annotations

import pytest

from policyd.check.facts import FACTS, KINDS, TIMED
from policyd.check.functions import FUNCTIONS
from policyd.language.types import BOOL, DURATION, INT, NOTHING, NUMBER, TEXT, TIME, Type, list_of


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("lower", ("AbÄ微",), "abä微"),
        ("upper", ("ab微",), "AB微"),
        ("trim", (" \u3000 a b\n",), "a b"),
        ("length", ("网赌😀",), 3),
        ("length", ("",), 0),
        ("digits", ("a1２三",), 2),
        ("longest_run", ("哈哈哈啊啊",), 3),
        ("longest_run", ("",), 0),
        ("capitals", ("ABcd",), 0.5),
        ("capitals", ("你好 123",), None),
        ("count", ((),), 0),
        ("count", (("a", "b"),), 2),
        ("min", (3, 1, 2), 1),
        ("max", (3, 1.5), 3),
        ("abs", (-3,), 3),
        ("scale", (7, 0, 21), 100 / 3),
        ("scale", (-1, 0, 21), 0),
        ("scale", (22, 0, 21), 100),
        ("scale", (1, 4, 0), 75),
        ("scale", (9, 4, 0), 0),
        ("scale", (3, 5, 5), None),
        ("round", (2.5,), 3),
        ("round", (-2.5,), -3),
        ("round", (0.49999999,), 0),
        ("round", (1e300,), None),
    ],
)
def test_values(name: str, arguments: tuple[object, ...], result: object) -> None:
    assert FUNCTIONS[name].apply(*arguments) == result


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("length", (TEXT,), INT),
        ("length", (NOTHING,), INT),
        ("length", (INT,), None),
        ("length", (), None),
        ("length", (TEXT, TEXT), None),
        ("count", (list_of(TEXT),), INT),
        ("count", (TEXT,), None),
        ("min", (INT, INT), INT),
        ("min", (INT, NUMBER), NUMBER),
        ("min", (DURATION, DURATION, DURATION), DURATION),
        ("min", (TIME, TIME), TIME),
        ("min", (TIME, DURATION), None),
        ("min", (INT,), None),
        ("abs", (DURATION,), DURATION),
        ("scale", (INT, INT, INT), NUMBER),
        ("scale", (DURATION, DURATION, DURATION), NUMBER),
        ("scale", (DURATION, INT, INT), None),
        ("scale", (INT, INT), None),
        ("round", (INT,), INT),
        ("round", (BOOL,), None),
    ],
)
def test_types(name: str, arguments: tuple[Type, ...], result: Type | None) -> None:
    assert FUNCTIONS[name].result(arguments) == result


def test_facts_are_described_and_on_known_events() -> None:
    for name, fact in FACTS.items():
        assert fact.name == name
        assert fact.kinds and set(fact.kinds) <= {*KINDS, *TIMED}
        assert fact.about.en and fact.about.zh
        owner = name.partition(".")[0]
        if owner in KINDS:
            assert owner in fact.kinds
