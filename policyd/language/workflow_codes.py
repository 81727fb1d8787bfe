"""What can be wrong with settings, timed declarations, reviews, duties and what they do."""

from __future__ import annotations

from policyd.language.codes import Code, Texts, register

register(
    Code(
        "P161",
        "no-such-day-of-month",
        "error",
        Texts(
            "no month has this day",
            "`{got}` is not a day of a month",
            "write a day from 1 to 31, or `last day of month`",
        ),
        Texts("没有这一天", "一个月里没有 `{got}` 日", "请写 1 到 31,或者 `last day of month`"),
        bad="schedule bill { every month on 32 09:00 then lock }",
        good="schedule bill { every month on 31 09:00 then lock }",
    ),
    Code(
        "P162",
        "no-such-period",
        "error",
        Texts("no such period", "`{got}` is not a period of the calendar", "write `day`, `week` or `month`"),
        Texts("没有这种周期", "`{got}` 不是日历上的周期", "请写 `day`、`week` 或 `month`"),
        bad="review ads { when message.contacts > 0 approve at most 2 per year }",
        good="review ads { when message.contacts > 0 approve at most 2 per month }",
    ),
    Code(
        "P163",
        "two-deadlines",
        "error",
        Texts("a duty has two deadlines", "both `within` and `due` say when it is late", "keep one of them"),
        Texts("一项义务有两个期限", "`within` 和 `due` 都规定了期限", "请只保留一个"),
        bad="duty hello { on join within 24h due sun 24:00 until message late then remove }",
        good="duty hello { on join within 24h until message late then remove }",
    ),
    Code(
        "P164",
        "after-otherwise",
        "error",
        Texts(
            "a time that never applies",
            "`{got}` stands after the time for all other hours",
            "write times with `in HOURS` first, and one for all others last: `3m in peak, 15m otherwise`",
        ),
        Texts(
            "这个时限永远用不上",
            "`{got}` 写在了其他时段的时限后面",
            "请先写带 `in 时段` 的时限,最后写其他时段的:`3m in peak, 15m otherwise`",
        ),
        bad="duty hello { on message within 15m otherwise, 3m in peak, 5m otherwise until reply late then lock }",
        good="duty hello { on message within 3m in peak, 5m otherwise until reply late then lock }",
    ),
    Code(
        "P165",
        "quoted-name",
        "error",
        Texts("a name stands without quotes", "{got} is a text; here stands a name", "{want}"),
        Texts("名称不要加引号", "{got} 是文字,这里应该是名称", "{want}"),
        bad='roster class { file "class.csv" key "phone" }',
        good='roster class { file "class.csv" key phone }',
    ),
    Code(
        "P166",
        "interval",
        "error",
        Texts(
            "there are no intervals",
            "`{got}` says no time of day",
            "write the times: `every day 08:00, 10:00, 12:00`",
        ),
        Texts("不能写间隔", "`{got}` 没有说明钟点", "请写出每个钟点:`every day 08:00, 10:00, 12:00`"),
        bad='schedule tea { every 2h then reply "喝水" }',
        good='schedule tea { every day 10:00, 12:00 then reply "喝水" }',
    ),
    Code(
        "P167",
        "edge-of-hours",
        "error",
        Texts(
            "this is a time, not a condition",
            "`{got}` is an instant, and a `{declaration}` has no time of its own",
            "write `schedule NAME {{ when {got} then … }}`",
        ),
        Texts(
            "这是时刻,不是条件",
            "`{got}` 是一个时刻,`{declaration}` 没有自己的时间",
            "请写 `schedule 名称 {{ when {got} then … }}`",
        ),
        bad="rule quiet { when night opens then lock }",
        good="schedule quiet { when night opens then lock }",
    ),
    Code(
        "P168",
        "cannot-be-proposed",
        "error",
        Texts("this cannot be proposed", "nobody is asked before `{got}`", "write `{got}` without `propose`"),
        Texts("这个动作不能提议", "`{got}` 不需要先询问", "请去掉 `propose`,直接写 `{got}`"),
        bad="rule ads { then propose hold }",
        good="rule ads { then hold }",
    ),
    Code(
        "P169",
        "no-end",
        "error",
        Texts(
            "this has no end of its own", "`{got}` holds until `{other}`", "delete this, and `{other}` in a `schedule`"
        ),
        Texts("这个动作没有自己的期限", "`{got}` 一直有效,直到 `{other}`", "请删除它,并用 `schedule` 执行 `{other}`"),
        bad="schedule quiet { every day 22:00 then lock for 8h }",
        good="schedule quiet { every day 22:00 then lock }\nschedule loud { every day 06:00 then unlock }",
    ),
    Code(
        "P170",
        "clause-of-another",
        "error",
        Texts("this declaration has no such clause", "a `{declaration}` has no `{got}`", "{want}"),
        Texts("这种声明没有这个子句", "`{declaration}` 里不能写 `{got}`", "{want}"),
        bad="rule ads { needs licence then delete }",
        good="rule ads { then delete }",
    ),
)
