"""C4: counters."""

from __future__ import annotations

from policyd.check.codes.entry import error

_RULE = "rule r { when busy > 5  then flag }"

error(
    "C402", "counted-by-state",
    ("what is counted must be in the event", "`{name}` is not part of the event",
     "test it in the rule instead, and count by what the event carries"),
    ("只能按事件内容计数", "`{name}` 不是事件自身的内容", "请改在规则里判断,计数只看事件自带的内容"),
    bad="counter busy counts message by member within 10m where now.hour < 8\n" + _RULE,
    good="counter busy counts message by member within 10m\nrule r { when busy > 5 and now.hour < 8  then flag }",
)
error(
    "C403", "counter-key",
    ("this cannot be counted by",
     "events are counted by `member`, by `group` or by a text of the event; `{name}` is none",
     "write `by member`, or `by message.fingerprint` for near copies"),
    ("不能按此计数", "只能按 `member`、`group` 或事件中的文字计数,`{name}` 不行",
     "请写 `by member`;相似内容请用 `by message.fingerprint`"),
    bad="counter busy counts message by message.length within 10m\n" + _RULE,
    good="counter busy counts message by message.fingerprint within 10m\n" + _RULE,
)
error(
    "C404", "two-text-keys",
    ("counted by two texts", "events are counted by one text at most",
     "keep one text; `member` or `group` may stand beside it"),
    ("按两种文字计数", "最多按一种文字计数", "请只保留一种文字,可以同时写 `member` 或 `group`"),
    bad="counter busy counts message by message.text, message.fingerprint within 10m\n" + _RULE,
    good="counter busy counts message by member, message.fingerprint within 10m\n" + _RULE,
)
error(
    "C405", "unbounded-count",
    ("how far to count is not known", "`{name}` is used here without being compared with a number",
     "write `up to 100` into the counter, with the highest count that matters"),
    ("不知道要数到多少", "这里使用了 `{name}`,但没有与数字比较", "请在计数里写 `up to 100`(需要的最大次数)"),
    bad="counter busy counts message by member within 10m\nrule r { when busy * 2 > 10  then flag }",
    good="counter busy counts message by member within 10m up to 100\nrule r { when busy * 2 > 10  then flag }",
)
error(
    "C406", "count-too-high",
    ("a count too high", "counters count up to {most}", "write a smaller number"),
    ("计数太大", "计数最多到 {most}", "请写小一些的数"),
    bad="counter busy counts message by member within 10m\nrule r { when busy > 20000  then flag }",
    good="counter busy counts message by member within 10m\nrule r { when busy > 2000  then flag }",
)
error(
    "C408", "counts-too-little",
    ("a counter stops too early", "`{name}` counts up to {up_to}, but this needs {needed}", "write `up to {needed}`"),
    ("计数上限太小", "`{name}` 最多数到 {up_to},这里需要 {needed}", "请写 `up to {needed}`"),
    bad="counter busy counts message by member within 10m up to 10\nrule r { when busy > 20  then flag }",
    good="counter busy counts message by member within 10m up to 21\nrule r { when busy > 20  then flag }",
)
error(
    "C409", "across-by-group",
    ("counted across groups and by group", "`{name}` is counted by group: that is never across groups",
     "leave `across groups` out, or count by `member`"),
    ("按群计数又跨群", "`{name}` 按群计数,不可能跨群", "请去掉 `across groups`,或改为按 `member` 计数"),
    bad="counter busy counts message by group within 10m across groups\n" + _RULE,
    good="counter busy counts message by member within 10m across groups\n" + _RULE,
)
error(
    "C410", "counted-value",
    ("the event does not carry this", "`{name}` is not part of the event", "{hint}"),
    ("事件不包含此内容", "`{name}` 不是事件自身的内容", "{hint}"),
    bad="counter busy counts sums group.messages_today of messages by member per day\n" + _RULE,
    good="counter busy counts sums message.images of messages by member per day\n" + _RULE,
)
error(
    "C411", "counted-type",
    ("this cannot be counted so", "`{name}` is {type}, and {wanted} is needed", "write `{example}`"),
    ("不能这样计数", "`{name}` 是{type},这里需要{wanted}", "请写 `{example}`"),
    bad="counter busy counts sums message.text of messages by member per day\n" + _RULE,
    good="counter busy counts sums message.images of messages by member per day\n" + _RULE,
)
