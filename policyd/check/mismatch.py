"""What an author probably meant who compared things that do not compare."""

from __future__ import annotations

from typing import Final

from policyd.check import resolved as r
from policyd.check.wording import listed
from policyd.language.diagnostics import Phrase
from policyd.language.types import DURATION, ENUMS, EVENT_KIND, INT, NUMBER, TEXT, TIME, Type

_WORDS: Final = Phrase(
    "for several words use a lexicon: `message.text matches NAME`", "查找多个词请用词库:`message.text matches 词库名`"
)  # fmt: skip
_ONLY_TEXTS: Final = Phrase("numbers and other things are compared with `==`", "数字等其他内容请用 `==` 比较")
_LONGEST: Final = 40
"""Characters of a side that is shown as written."""


def why_not_comparable(left: r.Expr, right: r.Expr) -> Phrase:
    """The help for two sides, or an item and a list, whose types do not mix."""
    kinds = {_plain(left.type), _plain(right.type)}
    if DURATION in kinds and kinds & {INT, NUMBER}:
        return _unit(left, right)
    if TEXT in kinds and any(kind.kind == "enum" for kind in kinds):
        return _without_quotes(left, right)
    if TIME in kinds and DURATION in kinds:
        return Phrase("for how long ago something was, subtract: `now - member.joined < 3d`",
                      "要判断多久以前,请相减:`now - member.joined < 3d`")  # fmt: skip
    if TIME in kinds:
        return Phrase("compare a time with a date such as `2026-10-01`, or ask for `now.hour` or `now in HOURS`",
                      "时间可与日期比较,如 `2026-10-01`;也可用 `now.hour` 或 `now in 时段`")  # fmt: skip
    if TEXT in kinds and kinds & {INT, NUMBER}:
        return _quotes(left, right)
    enums = [type for side in (left, right) if (type := _plain(side.type)).kind == "enum"]
    if enums:
        words = listed(sorted(enums, key=ENUMS.__contains__)[0].members)
        return Phrase(f"write one of these: {words.en}", f"请写以下之一:{words.zh}")
    if left.type == right.type == TEXT:
        return _contains(left, right, Phrase("for a text inside a text", "判断文字是否包含另一段文字,"))
    if "list" in (left.type.kind, right.type.kind):
        return _contains(left, right, Phrase("for whether a list has an item", "判断列表是否含某项,"))
    return Phrase("both sides must be of one type", "两边的类型必须相同")


def why_not_a_text(left: r.Expr, right: r.Expr) -> Phrase:
    """The help for `contains`, `starts with` and `ends with` on what is no text."""
    if right.type.kind == "list":
        return _WORDS
    if isinstance(left, r.Const) and left.value == "message" and left.type == EVENT_KIND:
        return Phrase("did you mean `message.text`?", "是否想写 `message.text`?")
    return _ONLY_TEXTS


def _unit(left: r.Expr, right: r.Expr) -> Phrase:
    """A unit is missing, or there is one too many."""
    length = left if _plain(left.type) == DURATION else right
    number = right if length is left else left
    if isinstance(length, r.Const) and not isinstance(number, r.Const):
        return Phrase(f"`{_written(number)}` is a plain number: compare it with one, without a unit",
                      f"`{_written(number)}` 是普通数字,比较时不带单位")  # fmt: skip
    value = number.value if isinstance(number, r.Const) and isinstance(number.value, int) else 30
    return Phrase(
        f"a duration needs a unit: `{value}s`, `{value}m`, `{value}h` or `{value}d`",
        f"时长要带单位:`{value}s`(秒)、`{value}m`(分)、`{value}h`(时)或 `{value}d`(天)",
    )


def _quotes(left: r.Expr, right: r.Expr) -> Phrase:
    """Quotes are missing, or there are some too many; or the length of the text was meant."""
    number = left if _plain(left.type) in (INT, NUMBER) else right
    if isinstance(number, r.Const) and number.type.kind != "list":
        return Phrase(f'a text stands in quotes: `"{_written(number)}"`; for how long a text is, use `length(…)`',
                      f'文字要加引号:`"{_written(number)}"`;文字的长度用 `length(…)`')  # fmt: skip
    return Phrase("a number is written without quotes; for how long a text is, use `length(…)`",
                  "数字不加引号;文字的长度用 `length(…)`")  # fmt: skip


def _contains(left: r.Expr, right: r.Expr, purpose: Phrase) -> Phrase:
    """What holds is what is not constant, a list before a text."""
    sides = sorted((left, right), key=lambda side: (isinstance(side, r.Const), side.type.kind != "list"))
    holder = _written(sides[0])
    item = "…" if sides[0].type.kind == sides[1].type.kind == "list" else _written(sides[1])
    item = item if item != "…" else '"…"'
    return Phrase(f"{purpose.en}, write `{holder} contains {item}`", f"{purpose.zh}请写 `{holder} contains {item}`")


def _written(side: r.Expr) -> str:
    text = side.span.text
    return text if len(text) <= _LONGEST and "\n" not in text else "…"


def _plain(type: Type) -> Type:
    return type.element if type.kind == "list" and type.element else type


def _without_quotes(left: r.Expr, right: r.Expr) -> Phrase:
    """An enumeration's word was written in quotes, or is none of its words."""
    enum = next(side.type for side in (left, right) if _plain(side.type).kind == "enum")
    words = _plain(enum).members
    written = [side.value for side in (left, right) if isinstance(side, r.Const) and _plain(side.type) == TEXT]
    first: object = written[0] if written else None
    if isinstance(first, tuple):
        first = next((item for item in first if item in words), first[0] if first else None)
    if isinstance(first, str) and first in words:
        return Phrase(f"write `{first}` without quotes", f"`{first}` 不加引号")
    every = listed(words)
    return Phrase(f"write one of these without quotes: {every.en}", f"请写以下之一,不加引号:{every.zh}")
