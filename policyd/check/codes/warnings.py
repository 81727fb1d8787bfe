"""W: what is allowed, and probably not meant."""

from __future__ import annotations

from policyd.check.codes.entry import warning

_STRIKE = "rule r { when message.links > 0  then strike conduct }"

warning(
    "W302", "overridden-action",
    ("an action that never happens", "`{action}` is overridden by `{stronger}` beside it", "{hint}"),
    ("永远不会执行的动作", "`{action}` 会被旁边更重的 `{stronger}` 取代", "{hint}"),
    bad='rule r { when message.links > 0  then warn "请勿发链接", mute 24h }',
    good='rule r { when message.links > 0  then mute 24h saying "请勿发链接" }',
)
warning(
    "W530", "template-placeholders",
    ("a template may become too long",
     "{placeholders} of `{name}` may be longer than the {left} characters that `max {maximum}` leaves",
     "names can be long; leave some room"),
    ("模板可能超长", "`{name}` 中的 {placeholders} 可能超出 `max {maximum}` 剩下的 {left} 字",
     "名字可能很长,请留些余量"),
    bad='template hi max 20 = "欢迎 {member.name}!"\nrule r { on join  then reply hi }',
    good='template hi = "欢迎 {member.name}!"\nrule r { on join  then reply hi }',
)
warning(
    "W550", "test-of-nothing",
    ("a test that checks nothing", "this test expects nothing of what happens",
     "write `expect delete` or `expect nothing` after a step"),
    ("测试没有检查任何结果", "这个测试没有写期望的结果", "请在步骤后写 `expect delete` 或 `expect nothing`"),
    bad='rule r { when message.links > 0  then delete }\ntest "t" { member u1 says "hi" }',
    good='rule r { when message.links > 0  then delete }\ntest "t" { member u1 says "hi" expect nothing }',
)
