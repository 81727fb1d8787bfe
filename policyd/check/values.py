"""What a name in an expression stands for: a fact, an attribute, a let, a counter or a word of an enumeration."""

from __future__ import annotations

from typing import Final, Literal

from policyd.check import resolved as r
from policyd.check.draft import WHAT, Named, PolicyDraft
from policyd.check.facts import APPROVED, FACTS, TEXT_FACTS, TIER
from policyd.check.figure_facts import FALLING, FIGURES, TODAY, usage
from policyd.check.figures import today
from policyd.check.functions import FUNCTIONS
from policyd.check.standing_meant import standing_meant
from policyd.check.suggest import fact_meant
from policyd.check.tier_words import only_tiers, tier_value
from policyd.check.wording import one
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase
from policyd.language.types import BOOL, ENUMS, INT, NOTHING, Type

ENUM_OF: Final[dict[str, Type]] = {member: enum for enum in ENUMS for member in enum.members}
"""The enumeration of each word; no word is in two."""
_OWN_VALUES: Final = (n.Let, n.Counter, n.Setting, n.Switch, n.Tally, n.Streak, n.Tiers)
_UNKNOWN_ELSEWHERE: Final = frozenset({"null", "none", "nil", "undefined", "unknown", "empty"})
_CALLED: Final = {"strikes": "strikes(conduct)", "known": "known(member.role)", "request.answer": 'request.answer("…")'}


def value_of(name: n.Name, policy: PolicyDraft) -> r.Expr:
    """The value that a name reads; says what is wrong where it reads none."""
    text, span = name.text, name.span
    if text in FACTS:
        return r.Fact(text, FACTS[text].type, span=span)
    if text == APPROVED and any(policy.of(n.Review)):
        return r.LetValue(policy.qualified(APPROVED), BOOL, span=span)
    if text in TODAY:
        return today(text, span, policy)
    if text == TIER:
        return only_tiers(span, policy)
    declared = policy.find("value", text)
    if text in ENUM_OF and not isinstance(declared, _OWN_VALUES):
        return r.Const(text, ENUM_OF[text], span=span)
    found = _read(declared, name, policy)
    if found is None:
        _explain(name, policy)
        return r.Const(False, NOTHING, span=span)
    return found


def _read(declared: Named | None, name: n.Name, policy: PolicyDraft) -> r.Expr | None:
    """The value that is declared so; None where the declaration is no value."""
    text, span = name.text, name.span
    match declared:
        case n.Let():
            let = policy.lets.get(policy.qualified(text))
            return r.LetValue(policy.qualified(text), let.value.type if let else NOTHING, span=span)
        case n.Counter():
            return r.CounterValue(policy.qualified(text), INT, span=span)
        case n.Setting():
            setting = policy.settings.get(text)
            return r.SettingValue(policy.qualified(text), setting.type if setting else NOTHING, span=span)
        case n.Switch():
            return r.SwitchOn(policy.qualified(text), BOOL, span=span)
        case n.Tally():
            return r.TallyValue(policy.qualified(text), INT, span=span)
        case n.Streak():
            return r.StreakValue(policy.qualified(text), INT, span=span)
        case n.Tiers():
            return tier_value(declared, span, policy)
        case n.Attribute():
            owner: Literal["group", "member"] = "group" if declared.owner.text == "group" else "member"
            return r.AttributeFact(owner, declared.name, policy.attributes.get(text, NOTHING), span=span)
        case _:
            return None


def _explain(name: n.Name, policy: PolicyDraft) -> None:
    """Says why a name is no value."""
    text = name.text
    if text == APPROVED:
        if not policy.broken:  # one of these may be the review
            policy.report("C122", name.span)
    elif text in TEXT_FACTS:
        policy.report("C119", name.span, name=text)
    elif text in FUNCTIONS or text in _CALLED:
        policy.report("C211", name.span, name=text, usage=FUNCTIONS[text].usage if text in FUNCTIONS else _CALLED[text])
    elif text in FIGURES or text == FALLING:
        policy.report("C211", name.span, name=text, usage=usage(text))
    elif other := _declared_elsewhere(name, policy):
        policy.report("C216", name.span, name=text, what=one(WHAT[type(other)]), hint=_usage(other))
    elif text not in policy.broken:
        _unknown(name, policy)


def _declared_elsewhere(name: n.Name, policy: PolicyDraft) -> Named | None:
    """A declaration of this name that is no value. The first of several counts as used: the author meant it."""
    for space, names in policy.names.items():
        if name.text in names:
            return policy.find(space, name.text)
    return None


def _usage(declared: Named) -> Phrase:
    match declared:
        case n.Lexicon(name=name):
            return Phrase(f"write `message.text matches {name}`", f"应写 `message.text matches {name}`")
        case n.Hours(name=name):
            return Phrase(f"write `now in {name}`", f"应写 `now in {name}`")
        case n.Roster(name=name):
            return Phrase(f"write `member.phone in {name}`, or `{name}(member.phone).column`",
                          f"应写 `member.phone in {name}`,或 `{name}(member.phone).列名`")  # fmt: skip
        case n.Review():
            return Phrase("write `message.approved` for what a review allows", "审核是否放行应写 `message.approved`")
        case n.Ladder(name=name):
            return Phrase(f"write `strikes({name})` for the member's strikes", f"成员的违规次数应写 `strikes({name})`")
        case n.Template():
            return Phrase("a template is a text for an action, such as `reply` or `warn`",
                          "模板只能作 `reply`、`warn` 等动作的文字")  # fmt: skip
        case _:
            return Phrase("a condition reads facts, counters, settings, switches and `let` values",
                          "条件只能读取事实、计数、设置、开关和 `let` 的值")


def _unknown(name: n.Name, policy: PolicyDraft) -> None:
    text, parts = name.text, name.parts
    values = policy.names["value"]
    if hint := standing_meant(name, policy):
        policy.report("C104", name.span, name=text, hint=hint)
    elif len(parts) > 1 and (meant := fact_meant(text, values)):
        policy.report("C104", name.span, name=text, hint=_question(meant))
    elif len(parts) == 2 and parts[0] in ("member", "group"):
        policy.report("C113", name.span, name=text)
    else:
        meant = fact_meant(text, (*values, *ENUM_OF, "true", "false"))
        policy.report("C104", name.span, name=text, hint=_question(meant) if meant else _nothing_meant(text))


def unquoted(name: n.Name, policy: PolicyDraft) -> bool:
    """Whether a text that lacks its quotes stands beside another; says so."""
    text = name.text
    known = text in FACTS or text in ENUM_OF or any(text in names for names in policy.names.values())
    known = known or text.lower() in _UNKNOWN_ELSEWHERE
    if len(name.parts) > 1 or known or text in policy.broken or fact_meant(text, policy.names["value"]):
        return False
    hint = Phrase(f'a text is written in quotes: `"{text}"`', f'文字要加引号:`"{text}"`')
    policy.report("C104", name.span, name=text, hint=hint)
    return True


def _nothing_meant(text: str) -> Phrase:
    if text.lower() in _UNKNOWN_ELSEWHERE:
        return Phrase("whether a fact is known is tested with `known(member.name)`",
                      "判断事实是否已知请用 `known(member.name)`")  # fmt: skip
    if not text.isascii():
        return Phrase(f'a text is written in quotes: `"{text}"`', f'文字要加引号:`"{text}"`')
    return Phrase("facts have two parts, such as `message.text`; `let` and `counter` declare own values",
                  "事实由两部分组成,如 `message.text`;自定义的值用 `let` 或 `counter` 声明")  # fmt: skip


def _question(meant: str) -> Phrase:
    return Phrase(f"did you mean `{meant}`?", f"是否想写 `{meant}`?")
