"""Message texts: literal pieces with values printed between them."""

from __future__ import annotations

from collections.abc import Mapping

from policyd.check.resolved import Text, TextFact
from policyd.reference.environment import Environment
from policyd.reference.expr import evaluate
from policyd.reference.printing import show


def render(text: Text, env: Environment, text_facts: Mapping[str, str]) -> str:
    """`text_facts`: how `rule.title`, `match.text`, `ladder.strikes` … print here; a missing one prints as nothing."""
    pieces = []
    for part in text.parts:
        match part:
            case str():
                pieces.append(part)
            case TextFact(name):
                pieces.append(text_facts.get(name, ""))
            case _:
                pieces.append(show(evaluate(part, env), part.type, env.zone))
    return "".join(pieces)
