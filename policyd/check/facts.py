"""Everything that a policy can ask about an event: one table (LANGUAGE.md §4).

Attributes that a policy declares, counters, `strikes(…)` and `request.answer(…)` are not in it: they have names that
the author chose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from policyd.language.diagnostics import Phrase
from policyd.language.types import BOOL, DURATION, EVENT_KIND, INT, ROLE, TEXT, TIME, WEEKDAY, Type, list_of

Origin = Literal["event", "text", "state", "clock"]
"""`event`: the bot sent it. `text`: worked out from `message.text`. `state`: the store has it. `clock`: needs `now`."""

KINDS: Final = EVENT_KIND.members
"""Event kinds that rules may stand on, in the order of the language."""
MESSAGES: Final = ("message", "edit")
TIMED: Final = ("schedule", "sweep", "duty", "together", "streak", "tiers")
"""What comes due beside events: of a schedule, of a sweep for a member, of a duty for a member, of a duty with
`together` for all who are late, of a streak for a member who has come to a step, and of tiers for a member who is
placed."""
WITH_MEMBER: Final = (*KINDS, "sweep", "duty", "streak", "tiers")
"""Events and what comes due, where there is a member that conditions and texts can ask about."""
APPROVED: Final = "message.approved"
"""A fact that stands for the conditions of the policy's reviews."""
TIER: Final = "member.tier"
"""A fact that stands for the value of the policy's only `tiers`."""


def occasion(kind: str) -> str:
    """The event kind, or what comes due, of a kind of a rule: `late p.introduction` is one of a duty."""
    first, timed, _ = kind.partition(" ")
    return first if not timed or first in TIMED else "duty"


@dataclass(frozen=True, slots=True)
class FactInfo:
    """A built-in fact. `kinds`: events that carry it, and what comes due that knows it. `unknown`: whether it can be
    unknown. `low`, `high`: the least and greatest value of a number, None where there is no bound. `rare`: most
    platforms never tell it."""

    name: str
    type: Type
    kinds: tuple[str, ...]
    unknown: bool
    source: Origin
    about: Phrase
    low: int | None = None
    high: int | None = None
    rare: bool = False


def _fact(
    name: str, type: Type, kinds: tuple[str, ...], source: Origin, en: str, zh: str,
    *, known: bool = False, high: int | None = None, rare: bool = False,
) -> FactInfo:  # fmt: skip
    low = 0 if type in (INT, DURATION) and name != "member.age" else None
    return FactInfo(name, type, kinds, not known, source, Phrase(en, zh), low, high, rare)


_TEXTS = list_of(TEXT)
_MODERATED = ("sanction",)
_ALWAYS = (*KINDS, *TIMED)
_ARRIVALS = ("join", "leave")

_ALL = (
    _fact("now", TIME, _ALWAYS, "clock", "the instant of this event", "事件发生的时刻", known=True),
    _fact("now.hour", INT, _ALWAYS, "clock", "hour of the day, 0-23, in the policy's time zone",
          "策略时区内的小时,0-23", known=True, high=23),
    _fact("now.weekday", WEEKDAY, _ALWAYS, "clock", "day of the week, `mon` to `sun`", "星期几,`mon` 到 `sun`",
          known=True),
    _fact("event.kind", EVENT_KIND, KINDS, "event", "what happened: `message`, `edit`, `join` …",
          "事件种类:`message`、`edit`、`join` 等", known=True),
    _fact("group.id", TEXT, _ALWAYS, "event", "the group's id", "群的编号", known=True),
    _fact("group.name", TEXT, _ALWAYS, "event", "the group's name", "群名称"),
    _fact("group.tags", _TEXTS, _ALWAYS, "event", "the tags that the bot gives the group", "机器人给群打的标签",
          known=True),
    _fact("group.size", INT, _ALWAYS, "event", "how many members the group has", "群成员人数"),
    _fact("member.id", TEXT, WITH_MEMBER, "event", "the id of the member whom the event is about",
          "事件所涉成员的编号"),
    _fact("member.name", TEXT, WITH_MEMBER, "event", "the member's displayed name", "成员的显示名"),
    _fact("member.role", ROLE, WITH_MEMBER, "event", "guest, member, moderator, admin, owner or bot",
          "成员身份:guest、member、moderator、admin、owner、bot"),
    _fact("member.joined", TIME, WITH_MEMBER, "event", "when the member joined", "成员入群时间", rare=True),
    _fact("member.age", DURATION, WITH_MEMBER, "clock", "how long the member has been in the group", "成员入群时长",
          rare=True),
    _fact("member.muted", BOOL, WITH_MEMBER, "state", "whether a mute that policyd gave is running", "成员是否正被禁言",
          known=True),
    _fact("member.silent", DURATION, WITH_MEMBER, "state", "time since the member's last message before this event",
          "距该成员上一条消息的时长"),
    _fact("message.id", TEXT, MESSAGES, "event", "the message's id", "消息编号"),
    _fact("message.text", TEXT, MESSAGES, "event", "the message's text", "消息文字"),
    _fact("message.length", INT, MESSAGES, "text", "characters of the text", "文字的字数"),
    _fact("message.lines", INT, MESSAGES, "text", "lines of the text", "文字的行数"),
    _fact("message.images", INT, MESSAGES, "event", "how many images", "图片张数"),
    _fact("message.videos", INT, MESSAGES, "event", "how many videos", "视频个数"),
    _fact("message.longest_video", DURATION, MESSAGES, "event", "length of the longest video", "最长视频的时长"),
    _fact("message.voices", INT, MESSAGES, "event", "how many voice messages", "语音条数"),
    _fact("message.longest_voice", DURATION, MESSAGES, "event", "length of the longest voice message",
          "最长语音的时长"),
    _fact("message.files", INT, MESSAGES, "event", "how many files", "文件个数"),
    _fact("message.links", INT, MESSAGES, "text", "how many links the text has", "文字中链接的个数"),
    _fact("message.domains", _TEXTS, MESSAGES, "text", "the domains of the links", "链接所属的域名"),
    _fact("message.mentions", INT, MESSAGES, "event", "how many members are mentioned", "提到(@)的人数"),
    _fact("message.contacts", INT, MESSAGES, "text",
          "phone numbers, QQ and WeChat ids, e-mail addresses and links in the text",
          "文字中手机号、QQ、微信号、邮箱与站外链接的个数"),
    _fact("message.emoji", INT, MESSAGES, "text", "how many emoji the text has", "文字中表情的个数"),
    _fact("message.qr_codes", INT, MESSAGES, "event", "how many QR codes the images show", "图片中二维码的个数",
          rare=True),
    _fact("message.forwarded", BOOL, MESSAGES, "event", "whether the message was forwarded", "是否为转发的消息"),
    _fact("message.reply_to", TEXT, MESSAGES, "event", "id of the message that it answers", "所回复消息的编号"),
    _fact("message.fingerprint", TEXT, MESSAGES, "text", "the text without digits and noise: equal for near copies",
          "去掉数字与干扰后的文字,小改动的复制内容相同"),
    _fact("join.source", TEXT, _ARRIVALS, "event", "how the member came", "入群方式", rare=True),
    _fact("join.inviter", TEXT, _ARRIVALS, "event", "id of the member who invited", "邀请人编号", rare=True),
    _fact("request.text", TEXT, ("request",), "event", "what the applicant wrote", "申请人填写的内容"),
    _fact("report.by", TEXT, ("report",), "event", "id of the member who reports", "举报人编号"),
    _fact("report.reason", TEXT, ("report",), "event", "why it was reported", "举报理由"),
    _fact("sanction.by", TEXT, _MODERATED, "event", "id of the moderator who acted", "执行处理的管理员编号"),
    _fact("sanction.action", TEXT, _MODERATED, "event",
          "`\"warn\"`, `\"mute\"`, `\"remove\"`, `\"ban\"`, `\"pardon\"` or `\"release\"`",
          "处理方式:`\"warn\"`、`\"mute\"`、`\"remove\"`、`\"ban\"`、`\"pardon\"`、`\"release\"`", known=True),
    _fact("notice.id", TEXT, ("notice",), "event", "the notice's id", "公告编号"),
    _fact("notice.by", TEXT, ("notice",), "event", "id of the moderator who posted it", "发布公告的管理员编号"),
    _fact("notice.text", TEXT, ("notice",), "event", "the notice's text", "公告文字"),
    _fact("verdict.decision", TEXT, ("verdict",), "event", "`\"approve\"` or `\"refuse\"`",
          "`\"approve\"`(通过)或 `\"refuse\"`(不通过)", known=True),
    _fact("verdict.by", TEXT, ("verdict",), "event", "id of the moderator who decided", "作出决定的管理员编号",
          known=True),
    _fact("appeal.text", TEXT, ("appeal",), "event", "what the member wrote", "申诉内容"),
    _fact("mark.as", TEXT, ("mark",), "event", "the judgement, such as `\"quality\"`", "评价,如 `\"quality\"`",
          known=True),
    _fact("mark.by", TEXT, ("mark",), "event", "id of the moderator who judged", "评价人编号", rare=True),
    _fact("mark.message", TEXT, ("mark",), "event", "id of the message that was judged", "被评价消息的编号",
          rare=True),
    _fact("outcome.ok", BOOL, ("outcome",), "event", "whether the platform did it", "平台是否执行成功", known=True),
    _fact("outcome.action", TEXT, ("outcome",), "event", "the action, such as `\"mute\"`", "动作,如 `\"mute\"`",
          known=True),
    _fact("outcome.error", TEXT, ("outcome",), "event", "what the platform complained of", "平台返回的错误"),
    _fact("tier.of", TEXT, ("tier",), "event", "name of the `tiers` in which the member's tier changed",
          "等级发生变化的 `tiers` 的名称", known=True),
    _fact("tier.was", TEXT, ("tier",), "event", "the tier before, unknown for the first one", "原等级,首次定级时未知"),
    _fact("tier.now", TEXT, ("tier",), "event", "the new tier", "新等级", known=True),
)  # fmt: skip

FACTS: Final = {fact.name: fact for fact in _ALL}

TEXT_FACTS: Final = {
    "rule.title": Phrase("title of the rule that speaks", "触发规则的标题"),
    "match.text": Phrase("what stands in the message", "消息中命中的原文"),
    "match.word": Phrase("the word of the lexicon that was found", "命中的词条"),
    "match.lexicon": Phrase("the lexicon that it belongs to", "命中的词库"),
    "match.view": Phrase("the disguise that was seen through", "识破的伪装方式"),
    "ladder.strikes": Phrase("strikes after this one", "本次之后的违规次数"),
    "ladder.left": Phrase("strikes until the next step", "距下一级还差几次"),
    "ladder.next": Phrase("what the next step does", "下一级的处理"),
    "ticket.id": Phrase("the ticket of the review, in what `pending then` says", "审核单编号,用于 `pending then`"),
    "ticket.missing": Phrase("evidence still to come, in what `pending then` says", "还缺的材料,用于 `pending then`"),
    "duty.left": Phrase("time until the deadline, in what `remind` says", "距期限还有多久,用于 `remind`"),
    "duty.members": Phrase("who is late, in what `remind` and `late` say", "逾期的成员"),
    "streak.length": Phrase("how long the streak is now, in what steps of a streak say", "已连续的次数,用于打卡的奖励"),
    "stats.day": Phrase("figures of the last day that is over, in schedules", "前一天的统计,用于定时任务"),
    "stats.week": Phrase("figures of the last 7 days that are over, in schedules", "最近 7 天的统计,用于定时任务"),
    "stats.month": Phrase("figures of the last 30 days that are over, in schedules", "最近 30 天的统计,用于定时任务"),
}
"""What message texts can print besides facts and values."""

SYNONYMS: Final = {
    "message.content": "message.text", "message.body": "message.text", "message.msg": "message.text",
    "message.size": "message.length", "message.len": "message.length", "message.chars": "message.length",
    "message.words": "message.length", "message.image": "message.images", "message.photos": "message.images",
    "message.pictures": "message.images", "message.video": "message.videos", "message.file": "message.files",
    "message.link": "message.links", "message.urls": "message.links", "message.url": "message.links",
    "message.domain": "message.domains", "message.mention": "message.mentions", "message.emojis": "message.emoji",
    "message.voice": "message.voices", "message.sender": "member.id", "message.author": "member.id",
    "message.user": "member.id", "message.from": "member.id", "message.is_forwarded": "message.forwarded",
    "member.nickname": "member.name", "member.username": "member.name", "member.nick": "member.name",
    "member.is_muted": "member.muted", "member.join_time": "member.joined", "member.joined_at": "member.joined",
    "group.dau": "group.active(1d)", "group.wau": "group.active(7d)", "group.mau": "group.active(30d)",
    "member.grade": "member.tier", "member.rank": "member.tier", "等级": "member.tier", "日活": "group.active(1d)",
    "周活": "group.active(7d)", "月活": "group.active(30d)", "连续天数": "streak.length",
    "group.title": "group.name", "group.members": "group.size", "group.count": "group.size", "group.tag": "group.tags",
    "time": "now", "time.hour": "now.hour", "hour": "now.hour", "weekday": "now.weekday", "now.day": "now.weekday",
    "now.time": "now", "event.type": "event.kind", "kind": "event.kind", "text": "message.text",
    "length": "message.length", "role": "member.role", "request.message": "request.text",
    "request.reason": "request.text", "request.answers": "request.answer", "rule.name": "rule.title",
    "群主": "owner", "管理员": "admin", "管理": "admin", "版主": "moderator", "机器人": "bot", "普通成员": "member",
    "administrator": "admin", "mod": "moderator", "昵称": "member.name", "名字": "member.name", "姓名": "member.name",
    "用户名": "member.name", "成员": "member.name", "用户": "member.name", "群名": "group.name", "群名称": "group.name",
    "消息": "message.text", "内容": "message.text", "字数": "message.length", "规则": "rule.title",
    "敏感词": "match.text", "命中": "match.text", "次数": "ladder.strikes", "违规次数": "ladder.strikes",
}  # fmt: skip
"""What authors write who know other systems, and what they mean."""

SYNONYM_OWNERS: Final = {
    "user": "member", "sender": "member", "author": "member", "from": "member", "applicant": "member",
    "msg": "message", "chat": "group", "room": "group", "channel": "group", "application": "request",
}  # fmt: skip
