"""Attributes: whose they are, of what type, and that none hides a fact."""

from __future__ import annotations

from typing import Final

from policyd.check.draft import PolicyDraft
from policyd.check.facts import FACTS, TIER
from policyd.check.figure_facts import FIGURES, TODAY
from policyd.check.suggest import did_you_mean
from policyd.check.wording import listed
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase
from policyd.language.types import ROLE, SIMPLE, Type, list_of

_PLAIN: Final[dict[str, Type]] = {str(kind): type for kind, type in SIMPLE.items()} | {"role": ROLE}
TYPES: Final[dict[str, Type]] = _PLAIN | {f"list of {name}": list_of(type) for name, type in _PLAIN.items()}
"""What an attribute may be declared as, by how it is written."""
_MEANT: Final = {
    "string": "text", "str": "text", "integer": "int", "float": "number", "double": "number", "boolean": "bool",
    "date": "time", "datetime": "time", "list": "list of text", "文字": "text", "文本": "text", "数字": "number",
    "整数": "int", "时间": "time", "时长": "duration", "列表": "list of text",
}  # fmt: skip


def attributes(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Attribute):
        name = f"{declared.owner.text}.{declared.name}"
        if declared.owner.text not in ("member", "group"):
            policy.report("C115", declared.owner.span.to(declared.name_span), name=name)
        elif name in FACTS or name in TODAY or name in FIGURES or name == TIER:
            policy.report("C114", declared.owner.span.to(declared.name_span), name=name)
        written = " ".join(declared.type_name.split())
        if written in TYPES:
            policy.attributes[name] = TYPES[written]
        else:
            every = listed(_PLAIN)
            nothing = Phrase(f"write {every.en}, or `list of` one of them", f"可写 {every.zh},或 `list of` 加其中之一")
            meant = [_MEANT[written.lower()]] if written.lower() in _MEANT else []
            hint = did_you_mean(written, TYPES, nothing)
            if meant:
                hint = Phrase(f"did you mean `{meant[0]}`?", f"是否想写 `{meant[0]}`?")
            policy.report("C116", declared.type_span, name=written, hint=hint)
