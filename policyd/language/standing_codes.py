"""What can be wrong with the windows of counters, and with tallies, streaks and tiers."""

from __future__ import annotations

from policyd.language.codes import Code, Texts, register

register(
    Code(
        "P171",
        "two-windows",
        "error",
        Texts("a counter has two windows", "both `within` and `per` say which events count", "keep one of them"),
        Texts("计数有两个时间范围", "`within` 和 `per` 都规定了统计范围", "请只保留一个"),
        bad="counter posts counts messages by member within 7d per week",
        good="counter posts counts messages by member per week",
    ),
)
