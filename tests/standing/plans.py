"""Random policies of a few forms, and their text."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

ZONES: Final = (
    "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo",
    "America/St_Johns", "UTC",
)  # fmt: skip
PERIODS: Final = ("day", "week", "month")
HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
NOON: Final = 12
MOST_ASKED: Final = 6
"""What counters are compared with at most: they need not count further."""


@dataclass(frozen=True)
class Tally:
    name: str
    per: str | None
    even_if_removed: bool


@dataclass(frozen=True)
class Streak:
    """`steps`: number, whether at each multiple, and what is added then. `before` in minutes."""

    name: str
    per: str
    kind: str
    before: int | None
    repairs: int
    repair_per: str
    steps: tuple[tuple[int, bool, int], ...]
    even_if_removed: bool


@dataclass(frozen=True)
class Counter:
    """`form`: events, distinct texts, distinct members, or sums of images. `by`: member, group or text. Either `per`
    or `span` in ms."""

    name: str
    form: str
    by: str
    per: str | None
    span: int
    cap: int | None
    with_images: bool = False
    across: bool = False


@dataclass(frozen=True)
class Tier:
    """`least`: what the score must reach, or (value, what it must reach) that must all; None: otherwise."""

    name: str
    least: float | tuple[tuple[str, int], ...] | None


@dataclass(frozen=True)
class Tiers:
    """`score`: percent, value, and the bounds of its scale; empty where the tiers have conditions."""

    name: str
    every: str
    score: tuple[tuple[int, str, int, int], ...]
    tiers: tuple[Tier, ...]
    add: int
    level: int | None = None


@dataclass(frozen=True)
class Plan:
    zone: str
    points: Tally
    quality: Tally
    streaks: tuple[Streak, ...]
    counters: tuple[Counter, ...]
    tiers: tuple[Tiers, ...]
    amount: int
    invited: int
    rich: int
    many: int
    edits: bool
    appeals: int
    """Days within which members may appeal; 0: they may not."""
    tops: tuple[str, ...]
    """What a schedule lists members by at noon, as in `{top.points}`."""

    @property
    def tallies(self) -> tuple[Tally, ...]:
        return self.points, self.quality

    @property
    def values(self) -> tuple[str, ...]:
        """All that can be printed anywhere."""
        counted = [each.name for each in self.counters if each.by != "text"]
        running, placed = [each.name for each in self.streaks], [each.name for each in self.tiers]
        return ("points", "quality", *running, *placed, *counted)

    @property
    def slides(self) -> bool:
        return any(each.per is None for each in self.counters)


def plan(random: Random) -> Plan:
    points = Tally("points", random.choice((None, None, *PERIODS)), random.random() < 0.25)
    quality = Tally("quality", random.choice(("week", "week", *PERIODS)), random.random() < 0.25)
    streaks = tuple(_streak(random, name) for name in ("checkin", "habit")[: random.choice((1, 1, 2))])
    names = random.sample(("posts", "kinds", "images", "voices", "copies"), random.choice((1, 2, 3)))
    counters = tuple(_counter(random, name) for name in sorted(names))
    numbers = ["points", "quality", *(each.name for each in streaks)]
    numbers += [each.name for each in counters if each.by != "text"]
    tiers = tuple(_tiers(random, name, numbers) for name in ("rank", "standing")[: random.choice((0, 1, 1, 2))])
    return Plan(
        random.choice(ZONES), points, quality, streaks, counters, tiers, random.randint(1, 9), random.randint(1, 9),
        random.randint(3, 40), random.randint(2, MOST_ASKED), random.random() < 0.5,
        random.choice((0, 3, 3)), _tops(random, counters),
    )  # fmt: skip


def _tops(random: Random, counters: tuple[Counter, ...]) -> tuple[str, ...]:
    if random.random() < 0.4:
        return ()
    listed = ["points", "quality", *(f"points.{per}" for per in PERIODS), "quality.week"]
    listed += [each.name for each in counters if each.per and each.by == "member" and not each.across]
    return tuple(random.sample(listed, 2))


def _streak(random: Random, name: str) -> Streak:
    per = random.choice(("day", "day", "day", "week", "month"))
    before = random.choice((None, 22 * 60, 9 * 60 + 30, 90)) if per == "day" else None
    repair_per = "month" if per != "day" else random.choice(("week", "month"))
    steps = {(random.randint(1, 7), False) for _ in range(random.choice((0, 1, 2)))}
    steps |= {(random.randint(2, 5), True) for _ in range(random.choice((0, 1, 2)))}
    return Streak(
        name, per, random.choice(("message", "message", "message", "mark", "edit")), before,
        random.choice((0, 1, 1, 2, 3)) if per != "month" else 0, repair_per,
        tuple((at, again, random.randint(1, 9)) for at, again in sorted(steps)), random.random() < 0.25,
    )  # fmt: skip


def _counter(random: Random, name: str) -> Counter:
    per = random.choice((None, *PERIODS))
    span = 0 if per else random.choice((HOUR, 26 * HOUR, 7 * DAY))
    cap = random.randint(MOST_ASKED, 12) if per is None or random.random() < 0.3 else None
    form, by = {
        "posts": ("events", "member"), "kinds": ("texts", "member"), "images": ("images", "member"),
        "voices": ("members", "group"), "copies": ("members", "text"),
    }[name]  # fmt: skip
    where = name == "posts" and random.random() < 0.4
    return Counter(name, form, by, per, span, cap, where, by != "group" and random.random() < 0.15)


def _tiers(random: Random, name: str, numbers: list[str]) -> Tiers:
    every = random.choice(PERIODS)
    level = 3 if random.random() < 0.2 else None
    add = random.choice((0, 0, 5))
    if random.random() < 0.5:
        chosen = random.sample(numbers, min(len(numbers), random.choice((1, 2, 3))))
        weights = {1: (100,), 2: (70, 30), 3: (45, 35, 20)}[len(chosen)]
        score = tuple(
            (weight, value, low := random.choice((0, 0, 1)), low + random.choice((3, 7, 20)))
            for weight, value in zip(weights, chosen, strict=True)
        )
        tiers = (Tier("core", 79.97), Tier("active", 39.97), Tier("normal", 9.97), Tier("watch", None))
        return Tiers(name, every, score, tiers, add)
    two = random.sample(numbers, 2)
    gold = tuple((value, random.randint(3, 20 if value == "points" else MOST_ASKED)) for value in two)
    silver = ((random.choice(numbers), random.randint(1, 5)),)
    rest = (Tier("plain", None),) if random.random() < 0.7 else ()
    return Tiers(name, every, (), (Tier("gold", gold), Tier("silver", silver), *rest), add, level)


# ---------------------------------------------------------------- as text


def text(plan: Plan) -> str:
    """The policy as an author writes it."""
    lines = [f'policy p "P" {{ for every group  timezone "{plan.zone}" }}', "attribute member.level : int"]
    lines += [_tally_text(each) for each in plan.tallies]
    lines += [_streak_text(each) for each in plan.streaks]
    lines += [_counter_text(each) for each in plan.counters]
    lines += [_tiers_text(each) for each in plan.tiers]
    on = "message, edit" if plan.edits else "message"
    lines += [
        *([f"appeal {{ within {plan.appeals}d  decided by owner }}"] if plan.appeals else []),
        f'rule harsh {{ on {on}  when message.text contains "凶"',
        '  then warn "!", add -2 to points, add 4 to quality, add 1 to points of member.id }',
        'rule bad { on message, edit  when message.text contains "坏" then delete }',
        'rule doubt { on message, edit  when message.text contains "疑" then hold }',
        f'rule spoke {{ on {on}  when message.text contains "分" then add {plan.amount} to points }}',
        f'rule twice {{ on {on}  when message.text contains "双"',
        '  then add 2 to points, add 3 to points of member.id, reply "twice {member.id}" }',
        f'rule fined {{ on message, edit  when message.text contains "罚" then add -{plan.amount} to points }}',
        f"rule invited {{ on join  then add {plan.invited} to points of join.inviter, add 1 to points }}",
        "rule gone { on leave  then add -1 to points }",
        'rule praised { on mark  when mark.as == "quality" then add 2 to quality, add 1 to points of mark.by }',
        "rule asked { on request  then add 3 to points, add -1 to quality }",
        'rule welcome { on request  when request.text contains "好" then admit }',
        f'rule rich {{ when points >= {plan.rich} then reply "rich {{points}}" }}',
        *(
            f'rule many_{each.name} {{ when {each.name} >= {plan.many} then reply "many {{{each.name}}}", '
            "add 1 to quality }"
            for each in plan.counters
        ),
        f'rule show {{ on mark  when mark.as == "probe" then reply "{shown(plan)}" }}',
    ]
    for each in plan.tiers:
        says = "tier {tier.of} {tier.was} {tier.now} {member.id} {points}"
        then = f'reply "{says}"' + (f", add {each.add} to points" if each.add else "")
        lines.append(f'rule told_{each.name} {{ on tier  when tier.of == "{each.name}" then {then} }}')
    if plan.tops:
        listed = "\\n".join(f"{name}\\n{{top.{name}}}" for name in plan.tops)
        lines.append(f'schedule best {{ every day {NOON}:00  then reply "{listed}" }}')
    return "\n".join(lines) + "\n"


def shown(plan: Plan) -> str:
    return " ".join(["show", *(f"{name}={{{name}}}" for name in plan.values)])


def _tally_text(tally: Tally) -> str:
    per = f" per {tally.per}" if tally.per else ""
    return f"tally {tally.name} by member{per}{' even if removed' if tally.even_if_removed else ''}"


def _streak_text(streak: Streak) -> str:
    before = f" before {streak.before // 60}:{streak.before % 60:02}" if streak.before is not None else ""
    where = 'mark.as == "quality"' if streak.kind == "mark" else 'message.text starts with "#打卡"'
    lines = [f"streak {streak.name} {{ each {streak.per}{before} {streak.kind} where {where}"]
    if streak.repairs:
        lines.append(f"  repair {streak.repairs} per {streak.repair_per}")
    for at, again, add in streak.steps:
        says = f"{streak.name} {at} {{streak.length}} {{member.id}} {{points}} {{{streak.name}}}"
        lines.append(f'  {"every" if again else "at"} {at} then add {add} to points, reply "{says}"')
    return "\n".join([*lines, "  even if removed }" if streak.even_if_removed else "}"])


def _counter_text(counter: Counter) -> str:
    what = {
        "events": "messages", "texts": "distinct message.fingerprint of messages",
        "members": "distinct member of messages", "images": "sums message.images of messages",
    }[counter.form]  # fmt: skip
    by = "message.fingerprint" if counter.by == "text" else counter.by
    window = f"per {counter.per}" if counter.per else f"within {counter.span // HOUR}h"
    where = " where message.images > 0" if counter.with_images else ""
    cap = f" up to {counter.cap}" if counter.cap is not None else ""
    across = " across groups" if counter.across else ""
    return f"counter {counter.name} counts {what} by {by} {window}{where}{cap}{across}"


def _tiers_text(tiers: Tiers) -> str:
    lines = [f"tiers {tiers.name} by member {{ every {tiers.every}"]
    if tiers.score:
        terms = (f"{weight}% * scale({value}, {low}, {high})" for weight, value, low, high in tiers.score)
        lines.append("  score " + " + ".join(terms))
    return "\n".join([*lines, *(_tier_text(tier, tiers.level) for tier in tiers.tiers), "}"])


def _tier_text(tier: Tier, level: int | None) -> str:
    if tier.least is None:
        return f"  tier {tier.name} otherwise"
    if isinstance(tier.least, float):
        return f"  tier {tier.name} >= {tier.least}"
    met = [f"{value} >= {least}" for value, least in tier.least]
    if level is not None and tier.name == "gold":
        met.append(f"member.level >= {level}")
    return f"  tier {tier.name} when {' and '.join(met)}"
