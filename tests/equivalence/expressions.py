"""Random expressions of the language, well typed by construction, as an author would write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from policyd.check.facts import FACTS, KINDS, WITH_MEMBER
from policyd.language.types import BOOL, DURATION, INT, NUMBER, ROLE, TEXT, TIME, WEEKDAY, Type, list_of

TEXTS = (
    "",
    "大家好",
    "来玩网赌",
    "網 賭 吗",
    "加微信 abc123",
    "反网赌宣传",
    "spam SPAM",
    "hello 你好",
    "13800138000",
    "see https://t.me/x",
)
NAMES = ("小明", "spammer", "bob")
TEXT_CONSTANTS = ('"大家好"', '"网赌"', '"a"', '"hello 你好"', '"python"', '"小明"', '""', '"m1"')
PATTERNS = ("/(?i)spam/", "/[0-9]{3}/", "/^$/", "/[一-龥]{3,}/", "/h.*o/")
DURATIONS = ("0s", "5s", "30s", "1m", "10m", "1h30m", "24h", "30d")
DATES = ("2026-03-01", "2026-03-02", "2025-12-31", "2026-03-08")
QUESTIONS = ("why", "来自哪里")
LISTS = list_of(TEXT)
CELLS = ('"a1"', '"b2"', '""')
"""What stands, or might, in the column `class` of rosters."""


@dataclass
class Names:
    """What an expression may name besides facts: by type the attributes, settings and lets, the lets with the kinds on
    which their facts exist; counters with the kinds that know their keys and whether they may be computed with;
    rosters, which all have the column `class`; tallies and streaks (`standings`), tiers with their names. `figures`:
    rules ask for figures of the group. `reviewed`: there are reviews that may approve."""

    attributes: list[tuple[str, Type]] = field(default_factory=list)
    lets: list[tuple[str, Type, frozenset[str]]] = field(default_factory=list)
    counters: list[tuple[str, frozenset[str], bool]] = field(default_factory=list)
    ladders: list[str] = field(default_factory=list)
    lexicons: list[str] = field(default_factory=list)
    hours: list[str] = field(default_factory=list)
    settings: list[tuple[str, Type]] = field(default_factory=list)
    rosters: list[str] = field(default_factory=list)
    switches: list[str] = field(default_factory=list)
    standings: list[str] = field(default_factory=list)
    tiers: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    figures: bool = False
    reviewed: bool = False


class Expressions:
    """Expressions that can be read on all `kinds` (or on what comes due: `schedule`, `sweep`, `duty`, `together`).
    `stateless`: only what the event itself carries (`where`)."""

    def __init__(self, random: Random, names: Names, kinds: Sequence[str], *, stateless: bool = False) -> None:
        self._random = random
        self._names = names
        self._kinds = frozenset(kinds)
        self._stateless = stateless
        known = [fact for fact in FACTS.values() if self._kinds <= set(fact.kinds)]
        self._facts = [fact for fact in known if not stateless or fact.source in ("event", "text")]
        self._members = self._kinds <= set(WITH_MEMBER)
        self._attributes = [one for one in names.attributes if self._members or not one[0].startswith("member.")]

    # ------------------------------------------------------------ conditions

    def condition(self, depth: int = 2) -> str:
        """A `bool` expression that nests at most `depth` deep."""
        pick = self._random.random()
        if depth > 1 and pick > 0.92 and self._names.lexicons:
            return self._logic_of_words(3)
        if depth > 0 and pick < 0.4:
            return self._compound(depth)
        return self._random.choice(self._tests())()

    def _logic_of_words(self, depth: int) -> str:
        """Little but lexicons, constants and connectives: what decides whether a clean event can fire the rule."""
        pick = self._random.random()
        if depth == 0 or pick < 0.15:
            return self._matches() if pick > 0.05 else self._random.choice(("true", "false"))
        if pick < 0.45:
            return f"not ({self._logic_of_words(depth - 1)})"
        if pick < 0.55:
            return f"({self._logic_of_words(depth - 1)}) default {self._random.choice(('true', 'false'))}"
        word = self._random.choice((" and ", " or "))
        return word.join(f"({self._logic_of_words(depth - 1)})" for _ in range(2))

    def _compound(self, depth: int) -> str:
        pick = self._random.random()
        if pick < 0.2:
            return f"not ({self.condition(depth - 1)})"
        if pick < 0.28:
            return f"({self.condition(depth - 1)}) default {self._random.choice(('true', 'false'))}"
        word = " and " if pick < 0.65 else " or "
        return word.join(f"({self.condition(depth - 1)})" for _ in range(self._random.choice((2, 2, 3))))

    def _tests(self) -> list[Callable[[], str]]:
        tests = [
            self._number_test, self._number_test, self._text_test, self._list_test, self._known,
            self._membership, self._duration_test, self._bool_value,
        ]  # fmt: skip
        tests += [self._role_test] if self._members else []
        tests += [self._kind_test] if self._kinds <= set(KINDS) else []
        tests += [self._roster_test] * 2 if self._names.rosters else []
        if self._kinds <= {"message", "edit"}:
            tests += [self._message_test] * 4
        if self._names.lexicons:
            tests += [self._matches] * 4
        if not self._stateless:
            tests += [self._time_test, self._hours_test, self._weekday_test] + [self._counter_test] * 3
            tests += [self._strikes_test] * 2 if self._names.ladders and self._members else []
            tests += [self._switch_test] * 3 if self._names.switches else []
            tests += [self._standing_test] * 4 if self._names.standings and self._members else []
            tests += [self._tier_test] * 3 if self._names.tiers and self._members else []
            tests += [self._figure_test] * 2 if self._names.figures else []
            tests += [self._approved] if self._names.reviewed and self._kinds <= {"message", "edit"} else []
        return tests

    def _switch_test(self) -> str:
        return self._random.choice(self._names.switches)

    def _standing_test(self) -> str:
        name = self._random.choice(self._names.standings)
        return self._compare(name, str(self._random.choice((0, 1, 1, 2, 3, 5, 10, -1))))

    def _tier_test(self) -> str:
        name, tiers = self._random.choice(self._names.tiers)
        if self._kinds == {"tier"} and self._random.random() < 0.5:
            return self._compare(self._random.choice(("tier.now", "tier.was")), f'"{tiers[0]}"', ordered=False)
        if len(self._names.tiers) == 1 and self._random.random() < 0.5:
            name = "member.tier"
        return f"known({name})" if self._random.random() < 0.1 else self._compare(name, self._random.choice(tiers))

    def _figure_test(self) -> str:
        days = self._random.choice(("1d", "7d", "30d"))
        pick = self._random.random()
        if pick < 0.25:
            today = f"group.{self._random.choice(('messages', 'active'))}_today"
            return self._compare(today, str(self._random.choice((0, 1, 2, 3))))
        if pick < 0.65:
            figure = self._random.choice(("messages", "active", "active", "joins", "leaves", "requests"))
            return self._compare(f"group.{figure}({days})", str(self._random.choice((0, 1, 2, 5))))
        if pick < 0.85:
            share = f"group.{self._random.choice(('speakers', 'retention'))}({days})"
            return self._compare(share, self._random.choice(("0%", "2%", "50%", "100%")))
        falling = self._random.choice(("messages", "active", "joins", "leaves", "requests"))
        return self._compare(f"falling(group.{falling}, {self._random.choice(('1d', '3d'))})", "25%")

    def _approved(self) -> str:
        return "message.approved"

    def _roster_test(self) -> str:
        roster, key = self._random.choice(self._names.rosters), self.value(TEXT)
        if self._random.random() < 0.5:
            return f"{key} {self._in()} {roster}"
        return self._compare(f"{roster}({key}).class", self._random.choice(CELLS), ordered=False)

    def _compare(self, left: str, right: str, *, ordered: bool = True) -> str:
        ops = ("<", "<=", ">", ">=", "==", "!=") if ordered else ("==", "!=")
        return f"{left} {self._random.choice(ops)} {right}"

    def _number_test(self) -> str:
        pick = self._random.random()
        if pick < 0.6:
            return self._compare(self.value(INT), str(self._random.choice((0, 1, 2, 3, 5, 10))))
        return self._compare(self.value(self._random.choice((INT, NUMBER)), 1), self.value(NUMBER, 1))

    def _message_test(self) -> str:
        """What real rules ask most."""
        return self._random.choice(
            (
                f"message.length > {self._random.choice((0, 3, 6, 10))}",
                f"message.images >= {self._random.choice((1, 2, 3))}",
                "message.contacts > 0",
                "message.links > 0",
                "message.forwarded",
                f"message.text contains {self._random.choice(TEXT_CONSTANTS)}",
                f"message.text like {self._random.choice(PATTERNS)}",
            )
        )

    def _text_test(self) -> str:
        left = self.value(TEXT)
        pick = self._random.random()
        if pick < 0.35:
            return self._compare(left, self.value(TEXT), ordered=False)
        if pick < 0.8:
            op = self._random.choice(("contains", "starts with", "ends with"))
            return f"{left} {op} {self._random.choice(TEXT_CONSTANTS)}"
        return f"{left} like {self._random.choice(PATTERNS)}"

    def _role_test(self) -> str:
        role = self._random.choice(ROLE.members)
        pick = self._random.random()
        if pick < 0.4:
            return f"member.role in [{role}, {self._random.choice(ROLE.members)}]"
        if pick < 0.6 or role == "bot":
            return self._compare("member.role", role, ordered=False)
        return self._compare("member.role", role)

    def _kind_test(self) -> str:
        kind = self._random.choice(("message", "edit", "join", "sanction"))
        if self._random.random() < 0.3:
            return f"event.kind {self._in()} [{kind}, request]"
        return self._compare("event.kind", kind, ordered=False)

    def _list_test(self) -> str:
        lists = [fact.name for fact in self._facts if fact.type == LISTS]
        lists += [name for name, kind in self._attributes if kind == LISTS]
        chosen, item = self._random.choice(lists), self._random.choice(('"t1"', '"t2"', '"t.me"'))
        return self._random.choice(
            (
                f"{chosen} contains {item}",
                f"{item} {self._in()} {chosen}",
                f"count({chosen}) > {self._random.choice((0, 1))}",
            )
        )

    def _in(self) -> str:
        return self._random.choice(("in", "in", "not in"))

    def _membership(self) -> str:
        kind = self._random.choice((INT, TEXT, DURATION))
        items = ", ".join(self.value(kind) for _ in range(self._random.choice((1, 2, 3))))
        return f"{self.value(kind)} {self._in()} [{items}]"

    def _known(self) -> str:
        return f"known({self.value(self._random.choice((INT, TEXT, NUMBER, DURATION, ROLE)))})"

    def _bool_value(self) -> str:
        return self.value(BOOL)

    def _matches(self) -> str:
        subject = "message.text" if self._kinds <= {"message", "edit"} else self._matchable()
        if self._random.random() < 0.15:
            subject = self._matchable()
        lexicons = self._names.lexicons
        if len(lexicons) > 1 and self._random.random() < 0.3:
            return f"{subject} matches [{', '.join(self._random.sample(lexicons, 2))}]"
        return f"{subject} matches {self._random.choice(lexicons)}"

    def _matchable(self) -> str:
        """A text that the event itself carries."""
        texts = [fact.name for fact in self._facts if fact.type == TEXT and fact.source == "event"]
        texts += [name for name, kind in self._attributes if kind == TEXT]
        if self._kinds == {"request"}:
            texts.append(f'request.answer("{self._random.choice(QUESTIONS)}")')
        return self._random.choice(texts)

    def _duration_test(self) -> str:
        return self._compare(self.value(DURATION, 1), self._random.choice(DURATIONS))

    def _time_test(self) -> str:
        return self._compare(self.value(TIME, 1), self.value(TIME))

    def _hours_test(self) -> str:
        if not self._names.hours:
            return self._weekday_test()
        time = "now" if self._random.random() < 0.8 else f"({self.value(TIME)} + {self._random.choice(DURATIONS)})"
        return f"{time} {self._in()} {self._random.choice(self._names.hours)}"

    def _weekday_test(self) -> str:
        return f"now.weekday {self._in()} [mon, {self._random.choice(WEEKDAY.members)}]"

    def _counter_test(self) -> str:
        readable = [name for name, kinds, _ in self._names.counters if self._kinds <= kinds]
        if not readable:
            return self._number_test()
        return self._compare(self._random.choice(readable), str(self._random.choice((1, 1, 2, 3))))

    def _strikes_test(self) -> str:
        return self._compare(
            f"strikes({self._random.choice(self._names.ladders)})", str(self._random.choice((0, 1, 2)))
        )

    # ------------------------------------------------------------ values

    def value(self, kind: Type, depth: int = 0) -> str:
        """An expression of this type."""
        if depth > 0 and self._random.random() < 0.5 and kind in (INT, NUMBER, DURATION, TIME, TEXT):
            return self._computed(kind, depth)
        options = [fact.name for fact in self._facts if fact.type == kind]
        options += [name for name, other in [*self._attributes, *self._names.settings] if other == kind]
        options += [
            name for name, other, kinds in self._names.lets
            if other == kind and self._kinds <= kinds and not self._stateless
        ]  # fmt: skip
        if kind == INT and not self._stateless:
            options += [name for name, kinds, free in self._names.counters if free and self._kinds <= kinds]
            options += [f"strikes({name})" for name in self._names.ladders if self._members]
            options += self._names.standings if self._members else []
        if not options or self._random.random() < 0.15:
            return self._constant(kind)
        chosen = self._random.choice(options)
        return f"({chosen} default {self._constant(kind)})" if self._random.random() < 0.15 else chosen

    def _constant(self, kind: Type) -> str:
        match kind.kind:
            case "bool":
                return self._random.choice(("true", "false"))
            case "int":
                return self._random.choice(("0", "1", "2", "3", "7", "-1"))
            case "number":
                return self._random.choice(("0.5", "15%", "2.0", "-0.25", "9.5"))
            case "duration":
                return self._random.choice(DURATIONS)
            case "time":
                return self._random.choice(DATES)
            case "enum":
                return self._random.choice(kind.members)
        return self._random.choice(TEXT_CONSTANTS)

    def _computed(self, kind: Type, depth: int) -> str:
        def below(other: Type) -> str:
            return self.value(other, depth - 1)

        options: dict[str, list[Callable[[], str]]] = {
            "int": [
                lambda: f"({below(INT)} {self._random.choice('+-*')} {below(INT)})",
                lambda: f"-{self._random.choice(('1', '2'))} * {below(INT)}",
                lambda: f"min({below(INT)}, {below(INT)})",
                lambda: f"max({below(INT)}, 1, {below(INT)})",
                lambda: f"length({below(TEXT)})",
                lambda: f"longest_run({below(TEXT)})",
                lambda: f"round({below(NUMBER)})",
                lambda: f"abs({below(INT)})",
                lambda: f"({below(INT)} * 4000000000 * 4000000000)",
            ],
            "number": [
                lambda: f"({below(INT)} / {below(INT)})",
                lambda: f"({below(NUMBER)} {self._random.choice('+-*/')} {below(NUMBER)})",
                lambda: f"({below(DURATION)} / {below(DURATION)})",
                lambda: f"capitals({below(TEXT)})",
                lambda: f"min({below(INT)}, {below(NUMBER)})",
            ],
            "duration": [
                lambda: f"({below(DURATION)} {self._random.choice('+-')} {below(DURATION)})",
                lambda: f"({below(DURATION)} {self._random.choice('*/')} {below(INT)})",
                lambda: f"({below(DURATION)} {self._random.choice('*/')} {below(NUMBER)})",
                lambda: f"({below(TIME)} - {below(TIME)})",
                lambda: f"({below(INT)} * {below(DURATION)})",
            ],
            "time": [
                lambda: f"({below(TIME)} {self._random.choice('+-')} {below(DURATION)})",
                lambda: f"max({below(TIME)}, {below(TIME)})",
            ],
            "text": [
                lambda: f"lower({below(TEXT)})",
                lambda: f"({below(TEXT)} + {below(TEXT)})",
                lambda: f"trim({below(TEXT)})",
            ],
        }
        return self._random.choice(options[kind.kind])()
