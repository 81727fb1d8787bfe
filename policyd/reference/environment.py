"""Everything that an expression can read, in one place.

The reference evaluator builds one for each policy and event; the engine builds one to render texts and to explain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from policyd.check.resolved import Answer, AttributeFact, Fact, Falling, GroupFigure, PolicySet
from policyd.language.source import Span
from policyd.model.event import Event
from policyd.model.match import Match
from policyd.model.records import Board, MemberFile, Thread

Value = Any
"""A value of the language: bool, int, float, str, a tuple of them, or None, which is the unknown (law L5)."""


class Hits(Protocol):
    """What the matcher found in one text: in which lexicons (qualified names), and where. Falsy where nothing."""

    @property
    def lexicons(self) -> frozenset[str]: ...

    def matches(self, names: frozenset[str] | None = None) -> tuple[Match, ...]: ...

    def spans(self, names: frozenset[str] | None = None) -> tuple[tuple[int, int], ...]: ...


@dataclass(frozen=True, slots=True)
class Read:
    """A fact or value that was read: the place that reads it, and what it was."""

    span: Span
    value: Value


@dataclass(frozen=True)
class Environment:
    """An event and what is known beside it. Instants are ms since the epoch.

    `zone` is that of the policy whose expression is read. `hits` by `text_key` of the matched fact; a fact that is
    missing there had none. `counters` and `strikes` by qualified name; what is missing there is unknown. `last`: what
    counters had in the last complete period; `figures` of the group. `now`, `mute_until` (0: not muted) and `last_seen`
    are None where they are unknown, and so is a `last_seen` of 0. `edit`: the event is an edit, or a message whose id
    was seen before. `file` of the member, `thread` of the message that this one answers and `board` of the group are
    None where they are unknown. `reads`: where given, every value read is added.
    """

    policies: PolicySet
    zone: str
    event: Event
    hits: Mapping[str, Hits] = field(default_factory=dict)
    counters: Mapping[str, int] = field(default_factory=dict)
    strikes: Mapping[str, int] = field(default_factory=dict)
    now: int | None = None
    edit: bool = False
    mute_until: int | None = None
    last_seen: int | None = None
    file: MemberFile | None = None
    thread: Thread | None = None
    board: Board | None = None
    last: Mapping[str, int] = field(default_factory=dict)
    figures: Mapping[GroupFigure | Falling, Value] = field(default_factory=dict)
    reads: list[Read] | None = None


def text_key(fact: Fact | AttributeFact | Answer) -> str:
    """The name under which the hits of a matched text fact are kept: the fact as a policy writes it."""
    match fact:
        case Fact(name):
            return name
        case AttributeFact(owner, name):
            return f"{owner}.{name}"
        case Answer(question):
            return f'request.answer("{question}")'
