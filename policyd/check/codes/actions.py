"""C3: event kinds, actions and ladders."""

from __future__ import annotations

from policyd.check.codes.entry import error

_LADDER = 'ladder conduct { forget after 30d  at 1 warn "注意"  at 3 mute 24h }\n'
_STRIKE = "rule r { when message.links > 0  then strike conduct }"

error(
    "C301", "fact-not-on-event",
    ("events of this kind do not have this", "`{fact}` does not exist on {kinds}",
     "{hint}"),
    ("这种事件没有该事实", "{kinds}没有 `{fact}`", "{hint}"),
    bad="rule r { on join  when message.links > 0  then warn \"…\" }",
    good="rule r { on message  when message.links > 0  then warn \"…\" }",
)
error(
    "C302", "action-not-on-event",
    ("this cannot be done here", "`{action}` cannot be done {where}", "{hint}"),
    ("这种事件不能这样处理", "{where}不能执行 `{action}`", "{hint}"),
    bad="rule r { on join  then delete }", good="rule r { on message  when message.links > 0  then delete }",
)
error(
    "C303", "unknown-event",
    ("unknown kind of event", "no event is called `{name}`", "{hint}"),
    ("未知事件种类", "没有叫作 `{name}` 的事件", "{hint}"),
    bad="rule r { on mesage  when message.links > 0  then delete }",
    good="rule r { on message  when message.links > 0  then delete }",
)
error(
    "C308", "action-in-step",
    ("a step cannot do this", "a step of a ladder acts on the member and notifies; it does not `{action}`",
     "write `{action}` into the rule that strikes"),
    ("阶梯里不能这样处理", "阶梯只处理成员或发通知,不能 `{action}`", "请把 `{action}` 写在记违规的规则里"),
    bad="ladder conduct { forget after 30d  at 1 delete  at 2 mute 24h }\n" + _STRIKE,
    good=_LADDER + "rule r { when message.links > 0  then delete, strike conduct }",
)
error(
    "C309", "once-in-step",
    ("a step cannot be throttled", "a step's text cannot be throttled; ladders have `together`",
     "write `together within 10m` into the ladder, and leave `once in` out"),
    ("阶梯的文字不能限次", "阶梯中的文字不能限次,应使用阶梯的 `together`",
     "请在阶梯中写 `together within 10m`,并去掉 `once in`"),
    bad='ladder conduct { forget after 30d  at 1 warn "注意" once in 1h }\n' + _STRIKE,
    good='ladder conduct { forget after 30d  together within 1h  at 1 warn "注意" }\n' + _STRIKE,
)
error(
    "C310", "steps-not-rising",
    ("steps do not rise", "step {at} stands after step {before}",
     "write every step once, from the lowest to the highest"),
    ("阶梯没有递增", "第 {at} 级写在第 {before} 级之后", "每一级只写一次,从低到高排列"),
    bad='ladder conduct { forget after 30d  at 2 mute 1h  at 1 warn "注意" }\n' + _STRIKE,
    good='ladder conduct { forget after 30d  at 1 warn "注意"  at 2 mute 1h }\n' + _STRIKE,
)
error(
    "C311", "step-number",
    ("no such step", "a step stands at 1 to {highest} strikes, not at {at}", "the first strike is `at 1`"),
    ("级数不对", "阶梯的级数应为 1 到 {highest},不能是 {at}", "第一次违规是 `at 1`"),
    bad='ladder conduct { forget after 30d  at 0 warn "注意" }\n' + _STRIKE,
    good='ladder conduct { forget after 30d  at 1 warn "注意" }\n' + _STRIKE,
)
error(
    "C312", "no-steps",
    ("a ladder without steps", "`{name}` has no step", 'write one, such as `at 1 warn "…"`'),
    ("阶梯没有级", "`{name}` 没有任何一级", '请写一级,如 `at 1 warn "…"`'),
    bad="ladder conduct { forget after 30d }\n" + _STRIKE, good=_LADDER + _STRIKE,
)
error(
    "C315", "times",
    ("no such number of strikes", "`{action}` takes 1 to {most} times", "leave the number out for once"),
    ("次数不对", "`{action}` 的次数应为 1 到 {most}", "只记一次时可省去次数"),
    bad=_LADDER + "rule r { when message.links > 0  then strike conduct 0 times }",
    good=_LADDER + "rule r { when message.links > 0  then strike conduct 2 times }",
)
error(
    "C316", "otherwise-without-when",
    ("`otherwise` without `when`", "`otherwise` acts where `when` is false, and there is no `when`",
     "write a `when`, or move the actions to `then`"),
    ("有 `otherwise` 没有 `when`", "`otherwise` 在 `when` 不成立时执行,但这里没有 `when`",
     "请写上 `when`,或把动作移到 `then`"),
    bad="rule r { then flag  otherwise delete }",
    good="rule r { when message.links > 0  then flag  otherwise delete }",
)
error(
    "C320", "mask-of-nothing",
    ("nothing to mask", "this rule finds nothing in the text that could be hidden",
     "mask what `matches`, `like`, `message.contacts` or `message.links` found on `message.text`, or use `hold`"),
    ("没有可遮盖的内容", "这条规则没有在文字中查找可以遮盖的内容",
     "只能遮盖 `matches`、`like`、`message.contacts`、`message.links` 在 `message.text` 中找到的内容;否则请用 `hold`"),
    bad="rule r { when message.length > 300  then mask }", good="rule r { when message.contacts > 0  then mask }",
)
