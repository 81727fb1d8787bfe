"""How an author calls the terminals of the grammar, and words that authors write for those of the language."""

from __future__ import annotations

from typing import Final

from policyd.language.diagnostics import Phrase

_KINDS: Final = {
    "NAME": Phrase("a name", "名称"),
    "KIND": Phrase("a kind of event such as `messages`", "事件类型,如 `messages`"),
    "FIELD": Phrase("a name", "名称"),
    "NUMBER": Phrase("a number", "数字"),
    "PERCENT": Phrase("a number", "数字"),
    "DURATION": Phrase("a duration such as `10m`", "时长,如 `10m`"),
    "CLOCK": Phrase("a time such as `22:00`", "时间,如 `22:00`"),
    "DATE": Phrase("a date such as `2026-10-01`", "日期,如 `2026-10-01`"),
    "DAY": Phrase("a day such as `mon` or `day`", "星期几,如 `mon`,或每天 `day`"),
    "ANY_DAY": Phrase("a day such as `mon` or `day`", "星期几,如 `mon`,或每天 `day`"),
    "STRING": Phrase("a text in quotes", "引号里的文字"),
    "LONG_STRING": Phrase("a text in quotes", "引号里的文字"),
    "REGEX": Phrase("a pattern between slashes", "两个斜杠之间的模式"),
}
_SIGNS: Final = {
    "LBRACE": "{", "RBRACE": "}", "LPAR": "(", "RPAR": ")", "LSQB": "[", "RSQB": "]", "COMMA": ",", "COLON": ":",
    "DOT": ".", "RANGE": "..", "IS": "=", "EQ": "==", "NE": "!=", "LT": "<", "LE": "<=", "GT": ">", "GE": ">=",
    "PLUS": "+", "DASH": "-", "STAR": "*", "SLASH": "/",
}  # fmt: skip
_ODD_SPELLINGS: Final = {"ANY_DAY": "day"}

_VALUE: Final = frozenset({"NAME", "NUMBER", "TRUE", "FALSE", "STRING", "LPAR", "LSQB", "DURATION", "DATE"})
_VALUE_TERMINALS: Final = _VALUE | {"NOT", "DASH", "PERCENT", "LONG_STRING"}
_SIGN_OPERATORS: Final = frozenset("EQ NE LT LE GT GE PLUS DASH STAR SLASH".split())
_OPERATORS: Final = _SIGN_OPERATORS | frozenset(
    "CONTAINS STARTS_WITH ENDS_WITH IN NOT_IN MATCHES LIKE DEFAULT AND OR".split()
)
_ONE_CONDITION: Final = Phrase("a condition or a value", "条件或值")
_AN_OPERATOR: Final = Phrase("an operator such as `and` or `==`", "运算符,如 `and` 或 `==`")

ACTIONS: Final = frozenset(
    "FLAG MASK HOLD DELETE WARN CALL_OUT MUTE REMOVE BAN ADMIT REFUSE REPLY NOTIFY STRIKE FORGIVE ASSIGN LOCK UNLOCK "
    "SLOW MOVE SET PROPOSE ADD".split()
)
_DAYS_OF_MONTH: Final = frozenset({"SECOND", "THIRD", "FOURTH", "FIFTH"})
"""Said with `first` and `last`."""
_ANSWERED: Final = frozenset({"RELEASE", "UNMUTE", "UNBAN", "NOTIFY_MEMBER"})
"""What stands only in the expectations of tests."""
ACTION_WORDS: Final = frozenset(terminal.split("_")[0].lower() for terminal in ACTIONS)
"""The first words of actions."""
_TELLING_ACTIONS: Final = frozenset({"DELETE", "WARN", "MUTE", "REMOVE"})
_AN_ACTION: Final = Phrase("an action such as `delete` or `strike LADDER`", "动作,如 `delete` 或 `strike LADDER`")
_A_WORD: Final = Phrase("an action such as `delete` or `remove`", "动作,如 `delete` 或 `remove`")

DAYS: Final = {
    "mon": "monday mo 周一 星期一", "tue": "tuesday tues tu 周二 星期二", "wed": "wednesday we 周三 星期三",
    "thu": "thursday thur thurs th 周四 星期四", "fri": "friday fr 周五 星期五", "sat": "saturday sa 周六 星期六",
    "sun": "sunday su 周日 周天 星期日 星期天", "mon-fri": "weekday weekdays workday workdays 工作日",
    "sat, sun": "weekend weekends 周末", "day": "daily days everyday 每天 天",
}  # fmt: skip
_OTHER_WORDS: Final = {
    "when": "if while where 当 如果 若", "then": "do action actions 则 那么 就", "otherwise": "else 否则",
    "unless": "except 除非",
    "on": "event events", "at most": "max maximum 最多", "by": "per each 每", "within": "in during every 内",
    "once in": "every in", "where": "when if",
    "remove": "kick expel 踢 踢出 移除 移出", "ban": "block 封禁 拉黑", "delete": "del drop 删除 撤回",
    "mute": "silence quiet 禁言", "reply": "send say answer 回复", "notify": "tell alert 通知",
    "warn": "warning 警告 提醒",
    "admit": "approve accept allow 通过 同意", "refuse": "reject decline deny 拒绝", "strike": "punish 记过 记违规",
    "forgive": "pardon 宽恕", "hold": "review pending 待审", "call out": "shame callout 点名", "saying": "with message",
    "contains": "include includes contain has 包含", "starts with": "startswith begins", "ends with": "endswith",
    "matches": "match 匹配", "like": "regex regexp", "and": "且 并且 和", "or": "或 或者", "not": "非 不 不是 no",
    "==": "is equals equal 等于 是", "!=": "isnt 不等于", ">": "above over exceeds more greater 大于 超过",
    "<": "below under less 小于 少于", "in": "among 属于", "-": "to until till 至 到",
    "policy": "policies 策略", "rule": "filter rules 规则", "limit": "limits ratelimit 限频 限制",
    "lexicon": "wordlist dictionary words list 词库 词表", "hours": "time times 时段 时间",
    "ladder": "punishments penalties 阶梯 处罚", "let": "def const var define set 令 设", "template": "text 模板",
    "exempt": "exception whitelist allow without skip 豁免 例外 免除", "test": "tests case 测试",
    "counter": "count 计数", "tally": "tallies points score scores 积分 计分 分数",
    "streak": "streaks 连续 打卡 签到", "tiers": "tier level levels rank ranks grades 等级 分层 分级 层级",
    "attribute": "field property 属性", "timezone": "tz zone 时区", "for every group": "everywhere all",
    "setting": "settings parameter option config 设置 参数 配置", "group": "groups 群 群组 群设置",
    "roster": "table list sheet csv 名单 名册 花名册 表格", "switch": "toggle mode 开关",
    "schedule": "timer cron timed 定时 计划 日程", "sweep": "scan patrol cleanup 巡检 清理 扫描",
    "review": "approval moderation audit 审核 审批 复核", "duty": "task todo obligation 义务 值日 任务 职责",
    "appeal": "appeals complaint 申诉 上诉", "brake": "cap breaker 刹车 熔断", "platform": "platforms 平台",
    "without": "disable except off 不用 关闭", "key": "by column 键 主键",
    "off after": "for within lasts expires 自动关闭",
    "every": "each 每", "first": "1st 第一个", "second": "2nd 第二个", "third": "3rd 第三个", "fourth": "4th 第四个",
    "fifth": "5th 第五个", "last": "final 最后", "opens": "opened starts begins start begin open 开始",
    "closes": "closed ends end finishes close 结束",
    "tier": "level rank grade 等级 级别 层", "score": "points weight weights rating 得分 评分 分数",
    "repair": "repairs grace makeup 补签 补卡 补打卡", "before": "until by till earlier 之前 前",
    "per": "each every a an 每 每个", "distinct": "unique different 不同 去重", "sums": "sum total adds 求和 合计 总和",
    "add": "give award grant increase plus earn reward 加 加分 增加 奖励", "has": "gets got have owns 有",
    "needs": "requires require need evidence 需要 材料", "approve": "approval allow approved 批准 通过",
    "content": "message messages post 内容", "valid": "for lasts expires 有效 有效期",
    "pending": "waiting unapproved open 待审 等待", "refused": "rejected denied refuse 拒绝 驳回",
    "due": "deadline by 截止 期限", "until": "unless done finish till 直到", "pause in": "except during stop 暂停",
    "remind after": "warn nag reminder 提醒", "late": "overdue expired missed timeout 逾期 超时",
    "each": "every per 每次", "together": "all collected 合并 一起", "even if removed": "always anyway",
    "decided by": "by decide 裁决",
    "moderators": "moderator mods mod 管理", "admins": "admin administrators 管理员",
    "lock": "close freeze 全员禁言 锁定", "unlock": "open unfreeze 解锁 解除", "slow": "slowmode throttle 慢速",
    "move": "transfer 转移", "set": "turn enable activate 打开 开启", "propose": "ask suggest request 提议 请示",
    "digest": "batch collect 汇总", "release": "unhold publish 放行",
    "submits": "submitted uploads sends 提交", "appeals": "appealed objects 申诉",
    "approves": "approved accepts 批准", "refuses": "refused rejects denies 驳回",
    "posts notice": "post posts announces publishes 公告 通知", "marks": "marked flags 标记",
    "failed": "fails fail error 失败", "succeeded": "ok succeeds done worked 成功",
    "replying to": "reply replies answering 回复", "invited by": "from inviter via 邀请",
    "words": "word entries 词", "file": "files include 文件", "day": "daily", "at": "step", "from": "rules",
    "says": "said writes posts sends 说", "joins": "joined enters 加入", "leaves": "left quits 退出",
    "requests": "asks applies 申请", "edits": "changes 修改", "expect": "expects assert should 期望",
    "given": "with let",
    "after": "wait later 之后", "nothing": "none no allow allowed ok", "because": "by reason",
}  # fmt: skip
_MEANT: Final[dict[str, tuple[str, ...]]] = {}
for _word, _synonyms in (*_OTHER_WORDS.items(), *DAYS.items()):
    for _synonym in _synonyms.split():
        _MEANT[_synonym] = (*_MEANT.get(_synonym, ()), _word)


def other_words(written: str) -> tuple[str, ...]:
    """The words of the language that authors may mean by a word."""
    return _MEANT.get(written.lower(), ())


def spelling(terminal: str) -> str:
    """How a keyword or sign is written; nothing for names, numbers and texts."""
    if terminal in _SIGNS:
        return _SIGNS[terminal]
    if (terminal in _KINDS and terminal not in _ODD_SPELLINGS) or terminal.startswith("$"):
        return ""
    return _ODD_SPELLINGS.get(terminal, terminal.lower().replace("_", " "))


def expected_phrase(accepted: frozenset[str]) -> Phrase:
    """What could stand in a place, most telling first."""
    rest, phrases = set(accepted) - {"$END"}, []
    if len(rest) > 1:
        rest.discard("DOT")
    if "FIRST" in rest:
        rest -= _DAYS_OF_MONTH
    if _VALUE <= rest:
        rest -= _VALUE_TERMINALS
        phrases.append(_ONE_CONDITION)
    if _TELLING_ACTIONS <= rest:
        phrases.append(_AN_ACTION if "STRIKE" in rest else _A_WORD)
        rest -= ACTIONS | _ANSWERED
    if {"AND", "EQ"} <= rest or {"AND", "OR"} <= rest:
        rest -= _OPERATORS
        phrases.append(_AN_OPERATOR)
    for terminal in sorted(rest, key=lambda t: (t not in _KINDS, t in _SIGNS, t)):
        phrase = _KINDS.get(terminal) or Phrase(f"`{spelling(terminal)}`", f"`{spelling(terminal)}`")
        if phrase not in phrases:
            phrases.append(phrase)
    if not phrases:
        return Phrase("nothing more", "到此结束")
    return Phrase(_joined([p.en for p in phrases], " or "), _joined([p.zh for p in phrases], "或"))


def _joined(words: list[str], last: str) -> str:
    comma = ", " if last.isascii() else "、"
    return words[0] if len(words) == 1 else comma.join(words[:-1]) + last + words[-1]
