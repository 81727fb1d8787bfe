"""Random sequences of what the engine asks of a store: one vocabulary for all tests that hold two stores together."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Coroutine
from typing import Any, Final, Literal, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from policyd.model.figures import Count, FiguresAsk, FiguresRead
from policyd.model.local_days import PERIODS, Period
from policyd.model.records import Record, stamp
from policyd.model.state import (
    Bump,
    Commit,
    Committed,
    Due,
    EventIdReused,
    Filed,
    Filing,
    Forgive,
    Form,
    LadderRead,
    Observe,
    Observed,
    Presence,
    Put,
    Retract,
    Retracted,
    StoreUnavailable,
    Strike,
    Throttle,
    Window,
)
from policyd.state.store import Store

from .asked import Asked, Journal, Listing, Looking, Reading, WhatIsDue, asking
from .conftest import DAY, HOUR, MINUTE

SPANS: Final = (1, 1_000, 10_000, HOUR, 40 * DAY)
CAPS: Final = (1, 2, 3, 6, 300)
BUMPS: Final[tuple[Bump, ...]] = ("never", "new", "edit", "always")
ZONES: Final = (
    "UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo",
    "Africa/Casablanca", "Pacific/Apia",
)  # fmt: skip
AMOUNTS: Final = (0, 1, 1, 2, 7, 300, (1 << 48) - 1)
PRESENCES: Final[tuple[Presence, ...]] = ("", "message", "message", "message", "join", "leave", "request")
COUNTED: Final = ("v:p.规则", "d:delete", "t:opened", "w")
FIGURED: Final = (0, 1, 7, 60, 731)
SIZES: Final = (None, 0, 12)
CELLS: Final = ("p.a#", "p.b#", "p.c#:0123456789abcdef", "p.c#:fedcba9876543210")
GROUPS: Final = ("g1", "组{2}:")
MEMBERS: Final = ("u1", "u2", "用户" * 40)
MESSAGES: Final = (None, "m1", "m2", "m3")
REVISIONS: Final = ("sha256:1", "sha256:2")
FORGETS: Final = {"p.conduct": 30 * DAY, "p.spam": 0, "p.flood": MINUTE}
SAID_FOR: Final = {"p.r#0": 1, "p.r#1": MINUTE, "p.r#2": HOUR, "p.r#3": DAY, "p.r#4": 20 * DAY}
T = TypeVar("T")
Steps = tuple[tuple[int, int], ...]
STEPS: Final[tuple[Steps, ...]] = (
    (),
    ((1, 0),),
    ((1, 0), (2, HOUR), (4, -1)),
    ((2, 40 * DAY), (3, MINUTE), (10, DAY)),
)
TOGETHER: Final = (0, MINUTE, DAY)
GIVEN: Final[tuple[tuple[str, ...], ...]] = ((), ("p.x",), ("p.y", "p.规则"))
MUTES: Final = (0, 0, MINUTE, 2 * DAY, -1)


_THEMES: Final = 200
_VARIANTS: Final = 12


class NotAnswered(Struct, frozen=True):
    """A store refused, and why; equal where two stores say the same."""

    kind: str
    message: str


Answer = object
"""What a store answers to something asked, or `NotAnswered`."""


def records_of(group: str) -> tuple[Record, ...]:
    """Of every kind, but that of a whole cell; a tick that is named after the group."""
    return (
        Record("file", group, "u1"), Record("file", group, "用户" * 40), Record("thread", group, "m1"),
        Record("board", group), Record("ticket", group, "t1"), Record("ticket", group, "t2"),
        Record("member", group, "u1"), Record("member", group, "用户" * 40), Record("parcel", group, "p1"),
        Record("group", group), Record("tick", "", f"{group}#1"),
    )  # fmt: skip


KEEPS: Final = (1, 1_000, HOUR, 40 * DAY)
DUES: Final = ("d1", "d2", "截止 u1", "d4")


def of_error(error: BaseException) -> NotAnswered:
    """Raises the error again where a store may not raise it."""
    if not isinstance(error, EventIdReused | StoreUnavailable):
        raise error
    return NotAnswered(type(error).__name__, str(error))


def at_once(coroutine: Coroutine[Any, Any, object]) -> Answer:
    """The answer of a store whose coroutines never suspend."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    except (EventIdReused, StoreUnavailable) as error:
        return of_error(error)
    raise AssertionError("the plain store waits for something")


def at_once_all(coroutine: Coroutine[Any, Any, tuple[T, ...]]) -> tuple[T, ...]:
    """The same where it cannot be refused."""
    found: Any = at_once(coroutine)
    return tuple(found)


class Vocabulary(Struct, frozen=True):
    """What is asked for. No window, throttle or mute lasts less than `shortest` ms. A theme is a few cells, asked for
    in several ways, so that they are asked for again."""

    themes: tuple[tuple[tuple[Window, ...], ...], ...]
    throttles: tuple[Throttle, ...]
    steps: tuple[Steps, ...]
    mutes: tuple[int, ...]
    keeps: tuple[int, ...]


def vocabulary(shortest: int) -> Vocabulary:
    """The same at every call, as objects too."""
    if shortest not in _VOCABULARIES:
        chance = random.Random(shortest)
        spans = [span for span in (*SPANS, MINUTE, DAY) if span >= shortest] + [shortest] * 2 * (shortest > 0)
        _VOCABULARIES[shortest] = Vocabulary(
            tuple(_theme(chance, spans) for _ in range(_THEMES)),
            tuple(Throttle(cell, span) for cell, span in SAID_FOR.items() if span >= shortest),
            tuple(
                tuple((at, max(mute, shortest) if mute > 0 else mute) for at, mute in ladder) for ladder in STEPS
            ),
            tuple(max(mute, shortest) if mute > 0 else mute for mute in MUTES),
            tuple(max(keep, shortest) for keep in KEEPS),
        )
    return _VOCABULARIES[shortest]


_VOCABULARIES: Final[dict[int, Vocabulary]] = {}


class Kind(Struct, frozen=True):
    """What windows of a cell count."""

    span: int
    per: Period | None = None
    zone: str = ""
    form: Form = "events"

    def window(self, name: str, scope: Literal["member", "group"], cap: int, bump: Bump, *, last: bool) -> Window:
        """`name` is one of `CELLS`; `last` counts where it may."""
        cell = f"{name[:4]}{self.span}{self.per}{self.form}{self.zone}{name[4:]}"
        return Window(cell, scope, self.span, cap, bump, self.per, self.zone, self.form, last and self.per is not None)


def a_kind(chance: random.Random, spans: list[int]) -> Kind:
    """Mostly events in a span."""
    match chance.randrange(8):
        case 0:
            return Kind(chance.choice(spans), form=chance.choice(("distinct", "sum")))
        case 1 | 2:
            form: Form = chance.choice(("events", "distinct", "sum"))
            return Kind(0, chance.choice(PERIODS), chance.choice(ZONES), form)
        case 3:
            return Kind(0, zone=chance.choice(ZONES), form=chance.choice(("messages", "active")))
        case _:
            return Kind(chance.choice(spans))


def amounts_for(chance: random.Random, windows: tuple[Window, ...]) -> tuple[int, ...]:
    return tuple(chance.choice(AMOUNTS) for window in windows if window.form in ("distinct", "sum"))


def _theme(chance: random.Random, spans: list[int]) -> tuple[tuple[Window, ...], ...]:
    cells = [(chance.choice(CELLS), a_kind(chance, spans)) for _ in range(chance.randint(1, 3))]
    scopes: list[Literal["member", "group"]] = ["member", "group"]
    variants = []
    for _ in range(_VARIANTS):
        windows = [
            kind.window(
                name, chance.choice(scopes), chance.choice(CAPS), chance.choices(BUMPS, (1, 3, 2, 3))[0],
                last=chance.random() < 0.3,
            )
            for name, kind in chance.choices(cells, k=chance.randint(0, 4))
        ]  # fmt: skip
        variants.append(tuple({(window.cell, window.scope, window.last): window for window in windows}.values()))
    return tuple(variants)


class Turn(Struct):
    """What one sequence asks for at an instant, observations before changes and these before what only reads, each with
    the plain store's answer."""

    observes: list[tuple[Asked, Answer]]
    changes: list[tuple[Asked, Answer]]
    reads: list[tuple[Asked, Answer]]


class Sequence:
    """Of groups of its own, named by `name`. `tally` counts what the answers show to have been reached."""

    def __init__(self, chance: random.Random, tenant: str, name: str, plain: Store, words: Vocabulary) -> None:
        self._chance = chance
        self._tenant = tenant
        self._plain = plain
        self._words = words
        self._groups = [f"{name}{group}" for group in GROUPS]
        self._theme = chance.choice(words.themes)
        self._events = chance.choice((5, 15, 60))
        self._members = chance.choice(((*MEMBERS, ""), chance.choices(MEMBERS, k=1)))
        self._zones = chance.choice((ZONES, chance.choices(ZONES, k=1)))
        self._seen: dict[tuple[str, str], tuple[Observe, int]] = {}
        self._struck: list[tuple[Commit, Strike]] = []
        self._numbers = itertools.count()
        self._last = 0
        self.asked: list[Asked] = []
        self.tally: Counter[str] = Counter()

    def turn(self, now: int, revision: str) -> Turn:
        """Its next operations, after the plain store has done them."""
        chance = self._chance
        turn = Turn([], [], [])
        for _ in range(chance.choice((0, 1, 1, 2, 4))):
            ask = self._again(now) if self._seen and chance.random() < 0.3 else self._observation(now, revision)
            turn.observes.append((ask, self._observe(ask)))
        if self._seen and turn.observes:
            for _ in range(chance.choice((0, 1, 1, 2))):
                change = self._change()
                turn.changes.append((change, self._commit(change)))
            for _ in range(chance.choice((0, 0, 1, 2))):
                filing = self._filing(now)
                turn.changes.append((filing, self._file(filing)))
            for _ in range(chance.choice((0, 0, 0, 1, 2))):
                count = self._count()
                turn.changes.append((count, self._counts(count)))
            if chance.random() < 0.3:
                asked = FiguresAsk(
                    self._tenant, chance.choice(self._groups), chance.choice(self._zones), chance.choice(FIGURED),
                    now, chance.choice(SIZES),
                )  # fmt: skip
                turn.changes.append((asked, self._figures(asked)))
            if self._struck and chance.random() < 0.2:
                retract = self._retraction(now)
                turn.changes.append((retract, self._retract(retract)))
            for _ in range(chance.choice((0, 0, 1, 1, 2))):
                reading = self._reading(now, revision)
                turn.reads.append((reading, self._read(reading)))
        self._last = now
        return turn

    def _again(self, now: int) -> Observe:
        ask, _ = self._chance.choice(list(self._seen.values()))
        return replace(ask, at=now)

    def _observation(self, now: int, revision: str) -> Observe:
        chance = self._chance
        member, message, flags = chance.choice(self._members), chance.choice(MESSAGES), chance.getrandbits(4)
        digest = b"anotherx" if chance.random() < 0.1 else f"{member[:2]:x<8}".encode()[:8]
        ladders = chance.choices(list(FORGETS), k=chance.randrange(4))
        group = chance.choice(self._groups)
        records = chance.sample(records_of(group)[:10], chance.choice((0, 0, 0, 1, 3)))
        windows = chance.choice(self._theme)
        return Observe(
            self._tenant, group, member, f"e{chance.randrange(self._events)}", digest, revision,
            now, message, bool(flags & 1) and message is not None, windows,
            tuple(LadderRead(ladder, FORGETS[ladder]) for ladder in ladders),
            bool(flags & 2), bool(flags & 4), bool(flags & 8),
            tuple(record for record in records if record.group == group),
            amounts_for(chance, windows), chance.choice(PRESENCES), chance.choice(self._zones),
        )  # fmt: skip

    def _change(self) -> Commit:
        chance = self._chance
        known = list(self._seen.values())
        ask, observed = chance.choice(known[-3:] if chance.random() < 0.7 else known)
        digest = b"!other.." if chance.random() < 0.02 else ask.digest
        strikes = tuple(
            Strike(
                ladder, chance.randint(1, 5), FORGETS[ladder], chance.choice(TOGETHER),
                chance.choice(self._words.steps), chance.random() < 0.25,
            )
            for ladder in chance.sample(list(FORGETS), chance.randrange(3))
        )  # fmt: skip
        forgives = tuple(
            Forgive(ladder, chance.randrange(5), FORGETS[ladder])
            for ladder in chance.sample(list(FORGETS), chance.choice((0, 0, 0, 1, 2)))
        )
        throttles = tuple(chance.choices(self._words.throttles, k=chance.randrange(4)))
        return Commit(
            self._tenant, ask.group, ask.member, ask.event, digest, observed, ask.message,
            strikes, forgives, throttles, chance.choice(GIVEN), chance.choice(self._words.mutes), chance.random() < 0.2,
            f"did {next(self._numbers)}".encode() if chance.random() < 0.3 else b"",
        )  # fmt: skip

    def _filing(self, now: int) -> Filing:
        """Mostly worked out from what is there; a stamp or an instant may be another."""
        chance = self._chance
        group = chance.choice(self._groups)
        event = f"e{chance.randrange(3 * self._events)}"
        puts = []
        for record in chance.sample(records_of(group), chance.choice((0, 1, 1, 2, 4))):
            [stored] = at_once_all(self._plain.read(self._tenant, 0, [record]))
            expected = chance.choices((stored[:8], None, b"", b"another."), (20, 4, 1, 1))[0]
            value = chance.choice((b"", b"x", f"{group}{event}".encode() * chance.choice((1, 9))))
            puts.append(Put(record, expected, value, chance.choice(self._words.keeps)))
        dues = []
        known = {due.name: due.at for due in at_once_all(self._plain.due(self._tenant, 0, group, 1 << 50, 99))}
        for name in chance.sample(DUES, chance.choice((0, 0, 1, 2))):
            was = chance.choices((known.get(name, 0), -1, 0, now + 1), (20, 4, 1, 1))[0]
            dues.append(Due(group, name, chance.choice((0, now, now + 1, now + chance.randrange(DAY))), was))
        return Filing(
            self._tenant, 0, group, event, stamp(group, event), tuple(puts), tuple(dues), f"did {event}".encode()
        )

    def _count(self) -> Count:
        chance = self._chance
        ask, observed = chance.choice(list(self._seen.values()))
        event = chance.choice((None, ask.event, ask.event, ask.event, "never seen"))
        names = chance.sample(COUNTED, chance.randint(1, 3))
        return Count(
            self._tenant, ask.group, chance.choice(self._zones), observed,
            tuple((name, chance.choice((1, 2, 90_000_000))) for name in names), event, ask.digest,
        )  # fmt: skip

    def _retraction(self, now: int) -> Retract:
        chance = self._chance
        change, _ = chance.choice(self._struck)
        of_member = [
            (strike.ladder, each.event)
            for each, strike in self._struck
            if (each.group, each.member) == (change.group, change.member)
        ]
        strikes = chance.sample(of_member, min(len(of_member), chance.choice((0, 1, 2))))
        until = chance.choice((None, None, 0, now + max(HOUR, self._words.keeps[0])))
        return Retract(self._tenant, change.group, change.member, now, tuple(strikes), until)

    def _reading(self, now: int, revision: str) -> Asked:
        chance = self._chance
        group, tenant = chance.choice(self._groups), self._tenant
        match chance.randrange(6):
            case 0:
                return Reading(tenant, group, records_of(group))
            case 1:
                return WhatIsDue(tenant, group, now + chance.choice((0, 1, DAY)), chance.choice((1, 2, 99)))
            case 2:
                return Listing(tenant, chance.choice(("ticket", "member", "parcel")), group, chance.choice((1, 99)))
            case 3:
                return Journal(tenant, group, now - chance.choice((0, HOUR, 40 * DAY)))
            case _:
                looked = [self._observation(now, revision) for _ in range(chance.randint(1, 3))]
                looked += [replace(ask, is_edit=False, spoke=False) for ask in looked]
                return Looking(tuple(ask for ask in looked if ask.group == looked[0].group))

    def _observe(self, ask: Observe) -> Answer:
        self.asked.append(ask)
        answer = at_once(self._plain.observe(ask))
        tally = self.tally
        tally["observations"] += 1
        if not isinstance(answer, Observed):
            tally["reused ids"] += 1
            return answer
        known = (ask.group, ask.event) in self._seen
        self._seen[ask.group, ask.event] = ask, answer.now
        if answer.replayed:
            tally["replays"] += 1
            tally["replays of commits"] += answer.committed is not None
            return answer
        tally["ids forgotten"] += known
        tally["edits"] += answer.edit
        tally["edits with something given"] += bool(answer.given)
        tally["ladders with strikes"] += sum(count > 0 for count in answer.strikes)
        tally["muted"] += answer.mute_until > 0
        tally["last seen"] += answer.last_seen > 0
        tally["records read along"] += sum(record != b"" for record in answer.records)
        tally["windows"] += len(ask.windows)
        for window, count in zip(ask.windows, answer.counts, strict=True):
            tally[f"windows that count {window.form}{' per' * (window.per is not None)}"] += count > 0
            tally["windows with events"] += count > (window.bump != "never")
            tally["windows of the last period"] += window.last and count > 0
            tally["windows full"] += count == window.cap > 1
            tally["windows after the clock went back"] += count > 1 and answer.now < self._last
        return answer

    def _commit(self, change: Commit) -> Answer:
        self.asked.append(change)
        answer = at_once(self._plain.commit(change))
        tally = self.tally
        tally["commits"] += 1
        if not isinstance(answer, Committed):
            tally["commits without a receipt"] += 1
            return answer
        for strike, step in zip(change.strikes, answer.steps, strict=False):
            tally["strikes"] += 1
            tally["steps that ran"] += step.step > 0
            tally["together"] += step.together
            self._struck.append((change, strike))
            tally["human"] += strike.human
        tally["forgiven"] += len(answer.forgiven)
        tally["texts said"] += sum(answer.spoken)
        tally["texts held back"] += len(answer.spoken) - sum(answer.spoken)
        tally["mutes begun or longer"] += answer.mute_until > answer.was_muted_until
        tally["mutes ended"] += answer.mute_until < answer.was_muted_until
        return answer

    def _file(self, filing: Filing) -> Answer:
        self.asked.append(filing)
        answer = at_once(asking(self._plain, filing))
        assert isinstance(answer, Filed)
        tally = self.tally
        tally["filings"] += 1
        tally["filings answered again"] += answer.replayed
        tally["filings refused"] += answer.answer is None
        tally["records put"] += len(filing.puts) * (answer.answer is not None)
        tally["dues"] += len(filing.dues) * (answer.answer is not None)
        return answer

    def _counts(self, change: Count) -> Answer:
        self.asked.append(change)
        answer = at_once(asking(self._plain, change))
        self.tally["counted"] += answer is None
        self.tally["not counted"] += answer is not None
        return answer

    def _figures(self, ask: FiguresAsk) -> Answer:
        self.asked.append(ask)
        answer = at_once(asking(self._plain, ask))
        assert isinstance(answer, FiguresRead)
        self.tally["days read"] += len(answer.days)
        self.tally["days with figures"] += sum(bool(day.values) for day in answer.days)
        self.tally["days with members who wrote lately"] += sum(any(day.rolling) for day in answer.days)
        return answer

    def _retract(self, change: Retract) -> Answer:
        self.asked.append(change)
        answer = at_once(self._plain.retract(change))
        assert isinstance(answer, Retracted)
        self.tally["strikes taken back"] += sum(weight > 0 for weight in answer.taken)
        self.tally["mutes taken back"] += answer.was_muted_until > 0 and change.mute_until is not None
        return answer

    def _read(self, reading: Asked) -> Answer:
        self.asked.append(reading)
        answer = at_once(asking(self._plain, reading))
        self.tally[f"asked: {type(reading).__name__}"] += 1
        return answer
