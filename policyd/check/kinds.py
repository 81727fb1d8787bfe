"""Event kinds: which there are, and whether what is read or done exists on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from policyd.check import resolved as r
from policyd.check.axes import acts_on, kinds_for
from policyd.check.draft import WHAT, PolicyDraft
from policyd.check.facts import APPROVED, FACTS, KINDS, MESSAGES, TIMED, WITH_MEMBER
from policyd.check.occasions import NOT_DONE, NOT_KNOWN
from policyd.check.suggest import did_you_mean
from policyd.check.walk import walk_through
from policyd.check.wording import listed, one
from policyd.language import nodes as n
from policyd.language.diagnostics import FieldValue, Phrase, Related
from policyd.language.source import Span

_MEANT: Final = {
    "msg": "message", "post": "message", "chat": "message", "text": "message", "say": "message", "edited": "edit",
    "enter": "join", "joined": "join", "new_member": "join", "quit": "leave", "exit": "leave", "left": "leave",
    "apply": "request", "application": "request", "join_request": "request", "flag": "report", "rename": "profile",
    "消息": "message", "发言": "message", "编辑": "edit", "入群": "join", "进群": "join", "退群": "leave",
    "申请": "request", "举报": "report", "改名": "profile", "处罚": "sanction", "announcement": "notice",
    "公告": "notice", "通知": "notice", "材料": "submission", "提交": "submission", "申诉": "appeal", "评价": "mark",
    "标记": "mark", "审核": "verdict", "结果": "outcome", "approval": "verdict", "evidence": "submission",
    "等级": "tier", "升级": "tier", "rank": "tier", "level": "tier", "promotion": "tier",
}  # fmt: skip


def event_kind(name: str, span: Span, policy: PolicyDraft) -> str | None:
    """The kind that a name means; says what is wrong where it means none."""
    if name in KINDS:
        return name
    declared = policy.names["value"].get(name)
    if isinstance(declared, n.Tally | n.Streak | n.Tiers):
        what = WHAT[type(declared)]
        policy.report("C607", span, name=name, what=one(what), hint=_read_as_it_is(declared))
        return None
    if name == "tick":
        instead = Phrase("for what is done at certain times, write `schedule NAME { every day 09:00  then … }`",
                      "定时要做的事请写 `schedule 名称 { every day 09:00  then … }`")  # fmt: skip
        policy.report("C303", span, name=name, hint=instead)
        return None
    every = listed(KINDS)
    nothing = Phrase(f"there are {every.en}", f"事件种类有:{every.zh}")
    meant = [_MEANT[name]] if name in _MEANT else []
    hint = Phrase(f"did you mean `{meant[0]}`?", f"是否想写 `{meant[0]}`?") if meant else None
    policy.report("C303", span, name=name, hint=hint or did_you_mean(name, KINDS, nothing))
    return None


def _read_as_it_is(declared: n.Tally | n.Streak | n.Tiers) -> Phrase:
    if isinstance(declared, n.Tiers):
        test = f"{declared.name} == {declared.tiers[0].name}" if declared.tiers else declared.name
        return Phrase(f"write `when {test}`", f"请写 `when {test}`")
    test = f"when {declared.name} >= 10"
    if isinstance(declared, n.Streak):
        return Phrase(f"write `{test}`", f"请写 `{test}`")
    return Phrase(f"write `{test}`; for what was added lately declare it `per day`, `per week` or `per month`",
                  f"请写 `{test}`;如需按时间统计,请声明为 `per day`、`per week` 或 `per month`")  # fmt: skip


def event_kinds(names: Iterable[n.Name], policy: PolicyDraft) -> tuple[str, ...]:
    """The kinds of a rule, each once; `message` where none is written."""
    written = list(names)
    found = [event_kind(name.text, name.span, policy) for name in written]
    return tuple(dict.fromkeys(kind for kind in found if kind)) if written else ("message",)


def check_reads(
    expr: r.Expr, kinds: Sequence[str], policy: PolicyDraft, *, enough: Callable[[Iterable[bool]], bool] = all
) -> None:
    """Says where `expr` reads a fact that events of these kinds never have. `enough`: `all` where every kind must have
    it, `any` where one suffices."""
    approved = policy.qualified(APPROVED)
    for part, place in walk_through(expr, policy.let_reads):
        if place is not part and isinstance(place, r.LetValue) and place.let == approved:
            continue  # it is said of `message.approved` itself, not of all that reviews read
        has = kinds_of(part, policy)
        if has is None or not kinds or enough(kind in has for kind in kinds):
            continue
        lacking = [kind for kind in kinds if kind not in has]
        places = _explained(part, place, policy)
        policy.report("C301", place.span, *places, fact=_name(part), **_lacking(lacking, has))


def check_does(action: n.Action, kinds: Iterable[str], policy: PolicyDraft) -> None:
    """Says where an action makes no sense on what the rule is about. What a human is asked for, and what is done where
    nobody decides, are looked at themselves."""
    for kind in kinds:
        if not acts_on(action.do, kind):
            policy.report("C302", action.span, action=action.do, **_undone(action.do, kind))
        elif kind in ("schedule", "together") and action.audience == "member":
            where, _ = NOT_DONE[kind]
            policy.report("C326", action.span, where=where)


def _undone(do: n.ActionKind, kind: str) -> dict[str, FieldValue]:
    if kind not in NOT_DONE:
        having = listed(other for other in KINDS if other in kinds_for(do))
        hint = Phrase(f"it can be done on {having.en}", f"它可用于 {having.zh}")
        return {"where": Phrase(f"on `{kind}`", f"`{kind}` 事件"), "hint": hint}
    where, hint = NOT_DONE[kind]
    return {"where": where, "hint": hint}


def _lacking(kinds: Sequence[str], having: Sequence[str]) -> dict[str, FieldValue]:
    """Fields that say where a fact does not exist, and what to do about it."""
    if kinds[0] in NOT_KNOWN:
        where, hint = NOT_KNOWN[kinds[0]]
        return {"kinds": where, "hint": hint}
    lacking, elsewhere = listed(kinds), listed(kind for kind in having if kind in KINDS)
    return {
        "kinds": Phrase(lacking.en, f"{lacking.zh} 事件"),
        "hint": Phrase(f"it exists on {elsewhere.en}; write a rule of its own for each kind",
                       f"它存在于 {elsewhere.zh};请为不同事件分别写规则"),
    }  # fmt: skip


def _explained(part: r.Expr, place: r.Expr, policy: PolicyDraft) -> list[Related]:
    if isinstance(part, r.CounterValue):
        counter = policy.counters[part.counter.removeprefix(f"{policy.name}.")]
        by = Phrase("it is counted by a text of these events", "它按事件中的文字计数")
        if all(isinstance(key, str) for key in counter.keys):
            by = Phrase("it is counted by member", "它按成员计数")
        return [Related(counter.span, by)]
    return [] if place is part else [Related(part.span, Phrase("it is read here", "在这里读取"))]


def kinds_of(part: r.Expr, policy: PolicyDraft) -> tuple[str, ...] | None:
    """Events, and what comes due, on which a fact or counter can be read; None for what can be read always."""
    match part:
        case r.Fact(name):
            return FACTS[name].kinds
        case r.Answer():
            return ("request",)
        case r.ReviewIs():
            return MESSAGES
        case r.LetValue(let=name) if name == policy.qualified(APPROVED):
            return MESSAGES
        case r.Strikes() | r.AttributeFact(owner="member") | r.TallyValue() | r.StreakValue() | r.TierValue():
            return WITH_MEMBER
        case r.CounterValue(name):
            counter = policy.counters.get(name.removeprefix(f"{policy.name}."))
            every = [kinds for key in counter.keys if (kinds := _of_key(key, policy)) is not None] if counter else []
            return tuple(kind for kind in (*KINDS, *TIMED) if all(kind in kinds for kinds in every)) if every else None
        case _:
            return None


def _of_key(key: str | r.Expr, policy: PolicyDraft) -> tuple[str, ...] | None:
    if isinstance(key, str):
        return WITH_MEMBER if key == "member" else None
    return kinds_of(key, policy)


def _name(part: r.Expr) -> str:
    match part:
        case r.Answer():
            return "request.answer"
        case r.ReviewIs():
            return APPROVED
        case _:
            return part.span.text
