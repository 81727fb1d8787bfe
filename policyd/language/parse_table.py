"""The parse table of the grammar, as `lark_table.py` writes it: what each state does with each terminal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("parse_table.json")
END = "$END"
"""The terminal that stands for the end of the text."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`size` symbols, at least one, make an `origin`. `kind` names the form that it is: None where its parts become
    those of the rule around it. `splices`: some of its symbols are such rules. `transparent`: a single part stands for
    itself."""

    origin: str
    size: int
    kind: str | None
    transparent: bool
    splices: bool


@dataclass(frozen=True, slots=True)
class ParseTable:
    """By state: `actions`, by terminal, the state to go to, or -1 minus the number of the rule to reduce by; `gotos`,
    by the origin of a rule that was reduced, the state to go to. `starts`: first and last state by keyword.
    `terminals`: patterns, the first of which is taken where several match; `ignored`: what may stand between."""

    actions: tuple[dict[str, int], ...]
    gotos: tuple[dict[str, int], ...]
    rules: tuple[Rule, ...]
    starts: dict[str, tuple[int, int]]
    terminals: dict[str, str]
    ignored: str


def load() -> ParseTable:
    return from_json(FILE.read_text(encoding="utf-8"))


def from_json(text: str) -> ParseTable:
    table = json.loads(text)
    return ParseTable(
        tuple(table["actions"]),
        tuple(table["gotos"]),
        tuple(Rule(*rule) for rule in table["rules"]),
        {keyword: (first, last) for keyword, (first, last) in table["starts"].items()},
        table["terminals"],
        table["ignored"],
    )
