"""Random policies as text: every declaration of the language, written as an author would."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from policyd.check.axes import acts_on
from policyd.check.facts import FACTS, KINDS, TIMED, WITH_MEMBER
from policyd.language.nodes import ActionKind
from policyd.language.types import BOOL, DURATION, INT, NUMBER, ROLE, TEXT, TIME
from tests.equivalence.expressions import LISTS, Expressions, Names

ATTRIBUTES = {
    "member.level": INT, "member.course": TEXT, "member.vip": BOOL, "member.score": NUMBER, "member.badges": LISTS,
    "member.expires": TIME, "member.wait": DURATION, "group.topic": TEXT, "group.strict": BOOL, "member.rank": ROLE,
}  # fmt: skip
LEXICONS = (
    'words "网赌", "博彩" except "反网赌"',
    'words "加微信", "spam", "hello"',
    'words "网", "赌" resist none',
    'words "spam", "bob" resist case, noise',
)
HOURS = (
    "every day 22:00-08:00",
    "every mon-fri 19:00-21:00 every sat, sun 10:00-12:00 except 2026-03-07..2026-03-08",
    "every sun 01:30-03:30 every mon 00:00-24:00",
    "on 2026-03-02..2026-03-03 09:00-20:30 on 2026-03-29",
    "from 2026-03-01 to 2026-03-05 every day 20:00-20:10, 23:00-02:00",
)
FINDING = ("message.text matches", "message.text like", "message.contacts", "message.links", "message.domains")
ZONES = ("Asia/Shanghai", "UTC", "America/New_York", "Europe/Berlin", "Asia/Kathmandu")
SCOPES = ("for every group", "for every group", 'for groups tagged "t1", "t2"', 'for groups "g1"')


@dataclass(frozen=True)
class Written:
    """A policy as declarations, so that a failing one can be cut down. The first is the header."""

    declarations: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.declarations) + "\n"


def policies(random: Random) -> dict[str, Written]:
    """By file name, one policy or two."""
    names = ("first", "other")[: 2 if random.random() < 0.25 else 1]
    return {f"{name}.policy": Author(random, name).policy() for name in names}


class Author:
    """Writes one policy."""

    def __init__(self, random: Random, policy: str) -> None:
        self._random = random
        self._policy = policy
        self._names = Names()
        self._templates: list[str] = []
        self._written: list[str] = []
        self._rules: dict[str, Sequence[str]] = {}

    def policy(self) -> Written:
        self._written.append(f"policy {self._policy} {{ {' '.join(self._header())} }}")
        self._values()
        for number in range(self._random.choice((0, 1, 1, 2))):
            self._ladder(f"l{number}")
        for number in range(self._random.choice((0, 1, 2, 2))):
            self._counter(f"c{number}")
        for number in range(self._random.choice((0, 1, 2))):
            self._let(f"v{number}")
        for number in range(self._random.choice((1, 2, 3, 4))):
            self._rule(f"r{number}")
        for number in range(self._random.choice((0, 1))):
            self._limit(f"m{number}")
        self._workflows()
        for number in range(self._random.choice((0, 1, 1))):
            self._exempt(f"e{number}")
        return Written(tuple(self._written))

    def _header(self) -> list[str]:
        header = [self._random.choice(SCOPES), f'timezone "{self._random.choice(ZONES)}"']
        return [*header, f"if store fails {self._random.choice(('allow', 'hold', 'deny'))}"]

    def _workflows(self) -> None:
        """Declarations after all rules and before exemptions."""

    def _some(self, chance: float) -> bool:
        return self._random.random() < chance

    def _values(self) -> None:
        for name, kind in [*self._random.sample(sorted(ATTRIBUTES.items()), 3), ("member.badges", LISTS)]:
            if (name, kind) not in self._names.attributes:
                self._names.attributes.append((name, kind))
                self._written.append(f"attribute {name} : {kind}")
        for number in range(self._random.choice((0, 1, 2, 2))):
            self._names.lexicons.append(f"x{number}")
            self._written.append(f"lexicon x{number} {{ {self._random.choice(LEXICONS)} }}")
        for number in range(self._random.choice((0, 1))):
            self._names.hours.append(f"h{number}")
            self._written.append(f"hours h{number} {{ {self._random.choice(HOURS)} }}")
        if self._some(0.3):
            self._templates.append("t0")
            self._written.append('template t0 = "{rule.title}:{member.name} {{}}"')

    def _ladder(self, name: str) -> None:
        clauses = []
        if self._some(0.7):
            clauses.append(f"forget after {self._random.choice(('1m', '10m', '1h', '30d'))}")
        if self._some(0.5):
            clauses.append(f"together within {self._random.choice(('10s', '1m', '10m'))}")
        at = 0
        for _ in range(self._random.choice((1, 2, 3))):
            at += self._random.choice((1, 1, 2))
            actions = [self._member_action(("message", "edit"), step=True)]
            if self._some(0.3):
                actions.append(f"notify {self._audience()} {self._text((), step=True)}")
            clauses.append(f"at {at} {', '.join(actions)}")
        self._names.ladders.append(name)
        self._written.append(f"ladder {name}{self._across()} {{ {' '.join(clauses)} }}")

    def _counting(self, kind: str) -> str:
        keys = [name for name in ("member", "group") if self._some(0.6)] or ["member"]
        if self._some(0.25):
            texts = [fact.name for fact in FACTS.values() if kind in fact.kinds and fact.type == TEXT]
            keys = [*keys[: self._random.choice((0, 1))], self._random.choice(texts)]
        where = ""
        if self._some(0.3):
            where = f" where {Expressions(self._random, self._names, (kind,), stateless=True).condition(1)}"
        return f"{self._counted(kind)} by {', '.join(keys)} {self._span()}{where}"

    def _counted(self, kind: str) -> str:
        """What is counted of events of `kind`."""
        return kind

    def _span(self) -> str:
        """Over what time."""
        return f"within {self._random.choice(('10s', '10m', '1h', '24h'))}"

    def _counter(self, name: str) -> None:
        kind = self._random.choice((*["message"] * 7, "edit", "edit", *KINDS))
        counting = self._counting(kind)
        keys = re.split(r" (?:within|per) ", counting.partition(" by ")[2])[0].split(", ")
        by_group = "group" in keys
        always = WITH_MEMBER if "member" in keys else (*KINDS, *TIMED)
        readable = frozenset(FACTS[keys[-1]].kinds if keys[-1] in FACTS else always).intersection(always)
        up_to = " up to 12" if self._some(0.4) else ""
        self._written.append(f"counter {name} counts {counting}{up_to}{'' if by_group else self._across()}")
        free = bool(up_to) or " per " in counting
        self._names.counters.append((name, readable, free))

    def _across(self) -> str:
        """Of a counter or ladder: whether it goes for all groups."""
        return ""

    def _let(self, name: str) -> None:
        kinds = self._kinds()
        kind = self._random.choice((BOOL, BOOL, INT, NUMBER, DURATION, TEXT, TIME))
        expressions = Expressions(self._random, self._names, kinds)
        value = expressions.condition(1) if kind == BOOL else expressions.value(kind, 2)
        self._written.append(f"let {name} = {value}")
        self._names.lets.append((name, kind, frozenset(kinds)))

    def _kinds(self) -> tuple[str, ...]:
        pick = self._random.random()
        if pick < 0.45:
            return ("message",)
        if pick < 0.72:
            return ("message", "edit")
        if pick < 0.8:
            return ("request",)
        if pick < 0.9:
            return tuple(self._random.sample(("join", "request", "profile", "report", "sanction"), 2))
        return tuple(self._random.sample(KINDS, self._random.choice((1, 1, 2, 3))))

    def _rule(self, name: str) -> None:
        kinds = self._kinds()
        expressions = Expressions(self._random, self._names, kinds)
        title = f' "规则 {name}"' if self._some(0.5) else ""
        shadow = "shadow " if self._some(0.15) else ""
        clauses = [f"on {', '.join(kinds)}"]
        when = self._some(0.9)
        if when:
            clauses.append(f"when {expressions.condition(2)}")
        if self._some(0.2):
            clauses.append(f"unless {expressions.condition(1)}")
        finds = any(text in clause for text in FINDING for clause in clauses)
        clauses.append(f"then {self._actions(kinds, finds)}")
        if when and self._some(0.2):
            clauses.append(f"otherwise {self._actions(kinds, finds)}")
        self._rules[name] = kinds
        self._written.append(f"{shadow}rule {name}{title} {{ {' '.join(clauses)} }}")

    def _limit(self, name: str) -> None:
        kind = self._random.choice(("message", "message", "edit", "join", "report"))
        unless = f" unless {Expressions(self._random, self._names, (kind,)).condition(1)}" if self._some(0.2) else ""
        most = self._most()
        counting = self._counting(kind).replace(f"{kind} by", f"{kind}s by", 1)
        self._rules[name] = (kind,)
        self._written.append(f"limit {name} {{ at most {most} {counting}{unless} then {self._actions((kind,))} }}")

    def _most(self) -> str:
        return self._random.choice("0123")

    def _exempt(self, name: str) -> None:
        rules = self._random.sample(sorted(self._rules), self._random.choice((1, min(2, len(self._rules)))))
        on_messages = any("message" in self._rules[rule] for rule in rules)
        kinds = ("message",) if on_messages and self._some(0.4) else (*KINDS, *TIMED)
        condition = Expressions(self._random, self._names, kinds).condition(1)
        self._written.append(f"exempt {name} {{ when {condition} from {', '.join(rules)} }}")

    # ------------------------------------------------------------ actions

    def _actions(self, kinds: Sequence[str], finds: bool = False) -> str:
        """`finds`: the rule looks for something in the message that `mask` can hide."""
        count = self._random.choice((1, 1, 2, 2, 3, 4))
        options = self._options(kinds, finds)
        found: list[str] = []
        while len(found) < count:
            action = self._random.choice(options)(kinds)
            if action and action not in found:
                found.append(action)
        return ", ".join(found)

    def _options(self, kinds: Sequence[str], finds: bool) -> list[Callable[[Sequence[str]], str]]:
        """What writes an action; it may write nothing where its actions make no sense on these kinds."""
        options: list[Callable[[Sequence[str]], str]] = [self._content_action, self._member_action]
        options += [self._speaking_action] * 2
        options += [self._mask] * 2 if finds else []
        if "request" in kinds:
            options += [self._request_action] * 4
        if self._names.ladders:
            options += [self._ladder_action] * 3
        return options

    def _content_action(self, kinds: Sequence[str]) -> str:
        choices: tuple[ActionKind, ...] = ("flag", "hold", "delete")
        action = self._random.choice(choices)
        return action if all(acts_on(action, kind) for kind in kinds) else ""

    def _mask(self, kinds: Sequence[str]) -> str:
        return "mask" if all(acts_on("mask", kind) for kind in kinds) else ""

    def _member_action(self, kinds: Sequence[str], *, step: bool = False) -> str:
        choices: tuple[ActionKind, ...] = ("warn", "warn", "call out", "mute", "mute", "remove", "ban")
        action = self._random.choice(choices)
        if not all(acts_on(action, kind) for kind in kinds):
            return ""
        if action in ("warn", "call out"):
            return f"{action} {self._text(kinds, step=step)}{self._once(step)}"
        length = {"mute": " " + self._length(), "ban": self._random.choice(("", " " + self._length()))}.get(action, "")
        saying = f" saying {self._text(kinds, step=step)}{self._once(step)}" if self._some(0.4) else ""
        return f"{action}{length}{saying}"

    def _request_action(self, kinds: Sequence[str]) -> str:
        if tuple(kinds) != ("request",):
            return "hold" if all(acts_on("hold", kind) for kind in kinds) else ""
        refuse = f"refuse {self._text(kinds)}{self._once(False)}"
        return self._random.choice(("admit", "hold", refuse, 'assign "{member.id} 组"'))

    def _speaking_action(self, kinds: Sequence[str]) -> str:
        pick = self._random.random()
        if pick < 0.15:
            return self._random.choice(('assign "newcomers"', 'assign "{group.id}"'))
        start = "reply" if pick < 0.5 else f"notify {self._audience()}"
        return f"{start} {self._text(kinds)}{self._told()}"

    def _told(self) -> str:
        """How often what a rule says to all, or to those in charge, is said."""
        return self._once(False)

    def _ladder_action(self, kinds: Sequence[str]) -> str:
        ladder = self._random.choice(self._names.ladders)
        times = self._random.choice(("", "", " 2 times", " 3 times"))
        return f"{'forgive' if self._some(0.2) else 'strike'} {ladder}{times}"

    def _audience(self) -> str:
        return self._random.choice(("owner", "admins", "moderators", "member"))

    def _length(self) -> str:
        return self._random.choice(("1s", "1m", "10m", "24h", "30d"))

    def _once(self, step: bool) -> str:
        return f" once in {self._random.choice(('10s', '1m', '1h'))}" if not step and self._some(0.25) else ""

    def _text(self, kinds: Sequence[str], *, step: bool = False) -> str:
        if self._templates and set(kinds) <= set(WITH_MEMBER) and self._some(0.15):
            return self._templates[0]
        pieces = [self._random.choice(("注意 ", "hello ", "", "{{ "))]
        for _ in range(self._random.choice((0, 1, 1, 2))):
            pieces.append("{" + self._placeholder(kinds, step) + "}")
        return f'"{"".join(pieces)}"'

    def _placeholder(self, kinds: Sequence[str], step: bool) -> str:
        names = ["rule.title", "match.text", "match.word", "match.lexicon", "match.view"]
        names += ["ladder.strikes", "ladder.left", "ladder.next"] if step or self._some(0.1) else []
        known = [fact.name for fact in FACTS.values() if set(kinds) <= set(fact.kinds)]
        names += self._random.sample(known, min(4, len(known)))
        told = [*self._names.attributes, *self._names.settings]
        names += [name for name, _ in told if set(kinds) <= set(WITH_MEMBER) or not name.startswith("member.")]
        names += [name for name, readable, free in self._names.counters if free and set(kinds) <= readable]
        names += [name for name, _, readable in self._names.lets if set(kinds) <= readable]
        return self._random.choice(names)
