"""What a tick that came through must bring: everything of its groups that has come due and was not brought before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.simulation import hours
from tests.simulation.answers import Act, Answer, TicketFacts
from tests.simulation.case import KEPT, STAFF, Case, Want, planned
from tests.simulation.hours import DAY, LONDON, SHANGHAI
from tests.simulation.kept import Known, Owed, Place, Plan, Ticket
from tests.simulation.model import Model

EVERY_DAY = tuple(range(7))
MISSED = DAY


@dataclass
class Work:
    """`name`, `who`: of which rule, about whom; they say in which order things are done, as `at` does."""

    at: int
    place: Place
    what: str
    name: str
    who: tuple[str, ...] = ()
    wants: tuple[Want, ...] = ()
    message: str | None = None
    ticket: Ticket | None = None
    act: Act | None = None
    known: Known = field(default_factory=lambda: Known(0))

    def order(self) -> tuple[int, str, str, str, tuple[str, ...]]:
        return self.at, self.place.id, self.what, self.name, self.who


def tick(model: Model, groups: list[str], now: int) -> Answer:
    """What a tick about these groups brings at this instant."""
    found = Answer()
    places = [model.places[group] for group in sorted(groups) if group in model.places]
    works = [work for place in places for work in _works(model, place, now, found)]
    for work in sorted(works, key=Work.order):
        acts, tickets = _carry_out(model, work, now)
        found.acts += acts
        found.tickets |= tickets
    return found


def _carry_out(model: Model, work: Work, now: int) -> tuple[list[Act], dict[str, TicketFacts]]:
    if work.act is not None:
        return [work.act], {}
    about_one = work.what in ("late", "remind", "sweep") and work.name != "class.confirm"
    member = work.who[0] if about_one else ""
    identity = f"~{work.what} {work.name} {work.at} {','.join(sorted(work.who))}"
    case = Case(work.place, {"kind": "timed"}, identity, now, member, work.known.name)
    if work.ticket is not None:
        case.member, case.ticket = work.ticket.member, work.ticket
        case.asked += [planned(plan, work.ticket) for plan in work.ticket.expire]
    elif work.wants:
        rule = f"{work.name}.{work.what}" if work.what in ("late", "remind") else work.name
        case.ask(rule, *work.wants)
    answer = model.settle(case)
    return [_told_where(act, work, member) for act in answer.acts], answer.tickets


def _told_where(act: Act, work: Work, member: str) -> Act:
    speaks = work.message is not None and act.do in ("reply", "notify", "call_out")
    about = act.member or (member if act.do == "notify" and act.to == "member" else None)
    return act._replace(group=work.place.id, message=work.message if speaks else act.message, member=about)


def _works(model: Model, place: Place, now: int, found: Answer) -> Iterator[Work]:
    yield from _duties(model, place, now)
    yield from _questions(model, place, now)
    for ticket in list(place.tickets.values()):
        if ticket.status == "open" and 0 < ticket.deadline <= now:
            model.close(place, ticket, "expired", now)
            yield Work(ticket.deadline, place, "ticket", ticket.name, ticket=ticket)
        elif ticket.status != "open" and ticket.settled + KEPT <= now:
            del place.tickets[ticket.name]
    if place.digest is not None and place.digest[0] <= now:
        due, lines = place.digest
        place.digest = None
        text = "\n".join(lines)
        said = Act("notify", (("class.bad", text),), to="moderators", group=place.id, text=text)
        yield Work(due, place, "digest", "class.bad#2", act=said)
    yield from _timed(model, place, now, found)
    place.looked = now


# ---------------------------------------------------------------- what members owe


def _duties(model: Model, place: Place, now: int) -> Iterator[Work]:
    together: dict[str, list[tuple[int, str]]] = {}
    for (duty, member), all_owed in list(place.duties.items()):
        brought = set()
        for owed in all_owed:
            what, at = _come(owed, now)
            if not what or (what, at) in brought:
                continue
            brought.add((what, at))
            model.done["duties" if what == "late" else "reminders"] += 1
            if duty == "confirm":
                together.setdefault(what, []).append((at, member))
            else:
                yield _duty_work(place, duty, member, owed, what, at, now)
        left = [owed for owed in all_owed if owed.due > now]
        place.duties[duty, member] = left
        if not left:
            del place.duties[duty, member]
    for what, members in together.items():
        ordered = sorted(members)
        names = ", ".join(place.known.get(member, Known(0)).name or member for _, member in ordered)
        text = f"not read: {names}" if what == "late" else f"read it: {names}"
        who = tuple(member for _, member in ordered)
        yield Work(ordered[-1][0], place, what, "class.confirm", who, (Want("reply", text),))


def _come(owed: Owed, now: int) -> tuple[str, int]:
    """What has come due of it; a reminder that has come is taken away."""
    if owed.due <= now:
        return "late", owed.due
    if owed.reminder and owed.reminder <= now:
        at, owed.reminder = owed.reminder, 0
        return "remind", at
    return "", 0


def _duty_work(place: Place, duty: str, member: str, owed: Owed, what: str, at: int, now: int) -> Work:
    known = place.known.get(member, Known(0))
    name = known.name or ""
    if duty == "homework":
        wants: tuple[Want, ...] = (Want("warn", "no homework"), Want("strike", to="class.conduct"))
    elif what == "remind":
        wants = (Want("notify", f"{name}: {hours.span(owed.due - now)}", to="member"),)
    else:
        removal = Plan("remove", "no introduction")
        stay = Plan("warn", "stay, but speak")
        wants = (
            Want("call_out", f"{name} has not spoken"),
            Want("propose", wait=2 * DAY, expire=stay, proposes=removal, needed=2),
        )
    return Work(at, place, what, f"class.{duty}", (member,), wants, known=known)


def _questions(model: Model, place: Place, now: int) -> Iterator[Work]:
    for message, (member, owed) in list(place.threads.items()):
        what, at = _come(owed, now)
        if not what:
            continue
        known = place.known.get(member, Known(0))
        model.done["duties" if what == "late" else "reminders"] += 1
        if what == "late":
            del place.threads[message]
            want = Want("notify", f"{known.name or ''} was not answered", to="admins")
        else:
            want = Want("notify", "a question waits", to="moderators")
        yield Work(at, place, what, "class.answer", (member,), (want,), message, known=known)


# ---------------------------------------------------------------- schedules and sweeps


def _timed(model: Model, place: Place, now: int, found: Answer) -> Iterator[Work]:
    last = max(place.looked, place.since)
    if "class" in place.tags:
        yield from _class(model, place, last, now, found)
    if "board" in place.tags:
        half_past = (Want("reply", "half past one"),)
        nightly = hours.daily(last, now, 90, EVERY_DAY, LONDON)
        yield from _scheduled(model, place, "board.small_hours", nightly, half_past, now, found)
        mondays = hours.first_mondays(last, now, 20 * 60, LONDON)
        monday = (Want("reply", "first monday"),)
        yield from _scheduled(model, place, "board.first_monday", mondays, monday, now, found)


def _class(model: Model, place: Place, last: int, now: int, found: Answer) -> Iterator[Work]:
    for name, minutes, weekdays, wants in (
        ("lock_night", 23 * 60, EVERY_DAY, (Want("lock"),)),
        ("unlock_morning", 6 * 60 + 30, EVERY_DAY, (Want("unlock"), Want("reply", "good morning"))),
        ("weekly", 9 * 60, (0,), (Want("reply", "a new week"),)),
        ("peak_begins", 19 * 60, (0, 1, 2, 3, 4), (Want("notify", "questions may come", to="moderators"),)),
    ):
        instants = hours.daily(last, now, minutes, weekdays, SHANGHAI)
        yield from _scheduled(model, place, f"class.{name}", instants, wants, now, found)
    for name, minutes, weekdays in (("wake", 10 * 60, EVERY_DAY), ("gone", 10 * 60 + 30, (0, 3))):
        instants = hours.daily(last, now, minutes, weekdays, SHANGHAI)
        for at in _newest(place, f"class.{name}", instants, now, found):
            yield from _swept(model, place, name, at, now)


def _newest(place: Place, rule: str, instants: list[int], now: int, found: Answer) -> list[int]:
    """The one that is carried out; what is too old is told as missed."""
    late = [at for at in instants if at < now - MISSED]
    found.missed += [(rule, place.id, at) for at in late[-20:]]
    return [at for at in instants if at >= now - MISSED][-1:]


def _scheduled(
    model: Model, place: Place, rule: str, instants: list[int], wants: tuple[Want, ...], now: int, found: Answer
) -> Iterator[Work]:
    for at in _newest(place, rule, instants, now, found):
        model.done["schedules"] += 1
        yield Work(at, place, "schedule", rule, (), wants)


def _swept(model: Model, place: Place, name: str, at: int, now: int) -> Iterator[Work]:
    for member, known in sorted(place.known.items()):
        silent = now - max(place.spoke.get(member, 0), known.since)
        if known.role in STAFF or not (8 * DAY <= silent < 20 * DAY if name == "wake" else silent >= 20 * DAY):
            continue
        said = known.name or ""
        if name == "wake":
            want = Want("notify", f"{said}, how are you", to="member", once=8 * DAY)
        else:
            late = Plan("call_out", f"{said} is still here")
            want = Want("propose", once=12 * DAY, wait=5 * DAY, expire=late, proposes=Plan("remove", "silent"))
        model.done["sweeps"] += 1
        yield Work(at, place, "sweep", f"class.{name}", (member,), (want,), known=known)


