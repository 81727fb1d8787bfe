"""The page of facts and functions: `python -m policyd.check.facts_page > grammar/FACTS.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Final

from policyd.check.facts import APPROVED, FACTS, KINDS, MESSAGES, TEXT_FACTS, TIER, TIMED, FactInfo
from policyd.check.figure_facts import ABOUT_TODAY, FIGURES, LONGEST, LONGEST_FALLING, FigureInfo
from policyd.check.functions import FUNCTIONS
from policyd.check.wording import called

_INTRO: Final = """\
# Facts and functions · 事实与函数

What conditions and message texts can read. A fact marked `?` can be unknown: the platform may not tell it. Message
texts print facts in braces: `{member.name}`. 条件与文字中可以读取的内容;带 `?` 的事实可能未知(平台未提供),文字中写作
`{member.name}`。

This page is written by `python -m policyd.check.facts_page > grammar/FACTS.md`.
"""


def page() -> str:
    """The tables of the checker, in English and Chinese."""
    facts = [_fact(fact) for fact in FACTS.values()]
    answers = ("request.answer(\"question\") ?", "a text", "request", "the answer to a question", "对某个问题的回答")
    own = [
        (APPROVED, "a yes-or-no value", ", ".join(MESSAGES), "whether a review allows it", "是否已通过审核"),
        ("FACT in ROSTER ?", "a yes-or-no value", "all", "whether it has a row of this key", "名册中是否有这一行"),
        ("ROSTER(FACT).COLUMN ?", "a text", "all", "the cell in the row of this key", "名册中这一行的格"),
        ("strikes(LADDER)", "a whole number", "all", "strikes that are not forgotten", "未遗忘的违规次数"),
        ("known(FACT)", "a yes-or-no value", "all", "whether a fact is known", "事实是否已知"),
        (f"{TIER} ?", "a tier", "all (sweep, duty, streak)", "the tier in which the member is", "成员所在的等级"),
        *((name, "a whole number", "all", about.en, about.zh) for name, about in ABOUT_TODAY.items()),
        *(_figure(name, info) for name, info in FIGURES.items()),
        ("falling(group.active, 3d) ?", "a number", "all",
         f"by which part the daily mean of 1 to {LONGEST_FALLING} complete days is below that of as many before",
         f"最近若干整天(1 到 {LONGEST_FALLING} 天)的日均值比之前同样天数下降的比例"),
    ]  # fmt: skip
    texts = [(name, about.en, about.zh) for name, about in TEXT_FACTS.items()]
    texts.append(("top.NAME", "the best by a tally or a counter `per` period, in schedules",
                  "积分或周期计数的排行,用于定时任务;也可写 `top.NAME.week`"))  # fmt: skip
    functions = [(each.usage, each.about.en, each.about.zh) for each in FUNCTIONS.values()]
    return "\n".join(
        [
            _INTRO,
            "## Facts of the event · 事件的事实\n",
            *_table(("fact", "is", "on", "meaning", "含义"), [*facts, answers, *own]),
            "\n## Only in message texts · 仅用于文字\n",
            *_table(("placeholder", "meaning", "含义"), texts),
            "\n## Functions · 函数\n",
            *_table(("written", "meaning", "含义"), functions),
            "",
        ]
    )


def _figure(name: str, info: FigureInfo) -> tuple[str, str, str, str, str]:
    days = ", ".join(f"{each}d" for each in info.days) or f"1d … {LONGEST}d"
    return f"{name}(7d) ?", called(info.type).en, "all", f"{info.about.en} ({days})", f"{info.about.zh}({days})"


def _fact(fact: FactInfo) -> tuple[str, str, str, str, str]:
    kinds = _on(fact.kinds)
    name = f"{fact.name} ?" if fact.unknown else fact.name
    return name, called(fact.type).en, kinds, fact.about.en, fact.about.zh


def _on(kinds: tuple[str, ...]) -> str:
    """`all` events; and what comes due that has it too, in brackets."""
    events = tuple(kind for kind in kinds if kind in KINDS)
    timed = [kind for kind in kinds if kind in TIMED and kind != "together"]
    written = "all" if events == KINDS else ", ".join(events)
    return f"{written} ({', '.join(timed)})" if timed else written


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    lines.extend(f"| `{first}` | {' | '.join(rest)} |" for first, *rest in rows)
    return lines


if __name__ == "__main__":
    sys.stdout.write(page())
