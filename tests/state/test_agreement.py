"""The packed scripts do what the plain store does, whatever is asked in whatever order.

Hypothesis finds the shortest sequence that differs; `agree` runs very many, and on Clusters too."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from msgspec.structs import replace

from policyd.model.figures import Count, FiguresAsk
from policyd.model.local_days import PERIODS
from policyd.model.records import stamp
from policyd.model.state import (
    Commit,
    Due,
    EventIdReused,
    Filing,
    Forgive,
    LadderRead,
    Observe,
    Presence,
    Put,
    Retract,
    StoreUnavailable,
    Strike,
    Throttle,
    Window,
)
from policyd.state.embedded import EmbeddedServer
from policyd.state.memory import MemoryStore
from policyd.state.redis import RedisStore

from .asked import Asked, Journal, Listing, Looking, Reading, WhatIsDue, asking
from .clock import ELAPSED
from .conftest import DAY, HOUR, T0, flush
from .sequences import (
    AMOUNTS,
    BUMPS,
    CAPS,
    CELLS,
    COUNTED,
    DUES,
    FIGURED,
    FORGETS,
    GIVEN,
    GROUPS,
    KEEPS,
    MEMBERS,
    MESSAGES,
    MUTES,
    PRESENCES,
    REVISIONS,
    SAID_FOR,
    SIZES,
    SPANS,
    STEPS,
    TOGETHER,
    ZONES,
    Kind,
    records_of,
)

SEQUENCES = int(os.environ.get("POLICYD_AGREEMENT", "50"))
"""How many random sequences; `POLICYD_AGREEMENT=100000 pytest tests/state/test_agreement.py` is the long run."""

AT_ONCE = 500
"""Hypothesis remembers what it tried; a long run is many short ones."""

EVERYWHERE = "\x02"
"""The group of what counts across groups; its event ids hold those of a group and an event."""

groups = st.sampled_from((*GROUPS, EVERYWHERE))
members = st.sampled_from((*MEMBERS, ""))
messages = st.sampled_from(MESSAGES)
events = st.sampled_from([f"e{n}" for n in range(10)] + ["g1\0e1", "g1\0e2"])
values = st.sampled_from([b"", b"1", b"more than a few bytes " * 9])
zones = st.sampled_from(ZONES)
kinds_of_windows = st.one_of(
    st.builds(Kind, st.sampled_from(SPANS)),
    st.builds(Kind, st.sampled_from(SPANS), form=st.sampled_from(["events", "distinct", "sum"])),
    st.builds(
        Kind, st.just(0), st.sampled_from(PERIODS), zones, st.sampled_from(["events", "events", "distinct", "sum"])
    ),
    st.builds(Kind, st.just(0), zone=zones, form=st.sampled_from(["messages", "active"])),
)
windows = st.builds(
    lambda kind, name, scope, cap, bump, last: kind.window(name, scope, cap, bump, last=last),
    kinds_of_windows,
    st.sampled_from(CELLS),
    st.sampled_from(["member", "group"]),
    st.sampled_from(CAPS),
    st.sampled_from(BUMPS),
    st.sampled_from([False, False, True]),
)
ladders = st.sampled_from(sorted(FORGETS))
reads = st.builds(lambda ladder: LadderRead(ladder, FORGETS[ladder]), ladders)
steps = st.sampled_from(STEPS)
strikes = st.builds(
    lambda ladder, times, together, steps, human: Strike(ladder, times, FORGETS[ladder], together, steps, human),
    ladders,
    st.integers(1, 5),
    st.sampled_from(TOGETHER),
    steps,
    st.booleans(),
)
forgives = st.builds(lambda ladder, times: Forgive(ladder, times, FORGETS[ladder]), ladders, st.integers(0, 4))
throttles = st.builds(lambda cell: Throttle(cell, SAID_FOR[cell]), st.sampled_from(sorted(SAID_FOR)))
elapsed = st.one_of(st.sampled_from(ELAPSED), st.integers(0, 3 * DAY))


def unique(windows: list[Window]) -> tuple[Window, ...]:
    """A counter has one definition in an event, but may be asked for the last period too."""
    return tuple({(window.cell, window.scope, window.last): window for window in windows}.values())


class Agreement(RuleBasedStateMachine):
    server: EmbeddedServer
    runner: asyncio.Runner

    @initialize()
    def open(self) -> None:
        flush(self.server)
        self.now = T0
        self.plain = MemoryStore(virtual=True)
        self.packed = RedisStore(self.server.url, virtual=True, deadline=10.0)
        self.seen: dict[tuple[str, str], Observe] = {}

    def teardown(self) -> None:
        if hasattr(self, "packed"):
            self.runner.run(self.packed.close())

    def both(self, asked: Asked) -> Any:
        answers: list[Any] = []
        for store in (self.plain, self.packed):
            try:
                answers.append(self.runner.run(asking(store, asked)))
            except (EventIdReused, StoreUnavailable) as error:
                answers.append((type(error), str(error)))
        assert answers[0] == answers[1], answers
        return answers[0]

    @rule(ms=elapsed)
    def time_passes(self, ms: int) -> None:
        self.now += ms

    @rule(
        event=events,
        group=groups,
        member=members,
        message=messages,
        is_edit=st.booleans(),
        asked=st.lists(windows, max_size=4).map(unique),
        read=st.lists(reads, max_size=3).map(tuple),
        mute=st.booleans(),
        silence=st.booleans(),
        spoke=st.booleans(),
        other=st.sampled_from([False] * 9 + [True]),
        revision=st.sampled_from(REVISIONS),
        kinds=st.lists(st.integers(0, 9), max_size=3),
        amounts=st.lists(st.sampled_from(AMOUNTS), max_size=4).map(tuple),
        presence=st.sampled_from(PRESENCES),
        zone=zones,
    )
    def observe(
        self,
        event: str,
        group: str,
        member: str,
        message: str | None,
        is_edit: bool,
        asked: tuple[Window, ...],
        read: tuple[LadderRead, ...],
        mute: bool,
        silence: bool,
        spoke: bool,
        other: bool,
        revision: str,
        kinds: list[int],
        amounts: tuple[int, ...],
        presence: Presence,
        zone: str,
    ) -> None:
        digest = b"anotherx" if other else f"{member[:2]:x<8}".encode()[:8]
        ask = Observe(
            "", group, member, event, digest, revision, self.now, message, is_edit and message is not None,
            asked, read, mute, silence, spoke, tuple(records_of(group)[kind] for kind in kinds),
            amounts, presence, zone,
        )  # fmt: skip
        if isinstance(self.both(ask), tuple):
            return
        self.seen.setdefault((group, event), ask)

    @rule(
        which=st.integers(0, 100),
        struck=st.lists(strikes, max_size=2, unique_by=lambda strike: strike.ladder).map(tuple),
        forgiven=st.lists(forgives, max_size=2, unique_by=lambda forgive: forgive.ladder).map(tuple),
        said=st.lists(throttles, max_size=3).map(tuple),
        given=st.sampled_from(GIVEN),
        mute=st.sampled_from(MUTES),
        unmute=st.booleans(),
        journal=st.booleans(),
    )
    def commit(
        self,
        which: int,
        struck: tuple[Strike, ...],
        forgiven: tuple[Forgive, ...],
        said: tuple[Throttle, ...],
        given: tuple[str, ...],
        mute: int,
        unmute: bool,
        journal: bool,
    ) -> None:
        if not self.seen:
            return
        ask = list(self.seen.values())[which % len(self.seen)]
        observed = self.both(replace(ask, at=self.now))
        if isinstance(observed, tuple):
            return
        change = Commit(
            "", ask.group, ask.member, ask.event, ask.digest, observed.now, ask.message,
            struck, forgiven, said, given, mute, unmute, f"{ask.group}{ask.event}".encode() * journal,
        )  # fmt: skip
        self.both(change)

    @rule(
        event=events,
        group=groups,
        changes=st.lists(
            st.tuples(st.integers(0, 10), st.sampled_from([True] * 5 + [False]), st.sampled_from(KEEPS), values),
            max_size=4,
        ),
        scheduled=st.lists(
            st.tuples(st.sampled_from(DUES), st.integers(0, DAY), st.sampled_from([True] * 5 + [False])), max_size=2
        ),
    )
    def files(
        self,
        event: str,
        group: str,
        changes: list[tuple[int, bool, int, bytes]],
        scheduled: list[tuple[str, int, bool]],
    ) -> None:
        self.both(Reading("", group, records_of(group)))
        puts = []
        for place, right, keep, value in changes:
            record = records_of(group)[place]
            [stored] = self.runner.run(self.plain.read("", 0, [record]))
            puts.append(Put(record, stored[:8] if right else b"another.", value, keep))
        known = {due.name: due.at for due in self.runner.run(self.plain.due("", 0, group, 1 << 50, 99))}
        dues = [
            Due(group, name, self.now + after if after else 0, known.get(name, 0) if right else self.now)
            for name, after, right in scheduled
        ]
        self.both(Filing("", 0, group, event, stamp(group, event), tuple(puts), tuple(dues), event.encode()))

    @rule(
        which=st.integers(0, 100),
        named=st.sampled_from([True, True, True, False]),
        figures=st.lists(st.tuples(st.sampled_from(COUNTED), st.integers(1, 1 << 40)), max_size=3).map(tuple),
        zone=zones,
    )
    def count(self, which: int, named: bool, figures: tuple[tuple[str, int], ...], zone: str) -> None:
        if self.seen:
            ask = list(self.seen.values())[which % len(self.seen)]
            self.both(Count("", ask.group, zone, self.now, figures, ask.event if named else None, ask.digest))

    @rule(group=groups, zone=zones, days=st.sampled_from(FIGURED), size=st.sampled_from(SIZES))
    def figures(self, group: str, zone: str, days: int, size: int | None) -> None:
        self.both(FiguresAsk("", group, zone, days, self.now, size))

    @rule(group=groups, member=members, strikes=st.lists(st.tuples(ladders, events), max_size=2), mute=st.booleans())
    def take_back(self, group: str, member: str, strikes: list[tuple[str, str]], mute: bool) -> None:
        self.both(Retract("", group, member, self.now, tuple(strikes), self.now + HOUR if mute else None))

    @rule(group=st.none() | groups, most=st.sampled_from([1, 2, 99]), until=st.sampled_from(ELAPSED))
    def what_is_due(self, group: str | None, most: int, until: int) -> None:
        self.both(WhatIsDue("", group, self.now + until, most))

    @rule(group=groups, since=st.sampled_from(ELAPSED))
    def read(self, group: str, since: int) -> None:
        self.both(Reading("", group, records_of(group)))
        self.both(Journal("", group, self.now - since))
        for kind in ("ticket", "member", "parcel"):
            self.both(Listing("", kind, group, 1))
        self.both(Listing("", "group", "", 1))

    @rule(which=st.integers(0, 100), member=members)
    def look(self, which: int, member: str) -> None:
        if self.seen:
            ask = list(self.seen.values())[which % len(self.seen)]
            self.both(Looking((ask, replace(ask, member=member), ask)))


@pytest.mark.parametrize("which", ["valkey", "redis7"])
def test_packed_store_agrees_with_the_plain_one(which: str, request: pytest.FixtureRequest) -> None:
    with asyncio.Runner() as runner:
        Agreement.server = request.getfixturevalue(which)
        Agreement.runner = runner
        for _ in range(max(1, SEQUENCES // AT_ONCE)):
            run_state_machine_as_test(
                Agreement,
                settings=settings(
                    max_examples=min(SEQUENCES, AT_ONCE),
                    stateful_step_count=40,
                    deadline=None,
                    derandomize=SEQUENCES < AT_ONCE,
                    database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
