"""The patterns of `like`: whether RE2 takes them, and why not."""

from __future__ import annotations

import re
from typing import Final

import re2

from policyd.language.diagnostics import Phrase

_QUIET: Final = re2.Options()
_QUIET.log_errors = False

_REASONS: Final = (
    (re.compile(r"\(\?<?[=!]"),
     Phrase("look-around (`(?=…)`, `(?!…)`, `(?<=…)`) can take unbounded time and is left out; "
            "test two patterns with `and`, `not`",
            "不支持前后查找(`(?=…)`、`(?!…)`、`(?<=…)`),因其耗时没有上限;请改用 `and`、`not` 连接两个模式")),
    (re.compile(r"\\[1-9]|\(\?P="),
     Phrase("back-references (`\\1`) can take unbounded time and are left out; "
            "write the repetition out, or use `longest_run(message.text)`",
            "不支持反向引用(`\\1`),因其耗时没有上限;"
            "请展开写出,或使用 `longest_run(message.text)`")),
    (re.compile(r"\(\?>|[*+?}]\+"),
     Phrase("atomic groups and possessive repeats are not needed here: matching never backtracks; write them plain",
            "匹配不会回溯,不需要原子组和占有量词,请写成普通形式")),
    (re.compile(r"\\u"),
     Phrase("write `\\x{4e00}` for a character by its number, or `\\p{Han}` for any Chinese character",
            "按编号写字符请用 `\\x{4e00}`,任意汉字用 `\\p{Han}`")),
    (re.compile(r"\\[hRXK]"), Phrase("RE2 does not have this escape", "RE2 没有这个转义符")),
)  # fmt: skip
_OTHERWISE: Final = Phrase(
    "patterns are RE2: `\\d{5,}`, `[一-龥]`, `(?i)vip`; a plain sign takes a backslash, such as `\\(`",
    "模式遵循 RE2:`\\d{5,}`、`[一-龥]`、`(?i)vip`;符号本身前面加反斜杠,如 `\\(`、`\\.`",
)


def pattern_problem(pattern: str) -> tuple[str, Phrase] | None:
    """RE2's complaint about a pattern, and what to do; None where it is fine."""
    if not pattern:
        return "it is empty", Phrase("an empty pattern is found in every text", "空模式在任何文字中都会命中")
    try:
        re2.compile(pattern, _QUIET)
    except re2.error as error:
        said = error.args[0]
        cause = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return cause, next((reason for sign, reason in _REASONS if sign.search(pattern)), _OTHERWISE)
    return None
