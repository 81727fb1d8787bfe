"""Random histories: days of a group's life with habits, absences, edits, repeats, and ticks that come as they like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Final

from tests.standing import clocks
from tests.standing.clocks import DAY, HOUR, MINUTE
from tests.standing.happenings import Happening
from tests.standing.plans import Plan

MEMBERS: Final = ("u1", "u2", "u3")
GROUPS: Final = ("g1", "g1", "g1", "g1", "g2")
WORDS: Final = (
    "",
    "坏",
    "疑",
    "分",
    "双",
    "罚",
    "分 坏",
    "分 双",
    "早上好",
    "晚安 分",
    "疑 罚 双",
    "凶",
    "凶 分",
    "坏 凶 分",
)
TIMES: Final = (0, 1, 90 * MINUTE - 1, 90 * MINUTE, 570 * MINUTE, 22 * HOUR - 1, 22 * HOUR, 24 * HOUR - 1)
"""Of a local day where no clock changes: exactly at borders."""
ODD_YEARS: Final = {"Pacific/Apia": 2011, "America/Sao_Paulo": 2018, "America/St_Johns": 2010}
APIA_SKIPS: Final = 1_325_239_200_000
"""A whole day, in December 2011."""


class Historian:
    """`length`: days. Happenings are made in any order, and told in the order of time, more or less."""

    def __init__(self, random: Random, plan: Plan, length: int) -> None:
        self.random, self.plan, self.length = random, plan, length
        self.found: list[Happening] = []
        self.number = 0
        self.start = self._start()
        self.habit = {member: random.choice((0.95, 0.8, 0.4)) for member in MEMBERS}

    def history(self) -> list[Happening]:
        random = self.random
        day, quiet = self.start, 0
        for _ in range(self.length):
            quiet = random.choice((0, 2, 3, 9, 40)) if not quiet and random.random() < 0.05 else max(0, quiet - 1)
            if quiet == 0:
                self._day(day)
            if random.random() < 0.75:
                self._ticks(day)
            day += DAY
        told = self._in_order()
        return [*told, *self._at_the_end(told)]

    def _start(self) -> int:
        random, zone = self.random, self.plan.zone
        year = ODD_YEARS.get(zone, 2026)
        if zone == "Pacific/Apia" and random.random() < 0.5:
            return APIA_SKIPS - random.randint(1, 9) * DAY
        changes = clocks.changes(zone, year)
        if changes and random.random() < 0.7:
            return random.choice(changes) - random.randint(1, max(2, self.length - 1)) * DAY - random.randrange(DAY)
        return 1_767_225_600_000 + random.randrange(365 * DAY)

    # ------------------------------------------------------------ a day

    def _instant(self, day: int) -> int:
        """Some time of the local day; often exactly at a border of it."""
        if self.random.random() < 0.3:
            at = clocks.midnight(self.plan.zone, clocks.on(self.plan.zone, day)) + self.random.choice(TIMES)
        else:
            at = day + self.random.randrange(DAY)
        return at

    def _day(self, day: int) -> None:
        for member in MEMBERS:
            if self.random.random() < self.habit[member]:
                self._checks_in(day, member)
        for _ in range(self.random.choice((0, 0, 1, 1, 2))):
            self._does_something(day)

    def _checks_in(self, day: int, member: str) -> None:
        """However the streak wants it; the first of the plan's, mostly."""
        kind = self.random.choice(self.plan.streaks).kind
        if kind == "mark":
            self._add("mark", self._instant(day), member, mark="quality", by=self.random.choice(("m1", "u1", None)))
        else:
            said = self._says(day, member, "#打卡" if kind == "message" else "打卡")
            if kind == "edit":
                self._edit(said, self.random.choice((MINUTE, HOUR, 5 * HOUR)), "#打卡")

    def _does_something(self, day: int) -> None:
        does: list[Callable[[int, str], object]] = [self._says] * 5 + [
            self._comes, self._goes, self._applies, self._probes, self._is_praised, self._bot_says,
        ]  # fmt: skip
        self.random.choice(does)(day, self.random.choice(MEMBERS))

    def _says(self, day: int, member: str, first: str = "") -> Happening:
        random = self.random
        words = " ".join(each for each in (first, random.choice(WORDS) if random.random() < 0.5 else "") if each)
        text = words or random.choice((None, "早", "你好", "收到"))
        self.number += 1
        images = random.choice((None, 0, 0, 1, 2, 5))
        message = f"m{self.number}" if random.random() < 0.95 else None
        role = random.choice((None, "member"))
        said = self._add(
            "message", self._instant(day), member, message=message, text=text, images=images, role=role,
            level=random.choice((None, None, 1, 3, 5)),
        )  # fmt: skip
        if message is not None and random.random() < 0.2:
            later = random.choice((MINUTE, HOUR, 20 * HOUR, 2 * DAY, 20 * DAY))
            self._edit(said, later, random.choice(("", "#打卡 ")) + random.choice(WORDS))
        if any(word in (text or "") for word in "凶坏疑"):
            self._is_appealed(said)
        return said

    def _is_appealed(self, said: Happening) -> None:
        """Mostly in time and by the member; and sometimes an operator takes the rule back."""
        random = self.random
        if random.random() < 0.6:
            at = said.at + random.choice((MINUTE, 20 * HOUR, 3 * DAY, 4 * DAY))
            member = said.member if random.random() < 0.9 else "u3"
            self._add("appeal", at, member, said.group, about=said.id)
            later = at + random.choice((MINUTE, HOUR, 9 * DAY))
            self._add("verdict", later, "", said.group, about=said.id, approves=random.random() < 0.7)
        if random.random() < 0.1:
            self.number += 1
            self.found.append(
                Happening(f"undo{self.number}", "undo", said.at + random.choice((HOUR, 2 * DAY)), said.group)
            )

    def _edit(self, said: Happening, later: int, text: str) -> None:
        """As an edit, or as a message with an id that is known."""
        kind = "message" if later < 21 * HOUR and self.random.random() < 0.4 else "edit"
        self.number += 1
        self.found.append(replace(said, id=f"e{self.number}", kind=kind, at=said.at + later, text=text))

    def _bot_says(self, day: int, member: str) -> None:
        self._add("message", self._instant(day), "b1", role="bot", text="#打卡 分 双", message=f"mb{self.number}")

    def _comes(self, day: int, member: str) -> None:
        inviter = self.random.choice((None, "", "u1", "u2", "u9"))
        self._add("join", self._instant(day), member, inviter=inviter)

    def _goes(self, day: int, member: str) -> None:
        self._add("leave", self._instant(day), member)

    def _applies(self, day: int, member: str) -> None:
        self._add("request", self._instant(day), member, text=self.random.choice(("好", "想来", None)))

    def _probes(self, day: int, member: str) -> None:
        self._add("mark", self._instant(day), member, mark="probe")

    def _is_praised(self, day: int, member: str) -> None:
        self._add("mark", self._instant(day), member, mark="quality", by=self.random.choice((None, "m1", "u2")))

    def _add(self, kind: str, at: int, member: str, group: str = "", **parts: object) -> Happening:
        self.number += 1
        group = group or self.random.choice(GROUPS)
        it = Happening(f"e{self.number}", kind, at, group, member, **parts)  # type: ignore[arg-type]
        self.found.append(it)
        if self.random.random() < 0.06:
            self.found.append(replace(it, at=at + self.random.choice((1, MINUTE, 3 * HOUR, 19 * HOUR))))
        return it

    # ------------------------------------------------------------ ticks

    def _ticks(self, day: int) -> None:
        random = self.random
        at = self._instant(day) if random.random() < 0.7 else day + random.randrange(DAY)
        self.number += 1
        group = random.choice(("", "", "", "g1", "g2"))
        tick = Happening(f"t{self.number}", "tick", at, group)
        self.found.append(tick)
        if random.random() < 0.15:
            self.found.append(replace(tick, at=at + random.choice((0, 1000, HOUR))))
        if random.random() < 0.15:
            second = random.choice(("", group))
            self.found.append(Happening(f"t{self.number}x", "tick", at + random.choice((0, 1000)), second))
        if random.random() < 0.1:
            ack = random.choice((None, tick.id))
            self.found.append(Happening(f"t{self.number}y", "tick", at + HOUR, group, ack=ack))

    # ------------------------------------------------------------ in order

    def _in_order(self) -> list[Happening]:
        """The order of time; where no window slides, some come with an earlier clock than what came before."""
        noise = self.random.choice((0, 0, 0, 5 * MINUTE, 3 * HOUR)) if not self.plan.slides else 0
        found = self.found
        if noise:
            place = {it: it.at + (self.random.randrange(noise) if it.kind != "tick" else 0) for it in found}
            found = sorted(found, key=lambda it: place[it])
        else:
            found = sorted(found, key=lambda it: it.at)
        told: list[Happening] = []
        newest = 0
        for it in found:
            if it.kind == "tick":
                it = replace(it, at=max(it.at, newest))
            newest = max(newest, it.at)
            told.append(it)
        return told

    def _at_the_end(self, told: list[Happening]) -> list[Happening]:
        """Everybody is asked for, after a last tick."""
        now = max((it.at for it in told), default=self.start) + self.random.choice((1, HOUR, 3 * DAY))
        probes = [
            Happening(f"p{group}{member}", "mark", now, group, member, mark="probe")
            for group in ("g1", "g2")
            for member in (*MEMBERS, "m1", "b1")
        ]
        return [Happening("t-last", "tick", now), *probes]
