"""The page of everything that can be wrong with a policy: `python -m policyd.check.errors_page > grammar/ERRORS.md`."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from typing import Final

from policyd.check.codes.entry import HEADER
from policyd.check.load import load_texts
from policyd.language.codes import CODES
from policyd.language.diagnostics import Code, Diagnostic, Language
from policyd.language.render import render

_LONGEST: Final = 12
"""Lines of the longest example that is shown."""
_WIDEST: Final = 240
_FIELD: Final = re.compile(r"(?<!\{)\{\w+\}(?!\})")
_FILES: Final = {"students.csv": "phone,class\n13800000000,A\n"}
"""What examples find in their folder."""
_GROUPS: Final = {
    "P1": "Characters, numbers and the order of words · 字符、数字与语序",
    "C0": "Folders and files · 目录与文件",
    "C1": "Names · 名称",
    "C2": "Values and their types · 取值与类型",
    "C3": "Events, actions and ladders · 事件、动作与阶梯",
    "C4": "Counters · 计数",
    "C5": "Hours, lexicons, templates, headers, tests, rosters, settings and workflows · "
          "时段、词库、模板、策略头、测试、名册、设置与流程",
    "C6": "Tallies, streaks, tiers and figures · 积分、打卡、等级与统计",
    "W": "Warnings · 警告",
}
_INTRO: Final = """\
# What policyd says about policies

Every finding of `policyd check`, by its code, with an example and the same mended. Errors keep a policy from being
used, warnings do not. 这是 `policyd check` 的全部提示:错误会使策略无法使用,警告不会。

This page is written by `python -m policyd.check.errors_page > grammar/ERRORS.md`.
"""


def page() -> str:
    """The whole page, the kinds of findings by code."""
    parts = [_INTRO]
    for prefix, title in _GROUPS.items():
        parts.append(f"## {title}\n")
        parts.extend(_entry(code) for key, code in sorted(CODES.items()) if key.startswith(prefix))
    return _visible("\n".join(parts))


def _entry(code: Code) -> str:
    lines = [f"### {code.code} {code.en.title} · {code.zh.title}\n"]
    bad, good = _shown(code.bad), _shown(code.good)
    if bad != good:
        lines.append(f"```policy\n{bad}\n```\n")
    lines.append("```text\n" + "\n".join(_said(code)) + "\n```\n")
    if good and bad != good:
        lines.append(f"Mended · 改为:\n\n```policy\n{good}\n```\n")
    return "\n".join(lines)


def _shown(example: str) -> str:
    """An example without the header that all have, and not too long."""
    lines = example.removeprefix(HEADER).rstrip("\n").split("\n")
    if len(lines) > _LONGEST:
        lines = [*lines[:2], "…", lines[-1]]
    return "\n".join(line if len(line) <= _WIDEST else f"{line[:60]} …" for line in lines)


def _visible(text: str) -> str:
    """Controls and invisible characters by their numbers."""
    hidden = {char for char in set(text) - {"\n"} if unicodedata.category(char) in ("Cf", "Cc")}
    return text.translate({ord(char): f"<U+{ord(char):04X}>" for char in hidden})


def _said(code: Code) -> Iterator[str]:
    """What is printed of the example in English, and cause and help in Chinese; without an example, the texts."""
    found = _finding(code)
    if found is None:
        for texts in (code.en, code.zh):
            yield _FIELD.sub("…", texts.message).replace("{{", "{").replace("}}", "}")
            if texts.help:
                yield "→ " + _FIELD.sub("…", texts.help).replace("{{", "{").replace("}}", "}")
        return
    yield from render(found, "en").split("\n")
    yield ""
    yield from _in_short(found, "zh")


def _in_short(found: Diagnostic, language: Language) -> Iterator[str]:
    yield found.message(language)
    if found.help(language):
        yield f"→ {found.help(language)}"


def _finding(code: Code) -> Diagnostic | None:
    if code.bad.count("\n") > _LONGEST * 10:
        return None
    _, found = load_texts({"my.policy": code.bad}, _FILES)
    return next((diagnostic for diagnostic in found if diagnostic.code == code.code), None)


if __name__ == "__main__":
    sys.stdout.write(page())
