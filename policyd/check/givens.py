"""What tests give of groups and members: roles that exist, attributes that are declared, values of their types."""

from __future__ import annotations

from typing import Final

from policyd.check.draft import SetDraft
from policyd.check.facts import SYNONYMS
from policyd.check.suggest import did_you_mean
from policyd.check.wording import called, listed
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase
from policyd.language.types import ROLE, Type

_SENT_AS: Final = {
    "bool": {"bool"}, "int": {"int"}, "number": {"int", "number"}, "text": {"text"}, "time": {"date", "text"},
    "duration": {"duration", "int", "number"},
}  # fmt: skip
"""How an attribute of a type may be written: as its own constants, and as a bot sends it."""
_EXAMPLES: Final = {
    "bool": "true", "int": "5", "number": "0.5", "text": '"…"', "time": "2026-10-01", "duration": "30d",
    "enum": '"admin"',
}  # fmt: skip


def check_given(given: n.Given, draft: SetDraft) -> None:
    for key, value in given.fields:
        kind, _, name = key.partition(":")
        if kind == "attribute":
            _check_attribute(f"{given.what}.{name}", value, draft)
        elif key == "role" and isinstance(value, n.Name) and value.text not in ROLE.members:
            every = listed(ROLE.members)
            meant = SYNONYMS.get(value.text, value.text)
            hint = did_you_mean(meant, ROLE.members, Phrase(f"roles are {every.en}", f"身份有:{every.zh}"))
            draft.findings.report("C552", value.span, name=value.text, hint=hint)


def _check_attribute(name: str, value: n.Expr, draft: SetDraft) -> None:
    """Policies may declare the same attribute differently: a value that fits one of them is right."""
    declared = {
        attribute
        for policy in draft.policies
        for attribute, node in policy.names["value"].items()
        if isinstance(node, n.Attribute)
    }
    types = [policy.attributes[name] for policy in draft.policies if name in policy.attributes]
    if name not in declared:
        declaration = f"attribute {name} : {_type_for(value)}"
        declare = Phrase(f"declare it: `{declaration}`", f"请先声明:`{declaration}`")
        draft.findings.report("C551", value.span, name=name, hint=did_you_mean(name, declared, declare))
    elif types and not any(_fits(value, type) for type in types):
        example = _example(types[0])
        hint = Phrase(f"write it as `{example}`", f"请写成 `{example}` 的样子")
        draft.findings.report("C555", value.span, name=name, declared=called(types[0]), hint=hint)


def _type_for(value: n.Expr) -> str:
    """The type of an attribute that such values have, as it is declared."""
    if isinstance(value, n.ListOf):
        elements = [_type_for(item) for item in value.items]
        return f"list of {elements[0] if len(set(elements)) == 1 else 'text'}"
    unit = value.unit if isinstance(value, n.Constant) else "text"
    return "time" if unit == "date" else unit


def _fits(value: n.Expr, type: Type) -> bool:
    if type.kind == "list":
        return isinstance(value, n.ListOf) and all(_fits(item, type.element) for item in value.items if type.element)
    if not isinstance(value, n.Constant):
        return False
    return value.value in type.members if type.kind == "enum" else value.unit in _SENT_AS[type.kind]


def _example(type: Type) -> str:
    return f"[{_example(type.element)}]" if type.element else _EXAMPLES[type.kind]
