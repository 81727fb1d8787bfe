"""Message texts: templates put in, placeholders looked up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.facts import FACTS, SYNONYMS, TEXT_FACTS, occasion
from policyd.check.figure_facts import FALLING, FIGURES, usage
from policyd.check.references import reference
from policyd.check.suggest import closest, fact_meant
from policyd.check.tops import TOP, best
from policyd.check.values import ENUM_OF, value_of
from policyd.check.walk import with_parts
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase
from policyd.language.types import NOTHING

_ROOM: Final = 32
"""Characters that what is printed may reasonably take: a long name."""


def message_text(written: n.Text | n.Name, policy: PolicyDraft) -> r.Text | None:
    """The text, or the text of the template that is named; None where there is no such template."""
    if isinstance(written, n.Text):
        return _text(written, policy)
    template = reference(written, n.Template, policy)
    return None if template is None else _text(template.text, policy)


def templates(policy: PolicyDraft) -> None:
    """Looks at every template itself, used or not: its placeholders and its length."""
    for declared in policy.of(n.Template):
        _text(declared.text, policy)
        literal = sum(len(part) for part in declared.text.parts if isinstance(part, str))
        if declared.maximum is None:
            continue
        if literal > declared.maximum:
            policy.report("C530", declared.name_span, name=declared.name, length=literal, maximum=declared.maximum)
            continue
        printed = [part.name.text for part in declared.text.parts if isinstance(part, n.Placeholder)]
        if declared.maximum - literal < _ROOM * len(printed):
            every = ", ".join(f"`{{{name}}}`" for name in dict.fromkeys(printed))
            policy.report("W530", declared.name_span, name=declared.name, placeholders=every,
                          left=declared.maximum - literal, maximum=declared.maximum)  # fmt: skip


def _text(written: n.Text, policy: PolicyDraft) -> r.Text:
    parts = (part if isinstance(part, str) else _placeholder(part, policy) for part in written.parts)
    return r.Text(tuple(part for part in parts if part is not None), span=written.span)


def _placeholder(placeholder: n.Placeholder, policy: PolicyDraft) -> r.TextFact | r.Expr | None:
    name = placeholder.name
    if name.parts[0] == TOP and len(name.parts) > 1:
        return best(placeholder, policy)
    if name.text in TEXT_FACTS:
        return r.TextFact(name.text, span=placeholder.span)
    if name.parts[0] in ("stats", TOP):
        known = [fact for fact in TEXT_FACTS if fact.startswith("stats.")]
        tallies = [f"{TOP}.{tally.name}" for tally in policy.of(n.Tally)]
        meant = known[1] if name.parts[0] == "stats" else next(iter(tallies), f"{TOP}.points")
        meant = closest(name.text, known) or meant
        question = Phrase(f"did you mean `{{{meant}}}`?", f"是否想写 `{{{meant}}}`?")
        policy.report("C118", name.span, name=name.text, hint=question)
        return None
    if name.text in FIGURES or name.text == FALLING:
        plain = name.parts[-1]
        let = f"let {plain}_lately = {usage(name.text)}"
        hint = Phrase(f"give it a name, `{let}`, and print `{{{plain}_lately}}`",
                      f"请先命名:`{let}`,再写 `{{{plain}_lately}}`")  # fmt: skip
        policy.report("C118", name.span, name=name.text, hint=hint)
        return None
    if name.text in policy.names["lexicon"] or name.text in policy.names["ladder"]:
        _unknown(name, policy)
        return None
    if name.text in ENUM_OF or (len(name.parts) == 1 and name.text not in FACTS and not _declared(name, policy)):
        _unknown(name, policy)
        return None
    value = value_of(name, policy)
    return None if value.type == NOTHING else value


def _declared(name: n.Name, policy: PolicyDraft) -> bool:
    return name.text in policy.broken or any(name.text in names for names in policy.names.values())


def _unknown(name: n.Name, policy: PolicyDraft) -> None:
    fields = [fact for fact in (*FACTS, *TEXT_FACTS) if fact.endswith(f".{name.text}")]
    own = (f"member.{name.text}", f"message.{name.text}", f"rule.{name.text}")
    meant = SYNONYMS.get(name.text) or next((fact for fact in own if fact in fields), None) or next(iter(fields), None)
    meant = meant or closest(name.text, policy.names["value"]) or fact_meant(name.text)
    if name.text in policy.names["lexicon"]:
        meant = "match.text"
    elif name.text in policy.names["ladder"]:
        meant = "ladder.strikes"
    nothing = Phrase("texts print facts such as `{member.name}`; a plain brace is written `{{`",
                     "文字中可用事实,如 `{member.name}`;花括号本身写作 `{{`")  # fmt: skip
    question = Phrase(f"did you mean `{{{meant}}}`?", f"是否想写 `{{{meant}}}`?")
    policy.report("C118", name.span, name=name.text, hint=question if meant else nothing)


def figures_told(policy: PolicyDraft) -> None:
    """Says where texts print figures or lists of the best that only schedules know."""
    for rule in policy.rules.values():
        if not any(occasion(kind) == "schedule" for kind in rule.kinds):
            _report_figures((*rule.then, *rule.otherwise), policy)
    for ladder in policy.ladders.values():
        for step in ladder.steps:
            _report_figures(step.actions, policy)


def _report_figures(actions: Iterable[r.Action], policy: PolicyDraft) -> None:
    for action in with_parts(actions):
        for part in action.text.parts if action.text else ():
            if isinstance(part, r.TextFact) and part.name.partition(".")[0] in ("stats", TOP):
                policy.report("C627", part.span, name=part.name)
