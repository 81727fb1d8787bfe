"""W: what is allowed, and probably not meant."""

from __future__ import annotations

from policyd.check.codes.entry import warning

_STRIKE = "rule r { when message.links > 0  then strike conduct }"
_LADDER = 'ladder conduct { forget after 30d  together within 10m  at 1 warn "注意"  at 3 mute 24h }\n'
_MATCH = "\nrule r { when message.text matches l  then delete }"

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
warning(
    "W303", "exempt-from-everything",
    ("exempt from everything", "`{name}` silences every rule of the policy, and every one that is added later",
     "name the rules: `from flood, too_long`"),
    ("豁免全部规则", "`{name}` 会让策略中的所有规则失效,以后新增的也包括在内", "请写明规则:`from flood, too_long`"),
    bad="rule r { when message.links > 0  then delete }\nexempt staff { when member.role == owner  from everything }",
    good="rule r { when message.links > 0  then delete }\nexempt staff { when member.role == owner  from r }",
)
warning(
    "W304", "rarely-known",
    ("most platforms do not tell this", "where `{fact}` is unknown, this does nothing",
     "say what holds then: `{fact} default …`, or test `known({fact})`"),
    ("多数平台不提供该事实", "平台没有提供 `{fact}` 时,这里不起作用",
     "请写明未知时的取值:`{fact} default …`,或用 `known({fact})` 判断"),
    bad="rule r { when member.age < 3d and message.links > 0  then delete }",
    good="rule r { when member.age default 0s < 3d and message.links > 0  then delete }",
)
warning(
    "W305", "match-without-matches",
    ("nothing is matched here", "`{{{name}}}` prints nothing: this rule matches no lexicon",
     "leave it out, or write `message.text matches …`"),
    ("这里没有匹配词库", "`{{{name}}}` 不会显示任何内容:这条规则没有匹配词库",
     "请去掉它,或写上 `message.text matches …`"),
    bad='rule r { when message.links > 0  then warn "请勿发 {match.text}" }',
    good='rule r { when message.links > 0  then warn "请勿发链接" }',
)
warning(
    "W306", "ladder-outside-step",
    ("no step speaks here", "`{{{name}}}` prints nothing: only the texts of ladder steps know it",
     "write it into a step: `at 1 warn \"…{{{name}}}…\"`"),
    ("这里不是阶梯的文字", "`{{{name}}}` 不会显示任何内容:只有阶梯中的文字知道它",
     "请写在阶梯里:`at 1 warn \"…{{{name}}}…\"`"),
    bad='rule r { when message.links > 0  then warn "第 {ladder.strikes} 次" }',
    good='ladder conduct { forget after 30d  at 1 warn "第 {ladder.strikes} 次" }\n' + _STRIKE,
)
warning(
    "W310", "never-fires",
    ("a rule that never fires", "this condition is never true: the `then` of `{name}` is never done",
     "look at the numbers; for one of several write `or`, or `in [..]`"),
    ("规则永远不会触发", "这个条件不可能成立,`{name}` 的 `then` 永远不会执行",
     "请检查数值;满足其一请用 `or` 或 `in [..]`"),
    bad="rule r { when member.role == owner and member.role == admin  then flag }",
    good="rule r { when member.role in [owner, admin]  then flag }",
)
warning(
    "W311", "never-otherwise",
    ("an `otherwise` that never happens", "the condition of `{name}` is never false",
     "look at the numbers; for none of several write `not in [..]`"),
    ("`otherwise` 永远不会执行", "`{name}` 的条件不可能不成立", "请检查数值;都不是请用 `not in [..]`"),
    bad="rule r { when member.role != owner or member.role != admin  then flag  otherwise delete }",
    good="rule r { when member.role not in [owner, admin]  then flag  otherwise delete }",
)
warning(
    "W312", "always-silent",
    ("rules that are always silent", "wherever this condition is known it is true: what it excepts never fires",
     "leave out what is not needed"),
    ("规则永远被豁免", "这个条件不可能不成立,被它排除的规则不会触发", "请删去不需要的部分"),
    bad="let busy = true\nrule r { when message.links > 0  unless busy  then flag }",
    good="rule r { when message.links > 0  unless message.links > 9  then flag }",
)
warning(
    "W313", "never-silent",
    ("an exception that never holds", "this condition is never true: it excepts nothing",
     "look at the numbers; for one of several write `or`, or `in [..]`"),
    ("例外永远不成立", "这个条件不可能成立,不会排除任何情况", "请检查数值;满足其一请用 `or` 或 `in [..]`"),
    bad="rule r { when message.links > 0  unless message.links < 0  then flag }",
    good="rule r { when message.links > 0  unless message.links == 1  then flag }",
)
warning(
    "W320", "ladder-unused",
    ("a ladder that nothing strikes", "no rule strikes `{name}`", "write `strike {name}` after a `then`"),
    ("阶梯没有被使用", "没有规则会记 `{name}`", "请在 `then` 后写 `strike {name}`"),
    bad=_LADDER + "rule r { when message.links > 0  then delete }", good=_LADDER + _STRIKE,
)
warning(
    "W321", "step-never-runs",
    ("a step that never runs", "every strike counts {fewest} or more, so that step {at} is always passed over",
     "strike fewer times, or move the step"),
    ("永远不会执行的一级", "每次至少记 {fewest} 次,第 {at} 级总是被跳过", "请减少每次记的次数,或调整级数"),
    bad='ladder conduct { forget after 30d  at 1 warn "注意"  at 2 mute 24h }\n'
        "rule r { when message.links > 0  then strike conduct 2 times }",
    good='ladder conduct { forget after 30d  at 1 warn "注意"  at 2 mute 24h }\n' + _STRIKE,
)
warning(
    "W322", "never-climbs",
    ("a ladder that nobody climbs", "`{name}` forgets a strike before a second one can count",
     "make `together within` much shorter than `forget after`"),
    ("阶梯爬不上去", "`{name}` 在第二次计入之前就忘记了第一次", "`together within` 应远短于 `forget after`"),
    bad='ladder conduct { forget after 10m  together within 1h  at 1 warn "注意"  at 2 mute 24h }\n' + _STRIKE,
    good='ladder conduct { forget after 30d  together within 1h  at 1 warn "注意"  at 2 mute 24h }\n' + _STRIKE,
)
warning(
    "W323", "mute-too-long",
    ("a mute longer than platforms allow", "common platforms mute for 28 to 30 days at most",
     "write `mute 28d`, or `ban` with that time"),
    ("禁言时间超过平台上限", "常见平台最多禁言 28 到 30 天", "请写 `mute 28d`,或改用带期限的 `ban`"),
    bad="rule r { when message.links > 0  then mute 60d }", good="rule r { when message.links > 0  then mute 28d }",
)
warning(
    "W401", "limit-never-first",
    ("a limit that adds nothing", "whenever `{name}` fires, `{other}` has fired already, with the same or more",
     "leave it out, or let it do something heavier"),
    ("多余的限频", "`{name}` 触发时 `{other}` 早已触发,且处理相同或更重", "请删去它,或让它处理得更重"),
    bad="limit a { at most 5 messages by member within 1m  then delete }\n"
        "limit b { at most 8 messages by member within 30s  then delete }",
    good="limit a { at most 5 messages by member within 1m  then delete }\n"
         "limit b { at most 8 messages by member within 30s  then mute 1h }",
)
warning(
    "W402", "limit-climbs-fast",
    ("a burst climbs several steps", "every further message of a burst strikes `{name}` again",
     "write `together within 10m` into the ladder"),
    ("一次刷屏会连升几级", "刷屏中的每条消息都会再记一次 `{name}`", "请在阶梯中写 `together within 10m`"),
    bad='ladder conduct { forget after 30d  at 1 warn "注意"  at 2 mute 24h }\n'
        "limit a { at most 5 messages by member within 10s  then strike conduct }",
    good=_LADDER + "limit a { at most 5 messages by member within 10s  then strike conduct }",
)
warning(
    "W403", "distinct-of-key",
    ("always the same value", "counted by `{name}` there is but one `{name}`: this is never more than 1",
     "count by something else, such as `by group`, or leave `distinct` out"),
    ("总是同一个值", "按 `{name}` 计数时只有一个 `{name}`,结果不会超过 1",
     "请按其他内容计数,如 `by group`,或去掉 `distinct`"),
    bad="counter busy counts distinct member of messages by member within 10m\nrule r { when busy > 5  then flag }",
    good="counter busy counts distinct member of messages by group within 10m\nrule r { when busy > 5  then flag }",
)
warning(
    "W501", "unused",
    ("never used", "the {what} `{name}` is never used", "delete it, or use it"),
    ("从未使用", "{what} `{name}` 从未使用", "请删除,或用上它"),
    bad='lexicon l { words "网赌" }\nrule r { when message.links > 0  then delete }',
    good='lexicon l { words "网赌" }' + _MATCH,
)
warning(
    "W521", "word-of-nothing",
    ("a word that never matches", "nothing is left of `{word}` to look for{more}",
     "delete it, or use `resist none` for signs"),
    ("永远不会命中的词", "`{word}` 没有可查找的内容{more}", "请删除;查找符号请用 `resist none`"),
    bad='lexicon l { words "网赌", "\u200b" }' + _MATCH, good='lexicon l { words "网赌" }' + _MATCH,
)
warning(
    "W522", "word-of-one-character",
    ("a word of one character", "`{word}` is found in very many harmless texts{more}", "write a longer word"),
    ("只有一个字的词", "`{word}` 会在大量正常文字中命中{more}", "请写长一些的词"),
    bad='lexicon l { words "网赌", "赌" }' + _MATCH, good='lexicon l { words "网赌", "赌博" }' + _MATCH,
)
warning(
    "W523", "word-twice",
    ("a word is listed twice", "`{word}` is the same as {other}{more}", "delete one of them"),
    ("词重复", "`{word}` 与 {other} 相同{more}", "请删去一个"),
    bad='lexicon l { words "网赌", "網賭" }' + _MATCH, good='lexicon l { words "网赌" }' + _MATCH,
)
warning(
    "W524", "word-excepted",
    ("a word is excepted whole", "`{word}` never matches, as {other} excepts it{more}", "delete one of them"),
    ("词被整个排除", "`{word}` 不会命中,因为 {other} 排除了它{more}", "请删去一个"),
    bad='lexicon l { words "网赌", "博彩"  except "博彩" }' + _MATCH,
    good='lexicon l { words "网赌", "博彩"  except "反博彩" }' + _MATCH,
)
warning(
    "W525", "exception-of-nothing",
    ("an exception without a word", "`{word}` contains no word of the lexicon{more}", "delete it, or correct it"),
    ("例外中没有词", "`{word}` 不含词库中的任何词{more}", "请删除或改正"),
    bad='lexicon l { words "网赌"  except "反诈" }' + _MATCH,
    good='lexicon l { words "网赌"  except "反网赌" }' + _MATCH,
)
warning(
    "W540", "no-zone",
    ("times of day without a time zone", "`{name}` names no `timezone`: its hours are those of UTC",
     'write `timezone "Asia/Shanghai"` into the header'),
    ("没有写时区", "`{name}` 没有写 `timezone`,时段按 UTC 计算", '请在策略开头写 `timezone "Asia/Shanghai"`'),
    bad="policy p { for every group }\nhours night { every day 22:00-08:00 }\n"
        "rule r { when now in night  then delete }",
    good='policy p { for every group  timezone "Asia/Shanghai" }\nhours night { every day 22:00-08:00 }\n'
         "rule r { when now in night  then delete }",
)
