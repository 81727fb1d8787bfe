"""C56, C57: rosters, settings and what groups make of them."""

from __future__ import annotations

from policyd.check.codes.entry import error, warning

_ROSTER = 'attribute member.phone : text\nroster students { file "students.csv"  key phone }\n'
_IN = "rule r { when member.phone in students  then flag }"
_BOTH = _ROSTER + _IN

error(
    "C560", "empty-table",
    ("a table without a line", "`{file}` has no line with the names of its columns",
     "begin the file with a line such as `phone,class`"),
    ("表格是空的", "`{file}` 没有写列名的那一行", "文件第一行请写列名,如 `phone,class`"),
    bad=_BOTH, good=_BOTH,
)
error(
    "C561", "ragged-row",
    ("a line of another length", "this line has {cells} cells; the table has {columns} columns",
     "look for a missing or surplus comma; a cell that contains one stands in double quotes"),
    ("行的列数不对", "这一行有 {cells} 格,表格有 {columns} 列", "请检查是否多了或少了逗号;内容含逗号的格要加双引号"),
    bad=_BOTH, good=_BOTH,
)
error(
    "C562", "unknown-column",
    ("unknown column", "`{file}` has no column `{column}`", "{hint}"),
    ("未知的列", "`{file}` 没有 `{column}` 这一列", "{hint}"),
    bad='attribute member.phone : text\nroster students { file "students.csv"  key mobile }\n' + _IN, good=_BOTH,
)
error(
    "C563", "column-twice",
    ("two columns with one name", "`{column}` is the name of several columns", "give each another name"),
    ("列名重复", "有多列都叫 `{column}`", "请给每一列不同的名称"),
    bad=_BOTH, good=_BOTH,
)
error(
    "C564", "row-not-cell",
    ("a roster is asked for a cell", "`{name}` is a roster: it needs one key and a column",
     "write `{name}(member.phone).class`, or `member.phone in {name}`"),
    ("名册的写法", "`{name}` 是名册,需要一个键和一个列名",
     "请写 `{name}(member.phone).class`,或 `member.phone in {name}`"),
    bad=_ROSTER + 'rule r { when students(member.phone) == "A"  then flag }',
    good=_ROSTER + 'rule r { when students(member.phone).class == "A"  then flag }',
)
error(
    "C565", "key-not-text",
    ("a key is a text", "`{name}` is looked up by texts, and this is {type}",
     "declare the attribute as `text`, or use another fact"),
    ("键应为文字", "`{name}` 按文字查找,这里是{type}", "请把属性声明为 `text`,或改用其他事实"),
    bad='attribute member.phone : int\nroster students { file "students.csv"  key phone }\n' + _IN, good=_BOTH,
)
error(
    "C566", "unreadable-table",
    ("not a table", "this line cannot be read: {cause}", "save the table as CSV again, in UTF-8"),
    ("表格无法读取", "这一行无法读取:{cause}", "请把表格重新另存为 UTF-8 编码的 CSV"),
    bad=_BOTH, good=_BOTH,
)
error(
    "C570", "setting-not-constant",
    ("a setting is one value", "this is not one value that is always the same",
     "write a number, a text in quotes, a duration or `true`; for other things use `let`"),
    ("设置应为固定的值", "这不是一个固定的值", "请写数字、带引号的文字、时长或 `true`;其他内容请用 `let`"),
    bad="setting most = message.links + 1\nrule r { when message.links > most  then flag }",
    good="setting most = 3\nrule r { when message.links > most  then flag }",
)
error(
    "C571", "override-type",
    ("a setting of another type", "`{name}` is {declared}, and this is {type}",
     "write the same kind of value as in the `setting`"),
    ("设置的类型不对", "`{name}` 是{declared},这里是{type}", "请写与 `setting` 中相同类型的值"),
    bad='setting most = 3\ngroup "g7" { most = 5m }\nrule r { when message.links > most  then flag }',
    good='setting most = 3\ngroup "g7" { most = 5 }\nrule r { when message.links > most  then flag }',
)
error(
    "C572", "override-twice",
    ("a setting is written twice", "group `{group}` has `{name}` already", "keep one of them"),
    ("设置重复", "群 `{group}` 已经写了 `{name}`", "请只保留一处"),
    bad='setting most = 3\ngroup "g7" { most = 5 }\ngroup "g8", "g7" { most = 6 }\n'
        "rule r { when message.links > most  then flag }",
    good='setting most = 3\ngroup "g7" { most = 5 }\ngroup "g8" { most = 6 }\n'
         "rule r { when message.links > most  then flag }",
)
error(
    "C573", "limit-setting",
    ("a limit needs a whole number", "the setting `{name}` is {type}", "write `setting {name} = 5`"),
    ("限频的次数应为整数", "设置 `{name}` 是{type}", "请写 `setting {name} = 5`"),
    bad="setting most = 10s\nlimit l { at most most messages by member within 1m  then delete }",
    good="setting most = 5\nlimit l { at most most messages by member within 1m  then delete }",
)
warning(
    "W560", "row-without-key",
    ("a line without a key", "`{column}` is empty here: this line is left out", "fill it in, or delete the line"),
    ("这一行没有键", "这里的 `{column}` 是空的,此行不起作用", "请补上内容,或删去此行"),
    bad=_BOTH, good=_BOTH,
)
warning(
    "W561", "key-twice",
    ("a key stands twice in a table", "`{key}` stands in line {first} already: that line counts", "delete one of them"),
    ("键重复", "`{key}` 已在第 {first} 行出现,以那一行为准", "请删去一行"),
    bad=_BOTH, good=_BOTH,
)
warning(
    "W562", "shortened-key",
    ("a number that was shortened", "`{key}` is a long number that a spreadsheet has shortened: its digits are lost",
     "format the column as text in the spreadsheet, and save the table again"),
    ("数字被表格软件缩写", "`{key}` 是被表格软件缩写的长数字,原来的数字已丢失",
     "请在表格软件中把这一列设为文本格式,补全后重新保存"),
    bad=_BOTH, good=_BOTH,
)
