"""How messages call things: for authors, not for programmers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from policyd.language.diagnostics import Phrase
from policyd.language.types import ENUMS, Type

_PLAIN: Final = {
    "bool": ("a yes-or-no value", "yes-or-no values", "真假值"),
    "int": ("a whole number", "whole numbers", "整数"),
    "number": ("a number", "numbers", "数字"),
    "text": ("a text", "texts", "文字"),
    "time": ("a time", "times", "时间"),
    "duration": ("a duration", "durations", "时长"),
    "role": ("a role", "roles", "身份"),
    "weekday": ("a weekday", "weekdays", "星期"),
    "event kind": ("an event kind", "event kinds", "事件种类"),
    "nothing": ("nothing", "nothing", "空"),
}
"""One, several, and in Chinese."""
PERIOD: Final = {"day": Phrase("day", "天"), "week": Phrase("week", "周"), "month": Phrase("month", "月")}
RELATIVE: Final = Phrase(
    "file names are relative to the folder of the policy file, with `/` between folders",
    "文件名相对于策略文件所在的目录书写,文件夹之间用 `/`",
)
"""The help for a file that is not found."""


def called(type: Type) -> Phrase:
    """`a whole number`, `a list of texts`."""
    if type.kind == "list":
        _, several, zh = _words(type.element) if type.element else _PLAIN["nothing"]
        return Phrase(f"a list of {several}", f"{zh}列表")
    one, _, zh = _words(type)
    return Phrase(one, zh)


def _words(type: Type) -> tuple[str, str, str]:
    if type.kind == "enum" and type not in ENUMS:
        return f"a tier of `{type.name}`", f"tiers of `{type.name}`", f"`{type.name}` 的等级"
    return _PLAIN[type.name or type.kind]


def listed(names: Iterable[str]) -> Phrase:
    """Names one after the other, each in backticks."""
    quoted = [f"`{name}`" for name in names]
    return Phrase(", ".join(quoted), "、".join(quoted))


def one(what: Phrase) -> Phrase:
    """`a ladder`, `an exemption`."""
    return Phrase(f"{'an' if what.en[0] in 'aeiou' else 'a'} {what.en}", what.zh)
