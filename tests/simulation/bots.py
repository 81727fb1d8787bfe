"""Two bots that tick: one acknowledges what it has done, the other does not. Ticks get lost, come twice, come late."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from tests.simulation import hours
from tests.simulation.service import Service

Document = dict[str, Any]
Fate = Literal["fine", "doubled", "lost", "died"]
"""`lost`: the answer never reached the bot; `died`: it did everything, and died before it could remember that."""


@dataclass
class Brought:
    """What ticks of one instant brought that is new: documents, and each action with what it says."""

    documents: list[Document] = field(default_factory=list)
    actions: list[Document] = field(default_factory=list)
    missed: list[Document] = field(default_factory=list)


@dataclass
class Open:
    """An answer that is not acknowledged. `done`: the bot has done it, and knows it when it is answered again."""

    tick: str
    actions: list[Document]
    missed: list[Document]
    done: bool


class Ticking:
    """`delivered`: what was carried out, each thing as often as it was. `wrong`: answers that break the protocol."""

    def __init__(self, service: Service, chance: Random) -> None:
        self.service, self.chance = service, chance
        self.delivered: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.counts: Counter[str] = Counter()
        self._number = 0
        self._acknowledged: str | None = None
        self._open: list[Open] = []
        self._sent: list[tuple[int, Document, Document]] = []

    async def whole(self, now: int, fate: Fate) -> Brought:
        """About every group, by the bot that acknowledges; again where there is more."""
        brought, more = Brought(), True
        while more:
            tick = self._tick(now, tick={"ack": self._acknowledged})
            document = await self._send(tick, fate == "doubled")
            own = self._without_earlier(document)
            brought.documents.append(document)
            brought.actions += own.actions
            brought.missed += own.missed
            self._open.append(own)
            self.counts["open answers given again"] += len(self._open) - 1
            if fate in ("lost", "died"):
                own.done = fate == "died"
                if own.done:
                    self._carry_out(own)
                self.counts[f"answers {fate}"] += 1
                fate = "fine"
            else:
                for each in self._open:
                    if not each.done:
                        self._carry_out(each)
                self._open, self._acknowledged = [], tick["id"]
            more = document["more"]
        return brought

    async def some(self, now: int, groups: list[str], doubled: bool) -> Brought:
        """About some groups, one after the other, by the bot that does not acknowledge."""
        brought = Brought()
        for group in groups:
            more = True
            while more:
                document = await self._send(self._tick(now, group={"id": group}), doubled)
                own = Open(document["event"], document["actions"], document["missed"], True)
                self._carry_out(own)
                brought.documents.append(document)
                brought.actions += own.actions
                brought.missed += own.missed
                more = document["more"]
        return brought

    async def repeat_late(self, now: int) -> None:
        """A tick that was answered hours ago is sent again: the same answer."""
        self._sent = [each for each in self._sent if now - each[0] < 18 * hours.HOUR]
        old = [each for each in self._sent if now - each[0] > hours.HOUR]
        if old:
            _, tick, document = self.chance.choice(old)
            self.counts["ticks repeated hours later"] += 1
            self._compare(document, (await self.service.ask([tick]))[0])

    def _tick(self, now: int, **parts: Any) -> Document:
        self._number += 1
        return {"id": f"tick{self._number}", "kind": "tick", "time": hours.rfc3339(now), **parts}

    async def _send(self, tick: Document, doubled: bool) -> Document:
        self.counts["ticks"] += 1
        if doubled:
            self.counts["ticks doubled"] += 1
            first, second = await asyncio.gather(self.service.ask([tick]), self.service.ask([tick]))
            self._compare(first[0], second[0])
        else:
            first = await self.service.ask([tick])
        document = first[0]
        if "problem" in document:
            self.wrong.append(f"{tick} is refused: {document['problem']}")
            document = {"event": tick["id"], "actions": [], "missed": [], "more": False, "tickets": []}
        if document["actions"]:
            self._sent.append((hours.parsed(tick["time"]), tick, document))
        return document

    def _compare(self, first: Document, second: Document) -> None:
        if {**first, "replayed": True} != {**second, "replayed": True}:
            self.wrong.append(f"{first['event']}, sent twice, is answered\n  {first}\n  {second}")

    def _without_earlier(self, document: Document) -> Open:
        """What is new in it, behind what is answered again."""
        actions, missed = list(document["actions"]), list(document["missed"])
        for earlier in self._open:
            for many, old in ((actions, earlier.actions), (missed, earlier.missed)):
                for each in old:
                    if each in many:
                        many.remove(each)
                    else:
                        self.wrong.append(f"{document['event']} does not answer {each} of {earlier.tick} again")
        return Open(document["event"], actions, missed, False)

    def _carry_out(self, own: Open) -> None:
        for action in own.actions:
            rules = " ".join(each["rule"] for each in action["because"])
            self.delivered[f"{action['do']} {rules} {action['group']} {action.get('member')}"] += 1
