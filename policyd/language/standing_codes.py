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
    Code(
        "P172",
        "no-braces",
        "error",
        Texts("this declaration has no braces", "a `{declaration}` has no body", "delete `{{` and `}}`"),
        Texts("这种声明不用花括号", "`{declaration}` 没有花括号里的内容", "请删除 `{{` 和 `}}`"),
        bad="tally points { by member }",
        good="tally points by member",
    ),
    Code(
        "P173",
        "tier-threshold",
        "error",
        Texts("a tier begins at a score", "`{got}` does not say from which score on", "{want}"),
        Texts("等级要写起始分数", "`{got}` 没有说明从多少分起", "{want}"),
        bad="tiers rank by member { every week  score points  tier core > 80  tier rest otherwise }",
        good="tiers rank by member { every week  score points  tier core >= 80  tier rest otherwise }",
    ),
)
