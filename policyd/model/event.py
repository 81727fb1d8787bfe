"""What a bot sends. None everywhere means: the platform does not know (unknown, law L5)."""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from msgspec import Meta, Struct

MAX_ID: Final = 128
MAX_COUNT: Final = 2**53 - 1
MAX_SECONDS: Final = 10**10

Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID)]
"""No character of it is a control character."""
Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
Seconds = Annotated[float, Meta(ge=0, le=MAX_COUNT)]
Role = Literal["guest", "member", "moderator", "admin", "owner", "bot"]
Scalar = bool | int | float | str | None
AttributeValue = Scalar | list[Scalar]

EventKind = Literal[
    "message", "edit", "join", "leave", "request", "profile", "report", "sanction", "notice", "submission",
    "verdict", "appeal", "mark", "outcome", "tick",
]  # fmt: skip
HANDLED_KINDS: Final = frozenset(get_args(EventKind))
"""Kinds that this version decides."""
WITHOUT_MEMBER: Final = frozenset({"notice", "submission", "verdict", "outcome", "tick"})
"""Kinds that may come without a member. A verdict is about the member of its ticket."""

SanctionAction = Literal["warn", "mute", "remove", "ban", "pardon", "release"]
ROLES: Final = get_args(Role)


class Group(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    id: Id
    name: str | None = None
    tags: tuple[str, ...] = ()
    size: Count | None = None
    attributes: dict[str, AttributeValue] = {}


class Member(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """`joined` in ms since the epoch."""

    id: Id
    name: str | None = None
    role: Role | None = None
    joined: int | None = None
    attributes: dict[str, AttributeValue] = {}


class Message(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """`videos` and `voices`: seconds of each, None where a length is not known (a platform that only counts them)."""

    id: Id | None = None
    text: str | None = None
    images: Count | None = None
    videos: tuple[Seconds | None, ...] | None = None
    voices: tuple[Seconds | None, ...] | None = None
    files: Count | None = None
    mentions: Count | None = None
    qr_codes: Count | None = None
    forwarded: bool | None = None
    reply_to: Id | None = None


class Join(Struct, frozen=True, gc=False):
    source: str | None = None
    inviter: str | None = None


class Request(Struct, frozen=True, gc=False):
    text: str | None = None
    answers: dict[str, str] = {}


class Report(Struct, frozen=True, gc=False):
    """`message` is the id of the reported message."""

    by: str | None = None
    reason: str | None = None
    message: str | None = None


class Sanction(Struct, frozen=True, gc=False):
    """What a human did. `ladder` plain or qualified; None where there is only one."""

    by: str | None = None
    action: SanctionAction = "warn"
    seconds: int | None = None
    ladder: str | None = None
    reason: str | None = None


class Notice(Struct, frozen=True, gc=False):
    """What was posted for everybody, and the members who owe an acknowledgement."""

    by: str | None = None
    id: str | None = None
    text: str | None = None
    members: tuple[Id, ...] = ()


class Evidence(Struct, frozen=True, gc=False):
    """A piece of evidence: its kind, where it is kept, and when it expires (ms since the epoch)."""

    kind: Id
    ref: str | None = None
    expires: int | None = None


class Submission(Struct, frozen=True, gc=False):
    """`ticket` None: the member's only open review."""

    ticket: str | None = None
    evidence: tuple[Evidence, ...] = ()


class Verdict(Struct, frozen=True, gc=False):
    """A human's decision on a ticket. `role` is that of `by`, where the bot tells it."""

    ticket: Id
    by: Id
    decision: Literal["approve", "refuse"]
    role: Role | None = None
    reason: str | None = None


class Appeal(Struct, frozen=True, gc=False):
    """Against the decision on `event`."""

    event: Id
    text: str | None = None


class Mark(Struct, frozen=True, gc=False):
    """A human judgement: `as_` such as `quality`; spelled `as` on the wire."""

    as_: str
    by: str | None = None
    message: str | None = None


class OutcomeReport(Struct, frozen=True, gc=False):
    """What the platform did with an action of the decision on `event`."""

    event: Id
    action: str
    ok: bool
    error: str | None = None


class Tick(Struct, frozen=True, gc=False):
    """`ack`: the id of the last tick whose answer was carried out. A tick without this part acknowledges by coming."""

    ack: str | None = None


class Event(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One event. `time` in ms since the epoch: what the bot's clock said; decides only where the store has no clock of
    its own (law L12). The part of its kind is set, the other parts are None."""

    id: Id
    kind: str
    group: Group
    member: Member
    time: int | None = None
    message: Message | None = None
    join: Join | None = None
    request: Request | None = None
    report: Report | None = None
    sanction: Sanction | None = None
    notice: Notice | None = None
    submission: Submission | None = None
    verdict: Verdict | None = None
    appeal: Appeal | None = None
    mark: Mark | None = None
    outcome: OutcomeReport | None = None
    tick: Tick | None = None
    capabilities: tuple[str, ...] | None = None
    due: Due | None = None
    tier: TierChange | None = None


class TierChange(Struct, frozen=True, gc=False):
    """policyd's own event: a member came from one tier (`was` None: none yet) to another. `of`: the `tiers`, without
    the policy's name."""

    of: str
    was: str | None
    now: str


class Due(Struct, frozen=True, gc=False):
    """What has come due. `names`: of the members that a duty with `together` lists. `message`: of the duty's opening
    event. `step`: of a streak, `at7` or `every7`, where the member has come to it; `length`: how long it is then."""

    at: int
    names: tuple[str, ...] = ()
    message: str | None = None
    opened: int = 0
    step: str = ""
    length: int = 0


NOBODY: Final = Member(id="")
EVERY_GROUP: Final = Group(id="")
