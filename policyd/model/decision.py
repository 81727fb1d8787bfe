"""What policyd answers. Field names and order are those of the endpoint (docs/protocol.md)."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from policyd.model.match import Match

Do = Literal[
    "flag", "mask", "hold", "delete", "release", "warn", "call_out", "mute", "unmute", "remove", "ban", "unban",
    "admit", "refuse", "reply", "notify", "lock", "unlock", "slow", "assign", "move", "add", "propose",
]  # fmt: skip
Verdict = Literal["allow", "flag", "mask", "hold", "delete", "admit", "refuse"]


class Because(Struct, frozen=True, gc=False):
    """A rule that asked for the action, and what it wanted said, rendered."""

    rule: str
    text: str | UnsetType = UNSET


class Action(Struct, frozen=True, gc=False):
    """Something for the bot to do. Unset fields do not apply. `until` is an RFC 3339 instant in the policy's zone,
    `seconds` counts from the event. `ladder` and `step` where a ladder step asked for it.

    `to`: the audience of `notify`, the target of `assign` and `move`, the tally of `add`, with its `amount`.
    `group`: where, in the answer to a tick.
    `message`: the message it is about, where that is not the event's own. `ticket`: the ticket that it opens or
    settles. `proposes`: what `propose` asks a human for. `instead_of`: what a rule asked for and the platform cannot
    do (law L17). `braked`: a brake made a proposal of it (law L19)."""

    do: Do
    because: tuple[Because, ...]
    member: str | UnsetType = UNSET
    to: str | UnsetType = UNSET
    group: str | UnsetType = UNSET
    text: str | UnsetType = UNSET
    seconds: int | UnsetType = UNSET
    until: str | UnsetType = UNSET
    ladder: str | UnsetType = UNSET
    step: int | UnsetType = UNSET
    message: str | UnsetType = UNSET
    ticket: str | UnsetType = UNSET
    proposes: str | UnsetType = UNSET
    instead_of: str | UnsetType = UNSET
    braked: bool | UnsetType = UNSET
    amount: int | UnsetType = UNSET


class Overridden(Struct, frozen=True, gc=False):
    """An action that a stronger one on the same axis replaced."""

    do: Do
    by: Do
    because: tuple[Because, ...]


class LadderState(Struct, frozen=True, gc=False):
    """Where the member stands after this event: `strikes` not forgotten, the `step` that ran now (None: none), the
    action of the `next` step (None: the last one repeats), and when the newest strike is `forgotten`."""

    strikes: int
    step: int | None
    next: str | None
    forgotten: str | None


class Shadow(Struct, frozen=True, gc=False):
    """A shadow rule that would have acted, and how: actions as text (`delete`, `mute 24h`)."""

    rule: str
    would: tuple[str, ...]


class TicketState(Struct, frozen=True, gc=False):
    """A ticket that this event opened, used or settled. `because`: the rules that opened it. `missing`: evidence still
    to come. `until`: when its time is up. `approved_by`: who agreed so far, out of `needed`."""

    ticket: str
    kind: str
    status: str
    member: str
    because: tuple[str, ...] = ()
    proposes: str | UnsetType = UNSET
    message: str | UnsetType = UNSET
    missing: tuple[str, ...] | UnsetType = UNSET
    until: str | UnsetType = UNSET
    approved_by: tuple[str, ...] = ()
    needed: int = 1


class Undone(Struct, frozen=True, gc=False):
    """What was taken back of the decision on an event: strikes by ladder; `cannot`: what was done and stays;
    `awards`: what was added, by tally and member."""

    event: str
    member: str
    strikes: dict[str, int]
    cannot: tuple[str, ...] = ()
    awards: dict[str, dict[str, int]] | UnsetType = UNSET


class Missed(Struct, frozen=True, gc=False):
    """A schedule, sweep or placing in tiers that was due so long ago that it is no longer carried out."""

    rule: str
    group: str
    at: str


class Decision(Struct, frozen=True, gc=False):
    """`degraded`: state could not be asked; `unasked` then names the rules, counters and ladders it concerns.
    `explain` only where it was asked for. `undone` where something was taken back; `missed` and `more` in the answer to
    a tick: `more` says that the next tick has more to carry out."""

    event: str
    policy: str
    verdict: Verdict
    actions: tuple[Action, ...] = ()
    matches: tuple[Match, ...] = ()
    masked: str | None = None
    ladders: dict[str, LadderState] = {}
    overridden: tuple[Overridden, ...] = ()
    shadow: tuple[Shadow, ...] = ()
    tickets: tuple[TicketState, ...] = ()
    degraded: bool = False
    replayed: bool = False
    unasked: tuple[str, ...] | UnsetType = UNSET
    undone: tuple[Undone, ...] | UnsetType = UNSET
    missed: tuple[Missed, ...] | UnsetType = UNSET
    more: bool | UnsetType = UNSET
    explain: Any | UnsetType = UNSET
