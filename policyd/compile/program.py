"""What a compiled policy set offers the engine."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from policyd.check.resolved import Falling, GroupFigure, Policy, PolicySet, Rule
from policyd.model.event import Event
from policyd.model.match import Match
from policyd.model.records import Record
from policyd.model.state import LadderRead, Observed, Window


class Hits(Protocol):
    """What the matcher found in one text; falsy where it found nothing. `bits` has bit i set where the lexicon that
    the matcher numbers i has a hit."""

    @property
    def bits(self) -> int: ...

    def __bool__(self) -> bool: ...

    @property
    def lexicons(self) -> frozenset[str]: ...

    def matches(self, names: frozenset[str] | None = None) -> tuple[Match, ...]: ...

    def spans(self, names: frozenset[str] | None = None) -> tuple[tuple[int, int], ...]: ...


class Prepared(Struct, gc=False):
    """What is known of an event before the store is asked: the policies that cover its group, the hits of each text
    fact that their rules, exemptions or counters match (by the fact's key as the policies write it, `message.text`;
    `hit` says whether there is any), and what must be read.
    `windows` and `ladders` hold what `Observed.counts` and `Observed.strikes` answer, in order; `counters` and
    `ladder_names` are the qualified names at those places. A counter whose key is unknown has no window. `spoke`: the
    event is a message whose instant must be kept, as some rule asks how long members have been silent.

    The last `wide_windows` of the windows and `wide_ladders` of the ladders are across groups. `records` are read
    along (at most one of each kind): `Observed.records` answers them in this order.

    `amounts` as in `Observe`. `figures`: the statistics of the group that conditions read; the engine answers them in
    `Observed.figures`, in this order. `zone`: that of the group's local days.

    The compiled program may keep more on a subclass of its own."""

    event: Event
    policies: tuple[Policy, ...]
    hits: dict[str, Hits]
    hit: bool
    windows: tuple[Window, ...]
    counters: tuple[str, ...]
    ladders: tuple[LadderRead, ...]
    ladder_names: tuple[str, ...]
    mute: bool
    silence: bool
    spoke: bool
    wide_windows: int
    wide_ladders: int
    records: tuple[Record, ...]
    amounts: tuple[int, ...]
    figures: tuple[GroupFigure | Falling, ...]
    zone: str


class Fired(Struct, frozen=True, gc=False):
    """A rule whose `then` applies, or its `otherwise`."""

    rule: Rule
    otherwise: bool = False


class Outcome(Struct, frozen=True, gc=False):
    """In name order. `unasked`: rules that read state and came out unknown because the store failed (law L15)."""

    fired: tuple[Fired, ...] = ()
    shadow: tuple[Fired, ...] = ()
    unasked: tuple[Rule, ...] = ()


NOTHING_FIRED = Outcome()


class Program(Protocol):
    """Pure and thread-safe: the same input gives the same answer on any worker at any time."""

    @property
    def policy_set(self) -> PolicySet: ...

    @property
    def revision(self) -> str: ...

    def prepare(self, event: Event) -> Prepared: ...

    def decide(self, prepared: Prepared, observed: Observed | None) -> Outcome:
        """`observed.edit` makes a message an edit. None: the store failed; whatever reads state is unknown, `now`
        included."""
        ...
