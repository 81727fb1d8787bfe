"""One group's life through the whole engine, and all of its figures against the book."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any, Final

from policyd.check.load import load_texts
from policyd.compile.load import compile_policies
from policyd.engine.pipeline import Engine
from policyd.model.decision import Decision
from policyd.model.event import Event
from policyd.model.figures import DayFigures, FiguresAsk, FiguresRead
from policyd.model.problem import EventError
from policyd.state.memory import MemoryStore
from policyd.state.store import Store
from tests.figures import spans
from tests.figures.book import EPOCH, Book
from tests.figures.life import BAD, DAY, HOUR, Life, Manner, Open
from tests.figures.policies import ASKED, MILLION, PUNISHES, REFUSES, is_share, parts, texts
from tests.standing.bot import Run

ZONES: Final = (
    "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo",
    "America/St_Johns", "Pacific/Apia", "UTC",
)  # fmt: skip
STARTS: Final = {
    "America/St_Johns": 1_262_304_000_000, "Pacific/Apia": 1_293_840_000_000, "America/Sao_Paulo": 1_514_764_800_000,
}  # fmt: skip
"""Of years in which their clocks did odd things."""
OVERRULES: Final = (("proposal", "refused"), ("hold", "approved"), ("request", "approved"))
HOURS: Final = tuple(f"m{hour:02}" for hour in range(24))
IN_ALL: Final = "m"
INNER: Final = ("x7", "x30", "size")
"""Kept beside the figures: how the numbers of seven and of thirty days change, and the size of the group."""
KEPT: Final = 731
ALONE: Final = ("verdict", "appeal", "tick")
BY_HOUR_FOR: Final = 62
TAKEN_BACK_FOR: Final = 30 * DAY
"""So long what a decision did is known, and can be taken back."""


@dataclass
class Found:
    """What was compared. `reached`: figures that were not zero, by name."""

    events: int = 0
    days: int = 0
    figures: int = 0
    facts: int = 0
    spans: int = 0
    reached: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def add(self, other: Found) -> None:
        self.events += other.events
        self.days += other.days
        self.figures += other.figures
        self.facts += other.facts
        self.spans += other.spans
        self.reached += other.reached
        self.differences += other.differences


class Unasked(MemoryStore):
    """A store that nobody asks for figures, so that it closes no day, until it is told to."""

    def __init__(self) -> None:
        super().__init__(virtual=True)
        self.listens = False

    async def figures(self, ask: FiguresAsk) -> FiguresRead:
        return await super().figures(ask) if self.listens else FiguresRead(ask.at or 0, DayFigures(0, {}))


class Play:
    """`zone`: of the days. `asks`: of the engine itself, whether it is asked for figures as it goes. So many events are
    sent `at_once`."""

    def __init__(
        self, seed: int, days: int, store: Store, run: Run, *, most_members: int = 500, at_once: int = 1
    ) -> None:  # fmt: skip
        random = Random(seed)
        self.at_once = at_once
        self.random, self.store, self.run = random, store, run
        members = int(most_members ** random.random())
        zone, other = random.choice(ZONES), random.choice(ZONES)
        self.asks = not isinstance(store, Unasked)
        self.manner = Manner(
            zone, members, min(90.0, members * random.uniform(0.3, 2)) + 2, random.choice((1, 1, 3)) * self.asks,
            random.random() < 0.3,
        )  # fmt: skip
        first_zone = other if random.random() < 0.25 else None
        self.zone = first_zone or zone
        policies, findings = load_texts(texts(zone, first_zone=first_zone, facts=self.asks))
        assert policies is not None, [(each.code, each.message()) for each in findings]
        self.engines = [Engine(compile_policies(policies), store) for _ in range(2)]
        self.tenant = f"t{seed}"
        start = STARTS.get(self.zone, 1_767_225_600_000) + random.randrange(DAY)
        self.life = Life(random, self.manner, f"g{seed}", start, days)
        self.book = Book(self.zone)
        self.found = Found()
        self.decided: dict[str, Decision] = {}
        self.messages: dict[str, int] = {}
        self.given: set[str] = set()
        self.opened: dict[str, tuple[int, str, tuple[str, ...]]] = {}
        self.violated: dict[str, tuple[int, tuple[str, ...]]] = {}
        self.appeals: dict[str, str] = {}
        self.newest = 0
        self.late: date | None = None

    def whole(self) -> Found:
        sampled = 0
        for events in self._together():
            for event, answer in zip(events, self._send(events), strict=True):
                self._take(event, answer)
            if self.asks and self.newest > sampled:
                sampled = self.newest + self.random.choice((3, 20, 90)) * DAY
                self._compare(self.newest)
            if len(self.found.differences) > 3:
                return self.found
        if isinstance(self.store, Unasked):
            self.store.listens = True
        for later in (0, 1, 29 * DAY, 400 * DAY):
            self._compare(self.newest + later)
        return self.found

    # ------------------------------------------------------------ an event

    def _together(self) -> Iterator[list[Event]]:
        """What is sent at once: events that do not depend on each other's answers."""
        waiting: list[Event] = []
        for event in self.life.events():
            alone = _is_alone(event)
            late = waiting and (event.time or 0) - (waiting[0].time or 0) > HOUR
            if waiting and (alone or late or len(waiting) == self.at_once):
                yield waiting
                waiting = []
            waiting.append(event)
            if alone:
                yield waiting
                waiting = []
        if waiting:
            yield waiting

    def _send(self, events: list[Event]) -> list[Decision | BaseException]:
        sending = [self.random.choice(self.engines).evaluate(event, self.tenant) for event in events]
        if len(sending) > 1:
            return list(self.run(_all(sending)))
        try:
            return [self.run(sending[0])]
        except EventError as error:
            return [error]

    def _take(self, event: Event, decision: Decision | BaseException) -> None:
        """What was answered goes into the book, and is compared with it."""
        now = event.time or 0
        self.newest = max(self.newest, now)
        if self.book.on(now) < self.book.on(self.newest):
            self.late = self.book.on(self.newest)
        if not isinstance(decision, Decision):
            self._differs(f"{event}: {decision!r}")
            return
        self.found.events += 1
        before = self.decided.get(event.id)
        if decision.replayed != (before is not None):
            self._differs(f"{event}: replayed is {decision.replayed}")
        if before is not None:
            return
        self.decided[event.id] = decision
        edit = self._is_edit(event, now)
        if event.kind == "message" and not edit:
            self.book.message(event.member.id, now)
        elif event.kind == "join":
            self.book.join(event.member.id, now)
        elif event.kind == "leave":
            self.book.leave(event.member.id, now)
        elif event.kind == "request":
            self.book.count("q", now)
        self._consequences(event, decision, now, edit)
        if event.mark is not None and event.mark.as_ == "probe":
            self._compare_facts(event, decision, now)
        for action in decision.actions:
            if event.kind == "tick" and action.because[0].rule == "b.health":
                self._compare_said(str(action.text), now, None)

    def _is_edit(self, event: Event, now: int) -> bool:
        known = None if event.message is None else event.message.id
        if known is None:
            return event.kind == "edit"
        first = self.messages.get(known)
        if first is None:
            self.messages[known] = now
        return event.kind == "edit" or first is not None

    # ------------------------------------------------------------ consequences

    def _consequences(self, event: Event, decision: Decision, now: int, edit: bool) -> None:
        for action in decision.actions:
            if event.kind != "tick" or action.group == self.life.group:
                self.book.count(f"d:{action.do}", now)
        violated = self._violated(event, edit)
        for rule in violated:
            self.book.count(f"v:b.{rule}", now)
        if violated:
            self.violated[event.id] = now, tuple(f"b.{rule}" for rule in violated)
            if event.kind == "message" and not edit:
                self.life.acted.append((event.id, event.member.id, now))
        for ticket in decision.tickets:
            if event.appeal is not None:
                self.appeals[ticket.ticket] = event.appeal.event
            if ticket.ticket not in self.opened:
                self.opened[ticket.ticket] = now, ticket.kind, ticket.because
                self.book.count("t:opened", now)
                self.life.tickets.append(Open(ticket.ticket, now))
            if ticket.status != "open":
                self._settled(event, ticket.ticket, ticket.status, now)

    def _settled(self, event: Event, ticket: str, status: str, now: int) -> None:
        self.book.count(f"t:{status}", now)
        self.life.tickets = [each for each in self.life.tickets if each.ticket != ticket]
        opened, kind, rules = self.opened[ticket]
        if status != "expired":
            self.book.answered(now - opened, now)
        if kind == "appeal" and status == "approved":
            at, punished = self.violated[self.appeals[ticket]]
            rules = punished if now - at < TAKEN_BACK_FOR else ()
        elif (kind, status) not in OVERRULES:
            rules = ()
        for rule in rules:
            self.book.count(f"o:{rule}", now)

    def _violated(self, event: Event, edit: bool) -> list[str]:
        if event.request is not None:
            return [rule for rule, word in REFUSES.items() if word in (event.request.text or "")]
        if event.message is None or event.kind not in ("message", "edit"):
            return []
        text, message = event.message.text or "", event.message.id
        found = [rule for rule, word in PUNISHES.items() if word in text]
        if "rude" in found and message is not None:
            if edit and message in self.given:
                found.remove("rude")
            self.given.add(message)
        return found

    # ------------------------------------------------------------ comparisons

    def _compare(self, now: int) -> None:
        today = self.book.on(now)
        ask = FiguresAsk(self.tenant, self.life.group, self.zone, KEPT, now)
        read: FiguresRead = self.run(self.store.figures(ask))
        since = self.book.since
        if since is None:
            return
        first = max(since, today - timedelta(days=KEPT))
        wanted = [first + timedelta(days=ahead) for ahead in range((today - first).days)]
        told = [date.fromordinal(EPOCH + each.day) for each in read.days]
        if told != wanted or read.since != first.toordinal() - EPOCH:
            self._differs(f"at {now} ({today}): days {told[:1]}-{told[-1:]} since {read.since}, not {wanted[:1]}")
            return
        for day, each in zip([*wanted, today], [*read.days, read.today], strict=True):
            self._compare_day(day, each, today)
        if since < today:
            self.found.spans += len(spans.DAYS)
            for line in spans.differences(self.book, read, today, len(self.life.weights)):
                self._differs(line)

    def _compare_day(self, day: date, told: DayFigures, today: date) -> None:
        expected = self.book.figures(day)
        got = {name: number for name, number in told.values.items() if number and name not in INNER}
        if (today - day).days > BY_HOUR_FOR:
            for each in (expected, got):
                every = sum(each.pop(name, 0) for name in (*HOURS, IN_ALL))
                each[IN_ALL] = every
        rolling = self.book.within(day, 7), self.book.within(day, 30)
        self.found.days += 1
        self.found.figures += len(expected) + 2
        self.found.reached.update(expected.keys())
        if expected != got or rolling != tuple(told.rolling):
            both = {name: (expected.get(name), got.get(name)) for name in {*expected, *got}}
            wrong = {name: each for name, each in both.items() if each[0] != each[1]}
            self._differs(f"{day}, asked on {today}: (expected, told) {wrong}; rolling {rolling}, {told.rolling}")

    def _compare_facts(self, event: Event, decision: Decision, now: int) -> None:
        today = self.book.on(now)
        (said,) = [str(action.text) for action in decision.actions if action.do == "reply"]
        self._compare_said(said, now, event.group.size)
        if today == self.late:
            return
        alarm = self.book.fact("falling active", 3, today, None)
        fires = any(action.do == "notify" for action in decision.actions)
        if fires != (alarm is not None and alarm >= Fraction(15, 100)):
            self._differs(f"the alarm on {today}: {fires}, active falls by {alarm}")

    def _compare_said(self, said: str, now: int, size: int | None) -> None:
        """Unless a clock went back to an earlier day since: conditions read what is over once a day. Without a size
        nothing is known of parts of the group."""
        today = self.book.on(now)
        for fact, text in zip(ASKED, said.split("|"), strict=True):
            name, days = parts(fact)
            if today == self.late or (size is None and name == "speakers" and text):
                continue
            expected = self.book.fact(name, days, today, size)
            self.found.facts += 1
            if not _is_same(fact, expected, text):
                self._differs(f"{fact} on {today} ({now}): expected {expected}, told {text}")

    def _differs(self, what: str) -> None:
        self.found.differences.append(f"{self.tenant} {self.zone}: {what}")


def _is_alone(event: Event) -> bool:
    """Whether it matters what has come before: which of several opens a ticket, and what is known by then."""
    if event.message is not None:
        return event.message.text in BAD
    return event.kind in ALONE or (event.mark is not None and event.mark.as_ == "probe")


async def _all(sending: list[Coroutine[Any, Any, Decision]]) -> list[Decision | BaseException]:
    return await asyncio.gather(*sending, return_exceptions=True)


def _is_same(fact: str, expected: Fraction | None, text: str) -> bool:
    """Shares are printed as parts of a million, with two decimals."""
    if expected is None or not text:
        return expected is None and not text
    wanted = expected * MILLION if is_share(fact) else expected
    return abs(wanted - Fraction(text)) < Fraction(2, 100)
