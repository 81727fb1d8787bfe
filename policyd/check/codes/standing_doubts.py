"""W36: standing that is allowed, and probably not meant."""

from __future__ import annotations

from policyd.check.codes.entry import warning

_POINTS = "tally points by member\n"
_RULE = "rule r { when points >= 100  then reply \"{points}\" }\n"
_ADD = "rule a { on join  then add 5 to points }\n"
_POSTS = "counter posts counts messages by member per week\n"
_TIERS = ("tiers standing by member { every week  score scale(posts, 0, 21)\n"
          "  tier core >= 80  tier watch otherwise }\n")
_TOLD = "rule t { on tier  then reply \"{tier.now}\" }\n"

warning(
    "W360", "tiers-without-otherwise",
    ("not everybody is placed", "whoever is in none of these tiers stays where they are",
     "write `tier others otherwise` last"),
    ("并非所有人都能定级", "不属于任何一级的成员保持原来的等级", "请在最后写 `tier others otherwise`"),
    bad=_POSTS + _TOLD + "tiers standing by member { every week  score scale(posts, 0, 21)\n"
        "  tier core >= 80  tier active >= 60 }",
    good=_POSTS + _TOLD + _TIERS,
)
warning(
    "W361", "no-tiers",
    ("tiers that do not exist", "no policy here declares `tiers`: there are no `tier` events",
     "declare them, or leave this out"),
    ("没有等级", "这里的策略都没有声明 `tiers`,不会有 `tier` 事件", "请先声明 `tiers`,或去掉这里"),
    bad=_TOLD, good=_POSTS + _TOLD + _TIERS,
)
warning(
    "W362", "tally-unread",
    ("points that nobody reads", "`{name}` is added to, and no rule or text here reads it",
     "test it (`when {name} >= 100`) or print it (`{{{name}}}`, `{{top.{name}}}`); `policyd top {name}` lists it too"),
    ("无人读取的积分", "给 `{name}` 加了分,但没有规则或文字读取它",
     "请在条件中使用(`when {name} >= 100`)或显示(`{{{name}}}`、`{{top.{name}}}`);也可用 `policyd top {name}` 查看"),
    bad=_POINTS + _ADD, good=_POINTS + _ADD + _RULE,
)
warning(
    "W363", "tally-never-added",
    ("points that nobody gets", "nothing is ever added to `{name}`: it stays 0",
     "write `add 5 to {name}` after a `then`"),
    ("从不加分", "没有规则给 `{name}` 加分,它总是 0", "请在 `then` 后写 `add 5 to {name}`"),
    bad=_POINTS + _RULE, good=_POINTS + _ADD + _RULE,
)
warning(
    "W364", "streak-of-nothing",
    ("a streak that makes no difference", "`{name}` gives nothing, and nothing reads it",
     "write a step, such as `at 7 then reply \"…\"`, or test it: `when {name} >= 7`"),
    ("没有作用的打卡", "`{name}` 没有奖励,也没有规则读取它",
     "请写奖励,如 `at 7 then reply \"…\"`,或在条件中使用:`when {name} >= 7`"),
    bad="streak checkin { each day message }",
    good="streak checkin { each day message  at 7 then reply \"…\" }",
)
warning(
    "W365", "tiers-of-nothing",
    ("tiers that make no difference", "no rule reads `{name}`, and none is on `tier`",
     "write `rule promoted {{ on tier  then … }}`, or test it: `when {name} == {tier}`"),
    ("没有作用的等级", "没有规则读取 `{name}`,也没有 `tier` 事件的规则",
     "请写 `rule promoted {{ on tier  then … }}`,或在条件中使用:`when {name} == {tier}`"),
    bad=_POSTS + _TIERS, good=_POSTS + _TOLD + _TIERS,
)
warning(
    "W366", "streak-never-breaks",
    ("a streak that never breaks", "with so many repairs `{name}` is hardly ever broken",
     "allow {most} or fewer"),
    ("打卡永远不会中断", "补签次数太多,`{name}` 几乎不会中断", "补签最多写 {most} 次"),
    bad="streak checkin { each day message  repair 7 per week  at 7 then reply \"…\" }",
    good="streak checkin { each day message  repair 1 per week  at 7 then reply \"…\" }",
)
warning(
    "W367", "add-to-no-member",
    ("this hardly names a member", "`{name}` is a text, but not the id of a member",
     "write `of join.inviter`, `of report.by` or another id, or leave `of` out"),
    ("这似乎不是成员", "`{name}` 是文字,但不是成员编号", "请写 `of join.inviter`、`of report.by` 等编号,或去掉 `of`"),
    bad=_POINTS + _RULE + "rule a { on join  then add 5 to points of member.name }",
    good=_POINTS + _RULE + "rule a { on join  then add 5 to points of join.inviter }",
)
warning(
    "W368", "tier-text",
    ("no tier is called so", "`{fact}` is never `{name}`", "{hint}"),
    ("没有这样的等级", "`{fact}` 不会是 `{name}`", "{hint}"),
    bad=_POSTS + _TIERS + "rule t { on tier when tier.now == \"cor\"  then reply \"{member.name}\" }",
    good=_POSTS + _TIERS + "rule t { on tier when tier.now == \"core\"  then reply \"{member.name}\" }",
)
warning(
    "W369", "score-unread",
    ("a score that nobody asks", "no tier of `{name}` has a threshold",
     "write `tier active >= 60`, or leave `score` out"),
    ("没有用到得分", "`{name}` 没有一级使用得分门槛", "请写 `tier active >= 60`,或去掉 `score`"),
    bad=_POSTS + _TOLD + "tiers standing by member { every week  score posts\n"
        "  tier core when member.role == admin  tier watch otherwise }",
    good=_POSTS + _TOLD + _TIERS,
)
warning(
    "W370", "tier-never-fits",
    ("a tier that nobody fits", "`{name}` is never reached: {why}", "{hint}"),
    ("无人符合的等级", "永远不会进入 `{name}`:{why}", "{hint}"),
    bad=_POINTS + _ADD + _TOLD + "tiers vips by member { every month\n"
        "  tier silver when points >= 10  tier gold when points >= 100  tier plain otherwise }",
    good=_POINTS + _ADD + _TOLD + "tiers vips by member { every month\n"
         "  tier gold when points >= 100  tier silver when points >= 10  tier plain otherwise }",
)
warning(
    "W371", "more-than-all",
    ("more than all of them", "this is a share, from 0 % to 100 %: `{value}` is {percent} %", "write `{value}%`"),
    ("超过了全部", "这是比例,在 0 % 到 100 % 之间:`{value}` 等于 {percent} %", "请写 `{value}%`"),
    bad="rule r { when group.speakers(7d) < 20  then flag }",
    good="rule r { when group.speakers(7d) < 20%  then flag }",
)
