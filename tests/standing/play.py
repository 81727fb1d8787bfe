"""One history through the whole engine and through the model, compared decision by decision."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Final

from policyd.check.load import load_texts
from policyd.compile.load import compile_policies
from policyd.compile.program import Program
from policyd.state.memory import MemoryStore
from policyd.state.store import Store
from tests.standing.bot import Bot, by_hand
from tests.standing.flaky import Flaky
from tests.standing.happenings import Happening
from tests.standing.histories import Historian
from tests.standing.kept import Answer
from tests.standing.model import Model
from tests.standing.plans import Plan, plan, text

HISTORIES: Final = 20
"""For each policy."""
DAYS: Final = (8, 20, 45)
FLAKY: Final = 0.25
"""Share of histories with a store that sometimes fails."""


@dataclass
class Found:
    """`reached`: how often something happened, so that agreement says something."""

    histories: int = 0
    reached: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def add(self, other: Found) -> None:
        self.histories += other.histories
        self.reached += other.reached
        self.differences += other.differences


@dataclass
class Case:
    """A history, and the store that it goes to, always made anew."""

    plan: Plan
    program: Program
    history: Sequence[Happening]
    store: Callable[[], Store]

    def difference(self, found: Found) -> str | None:
        return compare(self.plan, Bot(self.program, self.store(), by_hand), self.history, found)


def program_of(chosen: Plan) -> Program:
    """Raises `ValueError` where the checker has something against it."""
    written = text(chosen)
    policies, findings = load_texts({"p.policy": written})
    if policies is None:
        raise ValueError(f"{written}\n" + "\n".join(f"{each.code} {each.message()}" for each in findings))
    return compile_policies(policies)


def search(seed: int, histories: int = HISTORIES, days: Sequence[int] = DAYS) -> Found:
    """Histories of one random policy, each of so many `days`, on a store in memory."""
    random = Random(seed)
    chosen = plan(random)
    program, found = program_of(chosen), Found()
    for number in range(histories):
        history = Historian(random, chosen, random.choice(days)).history()
        store = _flaky(number) if random.random() < FLAKY else _steady
        case = Case(chosen, program, history, store)
        said = case.difference(found)
        found.histories += 1
        if said is not None:
            found.differences.append(report(f"seed {seed}, history {number}", shrink(case)))
            break
    return found


def on_server(store: Store, seed: int, histories: int, runner: asyncio.Runner) -> Found:
    """The same on a real server, each history under a tenant of its own."""
    random, found = Random(seed), Found()
    for number in range(histories):
        chosen = plan(random)
        history = Historian(random, chosen, random.choice((8, 20))).history()
        bot = Bot(program_of(chosen), store, runner.run, f"{seed}-{number}")
        said = compare(chosen, bot, history, found)
        found.histories += 1
        if said is not None:
            found.differences.append(f"on a server, seed {seed}, history {number}\n{text(chosen)}\n{said}")
            break
    return found


def _steady() -> Store:
    return MemoryStore(virtual=True)


def _flaky(seed: int) -> Callable[[], Store]:
    return lambda: Flaky(Random(seed))


# ---------------------------------------------------------------- comparisons


def compare(chosen: Plan, bot: Bot, history: Sequence[Happening], found: Found) -> str | None:
    """The first difference in words, None where there is none."""
    model = Model(chosen)
    for it in history:
        expected, before = model.tell(it), bot.again
        try:
            got = bot.tell(it)
        except Exception as error:
            return f"{it}: {type(error).__name__}: {error}"
        again = bot.again > before
        found.reached.update([*_reached(it, expected), *["sent again"] * again])
        lines = _differences(expected, got, again=again, lists=not bot.again)
        if lines:
            return "\n  ".join([str(it), *lines])
        if again and it.group:
            _introduce(it, model, bot)
    return None


def _introduce(it: Happening, model: Model, bot: Bot) -> None:
    """Nobody is made known by an event that is sent again, but by the next one."""
    member = it.member if it.kind in ("message", "edit", "join", "mark") else "w1"
    for number in count():
        met = Happening(f"{it.id}-met{number}", "mark", it.at, it.group, member, it.role, it.level, mark="seen")
        before = bot.again
        model.tell(met)
        bot.tell(met)
        if bot.again == before:
            return


def _differences(expected: Answer, got: Answer, *, again: bool, lists: bool) -> list[str]:
    """`again`: it had to be sent again, so it may be known already, and what was taken back told before. `lists`: those
    of who has most are compared; a tick that is carried out again tells them as of then."""
    lines = []
    for name in ("verdict", "refused") if again else ("verdict", "refused", "replayed"):
        if getattr(expected, name) != getattr(got, name):
            lines.append(f"{name}: expected {getattr(expected, name)}, got {getattr(got, name)}")
    for name in ("adds", "replies", "missed") if again else ("adds", "replies", "missed", "undone"):
        wanted, told = _told(expected, name, lists=lists), _told(got, name, lists=lists)
        if wanted != told:
            less, more = list((wanted - told).elements()), list((told - wanted).elements())
            lines.append(f"{name}: expected {less}, got {more}")
    in_order = sorted(got.adds, key=lambda add: (add[0], add[1], add[2]))
    if not lines and got.adds != in_order and ":" not in got.adds[0][0]:
        lines.append(f"adds are not in order: {got.adds}")
    return lines


def _told(answer: Answer, name: str, *, lists: bool) -> Counter[object]:
    found: list[tuple[object, ...]] = getattr(answer, name)
    return Counter(each for each in found if lists or each[0] != "best" or name == "missed")


def _reached(it: Happening, answer: Answer) -> list[str]:
    names = [it.kind, *(f"says {rule}" for rule, _ in answer.replies)]
    names += ["add"] * len(answer.adds) + ["replayed"] * answer.replayed
    names += ["missed"] * len(answer.missed) + ["undone"] * len(answer.undone) + ["refused"] * answer.refused
    return [*names, f"verdict {answer.verdict}"]


# ---------------------------------------------------------------- smaller


def shrink(case: Case) -> Case:
    """With as few happenings as still differ."""
    small, size = list(case.history), max(1, len(case.history) // 2)
    while size:
        place = 0
        while place < len(small):
            fewer = small[:place] + small[place + size :]
            if Case(case.plan, case.program, fewer, case.store).difference(Found()) is not None:
                small = fewer
            else:
                place += size
        size //= 2
    return Case(case.plan, case.program, small, case.store)


def report(where: str, case: Case) -> str:
    said = case.difference(Found())
    return "\n".join([where, text(case.plan), *(f"{it}" for it in case.history), f"DIFFERS {said}"])
