"""What comes due has no event any more: what it does not know, what it cannot do, and what helps."""

from __future__ import annotations

from typing import Final

from policyd.language.diagnostics import Phrase

NOT_KNOWN: Final = {
    "schedule": (Phrase("a schedule: it is about the group, and has no member and no message",
                        "定时任务针对整个群,没有成员和消息,因此"),
                 Phrase("use a `sweep`, which looks at each member", "如需逐个成员处理,请改用 `sweep`")),
    "sweep": (Phrase("a sweep: it looks at members, and there is no message",
                     "巡查针对群成员,没有消息,因此"),
              Phrase("a sweep knows `member.…`, `group.…` and `now`", "巡查可以读取 `member.…`、`group.…` 和 `now`")),
    "duty": (Phrase("what comes due: the event that opened the duty is over",
                    "到期时,引起义务的事件已经过去,因此"),
             Phrase("texts of `remind` and `late` know `member.…`, `group.…`, `now` and `duty.…`",
                    "`remind` 和 `late` 的文字可以用 `member.…`、`group.…`、`now` 和 `duty.…`")),
    "together": (Phrase("a duty with `together`: it is about several members at once",
                        "写了 `together` 的义务同时涉及多名成员,因此"),
                 Phrase("print `{duty.members}`, or leave `together` out", "请用 `{duty.members}`,或去掉 `together`")),
    "streak": (Phrase("a step of a streak: texts and awards there are about the member",
                      "打卡的奖励针对成员,因此"),
               Phrase("steps know `member.…`, `group.…`, `now`, values and `streak.length`",
                      "此处可以用 `member.…`、`group.…`、`now`、各种值和 `streak.length`")),
    "tiers": (Phrase("tiers: members are placed by the clock, and there is no message",
                     "等级按时间评定,没有消息,因此"),
              Phrase("count it (`counter … per week`) or add it to a `tally`, and read that",
                     "请先用计数(`counter … per week`)或 `tally` 累积,再在这里读取")),
}  # fmt: skip
"""What is said of a fact that something that comes due does not have, and what helps."""
NOT_DONE: Final = {
    "schedule": (Phrase("in a schedule, which has no member and no message", "定时任务没有成员和消息,"),
                 Phrase("a schedule can `reply`, `notify`, `lock`, `unlock`, `slow`, `set`; a `sweep` acts on members",
                        "定时任务可用 `reply`、`notify`、`lock`、`unlock`、`slow`、`set`;处理成员请用 `sweep`")),
    "sweep": (Phrase("in a sweep, where there is no message and no request", "巡查没有消息和申请,"),
              Phrase("a sweep acts on members: `warn`, `mute`, `propose remove`, `reply` …",
                     "巡查只处理成员,如 `warn`、`mute`、`propose remove`、`reply`")),
    "duty": (Phrase("when a duty comes due: the event that opened it is over", "义务到期时原来的事件已经过去,"),
             Phrase("act on the member: `warn`, `mute`, `propose remove`, `reply`, `notify` …",
                    "此时只处理成员,如 `warn`、`mute`、`propose remove`、`reply`、`notify`")),
    "together": (Phrase("in a duty with `together`, which is about several members at once",
                        "写了 `together` 的义务同时涉及多名成员,"),
                 Phrase("use `reply`, `notify` or `call out`, or leave `together` out",
                        "请用 `reply`、`notify`、`call out`,或去掉 `together`")),
    "streak": (Phrase("at a step of a streak, which rewards", "打卡的奖励不能处理消息或成员,"),
               Phrase("a step can `reply`, `notify`, `add`, `assign`, `move`, `set`",
                      "此处可用 `reply`、`notify`、`add`、`assign`、`move`、`set`")),
}  # fmt: skip
"""What is said of an action that something that comes due cannot do, and what helps."""

