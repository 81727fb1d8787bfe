"""What can be wrong with the characters, numbers and texts of a policy."""

from __future__ import annotations

from policyd.language.codes import Code, Texts, register

register(
    Code(
        "P101",
        "not-utf-8",
        "error",
        Texts("the file is not UTF-8 text", "byte {offset} cannot be read as UTF-8{guess}", "save the file as UTF-8"),
        Texts("文件不是 UTF-8 文本", "第 {offset} 个字节不是 UTF-8{guess}", "请用 UTF-8 编码另存这个文件"),
        bad="",
        good="",
    ),
    Code(
        "P102",
        "bidirectional-control",
        "error",
        Texts(
            "a hidden character that turns text around",
            "`{character}` makes this line look different from what it says",
            "delete the character, or write it as `\\u{{…}}` inside a text",
        ),
        Texts(
            "隐藏的文字方向控制符",
            "`{character}` 会让这一行看起来和实际内容不同",
            "删除这个字符;文字里确实需要时写成 `\\u{{…}}`",
        ),
        bad='template hello = "a\u202eb"',
        good='template hello = "ab"',
    ),
    Code(
        "P103",
        "invisible-character",
        "error",
        Texts(
            "an invisible character",
            "`{character}` stands here and cannot be seen",
            "delete it and type the line again",
        ),
        Texts("不可见字符", "这里有一个看不见的字符 `{character}`", "删除它,重新输入这一行"),
        bad="let big = group.size\u200b > 100",
        good="let big = group.size > 100",
    ),
    Code(
        "P104",
        "mixed-scripts",
        "error",
        Texts("a name mixes scripts that look alike", "`{name}` mixes {scripts}", "write the name in one script"),
        Texts("名称混用了相似的文字", "`{name}` 混用了 {scripts}", "请只用一种文字书写这个名称"),
        bad="let b\u0456g = group.size > 100",
        good="let big = group.size > 100",
    ),
    Code(
        "P105",
        "unknown-character",
        "error",
        Texts("a character that means nothing here", "`{got}` has no meaning in a policy", "{want}"),
        Texts("此处的字符没有意义", "策略语言里没有 `{got}`", "{want}"),
        bad="let big = group.size > 100;",
        good="let big = group.size > 100",
    ),
    Code(
        "P106",
        "unclosed-text",
        "error",
        Texts(
            "a text without its closing quote",
            "the text that starts here does not end on its line",
            'write the closing `"`, or use `"""` for a text of several lines',
        ),
        Texts("文字缺少结束的引号", "从这里开始的文字在本行没有结束", '请补上结束的引号 `"`;多行文字请用 `"""`'),
        bad='template hello = "欢迎',
        good='template hello = "欢迎"',
    ),
    Code(
        "P107",
        "unclosed-long-text",
        "error",
        Texts(
            "a long text without its end",
            'the text that starts with `"""` here never ends',
            'write `"""` where it ends',
        ),
        Texts("多行文字没有结束", '从这里的 `"""` 开始的文字一直没有结束', '请在结束处写 `"""`'),
        bad='template hello = """欢迎',
        good='template hello = """欢迎"""',
    ),
    Code(
        "P108",
        "unknown-escape",
        "error",
        Texts(
            "an unknown escape",
            "`{got}` means nothing in a text",
            'after a backslash stand `"`, `\\`, `n` or `u{{…}}` with a character number; for a backslash write `\\\\`',
        ),
        Texts(
            "无法识别的转义",
            "文字里的 `{got}` 没有意义",
            '反斜杠后面只能是 `"`、`\\`、`n` 或 `u{{…}}`;要写反斜杠本身请写 `\\\\`',
        ),
        bad='template hello = "a\\tb"',
        good='template hello = "a b"',
    ),
    Code(
        "P109",
        "glued-number",
        "error",
        Texts(
            "a number and a word without a space", "`{number}` and `{word}` stand together", "write `{number} {word}`"
        ),
        Texts("数字和文字之间缺少空格", "`{number}` 和 `{word}` 连在一起了", "请写成 `{number} {word}`"),
        bad="limit flood { at most 5messages by member within 10s then delete }",
        good="limit flood { at most 5 messages by member within 10s then delete }",
    ),
    Code(
        "P110",
        "duration-unit",
        "error",
        Texts(
            "a duration is written otherwise",
            "`{got}` is not a duration",
            "write `{want}`; the units are `s` `m` `h` `d` `w`, as in `1h30m`",
        ),
        Texts(
            "时长的写法不对",
            "`{got}` 不是时长",
            "请写 `{want}`;单位是 `s` 秒、`m` 分、`h` 小时、`d` 天、`w` 周,如 `1h30m`",
        ),
        bad="rule quiet { then mute 24hours }",
        good="rule quiet { then mute 24h }",
    ),
    Code(
        "P111",
        "impossible-date",
        "error",
        Texts("no such day", "the calendar has no `{got}`", "write year, month and day as in `2026-10-01`"),
        Texts("没有这一天", "日历里没有 `{got}`", "请按 `2026-10-01` 的样子写年、月、日"),
        bad="hours trip { on 2026-02-30 }",
        good="hours trip { on 2026-02-28 }",
    ),
    Code(
        "P112",
        "impossible-time",
        "error",
        Texts("no such time of day", "no clock shows `{got}`", "times run from `0:00` to `24:00`"),
        Texts("没有这个时间", "一天里没有 `{got}`", "时间从 `0:00` 到 `24:00`"),
        bad="hours night { every day 22:00-28:00 }",
        good="hours night { every day 22:00-4:00 }",
    ),
    Code(
        "P113",
        "out-of-range",
        "error",
        Texts("a number that is too large", "`{got}` is more than anything here can be", "the largest is `{largest}`"),
        Texts("数字太大", "`{got}` 超出了范围", "最大是 `{largest}`"),
        bad="rule quiet { then mute 99999w }",
        good="rule quiet { then mute 4w }",
    ),
    Code(
        "P114",
        "whole-number",
        "error",
        Texts(
            "a whole number is needed", "`{got}` is not a whole number", "write it without a fraction, such as `{want}`"
        ),
        Texts("这里需要整数", "`{got}` 不是整数", "请写整数,例如 `{want}`"),
        bad="limit flood { at most 2.5 messages by member within 10s then delete }",
        good="limit flood { at most 2 messages by member within 10s then delete }",
    ),
    Code(
        "P115",
        "unclosed-pattern",
        "error",
        Texts(
            "a pattern without its end",
            "the pattern that starts here does not end on its line",
            "write `/` where it ends; a slash inside it is `\\/`",
        ),
        Texts("模式没有结束", "从这里开始的模式在本行没有结束", "请在结束处写 `/`;模式里的斜杠写成 `\\/`"),
        bad="let signed = message.text like /^#",
        good="let signed = message.text like /^#/",
    ),
    Code(
        "P116",
        "placeholder",
        "error",
        Texts(
            "a placeholder that names no fact",
            "`{got}` is not a placeholder",
            "write a fact in braces as in `{{member.name}}`, and `{{{{` for a brace",
        ),
        Texts(
            "占位符写法不对",
            "`{got}` 不是占位符",
            "占位符是花括号里的事实,如 `{{member.name}}`;要写花括号本身请写 `{{{{`",
        ),
        bad='template hello = "hello {member name}"',
        good='template hello = "hello {member.name}"',
    ),
)
