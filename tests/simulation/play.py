"""The simulation: moments one after the other, each told to the model and to the service, and compared."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from random import Random
from typing import Any
from zlib import crc32

from tests.e2e.command import environment
from tests.simulation import due, hours
from tests.simulation.answers import Answer, Names, differences
from tests.simulation.bots import Brought, Fate, Ticking
from tests.simulation.community import Community
from tests.simulation.hours import DAY, HOUR, MINUTE, SHANGHAI
from tests.simulation.kept import Event
from tests.simulation.model import Model
from tests.simulation.service import Service
from tests.simulation.texts import made_texts, real_texts

START = int(datetime(2026, 3, 5, 9, tzinfo=SHANGHAI).timestamp() * 1000)
LANES = 4
ARRAY = 200
FATES: dict[str, float] = {
    "fine": 58, "dropped": 20, "doubled": 5, "lost": 4, "died": 3, "both bots": 5, "other bot": 3, "late repeat": 2,
}  # fmt: skip


@dataclass
class Size:
    """`load`: events of a moment in the afternoon."""

    groups: int
    members: int
    days: int
    kills: int
    load: float


class Play:
    """One run. `differences`: in words; `events`, `tickets` by kind and `expected` deliveries are counted."""

    def __init__(self, service: Service, size: Size, chance: Random) -> None:
        self.service, self.size, self.chance = service, size, chance
        self.model, self.names = Model(), Names()
        texts = real_texts(20_000) if size.groups > 2 else []
        texts = texts or made_texts(Random(1), 500)
        self.community = Community(chance, self.model, texts, size.groups, size.members)
        self.ticking = Ticking(service, Random(chance.random()))
        self.differences: list[str] = []
        self.events: Counter[str] = Counter()
        self.tickets: Counter[str] = Counter()
        self.expected: Counter[str] = Counter()
        self.dropped = self.outages = self.listed = self.missed = 0
        self._said, self._started = 0, time.monotonic()

    async def whole(self, say: bool) -> None:
        now, end = START, START + self.size.days * DAY
        await self._tell(self.community.begin(now), now)
        await self._tick(now, "fine")
        kills = sorted(self.chance.randint(START, end) for _ in range(self.size.kills))
        long_outage = START + self.size.days * DAY // 2
        quiet_until, kill_tick = 0, False
        while now < end:
            now += self.chance.randint(1, 9) * MINUTE + self.chance.choice((0, 17_000))
            killing = bool(kills) and kills[0] <= now
            if killing and len(kills) % 2 == 0:
                quiet_until, killing, kill_tick = now + 4 * HOUR, False, True
                kills = kills[1:]
            load = max(60.0, self.size.load) if killing else self.size.load
            await self._tell(self.community.moment(now, load), now, killing)
            kills = kills[1:] if killing else kills
            if self.chance.random() < 0.002:
                quiet_until = max(quiet_until, now + self.chance.randint(2, 7) * HOUR)
                self.outages += 1
            if long_outage and now > long_outage:
                quiet_until, long_outage = now + 31 * HOUR, 0
                self.outages += 1
            if now < quiet_until:
                self.dropped += 1
            elif kill_tick:
                await asyncio.gather(self._tick(now, "fine"), self._kill())
                kill_tick = False
            else:
                await self._tick(now, self.chance.choices(list(FATES), list(FATES.values()))[0])
            if say:
                self._say_how_far(now)
            if len(self.differences) > 200:
                break
        await self._at_the_end(now + MINUTE)

    def _say_how_far(self, now: int) -> None:
        if (now - START) // (5 * DAY) > self._said:
            self._said = (now - START) // (5 * DAY)
            ticks, kills = self.ticking.counts["ticks"], self.service.kills
            print(
                f"day {self._said * 5}: {time.monotonic() - self._started:.0f} s, events {self.events.total()}, "
                f"ticks {ticks}, kills {kills}, differences {len(self.differences)}", flush=True,
            )  # fmt: skip

    # ------------------------------------------------------------ events

    async def _tell(self, events: list[Event], now: int, killing: bool = False) -> None:
        """To the model first, then to the service, group by group in order; groups of the network in one order."""
        lanes: list[list[Event]] = [[] for _ in range(LANES)]
        for event in events:
            tags = event["group"]["tags"]
            lanes[0 if "network" in tags else 1 + int(event["group"]["id"][1:]) % (LANES - 1)].append(event)
        lanes[0].sort(key=lambda event: event["group"]["id"])
        expected = {event["id"]: self.model.tell(event, now) for lane in lanes for event in lane}
        sending = [self._send(lane) for lane in lanes if lane]
        killer = [self._kill()] if killing else []
        done = await asyncio.gather(*sending, *killer)
        for event, document in [each for lane in done for each in lane]:
            self._compare(event, expected[event["id"]], document)

    async def _kill(self) -> list[tuple[Event, Any]]:
        await self.service.kill_and_start(Random(self.service.kills).uniform(0, 0.01))
        return []

    async def _send(self, lane: list[Event]) -> list[tuple[Event, Any]]:
        """In arrays; those of the network hold one group each, as their order counts over all groups. Some events are
        sent twice."""
        runs = [lane]
        if "network" in lane[0]["group"]["tags"]:
            runs = [list(run) for _, run in groupby(lane, key=lambda event: str(event["group"]["id"]))]
        found = []
        for part in [run[first : first + ARRAY] for run in runs for first in range(0, len(run), ARRAY)]:
            twice = [event for event in part if crc32(event["id"].encode()) % 100 == 0]
            wire = [self._on_the_wire(event) for event in [*part, *twice]]
            documents = await self.service.ask(wire)
            answers = dict(zip([event["id"] for event in part], documents, strict=False))
            found += [(event, answers[event["id"]]) for event in part]
            for event, document in zip(twice, documents[len(part) :], strict=True):
                self._same(answers[event["id"]], document)
        return found

    def _on_the_wire(self, event: Event) -> Event:
        part = event.get("verdict")
        if part is None or part["ticket"] not in self.names.wire:
            return event
        return {**event, "verdict": {**part, "ticket": self.names.wire[part["ticket"]]}}

    def _same(self, first: Any, second: Any) -> None:
        if "problem" not in first and {**first, "replayed": True} != second:
            self._differs(f"sent twice, {first['event']} is answered\n  {first}\n  {second}")

    def _compare(self, event: Event, expected: Answer, document: Any) -> None:
        self.events[event["kind"]] += 1
        self.tickets.update(facts.kind for name, facts in expected.tickets.items() if name not in self.names.wire)
        found = self.names.read(document, expected.tickets)
        lines = differences(expected, found)
        if lines:
            self._differs("\n    ".join([f"{event}", *lines]))
        self.community.carried_out(expected.acts, event["group"]["id"])

    def _differs(self, line: str) -> None:
        self.differences.append(line)

    # ------------------------------------------------------------ ticks

    async def _tick(self, now: int, fate: str) -> None:
        if fate == "dropped":
            self.dropped += 1
            return
        groups = list(self.model.places)
        some = self.chance.sample(groups, min(3, len(groups)))
        if fate == "late repeat":
            await self.ticking.repeat_late(now)
            fate = "fine"
        if fate == "other bot":
            brought = [await self.ticking.some(now, some, self.chance.random() < 0.2)]
            groups = some
        elif fate == "both bots":
            tasks = self.ticking.whole(now, "fine"), self.ticking.some(now, some, False)
            brought = list(await asyncio.gather(*tasks))
        else:
            kind: Fate = fate  # type: ignore[assignment]
            brought = [await self.ticking.whole(now, kind)]
        self._compare_tick(now, due.tick(self.model, groups, now), brought)

    def _compare_tick(self, now: int, expected: Answer, brought: Iterable[Brought]) -> None:
        self.tickets.update(facts.kind for name, facts in expected.tickets.items() if name not in self.names.wire)
        documents = [document for each in brought for document in each.documents]
        tickets = {ticket["ticket"]: ticket for document in documents for ticket in document["tickets"]}
        union: dict[str, Any] = {
            "verdict": "allow",
            "tickets": [tickets[name] for name in sorted(tickets)],
            "actions": [action for each in brought for action in each.actions],
            "missed": [one for each in brought for one in each.missed],
            "ladders": {},
        }
        found = self.names.read(union, expected.tickets)
        found.tickets = {name: facts for name, facts in found.tickets.items() if name in expected.tickets}
        self.missed += len(expected.missed)
        for act in expected.acts:
            self.expected[f"{act.do} {' '.join(rule for rule, _ in act.because)} {act.group} {act.member}"] += 1
        lines = differences(expected, found)
        if lines:
            self._differs("\n    ".join([f"ticks at {hours.rfc3339(now)}", *lines]))
        self.community.carried_out(expected.acts)

    # ------------------------------------------------------------ the end

    async def _at_the_end(self, now: int) -> None:
        """Everything that was delivered; tickets as the command tells them; ladders as members stand."""
        await self._tick(now, "fine")
        await self._tell(self.community.probes(now), now)
        if self.ticking.delivered != self.expected:
            more, less = self.ticking.delivered - self.expected, self.expected - self.ticking.delivered
            self._differs(f"delivered, and not expected: {dict(more)}; expected, and not delivered: {dict(less)}")
        self.differences += self.ticking.wrong
        if "embedded" in self.service.store:
            await self._compare_tickets()

    async def _compare_tickets(self) -> None:
        words = [sys.executable, "-m", "policyd", "tickets", "--all", "--format", "json"]
        done = await asyncio.to_thread(
            subprocess.run, words, cwd=self.service.folder, env=environment(), capture_output=True, text=True,
            timeout=120,
        )  # fmt: skip
        if done.returncode:
            self._differs(f"policyd tickets: {done.stderr}")
            return
        listed = {each["ticket"]: each for each in json.loads(done.stdout)["tickets"]}
        told = {self.names.of.get(wire, wire): (each["status"], each["member"]) for wire, each in listed.items()}
        self.listed = len(listed)
        kept = [each for place in self.model.places.values() for each in place.tickets.values()]
        known = {each.name: (each.status, each.member) for each in kept}
        for name in sorted({*told, *known}):
            if told.get(name) != known.get(name):
                self._differs(f"policyd tickets: {name} is {told.get(name)}, expected {known.get(name)}")

    def counts(self) -> Counter[str]:
        found = Counter({"events": self.events.total()})
        found.update(self.ticking.counts)
        found.update({"moments without tick": self.dropped, "outages": self.outages, "kills": self.service.kills})
        found.update({"told as missed": self.missed, "tickets listed at the end": self.listed})
        found.update({"delivered by ticks": self.ticking.delivered.total()})
        found.update({"requests sent again": self.service.again, "degraded": self.service.degraded})
        found.update(self.model.done)
        found.update({f"tickets {kind}": number for kind, number in sorted(self.tickets.items())})
        return found
