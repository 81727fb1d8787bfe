"""Random declarations of workflows, beside those of `policies.py`: settings, rosters, switches, schedules, sweeps,
reviews, duties, appeals, brakes, and what waits for a human or a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from policyd.check.axes import acts_on
from policyd.check.facts import MESSAGES
from policyd.language.types import BOOL, DURATION, INT, TEXT
from tests.equivalence.expressions import Expressions
from tests.equivalence.policies import Author, Written

ROSTER_FILE: Final = "people.csv"
ROSTER: Final = ("name,class,note", "小明,a1,", "python,b2,x", "u2,,y", "网赌,a1,z")
EVIDENCE: Final = ("licence", "photos", "letter")
GROUPS: Final = ('"g1"', '"g2"', '"g1", "g2"')
_TIMES: Final = ("20:05", "20:30", "21:00", "00:00", "24:00", "09:00", "12:30", "02:30", "15:45")
_SETTINGS: Final = ((INT, ("0", "1", "2", "5")), (DURATION, ("5s", "1m", "30m")), (TEXT, ('"t1"', '"小明"')),
                    (BOOL, ("true", "false")))  # fmt: skip


def policies(random: Random) -> dict[str, Written]:
    """By file name, one policy or two, and the roster that they may name."""
    names = ("first", "other")[: 2 if random.random() < 0.25 else 1]
    written = {f"{name}.policy": WorkflowAuthor(random, name).policy() for name in names}
    return {**written, ROSTER_FILE: Written(ROSTER)}


class WorkflowAuthor(Author):
    """Writes one policy with workflows."""

    _reviewed = False

    def _header(self) -> list[str]:
        brakes = [
            f"brake at most {self._random.choice((1, 1, 1, 2))} "
            f"{', '.join(self._random.sample(('mute', 'remove', 'ban', 'warn', 'call out'), 3))} "
            f"within {self._random.choice(('10m', '1h', '24h'))}"
            for _ in range(self._random.choice((0, 0, 1, 2)))
        ]
        return [*super()._header(), *brakes]

    def _values(self) -> None:
        super()._values()
        for number in range(self._random.choice((0, 1, 2))):
            self._setting(f"s{number}")
        if self._some(0.3):
            self._names.rosters.append("people")
            self._written.append(f'roster people {{ file "{ROSTER_FILE}" key name }}')
        for number in range(self._random.choice((0, 0, 1, 2))):
            self._names.switches.append(f"w{number}")
            self._written.append(f"switch w{number} {{ off after {self._random.choice(('1m', '10m', '1h'))} }}")
        self._reviewed = self._some(0.4)

    def _rule(self, name: str) -> None:
        self._names.reviewed = self._reviewed  # of rules alone: reviews and what they read cannot ask for themselves
        super()._rule(name)
        self._names.reviewed = False

    def _setting(self, name: str) -> None:
        type, values = self._random.choice(_SETTINGS)
        self._names.settings.append((name, type))
        self._written.append(f"setting {name} = {self._random.choice(values)}")
        if self._some(0.6):
            self._written.append(f"group {self._random.choice(GROUPS)} {{ {name} = {self._random.choice(values)} }}")

    def _across(self) -> str:
        return " across groups" if self._some(0.25) else ""

    def _most(self) -> str:
        whole = [name for name, type in self._names.settings if type == INT]
        return self._random.choice(whole) if whole and self._some(0.5) else super()._most()

    def _workflows(self) -> None:
        for number in range(self._random.choice((0, 0, 1, 1, 2))):
            self._schedule(f"d{number}")
        for number in range(self._random.choice((0, 0, 1))):
            self._sweep(f"p{number}")
        for number in range(self._random.choice((1, 2)) if self._reviewed else 0):
            self._review(f"a{number}")
        for number in range(self._random.choice((0, 1, 1, 2))):
            self._duty(f"o{number}")
        if self._some(0.35):
            within, decided = self._random.choice(("10m", "3d")), self._random.choice(("owner", "admins", "moderators"))
            self._written.append(f"appeal {{ within {within} decided by {decided} }}")
        if self._some(0.3):
            left_out = self._random.sample(sorted(self._rules), self._random.choice((1, min(2, len(self._rules)))))
            group = self._random.choice(GROUPS[:2])
            self._written.append(f"group {group} {{ without {', '.join(left_out)} }}")

    # ------------------------------------------------------------ what comes due

    def _timing(self) -> str:
        times = ", ".join(self._random.sample(_TIMES, self._random.choice((1, 2))))
        options = [
            f"every day {times}",
            f"every day {times}",
            f"every mon, {self._random.choice(('tue', 'sat'))} {times}",
        ]
        options += [
            f"{self._random.choice(('first', 'last', 'third'))} {self._random.choice(('mon', 'day'))} of month {times}"
        ]
        options += [
            f"every month on {self._random.choice(('2, 3', '3, 31', '8'))} {times}",
            f"on 2026-03-0{self._random.choice('238')} {times}",
        ]
        if self._names.hours:
            options += [f"when {self._names.hours[0]} {self._random.choice(('opens', 'closes'))}"] * 3
        return self._random.choice(options)

    def _schedule(self, name: str) -> None:
        clauses = [self._timing() for _ in range(self._random.choice((1, 1, 2)))]
        if self._some(0.3):
            clauses.append(f"when {self._condition(('schedule',))}")
        clauses.append(f"then {self._due_actions('schedule')}")
        self._rules[name] = ("schedule",)
        self._written.append(f"schedule {name} {{ {' '.join(clauses)} }}")

    def _sweep(self, name: str) -> None:
        when = f"member.silent >= {self._random.choice(('1m', '30m', '10h'))}"
        if self._some(0.3):
            when = self._condition(("sweep",))
        clauses = [self._timing(), f"when {when}"]
        if self._some(0.3):
            clauses.append(f"unless {self._condition(('sweep',))}")
        clauses.append(f"then {self._due_actions('sweep')}")
        self._rules[name] = ("sweep",)
        self._written.append(f"sweep {name} {{ {' '.join(clauses)} }}")

    def _duty(self, name: str) -> None:
        reply = self._some(0.25)
        kinds = ("message",) if reply else self._random.choice((("join",), ("message",), ("notice",), ("join", "mark")))
        where = f" where {self._condition(kinds)}" if self._some(0.3) else ""
        clauses = [f"on {', '.join(kinds)}{where}", self._deadline(), self._until(reply)]
        if self._names.hours and self._some(0.25):
            clauses.append(f"pause in {self._names.hours[0]}")
        together = self._some(0.25)
        clauses += [
            word
            for word, use in (
                (" together", together),
                (" each", self._some(0.25)),
                (" even if removed", self._some(0.3)),
            )
            if use
        ]
        occasion = "together" if together else "duty"
        after = self._random.sample(("10s", "1m", "2m", "9m"), self._random.choice((0, 1, 1, 2)))
        clauses += [f"remind after {length} then {self._due_actions(occasion)}" for length in after]
        if self._some(0.85) or not after:
            clauses.append(f"late then {self._due_actions(occasion)}")
        self._rules[name] = ("duty",)
        title = ' "义务"' if self._some(0.3) else ""
        self._written.append(f"duty {name}{title} {{ {' '.join(clauses)} }}")

    def _deadline(self) -> str:
        if self._some(0.25):
            return f"due {self._random.choice(('mon', 'mon, tue', 'sun'))} {self._random.choice(_TIMES)}"
        if self._names.hours and self._some(0.3):
            return f"within 12m in {self._names.hours[0]}, 2h otherwise"
        return f"within {self._random.choice(('10m', '10m', '1h', '1d'))}"

    def _until(self, reply: bool) -> str:
        if reply:
            by = self._random.choice(("", " by moderators", " by admins", " by owner"))
            return f"until reply{by}"
        kind = self._random.choice(("message", "message", "mark", "profile", "submission"))
        return f"until {kind}" + (f" where {self._condition((kind,))}" if self._some(0.4) else "")

    def _due_actions(self, occasion: str) -> str:
        kinds = (occasion,)
        options = self._due_options(occasion)
        found: list[str] = []
        while len(found) < self._random.choice((1, 1, 2, 3)):
            action = self._random.choice(options)(kinds)
            if action and action not in found:
                found.append(action)
        return ", ".join(found)

    def _due_options(self, occasion: str) -> list[Callable[[Sequence[str]], str]]:
        options: list[Callable[[Sequence[str]], str]] = [self._speech]
        if occasion != "together":
            options += [self._group_action] * 2
        if occasion in ("sweep", "duty"):
            options += [self._member_action, self._member_action, self._propose]
            options += [self._ladder_action] * 2 if self._names.ladders else []
        return options

    def _speech(self, kinds: Sequence[str]) -> str:
        if self._some(0.4):
            return f"reply {self._text(kinds)}{self._told()}"
        to = self._random.choice(
            ("owner", "admins", "moderators", *(["member"] if kinds[0] in ("sweep", "duty") else []))
        )
        return f"notify {to} {self._text(kinds)}{self._told()}"

    # ------------------------------------------------------------ reviews

    def _review(self, name: str) -> None:
        kinds = self._random.choice((("message", "edit"), ("message",)))
        usual = self._random.choice(
            ("message.length > 1", "message.length > 4", "message.contacts > 0", "message.images > 0")
        )
        clauses = [f"on {', '.join(kinds)}", f"when {usual if self._some(0.6) else self._condition(kinds)}"]
        if self._some(0.2):
            clauses.append(f"unless {self._condition(kinds)}")
        if self._some(0.65):
            clauses.append(f"needs {', '.join(self._random.sample(EVIDENCE, self._random.choice((1, 2))))}")
        if self._some(0.8):
            parts = [self._random.choice(("content", "content", "member"))]
            parts += (
                [f"at most {self._random.choice((1, 1, 2))} per {self._random.choice(('day', 'week', 'month'))}"]
                if self._some(0.5)
                else []
            )
            parts += [f"valid {self._random.choice(('10m', '1h', '30d'))}"] if self._some(0.4) else []
            clauses.append(f"approve {', '.join(parts)}")
        if self._some(0.25):
            clauses.append("by 2 moderators")
        on_messages = [rule for rule, on in self._rules.items() if set(on) & set(MESSAGES)]
        if on_messages and self._some(0.4):
            clauses.append(f"exempt {self._random.choice(on_messages)}")
        if self._some(0.6):
            clauses.append(f"pending then {self._actions(kinds)}")
        if self._some(0.5):
            clauses.append(f"refused then {self._actions(kinds)}")
        self._rules[name] = kinds
        self._written.append(f"review {name} {{ {' '.join(clauses)} }}")

    # ------------------------------------------------------------ actions

    def _condition(self, kinds: Sequence[str]) -> str:
        return Expressions(self._random, self._names, kinds).condition(1)

    def _options(self, kinds: Sequence[str], finds: bool) -> list[Callable[[Sequence[str]], str]]:
        return [*super()._options(kinds, finds), self._group_action, self._propose, self._hold_for]

    def _told(self) -> str:
        return f" digest {self._random.choice(('1m', '10m', '1h'))}" if self._some(0.15) else super()._told()

    def _group_action(self, kinds: Sequence[str]) -> str:
        options = ["lock", "unlock", f"slow {self._random.choice(('10s', '30s'))}", "slow 1m"]
        for switch in self._names.switches:
            options += [f"set {switch}", f"set {switch} for {self._random.choice(('5m', '40m', '0s'))}"]
        options += ['move to "other"'] if kinds[0] != "schedule" else []
        return self._random.choice(options)

    def _propose(self, kinds: Sequence[str]) -> str:
        able = acts_on("delete", kinds[0]) and all(acts_on("delete", kind) for kind in kinds)
        action = "delete" if able and self._some(0.2) else self._member_action(kinds)
        if not action:
            return ""
        by = f" by {self._random.choice((1, 2))} moderators" if self._some(0.3) else ""
        return f"propose {action}{by}{self._waiting(kinds) if self._some(0.4) else ''}"

    def _hold_for(self, kinds: Sequence[str]) -> str:
        if not all(acts_on("hold", kind) for kind in kinds):
            return ""
        if tuple(kinds) == ("request",):
            end = self._random.choice(("admit", f"refuse {self._text(kinds)}", f"notify owner {self._text(kinds)}"))
        elif "request" in kinds:
            end = f"notify owner {self._text(kinds)}"
        else:
            end = self._random.choice(("release", "delete", "release", "delete", f"reply {self._text(kinds)}"))
        return f"hold for {self._random.choice(('1m', '10m', '2h'))} then {end}"

    def _waiting(self, kinds: Sequence[str]) -> str:
        end = self._random.choice((f"notify owner {self._text(kinds)}", f"reply {self._text(kinds)}"))
        return f" for {self._random.choice(('1m', '10m', '2h'))} then {end}"

    def _placeholder(self, kinds: Sequence[str], step: bool) -> str:
        if self._some(0.3):
            if kinds and kinds[0] in ("duty", "together"):
                return self._random.choice(("duty.left", "duty.members"))
            if self._reviewed and set(kinds) <= set(MESSAGES) and kinds:
                return self._random.choice(("ticket.id", "ticket.missing"))
        return super()._placeholder(kinds, step)
