"""What must happen, worked out from plain lists of what has happened, as slowly and obviously as can be."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction

from tests.standing import clocks
from tests.standing.clocks import DAY, HOUR
from tests.standing.happenings import Happening
from tests.standing.kept import Add, Answer, Award, Cells, Counted, Entry, Life, TakenBack, run_of
from tests.standing.plans import NOON, Counter, Plan, Streak, Tally, Tier, Tiers
from tests.standing.rules import Value, asks, at_least, punishing

KNOWN_FOR = 24 * HOUR
REMOVED = ("delete", "hold")


class Model:
    """Of one history. `tell` gives what must be answered."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.lives: dict[str, Life] = defaultdict(Life)
        self.answers: dict[tuple[str, str], Answer] = {}
        self.open: dict[str, list[str]] = defaultdict(list)
        self.everywhere: Cells = defaultdict(list)
        self.ticked: dict[str, int] = defaultdict(int)
        self.own: dict[tuple[str, str], Answer] = {}

    def tell(self, it: Happening) -> Answer:
        life = self.lives[it.group]
        known = self.answers.get((it.group, it.id))
        if known is not None:
            return replace(known, replayed=True)
        if it.kind == "undo":
            return Answer(undone=self._undo(life, it.at - 2 * DAY, {"harsh"}))
        answer = self._answer(life, it)
        if not answer.refused:
            self.answers[it.group, it.id] = answer
        return answer

    def _answer(self, life: Life, it: Happening) -> Answer:
        if it.kind == "tick":
            return self._tick(it)
        if it.kind == "appeal":
            return self._appeal(life, it)
        return self._verdict(life, it) if it.kind == "verdict" else self._event(life, it)

    # ------------------------------------------------------------ taken back

    def _appeal(self, life: Life, it: Happening) -> Answer:
        entry = life.journal.get(it.about)
        if entry is None or entry.member != it.member or entry.appealed or not entry.asked:
            return Answer(refused=True)
        if not self.plan.appeals or entry.at < it.at - self.plan.appeals * DAY:
            return Answer(refused=True)
        entry.appealed = "open"
        return Answer()

    def _verdict(self, life: Life, it: Happening) -> Answer:
        entry = life.journal.get(it.about)
        if entry is None or entry.appealed != "open":
            return Answer(refused=True)
        entry.appealed = "settled"
        return Answer(undone=self._take_back(life, it.about, None) if it.approves and entry.asked else [])

    def _undo(self, life: Life, since: int, rules: set[str]) -> list[TakenBack]:
        meant = [name for name, entry in life.journal.items() if entry.at >= since and entry.asked & rules]
        return [back for name in meant for back in self._take_back(life, name, rules)]

    def _take_back(self, life: Life, event: str, rules: set[str] | None) -> list[TakenBack]:
        """What these rules, or all, have added on an event."""
        entry = life.journal[event]
        entry.asked = entry.asked - rules if rules else set()
        found: dict[tuple[str, str], int] = {}
        for whose, awards in life.awards.items():
            back = [each for each in awards if each.event == event and (rules is None or each.rule in rules)]
            if back:
                found[whose] = sum(each.amount for each in back)
                life.awards[whose] = [each for each in awards if each not in back]
        return [(event, tally, member, amount) for (tally, member), amount in found.items() if amount]

    # ------------------------------------------------------------ an event

    def _event(self, life: Life, it: Happening) -> Answer:
        kind = it.kind
        if it.message is not None:
            first = life.seen.get(it.message)
            if kind == "message" and first is not None and it.at - first < KNOWN_FOR:
                kind = "edit"
            if first is None or it.at - first >= KNOWN_FOR:
                life.seen[it.message] = it.at
        copies = [self._count(life, counter, it) for counter in self.plan.counters if kind == "message"]
        values = self._values(life, it.member, it.at) | {name: value for name, value in copies if value is not None}
        answer = self._decided(life, it, kind, values)
        self._award(life, answer.adds, it.at, it.id)
        for streak in self.plan.streaks:
            if self._fits(streak, it, kind) and (streak.even_if_removed or answer.verdict not in REMOVED):
                self._continue(life, streak, it, answer)
        self._acquaint(life, it)
        return answer

    def _acquaint(self, life: Life, it: Happening) -> None:
        life.since = it.at if life.since is None else life.since
        if it.kind == "leave":
            life.members.pop(it.member, None)
        elif it.kind != "request":
            self._meet(life, it)

    def _meet(self, life: Life, it: Happening) -> None:
        if it.role != "bot":
            life.members[it.member] = it.level if it.level is not None else life.members.get(it.member)

    def _decided(self, life: Life, it: Happening, kind: str, values: dict[str, Value]) -> Answer:
        """What its rules ask for, those that have acted for this message left out."""
        asked = asks(self.plan, it, kind, values)
        before = set(life.given[it.message]) if kind == "edit" and it.message is not None else set()
        acting = {*asked.adds, *asked.says} - before
        if it.message is not None:
            life.given[it.message] |= acting
        punished = punishing(self.plan, it, kind) - (before - {"bad", "doubt"})
        if punished:
            life.journal[it.id] = Entry(it.at, it.member, punished)
        adds = [
            (tally, whose, rule, amount)
            for rule in sorted(acting)
            for tally, whose, amount in asked.adds.get(rule, [])
            if whose
        ]
        if asked.verdict in REMOVED:
            adds = [add for add in adds if add[3] <= 0 or self._tally(add[0]).even_if_removed]
        says = [(rule, asked.says[rule]) for rule in sorted(acting & set(asked.says))]
        return Answer(asked.verdict, summed(adds), says)

    # ------------------------------------------------------------ counters

    def _count(self, life: Life, counter: Counter, it: Happening) -> tuple[str, Value]:
        """What a counter by text counts, which only messages can ask for."""
        fits = not counter.with_images or (it.images is not None and it.images > 0)
        value = {
            "events": 1, "texts": fingerprint(it.text), "members": it.member, "images": it.images or None,
        }[counter.form]  # fmt: skip
        key = {"member": it.member, "group": "", "text": fingerprint(it.text)}[counter.by]
        if key is None:
            return counter.name, None
        cell = self._cells(life, counter)[counter.name, key]
        if fits and value is not None:
            now = clocks.of(self.plan.zone, counter.per, it.at) if counter.per else 0
            cell.append(Counted(it.at, max([now, *(each.period for each in cell)]), value))
        return counter.name, self._counter(cell, counter, it.at, last=False) if counter.by == "text" else None

    def _cells(self, life: Life, counter: Counter) -> Cells:
        return self.everywhere if counter.across else life.counted

    def _counter(self, cell: list[Counted], counter: Counter, now: int, *, last: bool) -> int:
        if counter.per is None:
            found = [each for each in cell if now - counter.span < each.at <= now]
        else:
            running = max([clocks.of(self.plan.zone, counter.per, now), *(each.period for each in cell)])
            found = [each for each in cell if each.period == running - last]
        if counter.form == "images":
            number = sum(int(each.value) for each in found)
        else:
            number = len(found) if counter.form == "events" else len({each.value for each in found})
        return min(number, counter.cap if counter.cap is not None else 60_000)

    # ------------------------------------------------------------ values

    def _values(self, life: Life, member: str, now: int, *, last: bool = False) -> dict[str, Value]:
        """As of now; `last`: of complete periods, where something is by period."""
        found: dict[str, Value] = {each.name: self._sum(life, each, member, now, last) for each in self.plan.tallies}
        for streak in self.plan.streaks:
            found[streak.name] = self._length(life, streak, member, now)
        for tiers in self.plan.tiers:
            found[tiers.name] = life.placed.get((tiers.name, member))
        for counter in self.plan.counters:
            if counter.by != "text":
                key = member if counter.by == "member" else ""
                cell = self._cells(life, counter)[counter.name, key]
                found[counter.name] = self._counter(cell, counter, now, last=last)
        return found

    def _sum(self, life: Life, tally: Tally, member: str, now: int, last: bool) -> int:
        awards = life.awards[tally.name, member]
        if tally.per is None:
            return sum(each.amount for each in awards)
        return self._within(awards, tally.per, now, last)

    def _within(self, awards: list[Award], per: str, now: int, last: bool) -> int:
        wanted = clocks.of(self.plan.zone, per, now) - last
        return sum(each.amount for each in awards if clocks.period(per, each.day) == wanted)

    def _length(self, life: Life, streak: Streak, member: str, now: int) -> int:
        ran = run_of(streak, life.checked[streak.name, member])
        if ran.last is None:
            return 0
        missing = clocks.of(self.plan.zone, streak.per, now) - ran.last - 1
        left = streak.repairs - ran.repaired[clocks.of(self.plan.zone, streak.repair_per, now)]
        return ran.length if missing <= 0 or missing <= left else 0

    def _tally(self, name: str) -> Tally:
        return next(each for each in self.plan.tallies if each.name == name)

    # ------------------------------------------------------------ what follows

    def _award(self, life: Life, adds: list[Add], now: int, event: str = "") -> None:
        for tally, member, rule, amount in adds:
            life.awards[tally, member].append(Award(clocks.on(self.plan.zone, now), amount, event, rule))

    def _fits(self, streak: Streak, it: Happening, kind: str) -> bool:
        if kind != streak.kind or it.role == "bot":
            return False
        wall = clocks.local(self.plan.zone, it.at)
        if streak.before is not None and wall.hour * 60 + wall.minute >= streak.before:
            return False
        return it.mark == "quality" if kind == "mark" else (it.text or "").startswith("#打卡")

    def _continue(self, life: Life, streak: Streak, it: Happening, answer: Answer) -> None:
        dates = life.checked[streak.name, it.member]
        dates.append(clocks.on(self.plan.zone, it.at))
        ran = run_of(streak, dates)
        for at, again, add in ran.reached:
            rule = f"{streak.name}.{'every' if again else 'at'}{at}"
            values = self._values(life, it.member, it.at)
            text = f"{streak.name} {at} {ran.length} {it.member} {values['points']} {values[streak.name]}"
            answer.replies.append((rule, text))
            adds = [("points", it.member, rule, add)]
            answer.adds += adds
            self._award(life, adds, it.at)

    # ------------------------------------------------------------ ticks

    def _tick(self, it: Happening) -> Answer:
        own = Answer()
        for group, life in sorted(self.lives.items()):
            if group and life.since is not None and it.group in ("", group):
                self._occurrences(group, life, it.at, own)
        self.ticked[it.group] = max(it.at, self.ticked[it.group])
        opened = self.open[it.group]
        if it.ack == "-":
            opened.clear()
        elif it.ack is not None and it.ack in opened:
            del opened[: opened.index(it.ack) + 1]
        answer = own
        for earlier in opened:
            answer = answer.with_(self.own[it.group, earlier])
        opened.append(it.id)
        self.own[it.group, it.id] = own
        return answer

    def _occurrences(self, group: str, life: Life, now: int, answer: Answer) -> None:
        assert life.since is not None
        last = max(life.since, self.ticked[""], self.ticked[group])
        due: list[tuple[int, str, str, str]] = []
        for tiers in self.plan.tiers:
            came = clocks.beginnings(self.plan.zone, tiers.every, last, now)
            late = [at for at in came if at < now - DAY]
            answer.missed += [(tiers.name, group, at) for at in late[-20:]]
            fresh = [at for at in came if at >= now - DAY]
            for member in sorted(life.members) if fresh else ():
                if self._tier(life, tiers, member, now) not in (None, life.placed.get((tiers.name, member))):
                    due.append((fresh[-1], "tiers", tiers.name, member))
        if self.plan.tops:
            came = clocks.beginnings(self.plan.zone, "day", last, now, NOON)
            answer.missed += [("best", group, at) for at in [at for at in came if at < now - DAY][-20:]]
            due += [(at, "schedule", "best", "") for at in came[-1:] if at >= now - DAY]
        for _, what, name, member in sorted(due):
            if what == "tiers":
                self._place(life, group, name, member, now, answer)
            else:
                text = "\n".join(f"{each}\n{self._top(life, each, now)}" for each in self.plan.tops)
                answer.replies.append((name, f"{group}: {text}"))

    def _top(self, life: Life, name: str, now: int) -> str:
        """Who has most of it in the last period that is over, or altogether."""
        plain, _, per = name.partition(".")
        found: dict[str, Value] = {}
        for member in life.members:
            awards = life.awards[plain, member]
            complete = self._within(awards, per, now, last=True) if per else None
            found[member] = complete if per else self._values(life, member, now, last=True)[name]
        most = sorted((-int(value or 0), member) for member, value in found.items() if int(value or 0) > 0)
        lines = [f"{place}. {member} {-value}" for place, (value, member) in enumerate(most[:10], 1)]
        return "\n".join(lines) or "暂无 / nobody yet"

    def _place(self, life: Life, group: str, name: str, member: str, now: int, answer: Answer) -> None:
        tiers = next(each for each in self.plan.tiers if each.name == name)
        was, tier = life.placed.get((name, member)), self._tier(life, tiers, member, now)
        if tier is None or tier == was:
            return
        life.placed[name, member] = tier
        points = self._values(life, member, now)["points"]
        answer.replies.append((f"told_{name}", f"{group}: tier {name} {was or ''} {tier} {member} {points}"))
        if tiers.add:
            self._award(life, [("points", member, f"told_{name}", tiers.add)], now)
            answer.adds.append((f"{group}: points", member, f"told_{name}", tiers.add))

    def _tier(self, life: Life, tiers: Tiers, member: str, now: int) -> str | None:
        """None: nobody knows."""
        values = self._values(life, member, now, last=True)
        level = life.members[member]
        for tier in tiers.tiers:
            met = _is_met(tiers, tier, values, level)
            if met is None or met:
                return tier.name if met else None
        return None


def _is_met(tiers: Tiers, tier: Tier, values: dict[str, Value], level: int | None) -> bool | None:
    if tier.least is None:
        return True
    if isinstance(tier.least, float):
        return score(tiers, values) >= tier.least
    met = all(at_least(values[name], least) for name, least in tier.least)
    if met and tiers.level is not None and tier.name == "gold":
        return None if level is None else level >= tiers.level
    return met


def score(tiers: Tiers, values: dict[str, Value]) -> Fraction:
    return sum((Fraction(weight, 100) * scale(values[name], a, b) for weight, name, a, b in tiers.score), Fraction(0))


def scale(value: Value, low: int, high: int) -> Fraction:
    assert isinstance(value, int)
    return min(Fraction(100), max(Fraction(0), Fraction(100 * (value - low), high - low)))


def fingerprint(text: str | None) -> str | None:
    """The texts here have no digits; spaces and signs tell nothing."""
    return None if text is None else text.replace(" ", "").replace("#", "")


def summed(adds: list[Add]) -> list[Add]:
    found: dict[tuple[str, str, str], int] = {}
    for tally, member, rule, amount in adds:
        found[tally, member, rule] = found.get((tally, member, rule), 0) + amount
    return [(*key, amount) for key, amount in found.items() if amount]
