"""Of which facts counters count distinct values, and which they add up."""

from __future__ import annotations

from typing import Final, Literal

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.facts import FACTS
from policyd.check.kinds import check_reads
from policyd.check.values import value_of
from policyd.check.wording import called
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase
from policyd.language.types import ENUMS, INT, NOTHING, TEXT, Type

_MEMBER: Final = "member"
Form = Literal["events", "distinct", "sum"]


def counted_value(counting: n.Counting, kinds: tuple[str, ...], policy: PolicyDraft) -> tuple[Form, r.Expr | None]:
    """What is counted: events, or the values of a fact that they carry."""
    written, form = _written(counting)
    if written is None:
        return "events", None
    if form == "distinct" and written.text == _MEMBER:
        return form, r.Fact("member.id", TEXT, span=written.span)
    fact = value_of(written, policy)
    if fact.type == NOTHING:
        return "events", None
    check_reads(fact, kinds, policy)
    if not carried(fact):
        policy.report("C410", written.span, name=written.text, hint=_instead(fact, form))
    elif not _fits(fact.type, form):
        wanted = Phrase("a whole number", "整数") if form == "sum" else Phrase("a text or a whole number", "文字或整数")
        example = "sums message.images" if form == "sum" else "distinct message.fingerprint"
        policy.report("C411", written.span, name=written.text, type=called(fact.type), wanted=wanted, example=example)
    else:
        return form, fact
    return "events", None


def carried(value: r.Expr) -> bool:
    """Whether the event itself has it."""
    if isinstance(value, r.Fact):
        return FACTS[value.name].source in ("event", "text")
    return isinstance(value, r.AttributeFact)


def _written(counting: n.Counting) -> tuple[n.Name | None, Form]:
    return (counting.distinct, "distinct") if counting.distinct is not None else (counting.sums, "sum")


def _fits(type: Type, form: Form) -> bool:
    return type == INT or (form == "distinct" and (type == TEXT or type in ENUMS))


def _instead(value: r.Expr, form: Form) -> Phrase:
    if isinstance(value, r.TallyValue | r.StreakValue | r.CounterValue):
        return Phrase("it is a number already: compare it in the rule", "它本身就是数字,请在规则里直接比较")
    example = "message.images" if form == "sum" else "message.fingerprint"
    return Phrase(f"name a fact of the event, such as `{example}`", f"请写事件自带的事实,如 `{example}`")
