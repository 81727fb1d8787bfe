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
