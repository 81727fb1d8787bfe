"""Random declarations of standing and figures, beside those of workflows: tallies, streaks, tiers, awards, counters of
calendar periods, of distinct values and of sums, and what rules ask of the group's figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from policyd.check.facts import FACTS, WITH_MEMBER
from policyd.language.types import INT, TEXT
from tests.equivalence.expressions import Expressions
from tests.equivalence.policies import Written
from tests.equivalence.workflows import ROSTER, ROSTER_FILE, WorkflowAuthor

PERIODS: Final = ("day", "week", "month")
_LONGER: Final = {"day": ("week", "month"), "week": ("month",), "month": ()}
_TIERS: Final = (("high", "mid", "low"), ("high", "low"), ("high",))
_LEAST: Final = (5, 2, 1)
"""So much at least is worth a tier, from the highest on."""
_BESIDES: Final = (
    "member.silent >= 10h", "member.role in [admin, guest]", "known(member.joined)", "group.active(7d) > 1",
    "falling(group.messages, 1d) > 25%", "group.messages_today > 2", "member.age > 10m", "group.size > 1",
)  # fmt: skip
_WEIGHTS: Final = ((100,), (60, 40), (30, 25, 45))
ACCOUNTS: Final = ("join.inviter", "report.by", "mark.by", "sanction.by", "member.id", "notice.by", "verdict.by")
"""Facts of events that may name whose account it is."""


def policies(random: Random) -> dict[str, Written]:
    """By file name, one policy or two, and the roster that they may name."""
    names = ("first", "other")[: 2 if random.random() < 0.25 else 1]
    written = {f"{name}.policy": StandingAuthor(random, name).policy() for name in names}
    return {**written, ROSTER_FILE: Written(ROSTER)}


class StandingAuthor(WorkflowAuthor):
    """Writes one policy with standing. Rules on changes of tiers are called `u0`, `u1`."""

    _on_tiers = False

    def _values(self) -> None:
        super()._values()
        self._names.figures = self._some(0.6)
        for number in range(self._random.choice((1, 1, 2))):
            self._tally(f"k{number}")
        self._streaks = [f"g{number}" for number in range(self._random.choice((0, 1, 1, 2)))]
        self._names.standings += self._streaks
        self._tiers = [
            (f"q{number}", self._random.choice(_TIERS)) for number in range(self._random.choice((0, 1, 1, 2)))
        ]
        self._names.tiers += self._tiers

    def _header(self) -> list[str]:
        """The first policy covers all groups, so that the days of a group are always those of one zone."""
        scope, *others = super()._header()
        return ["for every group" if self._policy == "first" else scope, *others]

    def _tally(self, name: str) -> None:
        title = ' "积分"' if self._some(0.3) else ""
        per = f" per {self._random.choice(PERIODS)}" if self._some(0.5) else ""
        removed = " even if removed" if self._some(0.3) else ""
        self._names.standings.append(name)
        self._tallies = [*getattr(self, "_tallies", []), name]
        self._written.append(f"tally {name}{title} by member{per}{removed}")

    def _workflows(self) -> None:
        for number in range(self._random.choice((1, 2)) if self._tiers else 0):
            self._rule(f"u{number}")
        for name in self._streaks:
            self._streak(name)
        for name, tiers in self._tiers:
            self._place(name, tiers)
        super()._workflows()

    def _streak(self, name: str) -> None:
        kind = self._random.choice(("message", "message", "message", "message", "edit", "join", "mark", "notice"))
        per = self._random.choice(("day", "day", "day", "week", "month"))
        before = (
            f" before {self._random.choice(('22:00', '20:30', '12:00'))}" if per == "day" and self._some(0.3) else ""
        )
        where = f" where {self._condition((kind,))}" if self._some(0.25) else ""
        clauses = [f"each {per}{before} {kind}{where}"]
        if _LONGER[per] and self._some(0.5):
            clauses.append(f"repair {self._random.choice((1, 1, 2))} per {self._random.choice(_LONGER[per])}")
        steps = [f"at {at}" for at in self._random.sample((1, 2, 3, 4), self._random.choice((0, 1, 2)))]
        steps += [f"every {at}" for at in self._random.sample((1, 2, 3), self._random.choice((0, 1, 1)))]
        clauses += [f"{step} then {self._rewards()}" for step in steps]
        clauses += ["even if removed"] if self._some(0.3) else []
        self._rules[name] = (kind,)
        title = ' "打卡"' if self._some(0.3) else ""
        self._written.append(f"streak {name}{title} {{ {' '.join(clauses)} }}")

    def _rewards(self) -> str:
        options: list[Callable[[Sequence[str]], str]] = [self._speech, self._speech, self._add, self._granted]
        found: list[str] = []
        while len(found) < self._random.choice((1, 1, 2)):
            action = self._random.choice(options)(("streak",))
            if action and action not in found:
                found.append(action)
        return ", ".join(found)

    def _granted(self, kinds: Sequence[str]) -> str:
        options = ['assign "{member.id} 组"', 'move to "other"', *(f"set {switch}" for switch in self._names.switches)]
        return self._random.choice(options)

    def _place(self, name: str, tiers: Sequence[str]) -> None:
        clauses = [f"every {self._random.choice(('day', 'day', 'week', 'month'))}"]
        scored = self._some(0.6)
        if scored:
            clauses.append(f"score {self._score()}")
        least = 100
        for place, tier in enumerate(tiers):
            if place == len(tiers) - 1 and (len(tiers) > 1 and self._some(0.85)):
                clauses.append(f"tier {tier} otherwise")
            elif scored:
                least -= self._random.choice((10, 30, 45))
                clauses.append(f"tier {tier} >= {max(least, 1)}")
            else:
                clauses.append(f"tier {tier} when {self._worth(_LEAST[place])}")
        self._rules[name] = ("tiers",)
        title = ' "等级"' if self._some(0.3) else ""
        self._written.append(f"tiers {name}{title} by member {{ {' '.join(clauses)} }}")

    def _worth(self, least: int) -> str:
        """What one is placed for: nothing that nobody or everybody reaches."""
        reached = f"{self._random.choice(self._names.standings)} >= {least}"
        besides = [*_BESIDES, *(f"{name} > 1" for name, kinds, _ in self._names.counters if "tiers" in kinds)]
        return (
            reached
            if self._some(0.4)
            else f"{reached} {self._random.choice(('and', 'or'))} {self._random.choice(besides)}"
        )

    def _score(self) -> str:
        terms = []
        for weight in self._random.choice(_WEIGHTS):
            value = Expressions(self._random, self._names, ("tiers",)).value(INT)
            counted = [name for name, kinds, free in self._names.counters if free and "tiers" in kinds]
            if self._some(0.7):
                value = self._random.choice(self._names.standings + counted)
            terms.append(f"{weight}% * scale({value}, 0, {self._random.choice((1, 3, 10))})")
        return " + ".join(terms)

    # ------------------------------------------------------------ what is counted

    def _counted(self, kind: str) -> str:
        pick = self._random.random()
        if pick > 0.5:
            return super()._counted(kind)
        wanted = (INT,) if pick < 0.25 else (INT, TEXT)
        facts = [
            fact.name for fact in FACTS.values()
            if kind in fact.kinds and fact.type in wanted and fact.source in ("event", "text")
        ]  # fmt: skip
        if pick >= 0.4:
            facts = ["member"]
        return f"{'sums' if pick < 0.25 else 'distinct'} {self._random.choice(facts)} of {kind}" if facts else kind

    def _span(self) -> str:
        return f"per {self._random.choice(PERIODS)}" if self._some(0.45) else super()._span()

    # ------------------------------------------------------------ what rules do

    def _rule(self, name: str) -> None:
        self._on_tiers = name.startswith("u")
        super()._rule(name)
        self._on_tiers = False

    def _kinds(self) -> tuple[str, ...]:
        return ("tier",) if self._on_tiers else super()._kinds()

    def _options(self, kinds: Sequence[str], finds: bool) -> list[Callable[[Sequence[str]], str]]:
        return [*super()._options(kinds, finds), *[self._add] * 4]

    def _due_options(self, occasion: str) -> list[Callable[[Sequence[str]], str]]:
        rewarded = occasion in ("sweep", "duty")
        return [*super()._due_options(occasion), *([self._add] * 3 if rewarded else [])]

    def _add(self, kinds: Sequence[str]) -> str:
        if not set(kinds) <= set(WITH_MEMBER):
            return ""
        whole = [name for name, type in self._names.settings if type == INT]
        amount = self._random.choice(("1", "2", "5", "10", "-1", "-3", *whole))
        carried = [name for name in ACCOUNTS if set(kinds) <= set(FACTS[name].kinds)]
        of = f" of {self._random.choice(carried)}" if carried and self._some(0.35) else ""
        return f"add {amount} to {self._random.choice(self._tallies)}{of}"

    def _placeholder(self, kinds: Sequence[str], step: bool) -> str:
        if self._some(0.5) and kinds and set(kinds) <= set(WITH_MEMBER):
            if tuple(kinds) == ("streak",) and self._some(0.5):
                return "streak.length"
            return self._random.choice([*self._names.standings, *(name for name, _ in self._tiers)])
        return super()._placeholder(kinds, step)
