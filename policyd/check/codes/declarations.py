"""C5: sizes, hours, lexicons, templates, headers and tests."""

from __future__ import annotations

from policyd.check.codes.entry import error

_RULE = "rule r { when message.text matches l  then delete }"
_QUIET = "rule r { when now in night  then delete }"
_TALLY = ("tally points by member\nrule a { on join  then add 5 to points }\n"
          'rule b { when points >= 10  then reply "{points}" }\n')

error(
    "C501", "too-many-rules",
    ("too many rules", "all policies together have {count} rules; there may be {bound}",
     "use lexicons instead of a rule for each word, or fewer policies that share a library"),
    ("规则太多", "所有策略共有 {count} 条规则,最多 {bound} 条", "请用词库代替一词一规则,或减少共用规则库的策略"),
    bad="\n".join(f"rule r{n} {{ when message.links > {n}  then flag }}" for n in range(10_001)),
    good="rule r { when message.links > 0  then flag }",
)
error(
    "C502", "too-many-entries",
    ("too many words", "all lexicons together have {count} entries; there may be {bound}",
     "leave words out that are never found"),
    ("词条太多", "所有词库共有 {count} 个词条,最多 {bound} 个", "请删去用不到的词"),
    bad='lexicon l { file "words/huge.txt" }\n' + _RULE, good='lexicon l { words "网赌" }\n' + _RULE,
)
error(
    "C510", "no-windows",
    ("hours without any time", "`{name}` says no time", "write `every day 22:00-08:00` or `on 2026-10-01`"),
    ("时段没有时间", "`{name}` 没有写任何时间", "请写 `every day 22:00-08:00` 或 `on 2026-10-01`"),
    bad="hours night { except 2026-10-01..2026-10-07 }\n" + _QUIET,
    good="hours night { every day 22:00-08:00 }\n" + _QUIET,
)
error(
    "C511", "days-backwards",
    ("days run backwards", "{first} lies after {last}", "write the earlier day first"),
    ("日期前后颠倒", "{first} 在 {last} 之后", "请把较早的日期写在前面"),
    bad="hours night { every day 22:00-08:00  except 2026-10-07..2026-10-01 }\n" + _QUIET,
    good="hours night { every day 22:00-08:00  except 2026-10-01..2026-10-07 }\n" + _QUIET,
)
error(
    "C512", "window-of-nothing",
    ("a window without an end", "from {time} to the same time is no time at all, or a whole day",
     "write `00:00-24:00` for a whole day"),
    ("时段起止相同", "从 {time} 到同一时刻,无法判断是零还是一整天", "一整天请写 `00:00-24:00`"),
    bad="hours night { every day 08:00-08:00 }\n" + _QUIET, good="hours night { every day 00:00-24:00 }\n" + _QUIET,
)
error(
    "C520", "no-words",
    ("a lexicon without words", "`{name}` has no word", 'write `words "…"` or `file "words/{name}.txt"`'),
    ("词库没有词", "`{name}` 没有任何词", '请写 `words "…"` 或 `file "words/{name}.txt"`'),
    bad='lexicon l { except "反赌博" }\n' + _RULE, good='lexicon l { words "赌博"  except "反赌博" }\n' + _RULE,
)
error(
    "C521", "unknown-resist",
    ("unknown disguise", "words cannot resist `{name}`", "{hint}"),
    ("未知的抗规避方式", "`resist` 没有 `{name}`", "{hint}"),
    bad='lexicon l { words "网赌"  resist pinyin }\n' + _RULE,
    good='lexicon l { words "网赌机"  resist sound }\n' + _RULE,
)
error(
    "C522", "unknown-boundary",
    ("unknown boundary", "`boundary {name}` means nothing",
     "write `boundary none` to find Latin words inside others too; whole words are usual"),
    ("未知的边界设置", "没有 `boundary {name}` 这种设置", "要在长单词内部也查找请写 `boundary none`;默认只查整词"),
    bad='lexicon l { words "casino"  boundary letter }\n' + _RULE,
    good='lexicon l { words "casino"  boundary none }\n' + _RULE,
)
error(
    "C530", "template-too-long",
    ("a template is too long", "`{name}` has {length} characters without its placeholders; `max` is {maximum}",
     "shorten it"),
    ("模板太长", "`{name}` 除占位符外有 {length} 字,上限是 {maximum}", "请缩短文字"),
    bad='template hi max 5 = "欢迎来到本群"\nrule r { on join  then reply hi }',
    good='template hi max 10 = "欢迎来到本群"\nrule r { on join  then reply hi }',
)
error(
    "C540", "unknown-zone",
    ("unknown time zone", "no time zone is called `{name}`", "{hint}"),
    ("未知时区", "没有叫作 `{name}` 的时区", "{hint}"),
    bad='policy p { for every group  timezone "Asia/Beijing" }',
    good='policy p { for every group  timezone "Asia/Shanghai" }',
)
error(
    "C551", "test-attribute",
    ("a test gives what is not declared", "`{name}` is not declared", "{hint}"),
    ("测试用了未声明的属性", "`{name}` 没有声明", "{hint}"),
    bad='rule r { when message.links > 0  then delete }\n'
        'test "t" { given member u1 with course "x"  member u1 says "hi" expect nothing }',
    good='attribute member.course : text\nrule r { when member.course == "y"  then delete }\n'
         'test "t" { given member u1 with course "x"  member u1 says "hi" expect nothing }',
)
error(
    "C552", "unknown-role",
    ("unknown role", "no role is called `{name}`", "{hint}"),
    ("未知身份", "没有叫作 `{name}` 的身份", "{hint}"),
    bad='rule r { when message.links > 0  then delete }\n'
        'test "t" { given member u1 role boss  member u1 says "hi" expect nothing }',
    good='rule r { when message.links > 0  then delete }\n'
         'test "t" { given member u1 role owner  member u1 says "hi" expect nothing }',
)
error(
    "C553", "unknown-group",
    ("a group that is not given", "this test gives no group `{name}`", "{hint}"),
    ("测试中没有这个群", "这个测试没有给出群 `{name}`", "{hint}"),
    bad='rule r { when message.links > 0  then delete }\n'
        'test "t" { given group "g1"  member u1 says "hi" in "g2" expect nothing }',
    good='rule r { when message.links > 0  then delete }\n'
         'test "t" { given group "g1"  given group "g2"  member u1 says "hi" in "g2" expect nothing }',
)
error(
    "C554", "nothing-because",
    ("a reason for nothing", "what does not happen has no rule behind it", "leave out `because`"),
    ("没有动作却写了原因", "没有发生的事没有对应的规则", "请去掉 `because`"),
    bad='rule r { when message.links > 0  then delete }\n'
        'test "t" { member u1 says "hi" expect nothing because r }',
    good='rule r { when message.links > 0  then delete }\ntest "t" { member u1 says "hi" expect nothing }',
)
error(
    "C555", "test-attribute-type",
    ("a test gives a value of another type", "`{name}` is declared as {declared}: rules would not know this value",
     "{hint}"),
    ("测试给的值类型不对", "`{name}` 声明为{declared},规则读不到这样的值", "{hint}"),
    bad='attribute member.course : text\nrule r { when member.course == "7"  then delete }\n'
        'test "t" { given member u1 with course 7  member u1 says "hi" expect delete }',
    good='attribute member.course : text\nrule r { when member.course == "7"  then delete }\n'
         'test "t" { given member u1 with course "7"  member u1 says "hi" expect delete }',
)
error(
    "C556", "test-evidence",
    ("evidence that nobody needs", "no review needs `{name}`", "{hint}"),
    ("不需要的材料", "没有审核需要 `{name}`", "{hint}"),
    bad='review ads { when message.contacts > 0  needs licence  pending then hold }\n'
        'test "t" { member u1 submits license  expect nothing }',
    good='review ads { when message.contacts > 0  needs licence  pending then hold }\n'
         'test "t" { member u1 submits licence  expect nothing }',
)
error(
    "C557", "has-otherwise",
    ("this is held differently", "`{name}` is not held so", "{hint}"),
    ("写法与类型不符", "`{name}` 不能这样写", "{hint}"),
    bad=_TALLY + 'test "t" { member u1 joins  member u1 has points core }',
    good=_TALLY + 'test "t" { member u1 joins  member u1 has points 5 }',
)
