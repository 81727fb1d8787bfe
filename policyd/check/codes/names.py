"""C1: names."""

from __future__ import annotations

from policyd.check.codes.entry import error

error(
    "C101", "name-twice",
    ("a name is declared twice", "`{name}` is declared a second time; the first is a {what}",
     "give one of them another name"),
    ("名称重复声明", "`{name}` 被声明了两次,先前的是{what}", "请给其中一个换个名称"),
    bad="rule ads { when message.links > 0  then delete }\nrule ads { when message.links > 3  then flag }",
    good="rule ads { when message.links > 0  then delete }\nrule many_ads { when message.links > 3  then flag }",
)
error(
    "C102", "policy-twice",
    ("two policies with one name", "another file is already the policy `{name}`", "give one of them another name"),
    ("两个策略同名", "另一个文件已经是策略 `{name}`", "请给其中一个换个名称"),
    bad="policy p { for every group }", good="policy p { for every group }",
)
error(
    "C103", "name-taken",
    ("a name of the language", "`{name}` already means something in conditions",
     "choose another name, such as `my_{name}`"),
    ("名称已被语言占用", "`{name}` 在条件中已有含义", "请换个名称,如 `my_{name}`"),
    bad="let admin = message.links > 0\nrule r { when message.emoji > 9  then flag }",
    good="let linked = message.links > 0\nrule r { when linked  then flag }",
)
error(
    "C104", "unknown-name",
    ("unknown name", "nothing is called `{name}`", "{hint}"),
    ("未知名称", "没有叫作 `{name}` 的事实或值", "{hint}"),
    bad="rule ads { when message.txt == \"hi\"  then delete }",
    good="rule ads { when message.text == \"hi\"  then delete }",
)
error(
    "C105", "undeclared",
    ("something is not declared", "no {what} is called `{name}`", "{hint}"),
    ("引用了未声明的内容", "没有叫作 `{name}` 的{what}", "{hint}"),
    bad='lexicon ads { words "加微信" }\nrule r { when message.text matches add  then delete }\n'
        "rule s { when message.text matches ads  then delete }",
    good='lexicon ads { words "加微信" }\nrule r { when message.text matches ads  then delete }',
)
error(
    "C106", "other-kind-of-name",
    ("a name of another kind", "`{name}` is {other}, not {what}", "{hint}"),
    ("名称种类不对", "`{name}` 是{other},不是{what}", "{hint}"),
    bad='lexicon ads { words "加微信" }\nrule r { when message.text matches ads  then strike ads }',
    good='lexicon ads { words "加微信" }\nladder conduct { forget after 30d  at 1 warn "注意" }\n'
         "rule r { when message.text matches ads  then strike conduct }",
)
error(
    "C110", "unknown-function",
    ("unknown function", "no function is called `{name}`", "{hint}"),
    ("未知函数", "没有叫作 `{name}` 的函数", "{hint}"),
    bad="rule r { when len(message.text) > 300  then flag }",
    good="rule r { when length(message.text) > 300  then flag }",
)
error(
    "C113", "undeclared-attribute",
    ("an attribute is not declared", "`{name}` is no fact of the language and no declared attribute",
     "if the bot sends it, declare it: `attribute {name} : text`"),
    ("属性未声明", "`{name}` 不是内置事实,也没有声明为属性", "如果机器人会提供它,请先声明:`attribute {name} : text`"),
    bad='rule r { when member.course == "python"  then flag }',
    good='attribute member.course : text\nrule r { when member.course == "python"  then flag }',
)
error(
    "C114", "attribute-hides-fact",
    ("an attribute has the name of a fact", "`{name}` is a fact of the language",
     "leave the declaration out, or choose another name"),
    ("属性与内置事实同名", "`{name}` 是语言内置的事实", "请删除这条声明,或换个名称"),
    bad="attribute member.name : text\nrule r { when message.links > 0  then flag }",
    good='attribute member.nick : text\nrule r { when member.nick == "x"  then flag }',
)
error(
    "C115", "attribute-owner",
    ("an attribute of something else", "`{name}`: attributes belong to `member` or `group`",
     "write `member.…` or `group.…`"),
    ("属性归属不对", "`{name}`:属性只能属于 `member` 或 `group`", "请写 `member.…` 或 `group.…`"),
    bad="attribute message.topic : text\nrule r { when message.links > 0  then flag }",
    good='attribute group.topic : text\nrule r { when group.topic == "x"  then flag }',
)
error(
    "C116", "unknown-type",
    ("unknown type", "no type is called `{name}`", "{hint}"),
    ("未知类型", "没有叫作 `{name}` 的类型", "{hint}"),
    bad="attribute member.course : string\nrule r { when known(member.course)  then flag }",
    good="attribute member.course : text\nrule r { when known(member.course)  then flag }",
)
error(
    "C117", "circle",
    ("values in a circle", "`{name}` is defined by itself: {chain}", "write one of them without the others"),
    ("取值循环", "`{name}` 的定义又用到了自己:{chain}", "请让其中一个不依赖其他值"),
    bad="let a = b + 1\nlet b = a + 1\nrule r { when a > 3  then flag }",
    good="let a = b + 1\nlet b = message.links\nrule r { when a > 3  then flag }",
)
error(
    "C118", "unknown-placeholder",
    ("unknown placeholder", "nothing that a text can print is called `{name}`", "{hint}"),
    ("未知占位符", "文字中没有可以代入的 `{name}`", "{hint}"),
    bad='rule r { when message.links > 0  then warn "{name},请勿发链接" }',
    good='rule r { when message.links > 0  then warn "{member.name},请勿发链接" }',
)
error(
    "C119", "only-in-texts",
    ("only message texts know this", "`{name}` is known in message texts, not in conditions",
     "write it in a text as `{{{name}}}`"),
    ("只能用于文字", "`{name}` 只能用在提示文字中,不能用于条件", "请在文字中写 `{{{name}}}`"),
    bad='rule r { when match.word == "网赌"  then delete }',
    good='lexicon l { words "网赌" }\nrule r { when message.text matches l  then delete, reply "{match.word}" }',
)
error(
    "C121", "value-too-large",
    ("a value is too large",
     "`{name}` stands on more than {deepest} other values, or has more than {largest} parts when written out",
     "use a lexicon or a list instead of many conditions"),
    ("取值过于庞大", "`{name}` 依赖超过 {deepest} 层其他值,或展开后超过 {largest} 项", "请用词库或列表代替大量条件"),
    bad="\n".join(["let a0 = message.links", *(f"let a{n} = a{n - 1} + 1" for n in range(1, 65)),
                   "rule r { when a64 > 3  then flag }"]),
    good="let a0 = message.links\nrule r { when a0 + 64 > 3  then flag }",
)
error(
    "C122", "nothing-approves",
    ("nothing is approved here", "`message.approved` is true where a review allows the message, and there is no review",
     "declare one: `review ads {{ when message.contacts > 0  needs licence }}`"),
    ("没有审核", "审核放行时 `message.approved` 才成立,而这里没有声明审核",
     "请先声明:`review ads {{ when message.contacts > 0  needs licence }}`"),
    bad="rule r { when message.links > 0 and not message.approved  then delete }",
    good="review ads { when message.contacts > 0 }\n"
         "rule r { when message.links > 0 and not message.approved  then delete }",
)
