"""Reads a declaration by the parse table: words are told apart by what may stand where they stand (a contextual lexer),
so that most keywords may also be names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, cast

from policyd.language.forms import Form, Leaf
from policyd.language.parse_table import END, ParseTable, Rule
from policyd.language.source import Source

Matcher = Callable[[str, int], re.Match[str] | None]
Part = Form | Leaf
Value = Part | list[Part]


class Unexpected(Exception):
    """Reading stopped at `offset` of the text; `accepted` are the terminals that could have stood there."""

    def __init__(self, offset: int, accepted: frozenset[str]) -> None:
        super().__init__(offset, accepted)
        self.offset = offset
        self.accepted = accepted


class Parser:
    """Keeps nothing of what it reads, so that any number of threads may share one."""

    def __init__(self, table: ParseTable) -> None:
        self._table = table
        self._ends: Final = frozenset(end for _, end in table.starts.values())
        self._matchers: list[Matcher | None] = [None] * len(table.actions)
        self._by_terminals: dict[tuple[str, ...], Matcher] = {}
        self._skip: Final = re.compile(f"(?:{table.ignored})*+").match
        self._any: Final = self._compiled(tuple(table.terminals))

    def parse(self, text: str, keyword: str, source: Source, first: int, last: int) -> Form:
        """The form of a declaration, whose `text` stands at `first` to `last` in `source`. What was put in behind its
        end lies at `last`. Raises `Unexpected`."""
        table, matchers = self._table, self._matchers
        states, values = [table.starts[keyword][0]], list[Value]()
        position = 0
        while True:
            match = (matchers[states[-1]] or self._matcher(states[-1]))(text, position)
            if match is None:
                break
            terminal = match.lastgroup or ""
            began, position = match.span(terminal)
            target = self._shift(terminal, states, values, began)
            states.append(target)
            values.append(
                Leaf(terminal, match[terminal], source, min(first + began, last), min(first + position, last))
            )
        position = self._end_of_ignored(text, position)
        if position < len(text):
            raise Unexpected(position, self._accepted_instead(text, position, states))
        self._shift(END, states, values, len(text))
        (form,) = values
        assert isinstance(form, Form), "a declaration is a form"
        return form

    def _shift(self, terminal: str, states: list[int], values: list[Value], offset: int) -> int:
        """Reduces what is complete before this terminal. The state behind it, or the last one."""
        table = self._table
        while True:
            action = table.actions[states[-1]].get(terminal)
            if action is None:
                raise Unexpected(offset, self._accepted(states) or frozenset(table.actions[states[-1]]))
            if action >= 0:
                return action
            rule = table.rules[-1 - action]
            value = _reduced(rule, values[-rule.size :])
            del states[-rule.size :], values[-rule.size :]
            values.append(value)
            states.append(table.gotos[states[-1]][rule.origin])
            if states[-1] in self._ends:
                return states[-1]

    # ------------------------------------------------------------ words

    def _matcher(self, state: int) -> Matcher:
        """Matches the terminals that may follow in a state, and what may be ignored before them."""
        actions = self._table.actions[state]
        terminals = tuple(name for name in self._table.terminals if name in actions)
        found = self._by_terminals.get(terminals) or self._compiled(terminals)
        self._matchers[state] = self._by_terminals[terminals] = found
        return found

    def _compiled(self, terminals: tuple[str, ...]) -> Matcher:
        patterns = "|".join(f"(?P<{name}>{self._table.terminals[name]})" for name in terminals)
        return re.compile(f"(?:{self._table.ignored})*+(?:{patterns or '(?!)'})").match

    def _end_of_ignored(self, text: str, position: int) -> int:
        match = self._skip(text, position)
        return match.end() if match else position

    # ------------------------------------------------------------ what could have stood there

    def _accepted_instead(self, text: str, position: int, states: list[int]) -> frozenset[str]:
        """For a place where none of the terminals of a state stands: those that the whole of what was read allows; or
        all of the state, where nothing that the language has stands there."""
        allowed = frozenset(self._table.actions[states[-1]]) - {END}
        known = self._any(text, position) is not None
        return (self._accepted(states) if known else allowed) or allowed

    def _accepted(self, states: list[int]) -> frozenset[str]:
        return frozenset(one for one in self._table.actions[states[-1]] if self._would_shift(one, list(states)))

    def _would_shift(self, terminal: str, states: list[int]) -> bool:
        while (action := self._table.actions[states[-1]].get(terminal)) is not None:
            if action >= 0:
                return True
            rule = self._table.rules[-1 - action]
            del states[-rule.size :]
            states.append(self._table.gotos[states[-1]][rule.origin])
        return states[-1] in self._ends


def _reduced(rule: Rule, values: list[Value]) -> Value:
    """What a rule makes of its parts: a form, the one part, or parts for the rule around it."""
    parts = _spliced(values) if rule.splices else cast(list[Part], values)
    if rule.kind is None:
        return parts
    if rule.transparent and len(parts) == 1:
        return parts[0]
    return Form(rule.kind, tuple(parts), parts[0].source, parts[0].start, parts[-1].end)


def _spliced(values: list[Value]) -> list[Part]:
    parts: list[Part] = []
    for value in values:
        if isinstance(value, list):
            parts += value
        else:
            parts.append(value)
    return parts
