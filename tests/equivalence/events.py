"""Random sequences of events, with what goes wrong in between: repeats, edits, a store that fails."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Literal

import msgspec

from policyd.language.types import ROLE
from policyd.model.event import (
    Event,
    EventKind,
    Group,
    Join,
    Member,
    Message,
    Report,
    Request,
    Sanction,
    SanctionAction,
)
from tests.equivalence.expressions import NAMES, QUESTIONS, TEXTS

START = 1_772_452_800_000
"""2026-03-02 20:00 in Shanghai, a Monday."""
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
CLOCK_CHANGES = (1_772_952_600_000, 1_774_744_200_000, 1_793_510_100_000)
"""Shortly before the clocks change in New York and in Berlin, and in autumn in New York."""
STEPS = (0, 1, SECOND, 4 * SECOND, 10 * SECOND, 25 * SECOND, MINUTE, 5 * MINUTE, 10 * MINUTE, 47 * MINUTE)
LEAPS = (40 * HOUR, 40 * HOUR, 5 * DAY, 50 * DAY)
"""Ids are known for 24 to 36 hours, what was given for a message for 30 to 45 days: a sequence stays below the one or
leaps past the other."""
Failure = Literal["none", "observe", "commit", "file"]
FAILURES: tuple[Failure, ...] = ("observe", "commit")


class Step(msgspec.Struct, frozen=True):
    """An event as it reaches the evaluator, and whether the store works then."""

    event: Event
    fails: Failure = "none"


def steps(random: Random, length: int) -> list[Step]:
    """Events in the order of time; about one in ten is a repeat."""
    clock = random.choice((START, START, START + random.randrange(14 * DAY), random.choice(CLOCK_CHANGES)))
    found: list[Step] = []
    for number in range(length):
        clock += random.choice(LEAPS) if random.random() < 0.03 else random.choice(STEPS)
        earlier = [step.event for step in found if clock - (step.event.time or 0) < 20 * HOUR]
        if earlier and random.random() < 0.1:
            event = msgspec.structs.replace(random.choice(earlier), time=clock)
            if random.random() < 0.15:
                event = msgspec.structs.replace(event, member=Member(f"{event.member.id}x"))
        else:
            event = _event(random, f"e{number}", clock)
        found.append(Step(event, random.choice(FAILURES) if random.random() < 0.08 else "none"))
    return found


def _event(random: Random, name: str, clock: int) -> Event:
    kinds: tuple[EventKind, ...] = ("join", "leave", "request", "request", "profile", "report", "sanction", "sanction")
    kind: EventKind = (
        "message" if random.random() < 0.55 else "edit" if random.random() < 0.35 else random.choice(kinds)
    )
    group = "g1" if random.random() < 0.85 else "g2"
    parts: dict[str, Callable[[Random], Any]] = PARTS.get(kind, {})
    return Event(
        id=name,
        kind=kind,
        group=any_group(random, group),
        member=any_member(random, clock),
        time=clock,
        **{part: make(random) for part, make in parts.items()},
    )


def any_group(random: Random, name: str) -> Group:
    """`g1`, which has the tag of most policies, or another group."""
    attributes: dict[str, Any] = {"topic": "python", "strict": True} if random.random() < 0.5 else {}
    return Group(
        name, maybe(random, "班群"), ("t1",) if name == "g1" else _tags(random), maybe(random, 120), attributes
    )


def maybe(random: Random, *values: Any) -> Any:
    """One of the values, or unknown."""
    return None if random.random() < 0.12 else random.choice(values)


def _tags(random: Random) -> tuple[str, ...]:
    return random.choice(((), ("t2",), ("course",), ("t1", "course")))


def any_member(random: Random, clock: int) -> Member:
    attributes: dict[str, Any] = {
        "level": random.choice((0, 1, 3, 7, "high", None, 2**63)),
        "course": random.choice(("python", "网赌", "", 5, None)),
        "vip": random.choice((True, False, "yes", None)),
        "score": random.choice((0.5, 3, -1.25, True, "1", None)),
        "badges": random.choice((["t1", "python"], [], ["t1", 3], None, "t1")),
        "expires": random.choice(("2026-03-02T20:30:00+08:00", "2026-03-01", "soon", None)),
        "wait": random.choice((30, 0.5, 600, "10m", None)),
        "rank": random.choice(("owner", "member", "king", None)),
    }
    known = random.sample(sorted(attributes), random.choice((0, 4, 8)))
    return Member(
        random.choice(("u1", "u1", "u2")),
        maybe(random, *NAMES),
        maybe(random, *ROLE.members, "emperor"),
        maybe(random, clock - 3 * MINUTE, clock - 2 * HOUR, clock - 40 * DAY, clock + MINUTE),
        {name: attributes[name] for name in known},
    )


def _message(random: Random) -> Message:
    return Message(
        id=maybe(random, "m1", "m2", "m3", "m4"),
        text=maybe(random, *TEXTS),
        images=maybe(random, 0, 0, 1, 3),
        videos=maybe(random, (), (12.5,), (75, 3), (8, None)),
        voices=maybe(random, (), (59.999,)),
        files=maybe(random, 0, 1),
        mentions=maybe(random, 0, 2),
        qr_codes=maybe(random, 0, 1),
        forwarded=maybe(random, False, True),
        reply_to=maybe(random, "m1", "m9"),
    )


def _join(random: Random) -> Join | None:
    return maybe(random, Join(maybe(random, "link", "invite"), maybe(random, "u9", "网赌")))  # type: ignore[no-any-return]


def _request(random: Random) -> Request:
    answers = {question: random.choice(TEXTS) for question in QUESTIONS if random.random() < 0.7}
    return Request(maybe(random, *TEXTS), answers)


def _report(random: Random) -> Report:
    return Report(maybe(random, "u8"), maybe(random, *TEXTS), maybe(random, "m1"))


def _sanction(random: Random) -> Sanction:
    actions: tuple[SanctionAction, ...] = (
        "warn",
        "mute",
        "mute",
        "remove",
        "ban",
        "pardon",
        "pardon",
        "release",
        "release",
    )
    ladder = random.choice((None, None, "l0", "l0", "l1", "first.l0", "nothing"))
    return Sanction(maybe(random, "u7"), random.choice(actions), random.choice((None, 30, 3600)), ladder)


PARTS: dict[str, dict[str, Callable[[Random], Any]]] = {
    "message": {"message": _message},
    "edit": {"message": _message},
    "join": {"join": _join},
    "leave": {"join": _join},
    "request": {"request": _request},
    "report": {"report": _report},
    "sanction": {"sanction": _sanction},
}
