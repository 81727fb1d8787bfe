"""C6: tallies, streaks, tiers and figures."""

from __future__ import annotations

from policyd.check.codes.entry import error

_POINTS = "tally points by member\n"
_RULE = "rule r { when points >= 100  then reply \"{points}\" }\n"
_ADD = "rule a { on join  then add 5 to points }\n"
_STREAK = "streak checkin { each day message  at 7 then reply \"{streak.length}\" }"
_TOLD = "rule t { on tier  then reply \"{tier.now}\" }\n"
_POSTS = "counter posts counts messages by member per week\n"


def _club(tiers: int) -> str:
    written = "".join(f"  tier t{least} >= {least}\n" for least in range(tiers, 0, -1))
    return f"{_POINTS}{_ADD}{_TOLD}tiers club by member {{ every month  score points\n{written}  tier none otherwise }}"


error(
    "C602", "standing-of-others",
    ("this is always of a member", "{what} is kept for members, not by `{name}`", "write `by member`"),
    ("只能按成员记录", "{what}按成员记录,不能按 `{name}`", "请写 `by member`"),
    bad="tally points by report.by\n" + _RULE + _ADD, good=_POINTS + _RULE + _ADD,
)
error(
    "C603", "add-nothing",
    ("nothing is added", "`add 0` changes nothing", "write how much: `add 5`, or `add -5` to take away"),
    ("没有加分", "`add 0` 不会改变任何内容", "请写明数量:加分 `add 5`,扣分 `add -5`"),
    bad=_POINTS + _RULE + "rule a { on join  then add 0 to points }", good=_POINTS + _RULE + _ADD,
)
error(
    "C604", "add-too-much",
    ("too much at once", "one `add` gives or takes {most} at most", "write a smaller number"),
    ("一次加分过多", "一次最多加或扣 {most}", "请写小一些的数"),
    bad=_POINTS + _RULE + "rule a { on join  then add 9999999 to points }", good=_POINTS + _RULE + _ADD,
)
error(
    "C605", "add-what",
    ("this cannot be added", "`{name}` is {type}", "name a setting that is a whole number: `setting {name} = 5`"),
    ("不能这样加分", "`{name}` 是{type}", "请使用整数设置:`setting {name} = 5`"),
    bad="setting reward = 5m\n" + _POINTS + _RULE + "rule a { on join  then add reward to points }",
    good="setting reward = 5\n" + _POINTS + _RULE + "rule a { on join  then add reward to points }",
)
error(
    "C606", "add-to-whom",
    ("nobody is named by this", "`{name}` is not the id of a member that the event carries",
     "write `of join.inviter`, `of report.by` or another such text, or leave `of` out: then it is the member's own"),
    ("没有指明成员", "`{name}` 不是事件自带的成员编号",
     "请写 `of join.inviter`、`of report.by` 等;去掉 `of` 则加给成员本人"),
    bad=_POINTS + _RULE + "rule a { then add 5 to points of message.length }",
    good=_POINTS + _RULE + "rule a { on join  then add 5 to points of join.inviter }",
)
error(
    "C607", "standing-counted",
    ("this is not counted", "`{name}` is {what}: it is read, not counted", "{hint}"),
    ("这里不能计数", "`{name}` 是{what},直接读取即可,不能再计数", "{hint}"),
    bad=_POINTS + _ADD + "limit l { at most 3 points by member within 1d  then flag }\n" + _RULE,
    good=_POINTS + _ADD + _RULE,
)
error(
    "C608", "weights",
    ("weights do not add up", "the weights of this score add up to {sum} %, not to 100 %",
     "{hint}"),
    ("权重之和不对", "各项权重之和为 {sum} %,不是 100 %", "{hint}"),
    bad=_POSTS + _TOLD + "tiers standing by member {\n  every week\n"
        "  score 30% * scale(posts, 0, 21) + 60% * scale(strikes(conduct), 3, 0)\n"
        "  tier core >= 80  tier watch otherwise\n}\n"
        'ladder conduct { forget after 30d  at 1 warn "…" }\nrule s { when message.links > 9  then strike conduct }',
    good=_POSTS + _TOLD + "tiers standing by member {\n  every week\n"
         "  score 30% * scale(posts, 0, 21) + 70% * scale(strikes(conduct), 3, 0)\n"
         "  tier core >= 80  tier watch otherwise\n}\n"
         'ladder conduct { forget after 30d  at 1 warn "…" }\nrule s { when message.links > 9  then strike conduct }',
)
error(
    "C609", "tiers-overlap",
    ("tiers overlap", "`{name}` is never reached: whoever has {least} is in `{other}` before",
     "write the tiers from the highest to the lowest: a threshold below {above}, or put `{name}` before `{other}`"),
    ("等级重叠", "永远不会进入 `{name}`:达到 {least} 的成员已属于 `{other}`",
     "请从高到低书写:门槛应低于 {above},或把 `{name}` 写在 `{other}` 之前"),
    bad=_POSTS + _TOLD + "tiers standing by member { every week  score scale(posts, 0, 21)\n"
        "  tier core >= 60  tier active >= 80  tier watch otherwise }",
    good=_POSTS + _TOLD + "tiers standing by member { every week  score scale(posts, 0, 21)\n"
         "  tier active >= 80  tier core >= 60  tier watch otherwise }",
)
error(
    "C610", "tier-twice",
    ("a tier is named twice", "`{name}` is a tier already", "give one of them another name"),
    ("等级名称重复", "已经有名为 `{name}` 的等级", "请给其中一个换个名称"),
    bad=_POSTS + _TOLD + "tiers standing by member { every week  score scale(posts, 0, 21)\n"
        "  tier core >= 80  tier core otherwise }",
    good=_POSTS + _TOLD + "tiers standing by member { every week  score scale(posts, 0, 21)\n"
         "  tier core >= 80  tier watch otherwise }",
)
error(
    "C611", "tier-out-of-reach",
    ("a tier that nobody reaches", "this score is never {least} or more: it is {highest} at most",
     "write a threshold of {highest} or less"),
    ("无人能达到的等级", "得分最高为 {highest},不可能达到 {least}", "门槛请不要超过 {highest}"),
    bad=_POSTS + _TOLD + "tiers standing by member { every week  score scale(posts, 0, 21)\n"
        "  tier core >= 120  tier active >= 60  tier watch otherwise }",
    good=_POSTS + _TOLD + "tiers standing by member { every week  score scale(posts, 0, 21)\n"
         "  tier core >= 90  tier active >= 60  tier watch otherwise }",
)
error(
    "C612", "tier-after-otherwise",
    ("a tier after the last", "`{name}` is never reached: `{other}` takes everybody who is left",
     "write `tier {other} otherwise` last"),
    ("写在最后一级之后的等级", "永远不会进入 `{name}`:`{other}` 已包含其余所有人",
     "请把 `tier {other} otherwise` 写在最后"),
    bad=_POSTS + _TOLD + "tiers standing by member { every week  score scale(posts, 0, 21)\n"
        "  tier core >= 80  tier watch otherwise  tier active >= 60 }",
    good=_POSTS + _TOLD + "tiers standing by member { every week  score scale(posts, 0, 21)\n"
         "  tier core >= 80  tier active >= 60  tier watch otherwise }",
)
error(
    "C613", "threshold-type",
    ("a threshold is a number", "this is {type}", "write a number: `>= 80`"),
    ("门槛应为数字", "这是{type}", "请写数字:`>= 80`"),
    bad=_POSTS + _TOLD + "tiers standing by member { every week  score scale(posts, 0, 21)\n"
        "  tier core >= 8h  tier watch otherwise }",
    good=_POSTS + _TOLD + "tiers standing by member { every week  score scale(posts, 0, 21)\n"
         "  tier core >= 80  tier watch otherwise }",
)
error(
    "C615", "score-type",
    ("a score is a number", "this is {type}", "turn it into a number: `scale(posts, 0, 21)` gives 0 to 100"),
    ("得分应为数字", "这是{type}", "请换算成数字:`scale(posts, 0, 21)` 给出 0 到 100 分"),
    bad=_TOLD + "tiers standing by member { every week  score member.silent\n  tier core >= 80  tier watch otherwise }",
    good=_TOLD + "tiers standing by member { every week  score scale(member.silent, 30d, 0d)\n"
         "  tier core >= 80  tier watch otherwise }",
)
error(
    "C616", "streak-kind",
    ("nobody continues a streak with this", "a streak cannot be of `{kind}` events",
     "write what the member does, such as `each day message`"),
    ("这种事件不能用于打卡", "`{kind}` 事件不能用于打卡", "请写成员要做的事,如 `each day message`"),
    bad="streak checkin { each day leave  at 7 then reply \"…\" }", good=_STREAK,
)
error(
    "C617", "streak-step",
    ("no such length", "a streak is 1 to {longest} long, never {at}", "write a number such as `at 7` or `every 30`"),
    ("没有这样的天数", "连续次数为 1 到 {longest},不会是 {at}", "请写如 `at 7`、`every 30` 的数字"),
    bad="streak checkin { each day message  every 0 then reply \"{streak.length}\" }",
    good="streak checkin { each day message  every 7 then reply \"{streak.length}\" }",
)
error(
    "C618", "streak-step-twice",
    ("two steps at one length", "there is a step at {at} already", "write their actions into one"),
    ("奖励重复", "{at} 已经有一项奖励", "请把动作写在一起"),
    bad="streak checkin { each day message  at 7 then reply \"a\"  at 7 then reply \"b\" }",
    good="streak checkin { each day message  at 7 then reply \"a\", notify moderators \"b\" }",
)
error(
    "C619", "no-repair",
    ("no repairs", "`repair 0` repairs nothing", "leave `repair` out, or write `repair 1 per week`"),
    ("补签次数为零", "`repair 0` 等于没有补签", "请去掉 `repair`,或写 `repair 1 per week`"),
    bad="streak checkin { each day message  repair 0 per week  at 7 then reply \"…\" }",
    good="streak checkin { each day message  repair 1 per week  at 7 then reply \"…\" }",
)
error(
    "C620", "repair-period",
    ("repairs come too often", "with repairs per {per} a streak of each {each} never breaks", "{hint}"),
    ("补签周期太短", "每{each}一次的打卡若按{per}补签,将永远不会中断", "{hint}"),
    bad="streak checkin { each day message  repair 1 per day  at 7 then reply \"…\" }",
    good="streak checkin { each day message  repair 1 per week  at 7 then reply \"…\" }",
)
error(
    "C621", "before-midnight",
    ("nothing is before 00:00", "no time of a day lies before 00:00", "write a later time, such as `before 22:00`"),
    ("00:00 之前没有时间", "一天中没有早于 00:00 的时间", "请写晚一些的时间,如 `before 22:00`"),
    bad="streak checkin { each day before 00:00 message  at 7 then reply \"…\" }",
    good="streak checkin { each day before 22:00 message  at 7 then reply \"…\" }",
)
error(
    "C622", "before-of-days",
    ("a time of day for more than a day", "`before` is for streaks of each day, not of each {per}",
     "leave `before` out, or write `each day`"),
    ("只有每天的打卡才能限定时刻", "`before` 只用于每天的打卡,不用于每{per}", "请去掉 `before`,或写 `each day`"),
    bad="streak checkin { each week before 22:00 message  at 7 then reply \"…\" }",
    good="streak checkin { each week message  at 7 then reply \"…\" }",
)
error(
    "C626", "top-of-what",
    ("no list of the best", "`{{{name}}}` cannot be printed", "{hint}"),
    ("无法列出排行", "无法显示 `{{{name}}}`", "{hint}"),
    bad=_POINTS + _ADD + "schedule s { every mon 09:00  then reply \"{top.point}\" }\n" + _RULE,
    good=_POINTS + _ADD + "schedule s { every mon 09:00  then reply \"{top.points}\" }\n" + _RULE,
)
error(
    "C627", "figures-outside-schedules",
    ("figures are told in schedules", "`{{{name}}}` can only be printed by a `schedule`",
     "write it into `schedule weekly {{ every mon 09:00  then reply … }}`"),
    ("统计只用于定时任务", "`{{{name}}}` 只能在 `schedule` 中显示",
     "请写入 `schedule weekly {{ every mon 09:00  then reply … }}`"),
    bad="rule r { when message.text == \"统计\"  then reply \"{stats.week}\" }",
    good="schedule s { every mon 09:00  then reply \"{stats.week}\" }",
)
error(
    "C628", "whose-tier",
    ("which tier is not clear", "`{fact}` needs exactly one `tiers` in the policy, and there are {count}", "{hint}"),
    ("不清楚是哪个等级", "`{fact}` 要求策略中正好有一个 `tiers`,现有 {count} 个", "{hint}"),
    bad="rule r { when member.tier == core  then flag }",
    good=_POSTS + "tiers standing by member { every week  score scale(posts, 0, 21)\n"
         "  tier core >= 80  tier watch otherwise }\nrule r { when member.tier == core  then flag }",
)
error(
    "C629", "unknown-tier",
    ("no such tier", "`{name}` is no tier of `{of}`", "{hint}"),
    ("没有这个等级", "`{of}` 没有叫作 `{name}` 的等级", "{hint}"),
    bad=_POSTS + "tiers standing by member { every week  score scale(posts, 0, 21)\n"
        "  tier core >= 80  tier watch otherwise }\nrule r { when standing == cor  then flag }",
    good=_POSTS + "tiers standing by member { every week  score scale(posts, 0, 21)\n"
         "  tier core >= 80  tier watch otherwise }\nrule r { when standing == core  then flag }",
)
error(
    "C630", "figure-days",
    ("no figures over so long", "`{name}` can be asked for over {days}", "write one of these"),
    ("没有这个时长的统计", "`{name}` 的时长可以是 {days}", "请写其中之一"),
    bad="rule r { when group.active(5d) < 10  then flag }", good="rule r { when group.active(7d) < 10  then flag }",
)
error(
    "C631", "falling-what",
    ("this has no daily number", "whether `{name}` falls cannot be said", "{hint}"),
    ("没有每日数值", "无法判断 `{name}` 是否下降", "{hint}"),
    bad="rule r { when falling(group.speakers, 3d) >= 15%  then flag }",
    good="rule r { when falling(group.active, 3d) >= 15%  then flag }",
)
error(
    "C632", "scale-of-nothing",
    ("both ends are the same", "from {value} to {value} there is nothing to scale",
     "write two different ends: `scale(posts, 0, 21)`"),
    ("两端相同", "从 {value} 到 {value} 无法换算", "两端请写不同的数:`scale(posts, 0, 21)`"),
    bad="rule r { when scale(message.length, 20, 20) > 50  then flag }",
    good="rule r { when scale(message.length, 0, 20) > 50  then flag }",
)
error(
    "C633", "too-many-tiers",
    ("too many tiers", "`{name}` has more than {most} tiers", "put some of them together"),
    ("等级过多", "`{name}` 超过 {most} 级", "请合并一些等级"),
    bad=_club(51), good=_club(3),
)
