"""From the grammar to the parse table: `python -m policyd.language.lark_table` after every change of the grammar. Lark
finds the states (LALR(1), DeRemer and Pennello 1982); nothing that runs a policy needs it."""

from __future__ import annotations

import json
from collections import deque
from pathlib import Path
from typing import Any, Final

from lark import Lark

from policyd.language.keywords import SUPPORTED
from policyd.language.parse_table import FILE

GRAMMAR: Final = Path(__file__).parents[2] / "grammar" / "policy.lark"


def from_grammar() -> Lark:
    """Lark's own parser, which reads as ours does."""
    return Lark(
        GRAMMAR.read_text(encoding="utf-8"),
        parser="lalr",
        lexer="contextual",
        start=list(SUPPORTED),
        maybe_placeholders=False,
    )


def table_text() -> str:
    """The table as it stands in the file: the same for the same grammar."""
    lark = from_grammar()
    frontend: Any = lark.parser
    table = frontend.parser._parse_table
    rules = sorted((rule for rule in lark.rules), key=_rule_key)
    numbers = {rule: number for number, rule in enumerate(rules)}
    states = _in_order(table)
    actions, gotos = [], []
    for state in states:
        entries = sorted(table.states[state].items())
        actions.append({name: _action(entry, numbers, states) for name, entry in entries if name.isupper()})
        gotos.append({name: states[target] for name, (_, target) in entries if not name.isupper()})
    root = frontend.lexer.root_lexer
    return _layout(
        actions=actions,
        gotos=gotos,
        rules=[_rule(rule) for rule in rules],
        starts={word: [states[table.start_states[word]], states[table.end_states[word]]] for word in SUPPORTED},
        terminals={one.name: one.pattern.to_regexp() for one in root.terminals if one.name not in root.ignore_types},
        ignored="|".join(one.pattern.to_regexp() for one in root.terminals if one.name in root.ignore_types),
    )


def _rule_key(rule: Any) -> tuple[str, list[str], str]:
    return rule.origin.name, [symbol.name for symbol in rule.expansion], rule.alias or ""


def _in_order(table: Any) -> dict[Any, int]:
    """New numbers for states, by the way to them: Lark's own differ from run to run."""
    starts = [table.start_states[word] for word in SUPPORTED]
    numbers = {state: number for number, state in enumerate(starts)}
    waiting = deque(starts)
    while waiting:
        for _, (action, target) in sorted(table.states[waiting.popleft()].items()):
            if action.name == "Shift" and target not in numbers:
                numbers[target] = len(numbers)
                waiting.append(target)
    return numbers


def _action(entry: Any, numbers: dict[Any, int], states: dict[Any, int]) -> int:
    action, argument = entry
    return states[argument] if action.name == "Shift" else -1 - numbers[argument]


def _rule(rule: Any) -> list[Any]:
    name = rule.origin.name
    splices = any(not symbol.is_term and symbol.name.startswith("_") for symbol in rule.expansion)
    kind = None if name.startswith("_") else rule.alias or name
    return [name, len(rule.expansion), kind, bool(rule.options.expand1 and not rule.alias), splices]


def _layout(**parts: Any) -> str:
    """JSON with one state or rule a line, so that a change of the grammar is a readable change of the file."""
    lines = []
    for name, part in parts.items():
        brackets = "[]" if isinstance(part, list) else "{}"
        items = part if isinstance(part, list) else part.items() if isinstance(part, dict) else None
        if items is None:
            lines.append(f"{json.dumps(name)}: {json.dumps(part)}")
            continue
        shown = [_item(item) for item in items]
        lines.append(f"{json.dumps(name)}: {brackets[0]}\n" + ",\n".join(shown) + f"\n{brackets[1]}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _item(item: Any) -> str:
    if isinstance(item, tuple):
        return f"{json.dumps(item[0])}: {json.dumps(item[1], separators=(',', ':'))}"
    return json.dumps(item, separators=(",", ":"))


if __name__ == "__main__":
    FILE.write_text(table_text(), encoding="utf-8")
