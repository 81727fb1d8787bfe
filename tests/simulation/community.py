"""Who lives in the simulated community and what they do: groups, members, and the events of each moment.

Moderators answer what the model says is open, so that the history hangs together; chance decides the rest (seeded).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.simulation import hours
from tests.simulation.answers import Act
from tests.simulation.hours import DAY, MINUTE
from tests.simulation.kept import Event, Place, Ticket
from tests.simulation.model import Model
from tests.simulation.texts import unlike

COURSES = ("a", "b", None)
COMPANIES = ("甲", "乙", "丙", None)
ROLE_OF = {"moderators": "moderator", "admins": "admin", "owner": "owner"}
DOES = {"introduction": (0.003, "#介绍 大家好"), "confirm": (0.002, "已阅"), "homework": (0.001, "#作业")}
"""How often in a moment, and how, a member does what it owes."""
BUSY = {hour: 0.15 if hour < 7 else 0.7 if hour < 18 else 1.6 if hour < 22 else 0.5 for hour in range(24)}


@dataclass
class Person:
    """In one group; the same id may be in several groups of the network."""

    id: str
    name: str
    group: str
    role: str = "member"
    kind: str = "normal"
    joined: int = 0
    company: str | None = None
    last: tuple[str, str, int] | None = None
    """Id, text and instant of its last message."""

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = {"id": self.id, "name": self.name, "role": self.role}
        if self.joined:
            told["joined"] = hours.rfc3339(self.joined)
        if self.company is not None:
            told["attributes"] = {"company": self.company}
        return told


def tags_of(number: int, groups: int) -> tuple[str, ...]:
    """What a group is about; a few groups have everything between them."""
    if groups < 7:
        return ("class", "adverts", "network") if number % 2 == 0 else ("class", "board", "network")
    if number >= groups - groups // 7:
        return ("class", "network") if number == groups - 1 else ("network",)
    return (("class", "adverts"), ("class",), ("class", "board"))[number % 3]


class Community:
    """`people` by group; `leaving`: whom the bot has put out; `posts`: what members have announced before."""

    def __init__(self, chance: Random, model: Model, texts: list[str], groups: int, members: int) -> None:
        self.chance, self.model, self.texts = chance, model, texts
        self.tags = {f"g{number + 1:02}": tags_of(number, groups) for number in range(groups)}
        self.people: dict[str, list[Person]] = {group: [] for group in self.tags}
        self.leaving: list[Person] = []
        self.raiders: list[Person] = []
        self.posts: dict[str, list[str]] = {}
        self.events: list[Event] = []
        self.number = 0
        self.now = 0
        network = [group for group, tags in self.tags.items() if "network" in tags]
        for number in range(members):
            group = list(self.tags)[number % groups]
            self._settle_in(f"u{number}", group, number // groups)
            if group in network and chance.random() < 0.4:
                for other in network:
                    if other != group:
                        self._settle_in(f"u{number}", other, 99)

    def _settle_in(self, member: str, group: str, place: int) -> Person:
        role = ("owner", "admin", "moderator", "moderator")[place] if place < 4 else "member"
        kinds = ("silent", "normal", "normal", "chatty", "owl", "rude", "seller")
        kind = self.chance.choices(kinds, (5, 8, 8, 3, 2, 1, 2))[0]
        company = self.chance.choice(COMPANIES) if "network" in self.tags[group] else None
        person = Person(member, f"名{member}", group, role, kind, company=company)
        self.people[group].append(person)
        return person

    # ------------------------------------------------------------ moments

    def begin(self, now: int) -> list[Event]:
        """Everybody is told of once."""
        self.now, self.events = now, []
        for group in self.people:
            for person in self.people[group]:
                self._event("profile", person)
        return self.events

    def moment(self, now: int, load: float) -> list[Event]:
        """What happens at this instant; `load` events on average at noon."""
        self.now, self.events = now, []
        for person in self.leaving:
            self._leave(person)
        self.leaving = []
        self._raid()
        for group in self.people:
            self._answer(self.model.places[group])
        many = load * BUSY[hours.local(now).hour]
        for _ in range(int(many) + (self.chance.random() < many % 1)):
            self._something(self.chance.choice(list(self.people)))
        return self.events

    def carried_out(self, acts: list[Act], group: str | None = None) -> None:
        """Whom the bot has put out leaves."""
        for act in acts:
            if act.do in ("remove", "ban") and self.chance.random() < 0.9:
                self.leaving += [each for each in self.people[act.group or group or ""] if each.id == act.member]

    def probes(self, now: int) -> list[Event]:
        self.now, self.events = now, []
        for group in self.people:
            for member in sorted({each.id for each in self.people[group]}):
                self._event("mark", next(each for each in self.people[group] if each.id == member))
                self.events[-1]["mark"] = {"as": "probe", "by": "harness"}
        return self.events

    # ------------------------------------------------------------ one thing

    def _something(self, group: str) -> None:
        tags = self.tags[group]
        does: list[tuple[float, Callable[[str], None]]] = [
            (60, self._chat), (1, self._bad), (0.5, self._burst), (3, self._edit), (0.7, self._sanction),
            (0.5, self._outcome), (0.4, self._nonsense), (1.5, self._appeal),
        ]  # fmt: skip
        if "class" in tags:
            does += [
                (4, self._question), (2, self._join), (0.5, self._go), (0.25, self._notice), (1, self._mark),
                (2, self._request), (0.08, self._begin_raid), (1.5, self._bad),
            ]  # fmt: skip
        if "adverts" in tags:
            does += [(6, self._advertise), (3, self._submit)]
        if "board" in tags:
            does += [(4, self._post)]
        if "network" in tags:
            does += [(6, self._offer)]
        weights = [weight for weight, _ in does]
        self.chance.choices([do for _, do in does], weights)[0](group)

    def _event(self, kind: str, person: Person | None, group: str | None = None, **parts: Any) -> Event:
        self.number += 1
        group = group or (person.group if person else "")
        event: Event = {
            "id": f"e{self.number}", "kind": kind, "time": hours.rfc3339(self.now),
            "group": {"id": group, "tags": list(self.tags[group])}, **parts,
        }  # fmt: skip
        if person is not None:
            event["member"] = person.told()
        self.events.append(event)
        return event

    def _someone(self, group: str, *kinds: str) -> Person:
        people = [each for each in self.people[group] if each.role == "member"]
        wanted = [each for each in people if each.kind in kinds] if kinds else people
        return self.chance.choice(wanted or people)

    def _one_of_the_team(self, group: str, *roles: str) -> Person:
        return self.chance.choice([each for each in self.people[group] if each.role in roles])

    def _say(self, person: Person, text: str, reply_to: str | None = None) -> None:
        message = {"id": f"m{self.number + 1}", "text": text}
        if reply_to is not None:
            message["reply_to"] = reply_to
        person.last = message["id"], text, self.now
        self._event("message", person, message=message)

    def _chat(self, group: str) -> None:
        kinds = ("owl", "chatty") if hours.in_night(self.now) else ("normal", "chatty", "rude", "seller")
        self._say(self._someone(group, *kinds), self.chance.choice(self.texts))

    def _bad(self, group: str) -> None:
        self._say(self._someone(group, "rude"), "来个暗号星河吧")

    def _burst(self, group: str) -> None:
        person = self._someone(group, "chatty", "rude")
        for _ in range(self.chance.randint(3, 9)):
            self._say(person, self.chance.choice(self.texts))

    def _edit(self, group: str) -> None:
        person = self._someone(group)
        if person.last is not None and self.now - person.last[2] < 2 * DAY:
            last, before, _ = person.last
            text = self.chance.choice((before, "改成暗号星河", self.chance.choice(self.texts)))
            self._event("edit", person, message={"id": last, "text": text})

    def _question(self, group: str) -> None:
        self._say(self._someone(group), "#提问 " + self.chance.choice(self.texts))

    def _join(self, group: str, kind: str = "normal") -> None:
        person = Person(f"n{self.number}", f"新{self.number}", group, kind=kind, joined=self.now)
        self.people[group].append(person)
        if kind == "raider":
            self.raiders.append(person)
        self._event("join", person)

    def _go(self, group: str) -> None:
        if len(self.people[group]) > 12:
            self._leave(self._someone(group))

    def _leave(self, person: Person) -> None:
        if person in self.people[person.group]:
            self.people[person.group].remove(person)
            self._event("leave", person)

    def _notice(self, group: str) -> None:
        people = [each.id for each in self.people[group]]
        members = self.chance.sample(people, min(len(people), self.chance.randint(3, 15)))
        part = {"by": "m", "id": f"n{self.number}", "text": "新群规", "members": sorted(set(members))}
        self._event("notice", None, group, notice=part)

    def _mark(self, group: str) -> None:
        part = {"as": self.chance.choice(("homework", "homework", "helpful", "quality")), "by": "m"}
        self._event("mark", self._someone(group), mark=part)

    def _request(self, group: str) -> None:
        person = Person(f"a{self.number}", f"申{self.number}", group)
        event = self._event("request", person, request={"text": "我想入群"})
        course = self.chance.choice(COURSES)
        if course is not None:
            event["member"]["attributes"] = {"course": course}

    def _begin_raid(self, group: str) -> None:
        for _ in range(self.chance.randint(6, 9)):
            self._join(group, "raider")

    def _raid(self) -> None:
        """Raiders speak for a while after they came."""
        self.raiders = [each for each in self.raiders if self.now - each.joined < 40 * MINUTE]
        for person in self.raiders:
            if person in self.people[person.group] and self.chance.random() < 0.3:
                self._say(person, self.chance.choice(("看 http://spam.example", "大家好")))

    def _advertise(self, group: str) -> None:
        self._say(self._someone(group, "seller"), f"星河代购 {unlike(self.chance)}")

    def _submit(self, group: str) -> None:
        place = self.model.places[group]
        open_to = {each.member for each in place.open_tickets() if each.review}
        open_to |= {member for (name, member), each in place.reviews.items() if name == "adverts.ads" and each.refused}
        people = [each for each in self.people[group] if each.id in open_to] or [self._someone(group)]
        kinds = self.chance.choice((("licence", "photos"), ("licence",), ("photos",), ("passport",)))
        evidence = [{"kind": kind, "ref": f"file:{self.number}"} for kind in kinds]
        if self.chance.random() < 0.3:
            evidence[0]["expires"] = hours.rfc3339(self.now + self.chance.randint(1, 9) * DAY)
        self._event("submission", self.chance.choice(people), submission={"evidence": evidence})

    def _post(self, group: str) -> None:
        person = self._someone(group, "normal")
        known = self.posts.setdefault(f"{group}/{person.id}", [])
        if not known or self.chance.random() < 0.4:
            known.append(f"#公告 {unlike(self.chance)}")
        self._say(person, self.chance.choice(known))

    def _offer(self, group: str) -> None:
        self._say(self._someone(group, "seller", "rude"), "星河现货,欢迎询价")

    def _sanction(self, group: str) -> None:
        ladders = {"class": "class.conduct", "adverts": "adverts.honesty", "network": "network.reputation"}
        ladder = self.chance.choice([ladders[tag] for tag in self.tags[group] if tag in ladders])
        part: dict[str, Any] = {"by": "m", "action": self.chance.choice(("warn", "mute", "pardon")), "ladder": ladder}
        if part["action"] == "mute":
            part["seconds"] = self.chance.choice((3600, 2 * 86400))
        self._event("sanction", self._someone(group, "rude"), sanction=part)

    def _outcome(self, group: str) -> None:
        part: dict[str, Any] = {"event": "e1", "action": "call_out", "ok": self.chance.random() < 0.5}
        if not part["ok"]:
            part["error"] = "no rights"
        self._event("outcome", None, group, outcome=part)

    def _nonsense(self, group: str) -> None:
        """What has to be refused."""
        if self.chance.random() < 0.5:
            part = {"ticket": "zzzzzzzzzz", "by": "m", "decision": "approve", "role": "owner"}
            self._event("verdict", None, group, verdict=part)
        else:
            self._event("appeal", self._someone(group), appeal={"event": f"e{self.number - 50}", "text": "?"})

    # ------------------------------------------------------------ what waits

    def _answer(self, place: Place) -> None:
        """Members and moderators do some of what is expected of them."""
        chance = self.chance
        for message, (member, _) in list(place.threads.items()):
            if chance.random() < 0.35:
                by = self._one_of_the_team(place.id, "moderator", "admin") if chance.random() < 0.8 else None
                asker = next((each for each in self.people[place.id] if each.id == member), None)
                self._say(by or asker or self._someone(place.id), "看置顶", message)
        for duty, member in list(place.duties):
            often, text = DOES[duty]
            if chance.random() < often:
                person = next((each for each in self.people[place.id] if each.id == member), None)
                if person is not None:
                    self._say(person, text)
        for ticket in place.open_tickets():
            if ticket.opened < self.now and chance.random() < 0.012:
                self._decide(place, ticket)

    def _decide(self, place: Place, ticket: Ticket) -> None:
        least = ROLE_OF[ticket.by]
        role = self.chance.choice(("moderator", "moderator", "admin", "owner")) if least != "owner" else "owner"
        if self.chance.random() < 0.05:
            role = "member"
        by = self._one_of_the_team(place.id, "owner", "admin", "moderator").id
        decision = "approve" if self.chance.random() < 0.65 else "refuse"
        part = {"ticket": ticket.name, "by": by, "decision": decision, "role": role}
        self._event("verdict", None, place.id, verdict=part)

    def _appeal(self, group: str) -> None:
        journal = self.model.places[group].journal[-400:]
        late = [each for each in journal if self.now - 4 * DAY < each.at < self.now and each.member]
        late = [each for each in late if not each.event.startswith("~")]
        if late:
            entry = self.chance.choice(late)
            person = Person(entry.member, f"名{entry.member}", group)
            self._event("appeal", person, appeal={"event": entry.event, "text": "冤枉"})


