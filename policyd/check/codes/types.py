"""C2: types of values."""

from __future__ import annotations

from policyd.check.codes.entry import error

error(
    "C201", "not-a-condition",
    ("this is no condition", "`{clause}` needs something true or false, this is {type}",
     "compare it, such as `message.links > 0`"),
    ("这不是条件", "`{clause}` 需要真假值,这里是{type}", "请加上比较,如 `message.links > 0`"),
    bad="rule r { when message.links  then delete }", good="rule r { when message.links > 0  then delete }",
)
error(
    "C202", "types-differ",
    ("these cannot be compared", "one side is {left}, the other {right}", "{hint}"),
    ("两边无法比较", "一边是{left},另一边是{right}", "{hint}"),
    bad="rule r { when member.age < 3  then delete }", good="rule r { when member.age default 0s < 3d  then delete }",
)
error(
    "C203", "no-order",
    ("these have no order", "`{op}` needs numbers, times, durations, roles or tiers, not {type}",
     "use `==`, `!=` or `in [..]`"),
    ("两边没有大小", "`{op}` 只能比较数字、时间、时长、身份或等级,不能比较{type}", "请用 `==`、`!=` 或 `in [..]`"),
    bad='rule r { when message.text > "a"  then delete }', good='rule r { when message.text == "a"  then delete }',
)
error(
    "C204", "no-text",
    ("texts are needed here", "`{op}` needs two texts, not {left} and {right}",
     "{hint}"),
    ("这里需要文字", "`{op}` 两边都应是文字,现在是{left}和{right}",
     "{hint}"),
    bad='rule r { when message.text contains ["赌", "博"]  then delete }',
    good='lexicon l { words "网赌", "博彩" }\nrule r { when message.text matches l  then delete }',
)
error(
    "C205", "no-arithmetic",
    ("these cannot be calculated", "`{op}` does not take {left} and {right}",
     "numbers go with numbers; times and durations add and subtract; a duration goes times a number"),
    ("无法计算", "{left}和{right}不能用 `{op}` 计算", "数字与数字计算;时间与时长可加减;时长可乘以数字"),
    bad="rule r { when now + member.joined > now  then delete }",
    good="rule r { when (now - member.joined) default 0s > 3d  then delete }",
)
error(
    "C206", "operand",
    ("this does not fit", "`{op}` does not take {type}",
     "`like` takes a text, a minus sign takes a number or a duration"),
    ("类型不合适", "`{op}` 不能用于{type}", "`like` 用于文字,负号用于数字或时长"),
    bad="rule r { when message.links like /[0-9]/  then delete }",
    good="rule r { when message.text like /[0-9]/  then delete }",
)
error(
    "C207", "no-time",
    ("only times lie in hours", "`{name}` are hours; {type} cannot lie in them", "write `now in {name}`"),
    ("只有时间能与时段比较", "`{name}` 是时段,{type}不能放在里面", "请写 `now in {name}`"),
    bad="hours night { every day 22:00-08:00 }\nrule r { when now.hour in night  then delete }",
    good="hours night { every day 22:00-08:00 }\nrule r { when now in night  then delete }",
)
error(
    "C208", "mixed-list",
    ("a list of different things", "the list begins with {first}, this is {type}",
     "keep one kind of thing in a list"),
    ("列表内容不一致", "列表前面是{first},这里是{type}", "一个列表只放同一类内容"),
    bad='rule r { when message.links in [1, "2"]  then delete }',
    good="rule r { when message.links in [1, 2]  then delete }",
)
error(
    "C209", "default-differs",
    ("a default of another type", "the value is {left}, its default {right}", "give a default of the same type"),
    ("默认值类型不同", "原值是{left},默认值是{right}", "默认值要与原值同类型"),
    bad='rule r { when message.links default "0" > 3  then delete }',
    good="rule r { when message.links default 0 > 3  then delete }",
)
error(
    "C210", "arguments",
    ("arguments do not fit", "`{name}` does not take these arguments", "write it like `{usage}`"),
    ("参数不对", "`{name}` 不能这样调用", "写法如 `{usage}`"),
    bad="rule r { when length(message.links) > 3  then delete }",
    good="rule r { when length(message.text) > 3  then delete }",
)
error(
    "C211", "function-without-call",
    ("a function needs its argument", "`{name}` is a function", "write it like `{usage}`"),
    ("函数缺少参数", "`{name}` 是函数", "写法如 `{usage}`"),
    bad="rule r { when length > 300  then delete }", good="rule r { when length(message.text) > 300  then delete }",
)
error(
    "C213", "pattern",
    ("a pattern that cannot be used", "the pattern is not one of RE2: {cause}", "{hint}"),
    ("模式无法使用", "RE2 不接受这个模式:{cause}", "{hint}"),
    bad=r"rule r { when message.text like /(\w)\1\1/  then delete }",
    good="rule r { when longest_run(message.text) >= 3  then delete }",
)
error(
    "C214", "match-of-what",
    ("words are sought in texts of the event", "only a text that the event itself carries can be matched",
     "write a fact such as `message.text`, `member.name` or `request.text`"),
    ("只能在事件自带的文字中查词", "只能匹配事件本身携带的文字",
     "请写 `message.text`、`member.name`、`request.text` 等事实"),
    bad='lexicon l { words "网赌" }\nrule r { when lower(message.text) matches l  then delete }',
    good='lexicon l { words "网赌" }\nrule r { when message.text matches l  then delete }',
)
error(
    "C216", "not-a-value",
    ("this is no value", "`{name}` is {what}, which has no value by itself", "{hint}"),
    ("这不是一个值", "`{name}` 是{what},本身没有值", "{hint}"),
    bad='lexicon l { words "网赌" }\nrule r { when l  then delete }',
    good='lexicon l { words "网赌" }\nrule r { when message.text matches l  then delete }',
)
error(
    "C219", "duration-of-nothing",
    ("a duration of nothing", "this lasts no time at all", "write a duration such as `10m`"),
    ("时长为零", "这里的时长是零", "请写 `10m` 之类的时长"),
    bad="rule r { when message.links > 0  then mute 0s }", good="rule r { when message.links > 0  then mute 10m }",
)
error(
    "C220", "not-in-list",
    ("this cannot be in there", "{item} cannot be in {container}", "{hint}"),
    ("不可能在其中", "{item}不可能在{container}之中", "{hint}"),
    bad='rule r { when member.role in ["admin", "owner"]  then delete }',
    good="rule r { when member.role in [admin, owner]  then delete }",
)
