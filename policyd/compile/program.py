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


class Route(Struct, frozen=True):
    """What events of one kind have in common in groups that the same policies cover: these, and what must be read of
    every such event. `ladders` are answered in `Observed.strikes`, in order; `ladder_names` are their qualified names;
    the last `wide_ladders` of them are across groups. `spoke`: the event is a message whose instant must be kept, as
    some rule asks how long members have been silent. `figures`: the statistics of the group that conditions read; the
    engine answers them in `Observed.figures`, in this order. `zone`: that of the group's local days.

    The compiled program keeps more on a subclass of its own."""

    policies: tuple[Policy, ...]
    ladders: tuple[LadderRead, ...]
    ladder_names: tuple[str, ...]
    wide_ladders: int
    mute: bool
    silence: bool
    spoke: bool
    figures: tuple[GroupFigure | Falling, ...]
    zone: str


class Prepared(Struct, gc=False):
    """What is known of an event before the store is asked: its route, the hits of each text fact that rules, exemptions
    or counters of the route match (by the fact's key as the policies write it, `message.text`; `hit` says whether there
    is any), and what must be read of this event.

    `windows` are answered in `Observed.counts`, in order; `counters` are the qualified names at those places. A counter
    whose key is unknown has no window. The last `wide_windows` of the windows are across groups. `amounts` as in
    `Observe`. `records` are read along (at most one of each kind): `Observed.records` answers them in this order.

    The compiled program may keep more on a subclass of its own."""

    route: Route
    event: Event
    hits: dict[str, Hits]
    hit: bool
    windows: tuple[Window, ...]
    counters: tuple[str, ...]
    wide_windows: int
    amounts: tuple[int, ...]
    records: tuple[Record, ...]


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
