"""The pure functions of the language: one table, used by the checker and by both evaluators.

An argument that is unknown makes the result unknown; an implementation may also return None for unknown. `known`,
`strikes` and `request.answer` are no functions of values and are not in it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from policyd.language.diagnostics import Phrase
from policyd.language.types import DURATION, INT, NUMBER, TEXT, TIME, Type

ANY_LIST: Final = Type("list")
_INT_LIMIT = 2**63


@dataclass(frozen=True, slots=True)
class Signature:
    """Types of the parameters and of the result. `more`: the last parameter may be given any number of times."""

    parameters: tuple[Type, ...]
    result: Type
    more: bool = False

    def accepts(self, arguments: Sequence[Type]) -> bool:
        wanted = list(self.parameters)
        if self.more:
            wanted += [wanted[-1]] * (len(arguments) - len(wanted))
        return len(arguments) == len(wanted) and all(map(_accepts, wanted, arguments))


def _accepts(parameter: Type, argument: Type) -> bool:
    if argument.kind == "nothing" or parameter == argument:
        return True
    return (parameter == NUMBER and argument == INT) or (parameter == ANY_LIST and argument.kind == "list")


@dataclass(frozen=True, slots=True)
class Function:
    """`usage` shows how it is written. The first signature that accepts the arguments gives the result's type."""

    name: str
    signatures: tuple[Signature, ...]
    apply: Callable[..., Any]
    usage: str
    about: Phrase

    def result(self, arguments: Sequence[Type]) -> Type | None:
        """Type of the result, None where no signature fits."""
        return next((s.result for s in self.signatures if s.accepts(arguments)), None)


def _round(value: float) -> int | None:
    """Nearest whole number, halves away from zero."""
    whole = math.floor(abs(value) + 0.5)
    return None if whole >= _INT_LIMIT else (whole if value >= 0 else -whole)


def _capitals(text: str) -> float | None:
    """Share of capital letters among letters that have case."""
    upper = sum(map(str.isupper, text))
    lower = sum(map(str.islower, text))
    return upper / (upper + lower) if upper + lower else None


def _scale(value: float, low: float, high: float) -> float | None:
    """Where a value lies between two others, from 0 to 100."""
    if low == high:
        return None
    return max(0.0, min(100.0, 100 * (value - low) / (high - low)))


def _longest_run(text: str) -> int:
    return max((sum(1 for _ in run) for _, run in groupby(text)), default=0)


def _digits(text: str) -> int:
    return sum(map(str.isdecimal, text))


def _each(*types: Type) -> tuple[Signature, ...]:
    """Two or more arguments of one of the types."""
    return tuple(Signature((t, t), t, more=True) for t in types)


_TEXT_TO_TEXT = (Signature((TEXT,), TEXT),)
_TEXT_TO_INT = (Signature((TEXT,), INT),)

_ALL = (
    Function("lower", _TEXT_TO_TEXT, str.lower, "lower(message.text)", Phrase("the text in small letters", "转为小写")),
    Function("upper", _TEXT_TO_TEXT, str.upper, "upper(message.text)", Phrase("the text in capitals", "转为大写")),
    Function("trim", _TEXT_TO_TEXT, str.strip, "trim(request.text)",
             Phrase("the text without white space at both ends", "去掉首尾空白")),
    Function("length", _TEXT_TO_INT, len, "length(member.name)",
             Phrase("how many characters a text has", "文字的字数")),
    Function("digits", _TEXT_TO_INT, _digits, "digits(member.name)",
             Phrase("how many digits a text has", "文字中数字的个数")),
    Function("longest_run", _TEXT_TO_INT, _longest_run, "longest_run(message.text)",
             Phrase("how often one character is repeated in a row, at most", "同一字符最多连续重复几次")),
    Function("capitals", (Signature((TEXT,), NUMBER),), _capitals, "capitals(message.text)",
             Phrase("share of capital letters, unknown without letters", "大写字母所占比例,没有字母时未知")),
    Function("count", (Signature((ANY_LIST,), INT),), len, "count(message.domains)",
             Phrase("how many items a list has", "列表的项数")),
    Function("min", _each(INT, NUMBER, DURATION, TIME), min, "min(message.images, 3)",
             Phrase("the least of them", "取最小值")),
    Function("max", _each(INT, NUMBER, DURATION, TIME), max, "max(message.images, 3)",
             Phrase("the greatest of them", "取最大值")),
    Function("abs", (Signature((INT,), INT), Signature((NUMBER,), NUMBER), Signature((DURATION,), DURATION)), abs,
             "abs(group.size - 100)", Phrase("the value without its sign", "取绝对值")),
    Function("scale", (Signature((NUMBER, NUMBER, NUMBER), NUMBER), Signature((DURATION, DURATION, DURATION), NUMBER)),
             _scale, "scale(points, 0, 20)",
             Phrase("0 at the second value or beyond, 100 at the third or beyond, in proportion between",
                    "取值等于第二个数得 0 分,等于第三个数得 100 分,其间按比例")),
    Function("round", (Signature((NUMBER,), INT),), _round, "round(message.length / 2)",
             Phrase("the nearest whole number, halves away from zero", "四舍五入为整数")),
)  # fmt: skip

FUNCTIONS: Final = {function.name: function for function in _ALL}
