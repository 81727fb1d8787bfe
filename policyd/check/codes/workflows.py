"""C58, C59: schedules, reviews, duties, brakes and appeals."""

from __future__ import annotations

from policyd.check.codes.entry import error

_RULE = "rule r { when message.links > 0  then remove }"
_REVIEW = "review ads { when message.links > 0  pending then hold }"

error(
    "C580", "review-kind",
    ("this cannot be reviewed", "reviews are of messages and edits, not of `{kind}`",
     "leave `on` out; who may join is decided by a rule `on request`"),
    ("不能审核这种事件", "审核只针对 `message` 和 `edit`,不能是 `{kind}`",
     "请去掉 `on`;入群申请请用 `on request` 的规则"),
    bad="review ads { on join  when known(member.name)  pending then warn \"…\" }", good=_REVIEW,
)
error(
    "C581", "duty-kind",
    ("nobody owes anything from this", "a duty cannot begin with `{kind}`: there is no member afterwards",
     "begin it with `on join`, `on message` or `on notice`"),
    ("这种事件不能产生义务", "义务不能从 `{kind}` 开始:之后没有成员可以履行",
     "请从 `on join`、`on message` 或 `on notice` 开始"),
    bad='duty d { on leave  within 1d  until message  late then notify moderators "…" }',
    good='duty d { on join  within 1d  until message  late then notify moderators "…" }',
)
error(
    "C582", "reminders-at-once",
    ("two reminders at once", "two reminders come after the same time", "write their actions into one"),
    ("提醒时间相同", "两次提醒的时间相同", "请把动作写在同一次提醒里"),
    bad='duty d { on join  within 1d  until message  remind after 1h then reply "a"  remind after 60m then reply "b" }',
    good='duty d { on join  within 1d  until message  remind after 1h then reply "a", notify moderators "b" }',
)
error(
    "C583", "paused-for-ever",
    ("a duty that never comes due", "`{name}` covers the whole week: the time of the duty never runs",
     "pause in hours that leave time between, such as `every day 22:00-08:00`"),
    ("义务永远不会到期", "`{name}` 覆盖了整周,义务的时间不会流逝", "请暂停在有间隔的时段,如 `every day 22:00-08:00`"),
    bad="hours always { every day 00:00-24:00 }\n"
        'duty d { on join  within 1d  until message  pause in always  late then reply "…" }',
    good="hours night { every day 22:00-08:00 }\n"
         'duty d { on join  within 1d  until message  pause in night  late then reply "…" }',
)
error(
    "C584", "quota-of-nothing",
    ("a quota of nothing", "`{name}` lets nothing through, even when it is approved",
     "write `approve at most 1 per week`, or leave the number out"),
    ("限额为零", "`{name}` 即使通过审核也不放行", "请写 `approve at most 1 per week`,或去掉数量"),
    bad="review ads { when message.links > 0  approve at most 0 per week  pending then hold }", good=_REVIEW,
)
error(
    "C585", "exempt-from-itself",
    ("a review that silences itself", "`{name}` would not count what it lets through",
     "name the other rules: `exempt no_contacts`"),
    ("审核豁免了自己", "`{name}` 将无法统计已放行的内容", "请写其他规则的名称:`exempt no_contacts`"),
    bad="review ads { when message.links > 0  exempt ads  pending then hold }",
    good="rule links { when message.links > 0  then delete }\n"
         "review ads { when message.links > 0  exempt links  pending then hold }",
)
error(
    "C586", "brake-action",
    ("a brake for something else", "brakes stop {words}; `{action}` is none of them", "leave it out"),
    ("不能刹车的动作", "刹车只管 {words},不包括 `{action}`", "请去掉它"),
    bad="policy p { for every group  brake at most 20 delete within 1h }\n"
        "rule r { when message.links > 0  then delete }",
    good="policy p { for every group  brake at most 20 remove within 1h }\n" + _RULE,
)
error(
    "C587", "brake-number",
    ("no such number", "a brake lets 1 to {most} actions through", "write a number such as `at most 20`"),
    ("数量不对", "刹车的数量应为 1 到 {most}", "请写如 `at most 20` 的数量"),
    bad="policy p { for every group  brake at most 0 remove within 1h }\n" + _RULE,
    good="policy p { for every group  brake at most 20 remove within 1h }\n" + _RULE,
)
error(
    "C588", "appeal-twice",
    ("two ways of appeal", "the policy says twice how to appeal", "keep one `appeal`"),
    ("申诉方式重复", "策略写了两次 `appeal`", "请只保留一处"),
    bad="appeal { within 3d }\nappeal { within 5d }\nrule r { when message.links > 0  then delete }",
    good="appeal { within 3d }\nrule r { when message.links > 0  then delete }",
)
error(
    "C589", "appeal-to-member",
    ("members do not decide", "an appeal is decided by a human of the staff",
     "write `decided by moderators`, `admins` or `owner`"),
    ("成员不能裁决", "申诉应由管理人员裁决", "请写 `decided by moderators`、`admins` 或 `owner`"),
    bad="appeal { decided by member }\nrule r { when message.links > 0  then delete }",
    good="appeal { decided by owner }\nrule r { when message.links > 0  then delete }",
)
error(
    "C590", "no-message-to-answer",
    ("there is no message to reply to", "a reply answers a message, and `{kind}` has none",
     "write `on message`, or say what the member must do: `until message`"),
    ("没有可以回复的消息", "回复针对消息,而 `{kind}` 没有消息", "请写 `on message`,或写成员要做什么:`until message`"),
    bad='duty d { on join  within 1d  until reply by admins  late then notify moderators "…" }',
    good='duty d { on message  within 1d  until reply by admins  late then notify moderators "…" }',
)
