"""Event kinds: which there are, and whether what is read or done exists on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.facts import FACTS, KINDS
from policyd.check.suggest import did_you_mean
from policyd.check.walk import walk_through
from policyd.check.wording import listed
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase, Related
from policyd.language.source import Span
from policyd.language.types import EVENT_KIND

_MEANT: Final = {
    "msg": "message", "post": "message", "chat": "message", "text": "message", "say": "message", "edited": "edit",
    "enter": "join", "joined": "join", "new_member": "join", "quit": "leave", "exit": "leave", "left": "leave",
    "apply": "request", "application": "request", "join_request": "request", "flag": "report", "rename": "profile",
    "消息": "message", "发言": "message", "编辑": "edit", "入群": "join", "进群": "join", "退群": "leave",
    "申请": "request", "举报": "report", "改名": "profile", "处罚": "sanction",
}  # fmt: skip


def event_kind(name: str, span: Span, policy: PolicyDraft) -> str | None:
    """The kind that a name means; says what is wrong where it means none."""
    if name in KINDS:
        return name
    if name in EVENT_KIND.members or name in ("tick",):
        policy.report("P138", span, word=name)
        return None
    every = listed(KINDS)
    nothing = Phrase(f"there are {every.en}", f"事件种类有:{every.zh}")
    meant = [_MEANT[name]] if name in _MEANT else []
    hint = Phrase(f"did you mean `{meant[0]}`?", f"是否想写 `{meant[0]}`?") if meant else None
    policy.report("C303", span, name=name, hint=hint or did_you_mean(name, KINDS, nothing))
    return None


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
    for part, place in walk_through(expr, policy.let_reads):
        has = kinds_of(part, policy)
        if has is None or not kinds or enough(kind in has for kind in kinds):
            continue
        lacking = listed(kind for kind in kinds if kind not in has)
        places = _explained(part, place, policy)
        policy.report("C301", place.span, *places, fact=_name(part), kinds=lacking, having=listed(has))


def _explained(part: r.Expr, place: r.Expr, policy: PolicyDraft) -> list[Related]:
    if isinstance(part, r.CounterValue):
        counter = policy.counters[part.counter.removeprefix(f"{policy.name}.")]
        return [Related(counter.span, Phrase("it is counted by a text of these events", "它按事件中的文字计数"))]
    return [] if place is part else [Related(part.span, Phrase("it is read here", "在这里读取"))]


def kinds_of(part: r.Expr, policy: PolicyDraft) -> tuple[str, ...] | None:
    """Events on which a fact or counter can be read; None for what can be read always."""
    match part:
        case r.Fact(name):
            return FACTS[name].kinds
        case r.Answer():
            return ("request",)
        case r.CounterValue(name):
            counter = policy.counters.get(name.removeprefix(f"{policy.name}."))
            keys = [key for key in counter.keys if not isinstance(key, str)] if counter else []
            every = [kinds for key in keys if (kinds := kinds_of(key, policy)) is not None]
            return tuple(kind for kind in KINDS if all(kind in kinds for kinds in every)) if every else None
        case _:
            return None


def _name(part: r.Expr) -> str:
    return "request.answer" if isinstance(part, r.Answer) else part.span.text
