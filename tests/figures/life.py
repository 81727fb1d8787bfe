"""What happens in one group: people come, speak, fall silent, go and come back; moderators answer tickets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final

from policyd.model.event import (
    EVERY_GROUP,
    NOBODY,
    Appeal,
    Event,
    Group,
    Join,
    Mark,
    Member,
    Message,
    Request,
    Role,
    Verdict,
)

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
BY_HOUR: Final = (3, 2, 1, 1, 1, 1, 2, 4, 6, 6, 6, 6, 7, 6, 5, 5, 5, 6, 7, 9, 10, 9, 7, 5)
BAD: Final = ("广告 加我", "这个疑", "骂 广告", "骂", "怪", "疑 怪")
PLAIN: Final = ("早", "大家好", "收到", "谢谢", "# 到", "# 谢", "今天几点", "好的")
SENT_TWICE: Final = 0.03


@dataclass
class Manner:
    """How a group lives. `members` at the beginning; `daily`: messages of a usual day; `asked`: days between probes;
    `steps_back`: whether some clocks are late."""

    zone: str
    members: int
    daily: float
    asked: int
    steps_back: bool


@dataclass
class Open:
    """A ticket that waits for a human."""

    ticket: str
    at: int


@dataclass
class Life:
    """Yields events; the play tells it of tickets and of events that may be appealed against."""

    random: Random
    manner: Manner
    group: str
    start: int
    days: int
    tickets: list[Open] = field(default_factory=list)
    acted: list[tuple[str, str, int]] = field(default_factory=list)
    number: int = 0
    now: int = 0
    sent: list[Event] = field(default_factory=list)
    first: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [f"u{number}" for number in range(self.manner.members)]
        self.weights = {name: self.random.paretovariate(1.2) for name in names}
        self.gone: list[str] = []

    def events(self) -> Iterator[Event]:
        """In the order of time, but for clocks that are late."""
        random, quiet = self.random, 0
        for day in range(self.days):
            if quiet:
                quiet -= 1
            elif random.random() < 0.03:
                quiet = random.choice((1, 2, 8, 35))
            busy = 0.0 if quiet else self.manner.daily * random.choice((0.3, 0.7, 1, 1, 1.4)) * (0.6 + day % 60 / 75)
            for at in self._instants(day, busy):
                self.now = at
                yield from self._something()
            if not quiet:
                yield from self._at_night(day)

    def _instants(self, day: int, busy: float) -> list[int]:
        many = int(busy) + (self.random.random() < busy % 1)
        hours = self.random.choices(range(24), BY_HOUR, k=many)
        return sorted(self.start + day * DAY + hour * HOUR + self.random.randrange(HOUR) for hour in hours)

    def _at_night(self, day: int) -> Iterator[Event]:
        """A tick on most days; a probe on some, at the end of the day's events or right at the next border."""
        late = self.start + (day + 1) * DAY - 1
        if self.random.random() < 0.8:
            self.now = max(self.now, late)
            yield self._made("tick", NOBODY, group=False)
        if self.manner.asked and day % self.manner.asked == 0:
            self.now = max(self.now, late) + self.random.choice((0, 1))
            yield self.probe()

    def probe(self) -> Event:
        return self._made("mark", Member("probe"), mark=Mark("probe"))

    # ------------------------------------------------------------ one thing

    def _something(self) -> Iterator[Event]:
        random = self.random
        found = list(self._one(random.random()))
        for event in found:
            yield event
            self.sent.append(event)
        if random.random() < SENT_TWICE and self.sent:
            again = random.choice(self.sent[-20:])
            if again.time is not None and self.now - again.time < 20 * HOUR:
                yield _at(again, self.now)
        del self.sent[:-40]

    def _one(self, chance: float) -> Iterator[Event]:
        random, now = self.random, self.now
        waiting = [each for each in self.tickets if now > each.at]
        if waiting and random.random() < 0.08:
            yield self._verdict(random.choice(waiting))
        if self.acted and random.random() < 0.05:
            event, member, at = self.acted.pop()
            if now - at < 4 * DAY:
                yield self._made("appeal", Member(member), appeal=Appeal(event))
        if chance < 0.86:
            yield self._says()
        elif chance < 0.90:
            yield from self._edits()
        elif chance < 0.925:
            yield self._comes()
        elif chance < 0.945:
            yield from self._goes()
        elif chance < 0.97:
            text = random.choice(("好", "不", "疑", "想来", None))
            yield self._made("request", Member(f"a{self.number}"), request=Request(text))
        else:
            yield self._made("mark", Member(self._someone()), mark=Mark("quality", "m1"))

    def _someone(self) -> str:
        names = list(self.weights)
        if not names or self.random.random() < 0.02:
            return self.random.choice([*self.gone[-3:], "stranger"])
        return self.random.choices(names, list(self.weights.values()))[0]

    def _says(self) -> Event:
        text = self.random.choice(BAD if self.random.random() < 0.06 else PLAIN)
        known = None if self.random.random() < 0.02 else f"m{self.number}"
        if known is not None:
            self.first[known] = self.now
        role: Role | None = "bot" if self.random.random() < 0.01 else None
        return self._made("message", Member(self._someone(), role=role), message=Message(known, text))

    def _edits(self) -> Iterator[Event]:
        """A message of the last day, as an edit or as a message once more."""
        earlier = [each for each in self.sent if each.kind == "message" and each.message and each.message.id]
        if earlier:
            event = self.random.choice(earlier)
            assert event.message is not None
            if self.now - self.first[event.message.id or ""] < 20 * HOUR:
                kind = self.random.choice(("edit", "message"))
                text = self.random.choice((*BAD, *PLAIN))
                yield self._made(kind, event.member, message=Message(event.message.id, text))

    def _comes(self) -> Event:
        if self.gone and self.random.random() < 0.4:
            member = self.gone.pop(self.random.randrange(len(self.gone)))
        else:
            member = f"n{self.number}"
        self.weights[member] = self.random.paretovariate(1.2) * self.random.choice((0.001, 1, 3))
        return self._made("join", Member(member), join=Join())

    def _goes(self) -> Iterator[Event]:
        if self.gone and self.random.random() < 0.05:
            yield self._made("leave", Member(self.gone[-1]), join=Join())
        elif len(self.weights) > 1:
            newest = list(self.weights)[-5:]
            member = self.random.choice(newest if self.random.random() < 0.6 else list(self.weights))
            del self.weights[member]
            self.gone.append(member)
            yield self._made("leave", Member(member), join=Join())

    def _verdict(self, ticket: Open) -> Event:
        self.tickets.remove(ticket)
        decision = self.random.choice(("approve", "refuse"))
        return self._made("verdict", NOBODY, verdict=Verdict(ticket.ticket, "o1", decision, "owner"))  # type: ignore[arg-type]

    def _made(self, kind: str, member: Member, *, group: bool = True, **parts: object) -> Event:
        self.number += 1
        back = self.random.randrange(2 * HOUR) if self._is_late(kind) else 0
        size = len(self.weights) if self.random.random() < 0.9 else None
        where = Group(self.group, None, (), size) if group else EVERY_GROUP
        return Event(f"e{self.number}", kind, where, member, self.now - back, **parts)  # type: ignore[arg-type]

    def _is_late(self, kind: str) -> bool:
        return self.manner.steps_back and kind in ("message", "join", "leave") and self.random.random() < 0.03


def _at(event: Event, now: int) -> Event:
    return Event(
        event.id, event.kind, event.group, event.member, now, event.message, event.join, event.request,
        verdict=event.verdict, appeal=event.appeal, mark=event.mark, tick=event.tick,
    )  # fmt: skip
