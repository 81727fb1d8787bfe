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
HANDLED_KINDS: Final = frozenset({"message", "edit", "join", "leave", "request", "profile", "report", "sanction"})
"""Kinds that this version decides; the others are answered with a 422 that says so."""

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


class Event(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One event. `time` in ms since the epoch: what the bot's clock said; decides only where the store has no clock of
    its own (law L12). The part of its kind is set, the other parts are None."""

    id: Id
    kind: EventKind
    group: Group
    member: Member
    time: int | None = None
    message: Message | None = None
    join: Join | None = None
    request: Request | None = None
    report: Report | None = None
    sanction: Sanction | None = None
    capabilities: tuple[str, ...] | None = None
