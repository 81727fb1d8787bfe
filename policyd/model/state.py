"""What the engine and a store say to each other: two atomic operations, and nothing else on the path of an event.

`observe` claims the event, counts it and reads; `commit` records what the decision changes. Both are idempotent under
the event's id, so that a bot's retry after any failure repairs what is missing. All instants are ms since the epoch,
all durations ms. Ids of counters, ladders and rules are the qualified names (a counter's with its `identity`), so
that a changed definition starts empty.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Bump = Literal["never", "new", "edit", "always"]
"""When a window counts this event: only if it is no edit (of a message id seen before), only if it is one, or both."""


class Window(Struct, frozen=True, gc=False):
    """A counter's cell. `cell` names counter and key (the member's id is not in it where the key is the member: `scope`
    says whose cell it is). An event at t counts at `now` if `now - span < t <= now`; counts saturate at `cap`."""

    cell: str
    scope: Literal["member", "group"]
    span: int
    cap: int
    bump: Bump


class LadderRead(Struct, frozen=True, gc=False):
    """Strikes newer than `now - forget` count (0: all)."""

    ladder: str
    forget: int


class Observe(Struct, frozen=True, gc=False):
    """`digest` (8 bytes) stands for kind, member and content: the same id with another digest is refused.
    `revision` names the policies that ask. `at` is the event's own instant, used only by stores on virtual time.
    `message` is the message id, if the event has one and is a message or an edit; `is_edit`: the kind is `edit`.
    `silence` asks for `last_seen`; `spoke`: the event is a message, and if it is no edit after all, its instant is the
    member's next `last_seen`."""

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
    `revision` is the one that asked then, and `committed` what its commit answered, if it has happened."""

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
    message id."""

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


class EventIdReused(Exception):
    """The event id was used before with another kind, member or content (law L11)."""


class StoreUnavailable(Exception):
    """The store did not answer in time or refused. The message says what happened, for the operator."""


class StoreOverloaded(StoreUnavailable):
    """Too many requests wait for the store already; this one was not begun."""
