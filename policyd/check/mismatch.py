"""What an author probably meant who compared things that do not compare."""

from __future__ import annotations

from typing import Final

from policyd.check import resolved as r
from policyd.check.wording import listed
from policyd.language.diagnostics import Phrase
from policyd.language.types import DURATION, INT, NUMBER, TEXT, TIME, Type

WORDS: Final = Phrase(
    "for several words use a lexicon: `message.text matches NAME`", "查找多个词请用词库:`message.text matches 词库名`"
)  # fmt: skip
ONLY_TEXTS: Final = Phrase("numbers and other things are compared with `==`", "数字等其他内容请用 `==` 比较")


def why_not_comparable(left: r.Expr, right: r.Expr) -> Phrase:
    """The help for two sides, or an item and a list, whose types do not mix."""
    kinds = {_plain(left.type), _plain(right.type)}
    if DURATION in kinds and kinds & {INT, NUMBER}:
        number = left if _plain(left.type) in (INT, NUMBER) else right
        value = number.value if isinstance(number, r.Const) and isinstance(number.value, int) else 30
        return Phrase(
            f"a duration needs a unit: `{value}s`, `{value}m`, `{value}h` or `{value}d`",
            f"时长要带单位:`{value}s`(秒)、`{value}m`(分)、`{value}h`(时)或 `{value}d`(天)",
        )
    if TEXT in kinds and any(kind.kind == "enum" for kind in kinds):
        return _without_quotes(left, right)
    if TIME in kinds and DURATION in kinds:
        return Phrase("for how long ago something was, subtract: `now - member.joined < 3d`",
                      "要判断多久以前,请相减:`now - member.joined < 3d`")  # fmt: skip
    if TIME in kinds:
        return Phrase("compare a time with a date such as `2026-10-01`, or ask for `now.hour` or `now in HOURS`",
                      "时间可与日期比较,如 `2026-10-01`;也可用 `now.hour` 或 `now in 时段`")  # fmt: skip
    if TEXT in kinds and kinds & {INT, NUMBER}:
        return Phrase("a number is written without quotes; for how long a text is, use `length(…)`",
                      "数字不加引号;文字的长度用 `length(…)`")  # fmt: skip
    if any(kind.kind == "enum" for kind in kinds):
        words = listed(next(kind.members for kind in kinds if kind.kind == "enum"))
        return Phrase(f"write one of these: {words.en}", f"请写以下之一:{words.zh}")
    if kinds == {TEXT} and right.type == TEXT:
        return Phrase('for a text inside a text write `group.name contains "…"`',
                      '判断文字是否包含另一段文字,请写 `group.name contains "…"`')  # fmt: skip
    if left.type.kind == "list":
        return Phrase('for whether a list has an item, write `"x" in group.tags`',
                      '判断列表是否含某项,请写 `"x" in group.tags`')  # fmt: skip
    return Phrase("both sides must be of one type", "两边的类型必须相同")


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
