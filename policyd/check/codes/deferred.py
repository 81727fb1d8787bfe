"""C32: actions that wait for a human, for a time or for others."""

from __future__ import annotations

from policyd.check.codes.entry import error

error(
    "C321", "not-collected",
    ("this cannot be collected", "`digest` cannot stand here", "{hint}"),
    ("不能汇总", "这里不能写 `digest`", "{hint}"),
    bad='rule r { when message.links > 0  then warn "请勿发链接" digest 1h }',
    good='rule r { when message.links > 0  then notify moderators "{member.name} 发了链接" digest 1h }',
)
error(
    "C322", "not-at-deadline",
    ("this cannot happen when time is up", "where nobody decides in time, it is not possible to `{action}`",
     "write one of these: {words}"),
    ("到期时不能这样处理", "无人处理而到期时,不能 `{action}`", "请写以下之一:{words}"),
    bad="rule r { when message.links > 0  then hold for 3d then refuse \"…\" }",
    good="rule r { when message.links > 0  then hold for 3d then release }",
)
error(
    "C323", "not-proposed",
    ("a human cannot be asked for this", "`{action}` cannot be proposed", "propose one of these: {words}"),
    ("不能请示这个动作", "`{action}` 不能请示", "可以请示的动作:{words}"),
    bad="rule r { when message.links > 0  then propose flag }",
    good="rule r { when message.links > 0  then propose remove }",
)
error(
    "C324", "set-without-time",
    ("nobody says for how long", "neither this nor `switch {name}` says when it goes off again",
     "write `set {name} for 30m`, or `off after 30m` into the switch"),
    ("没有写开多久", "这里和 `switch {name}` 都没有写何时关闭",
     "请写 `set {name} for 30m`,或在开关中写 `off after 30m`"),
    bad="switch quiet {}\nrule r { when message.links > 3  then set quiet }\nrule q { when quiet  then delete }",
    good="switch quiet { off after 30m }\nrule r { when message.links > 3  then set quiet }\n"
         "rule q { when quiet  then delete }",
)
error(
    "C325", "throttled-deadline",
    ("this happens once anyway", "what is done when time is up cannot be throttled or collected",
     "leave `once in` and `digest` out"),
    ("到期处理本来只有一次", "到期时的动作不能限次或汇总", "请去掉 `once in` 和 `digest`"),
    bad='rule r { when message.links > 0  then hold for 3d then notify owner "…" once in 1h }',
    good='rule r { when message.links > 0  then hold for 3d then notify owner "…" }',
)
error(
    "C326", "no-member-to-tell",
    ("there is no member to tell", "`notify member` cannot be done {where}",
     "write `notify moderators`, or `reply` to the group"),
    ("没有可通知的成员", "{where}不能执行 `notify member`", "请写 `notify moderators`,或用 `reply` 发到群里"),
    bad='schedule s { every day 09:00  then notify member "早" }',
    good='schedule s { every day 09:00  then reply "早" }',
)
error(
    "C327", "how-many-agree",
    ("no such number of moderators", "1 to {most} moderators can be asked to agree",
     "leave `by … moderators` out where one is enough"),
    ("人数不对", "需要同意的人数应为 1 到 {most}", "一人同意即可时可省去 `by … moderators`"),
    bad="rule r { when message.links > 0  then propose remove by 0 moderators }",
    good="rule r { when message.links > 0  then propose remove by 2 moderators }",
)
