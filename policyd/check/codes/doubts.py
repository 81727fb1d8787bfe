"""W3: workflows that are allowed, and probably not meant."""

from __future__ import annotations

from policyd.check.codes.entry import warning

_DUTY = 'duty d { on join  within 1d  until message  late then notify moderators "{member.name}" }'
_QUIET = "rule q { when lockdown  then delete }\n"
_SET = "rule r { when message.links > 9  then set lockdown for 30m }\n"

warning(
    "W307", "known-elsewhere",
    ("this is not known here", "`{{{name}}}` prints nothing: only {where} know it", "leave it out"),
    ("这里不知道该内容", "`{{{name}}}` 不会显示任何内容:{where}才知道它", "请去掉它"),
    bad='rule r { when message.links > 0  then warn "还剩 {duty.left}" }',
    good='duty d { on join  within 1d  until message  remind after 20h then reply "还剩 {duty.left}" }',
)
warning(
    "W330", "no-brake",
    ("nothing brakes this", "a mistake in a rule could `{action}` everybody",
     "write `brake at most 20 remove, ban within 1h` into the header, or `propose {action}`"),
    ("没有刹车", "规则一旦写错,可能对所有人执行 `{action}`",
     "请在策略开头写 `brake at most 20 remove, ban within 1h`,或改用 `propose {action}`"),
    bad="rule r { when message.links > 3  then remove }",
    good="policy p { for every group  brake at most 20 remove within 1h }\n"
         "rule r { when message.links > 3  then remove }",
)
warning(
    "W331", "brake-of-nothing",
    ("a brake of nothing", "no rule of this policy will ever `{action}`", "leave it out of the brake"),
    ("多余的刹车", "本策略没有规则会执行 `{action}`", "请从刹车中去掉它"),
    bad="policy p { for every group  brake at most 20 remove, ban within 1h }\n"
        "rule r { when message.links > 3  then remove }",
    good="policy p { for every group  brake at most 20 remove within 1h }\n"
         "rule r { when message.links > 3  then remove }",
)
warning(
    "W339", "some-months",
    ("a day that not every month has", "months without day {day} are passed over", "write `last day of month`"),
    ("不是每月都有的日子", "没有 {day} 日的月份会跳过", "月末请写 `last day of month`"),
    bad='schedule s { every month on 31 09:00  then reply "交作业" }',
    good='schedule s { last day of month 09:00  then reply "交作业" }',
)
warning(
    "W340", "never-comes",
    ("a time that never comes", "`{name}` does not come here: {why}", "write a time that comes, or leave it out"),
    ("永远不会到的时间", "`{name}` 在这里不会执行:{why}", "请写将来的时间,或去掉它"),
    bad='schedule s { on 2020-01-01 09:00  then reply "新年快乐" }',
    good='schedule s { on 2999-01-01 09:00  then reply "新年快乐" }',
)
warning(
    "W341", "sweep-of-all",
    ("a sweep over everybody", "`{name}` does this to every member of the group", "write `when`, such as "
     "`when member.silent >= 60d`"),
    ("巡查涉及所有人", "`{name}` 会对群里每个成员执行", "请写条件,如 `when member.silent >= 60d`"),
    bad='sweep s { every sun 20:00  then notify member "请冒泡" }',
    good='sweep s { every sun 20:00  when member.silent >= 60d  then notify member "请冒泡" }',
)
warning(
    "W342", "reminder-too-late",
    ("a reminder that never comes", "`{name}` is due by then", "remind earlier than the deadline"),
    ("永远不会到的提醒", "`{name}` 到这时已经到期", "提醒时间应早于期限"),
    bad='duty d { on join  within 1h  until message  remind after 2h then reply "…"  late then reply "…" }',
    good='duty d { on join  within 1h  until message  remind after 40m then reply "…"  late then reply "…" }',
)
warning(
    "W343", "duty-unheard",
    ("a duty of which nobody hears", "nothing happens when `{name}` is not kept",
     "write `late then …` or `remind after … then …`"),
    ("没有后果的义务", "`{name}` 没有履行也不会发生任何事", "请写 `late then …` 或 `remind after … then …`"),
    bad="duty d { on join  within 1d  until message }", good=_DUTY,
)
warning(
    "W344", "never-kept",
    ("a duty that cannot be kept", "`until` never closes it: {why}", "say what the member must do"),
    ("无法履行的义务", "`until` 不会使它完成:{why}", "请写成员需要做的事"),
    bad='duty d { on join  within 1d  until message where message.length < 0  late then reply "…" }', good=_DUTY,
)
warning(
    "W345", "review-alike",
    ("refused and pending alike", "`{name}` does the same whether it waits or was refused",
     "write `pending then hold` and `refused then delete`"),
    ("等待与不通过的处理相同", "`{name}` 在等待和不通过时做同样的事",
     "请写 `pending then hold` 和 `refused then delete`"),
    bad="review ads { when message.links > 0  pending then delete  refused then delete }",
    good="review ads { when message.links > 0  pending then hold  refused then delete }",
)
warning(
    "W346", "approval-lapses",
    ("an approval lapses before its quota", "approvals of `{name}` end sooner than {per}",
     "write a longer `valid`, or a quota per day"),
    ("批准先于限额到期", "`{name}` 的批准有效期不到{per}", "请写更长的 `valid`,或按天限额"),
    bad="review ads { when message.links > 0  approve at most 2 per week, valid 1d }",
    good="review ads { when message.links > 0  approve at most 2 per week, valid 30d }",
)
warning(
    "W347", "switch-never-on",
    ("a switch that nothing sets", "nothing turns `{name}` on", "write `set {name} for 30m` after a `then`"),
    ("开关从不打开", "没有规则打开 `{name}`", "请在 `then` 后写 `set {name} for 30m`"),
    bad="switch lockdown {}\n" + _QUIET, good="switch lockdown {}\n" + _QUIET + _SET,
)
warning(
    "W348", "switch-unread",
    ("a switch that nothing asks about", "nothing depends on `{name}`", "write `when {name}`, or delete it"),
    ("开关没有作用", "没有条件用到 `{name}`", "请写 `when {name}`,或删除它"),
    bad="switch lockdown {}\n" + _SET, good="switch lockdown {}\n" + _QUIET + _SET,
)
warning(
    "W349", "group-not-covered",
    ("a group of another policy", "`{name}` does not cover the group `{group}`",
     "correct the id, or name the group in the header"),
    ("不属于本策略的群", "`{name}` 不管群 `{group}`", "请改正群号,或在策略开头写上这个群"),
    bad='policy p { for groups "g1" }\nsetting most = 3\ngroup "g7" { most = 5 }\n'
        "rule r { when message.links > most  then flag }",
    good='policy p { for groups "g1", "g7" }\nsetting most = 3\ngroup "g7" { most = 5 }\n'
         "rule r { when message.links > most  then flag }",
)
warning(
    "W350", "unknown-platform",
    ("unknown platform", "no platform is called `{name}`", "{hint}"),
    ("未知平台", "没有叫作 `{name}` 的平台", "{hint}"),
    bad="policy p { for every group  platform telegramm }\nrule r { when message.links > 0  then delete }",
    good="policy p { for every group  platform telegram }\nrule r { when message.links > 0  then delete }",
)
warning(
    "W351", "platform-cannot",
    ("the platform cannot do this", "`{platform}` cannot `{action}`; the nearest thing is done instead: {note}",
     "write what the platform can do"),
    ("平台做不到", "`{platform}` 不能 `{action}`,会改做最接近的事:{note}", "请写平台能做的事"),
    bad="policy p { for every group  platform feishu }\nrule r { when message.links > 0  then mute 1h }",
    good="policy p { for every group  platform feishu }\nrule r { when message.links > 0  then delete }",
)
warning(
    "W352", "mute-length",
    ("a mute that the platform does not know", "`{platform}` mutes for {bounds}", "write a time within that"),
    ("平台不支持的禁言时长", "`{platform}` 的禁言时长{bounds}", "请写在此范围内的时长"),
    bad="policy p { for every group  platform discord }\nrule r { when message.links > 0  then mute 60d }",
    good="policy p { for every group  platform discord }\nrule r { when message.links > 0  then mute 28d }",
)
