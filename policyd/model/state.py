"""What the engine and a store say to each other: two atomic operations on the path of every event, `observe` and
`commit`, and a third, `file`, for what workflows keep.

`observe` claims the event, counts it and reads; `commit` records what the decision changes. Both are idempotent under
the event's id, so that a bot's retry after any failure repairs what is missing. All instants are ms since the epoch,
all durations ms. Ids of counters, ladders and rules are the qualified names (a counter's with its `identity`), so
that a changed definition starts empty.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final, Literal

from msgspec import Struct

from policyd.model.local_days import Period
from policyd.model.records import Record

Bump = Literal["never", "new", "edit", "always"]
"""When a window counts this event: only if it is no edit (of a message id seen before), only if it is one, or both."""


Form = Literal["events", "distinct", "sum", "messages", "active"]
"""What a window counts: events, distinct values, or the sum of amounts that events carry (`Observe.amounts`); or it
tells the group's figures of the running local day, which it never bumps: by the zone of the event's `presence`
(`Observe.zone`), or its own where the event has none."""


class Window(Struct, frozen=True, gc=False):
    """A counter's cell. `cell` names counter and key (the member's id is not in it where the key is the member: `scope`
    says whose cell it is). An event at t counts at `now` if `now - span < t <= now`; counts saturate at `cap`.

    `per`: the window is the running period of the calendar in `zone` instead of the last `span` ms (`span` is then 0).
    `last`: what is told is the count of the period before the running one; such a window never bumps. Where the clock
    goes back to an earlier period, the newest period stays the running one."""

    cell: str
    scope: Literal["member", "group"]
    span: int
    cap: int
    bump: Bump
    per: Period | None = None
    zone: str = ""
    form: Form = "events"
    last: bool = False


Presence = Literal["", "message", "join", "leave", "request"]
"""What an event is to the figures of its group (`model/figures.py`); "": nothing is counted."""


class LadderRead(Struct, frozen=True, gc=False):
    """Strikes newer than `now - forget` count (0: all)."""

    ladder: str
    forget: int


NO_DIGEST: Final = bytes(8)
"""That of what is only looked at, for no event."""


class Observe(Struct, frozen=True, gc=False):
    """`digest` (8 bytes) stands for kind, member and content: the same id with another digest is refused.
    `revision` names the policies that ask. `at` is the event's own instant, used only by stores on virtual time.
    `message` is the message id, if the event has one and is a message or an edit; `is_edit`: the kind is `edit`.
    `silence` asks for `last_seen`; `spoke`: the event is a message, and if it is no edit after all, its instant is the
    member's next `last_seen`. `records` are read along; they must belong to `group`.

    `amounts`: for each window of form `distinct` or `sum`, in their order, the 48 bits that stand for the value (see
    `value_of`), or the amount; 0 counts nothing. `presence`: the event counts in the figures of the group, by local
    days of `zone`; a message that is an edit after all counts as nothing."""

    tenant: str
    group: str
    member: str
    event: str
    digest: bytes
    revision: str
    at: int | None = None
    message: str | None = None
    is_edit: bool = False
    windows: tuple[Window, ...] = ()
    ladders: tuple[LadderRead, ...] = ()
    mute: bool = False
    silence: bool = False
    spoke: bool = False
    records: tuple[Record, ...] = ()
    amounts: tuple[int, ...] = ()
    presence: Presence = ""
    zone: str = ""


class LadderStep(Struct, frozen=True, gc=False):
    """What a strike did. `strikes` after it, not forgotten. `step` is the number (`at N`) that ran, 0 for none.
    `together`: recorded in a running incident, climbed nothing. `newest`: instant of the newest strike, 0 if none."""

    strikes: int
    step: int
    together: bool
    newest: int


class Committed(Struct, frozen=True, gc=False):
    """The answer to a `Commit`, in its order. `spoken[i]`: the text of throttle i may be said. `mute_until`: the end of
    the member's mute after this, 0 if none; `was_muted_until`: before it."""

    steps: tuple[LadderStep, ...] = ()
    forgiven: tuple[LadderStep, ...] = ()
    spoken: tuple[bool, ...] = ()
    mute_until: int = 0
    was_muted_until: int = 0


class Observed(Struct, frozen=True, gc=False):
    """`now`: the instant of the first sight of this id. `counts` and `strikes` in the order asked. `edit`: the event is
    an edit, or a message whose id was seen before. `given`: rules that already struck, acted on the member or spoke for
    this message id (law L10). `replayed`: the id was claimed before; then everything is as observed the first time,
    `revision` is the one that asked then, and `committed` what its commit answered, if it has happened. `records`: the
    stored values as they were then, stamps before them, empty where there is none. `figures`: what `Route.figures`
    asks for; the engine adds it, no store knows it."""

    now: int
    counts: tuple[int, ...] = ()
    strikes: tuple[int, ...] = ()
    mute_until: int = 0
    last_seen: int = 0
    edit: bool = False
    given: frozenset[str] = frozenset()
    replayed: bool = False
    revision: str = ""
    committed: Committed | None = None
    records: tuple[bytes, ...] = ()
    figures: tuple[float | None, ...] = ()


class Strike(Struct, frozen=True, gc=False):
    """`steps` are (at, mute) in rising order: mute in ms, 0 for a step that does not mute, -1 for one that removes or
    bans. `human`: a sanction; it counts but runs no step and opens no incident."""

    ladder: str
    times: int
    forget: int
    together: int
    steps: tuple[tuple[int, int], ...]
    human: bool = False


class Forgive(Struct, frozen=True, gc=False):
    """Takes the newest `times` strikes back; 0: all."""

    ladder: str
    times: int
    forget: int


class Throttle(Struct, frozen=True, gc=False):
    """`once in D`: may be said if nothing was said under `cell` for this member within `span`."""

    cell: str
    span: int


class Commit(Struct, frozen=True, gc=False):
    """`now` is the observed instant. `mute`: ms of the longest mute that a rule asks for itself; -1 where a rule itself
    removes or bans, so that no mute is recorded; 0 for none. `unmute` ends a running mute. A step's mute counts with
    `mute`: the latest end wins, and a running mute is never shortened (law L8). `given`: rules to remember under the
    message id. `journal`: what this decision does, kept with what is answered for as long as it may be taken back."""

    tenant: str
    group: str
    member: str
    event: str
    digest: bytes
    now: int
    message: str | None = None
    strikes: tuple[Strike, ...] = ()
    forgives: tuple[Forgive, ...] = ()
    throttles: tuple[Throttle, ...] = ()
    given: tuple[str, ...] = ()
    mute: int = 0
    unmute: bool = False
    journal: bytes = b""


class Journaled(Struct, frozen=True, gc=False):
    """A commit that left a journal: when, what it wrote, and what was answered."""

    now: int
    journal: bytes
    committed: Committed


class Retract(Struct, frozen=True, gc=False):
    """Takes back what decisions did to one member: the strikes that `events` of this group made on each ladder (pairs
    of ladder and event id), and, unless None, sets the end of the running mute (0: none). The same again changes
    nothing more. `now` as for strikes that are to be told as forgotten."""

    tenant: str
    group: str
    member: str
    now: int
    strikes: tuple[tuple[str, str], ...] = ()
    mute_until: int | None = None


class Retracted(Struct, frozen=True, gc=False):
    """`taken[i]`: the weight of the strike i that was still there, 0 if none. `was_muted_until`: before."""

    taken: tuple[int, ...] = ()
    was_muted_until: int = 0


class Put(Struct, frozen=True, gc=False):
    """Writes a record. `stamp`: that of the value it was worked out from, b"" where there was none, None where it does
    not matter. `value` b"" removes it. `keep`: ms after which it may be forgotten."""

    record: Record
    stamp: bytes | None
    value: bytes
    keep: int


class Due(Struct, frozen=True, gc=False):
    """Something named so comes due in a group at an instant; 0: no more. `was`: when it had been due until now (0: not
    at all), -1 where it does not matter."""

    group: str
    name: str
    at: int
    was: int = -1


class Filing(Struct, frozen=True, gc=False):
    """Changes to records of one cell, all or none. Idempotent under `group` and `event`: the first filing that went
    through is answered again, with its `answer`, for at least as long as event ids are known. `stamp` (8 bytes) goes
    before every value written."""

    tenant: str
    cell: int
    group: str
    event: str
    stamp: bytes
    puts: tuple[Put, ...] = ()
    dues: tuple[Due, ...] = ()
    answer: bytes = b""


class Filed(Struct, frozen=True, gc=False):
    """`answer` of the filing that went through, now or before (`replayed`). None: some record or due instant was not as
    expected, and nothing was changed; read again."""

    answer: bytes | None
    replayed: bool = False


def value_of(text: str) -> int:
    """48 bits, never 0, that stand for a value in a `distinct` window."""
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest()) or 1


class EventIdReused(Exception):
    """The event id was used before with another kind, member or content (law L11)."""


class StoreUnavailable(Exception):
    """The store did not answer in time or refused. The message says what happened, for the operator."""


class StoreOverloaded(StoreUnavailable):
    """Too many requests wait for the store already; this one was not begun."""
