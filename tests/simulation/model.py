"""What must happen in the simulated community: the simulation's policies, worked out plainly and by hand.

Nothing of policyd is used here. Every event is told in the order in which it happened (order counts within a group, and
between the groups of the network), and every tick that came through; the answers say what the service has to answer.
"""

from __future__ import annotations

from tests.simulation import hours
from tests.simulation.answers import Act, Answer
from tests.simulation.case import STAFF, Case, Want, missing
from tests.simulation.deciding import Deciding
from tests.simulation.hours import DAY, HOUR, MINUTE
from tests.simulation.kept import LADDERS, Event, Place, Plan


class Model(Deciding):
    """Knows what the policies say about every kind of event."""

    def __init__(self) -> None:
        super().__init__()
        self.offers: dict[str, list[int]] = {}

    def tell(self, event: Event, now: int) -> Answer:
        """What an event that is no tick is answered. Members need not be told in verdicts and submissions."""
        group = event["group"]
        place = self.places.setdefault(group["id"], Place(group["id"], tuple(group["tags"]), now))
        member = event.get("member", {})
        case = Case(place, event, event["id"], now, member.get("id", ""), member.get("name"))
        refused = self.hear(case)
        if refused is not None:
            return Answer(problem=refused)
        getattr(self, f"_on_{event['kind']}", lambda case: None)(case)
        answer = self.settle(case)
        self.meet(case)
        return answer

    # ------------------------------------------------------------ what the policies say, by kind of event

    def _on_message(self, case: Case) -> None:
        place, now, text = case.place, case.now, case.event["message"]["text"]
        staff = case.event["member"].get("role") in STAFF
        if "class" in place.tags:
            self._flood(case, staff)
            if hours.in_night(now) and not staff and place.id not in ("g03", "g07"):
                case.ask("class.night_quiet", Want("delete"), Want("warn", "quiet", once=12 * HOUR))
            self._guard(case, text)
            self._close_duties(case, text)
            if text.startswith("#提问"):
                case.opens.append("answer")
        place.spoke[case.member] = now
        self._words(case, text)
        if "network" in place.tags and "星河现货" in text:
            self._offer(case)

    def _on_edit(self, case: Case) -> None:
        case.edit = True
        self._words(case, case.event["message"]["text"])

    def _words(self, case: Case, text: str) -> None:
        """What applies to edits as well."""
        if "class" in case.place.tags and "暗号星河" in text:
            told = Want("digest", f"{case.name} said it")
            case.ask("class.bad", Want("delete"), Want("strike", to="class.conduct"), told)
        if "adverts" in case.place.tags and "星河代购" in text:
            self._review(case, "adverts.ads", "")
        if "board" in case.place.tags and text.startswith("#公告"):
            self._review(case, "board.posts", text)

    def _flood(self, case: Case, staff: bool) -> None:
        said = case.place.messages.setdefault(case.member, [])
        said[:] = [at for at in said if case.now - 10_000 < at] + [case.now]
        if len(said) > (8 if case.place.id in ("g03", "g07") else 4) and not staff:
            case.ask("class.flood", Want("delete"), Want("strike", to="class.conduct"))

    def _guard(self, case: Case, text: str) -> None:
        joined = case.event["member"].get("joined")
        if case.place.lockdown > case.now and joined is not None and case.now - hours.parsed(joined) < HOUR:
            case.ask("class.guard", Want("hold", wait=HOUR, expire=Plan("delete")))
            if "http" in text:
                case.ask("class.guard_links", Want("delete"), Want("remove"))

    def _close_duties(self, case: Case, text: str) -> None:
        introduced, handed_in = text.startswith("#介绍"), text.startswith("#作业")
        until = {"introduction": introduced, "confirm": "已阅" in text, "homework": handed_in}
        case.closes += [duty for duty, met in until.items() if met and (duty, case.member) in case.place.duties]
        asker, _ = case.place.threads.get(case.event["message"].get("reply_to", ""), (case.member, None))
        if asker != case.member and case.event["member"].get("role") in STAFF:
            case.closes.append("answer")

    def _offer(self, case: Case) -> None:
        company = case.event["member"].get("attributes", {}).get("company")
        if company is None:
            wants = Want("hold", wait=12 * HOUR, expire=Plan("delete")), Want("warn", "which company", once=DAY)
            case.ask("network.no_company", *wants)
            return
        made = self.offers.setdefault(company, [])
        made[:] = [at for at in made if case.now - DAY < at] + [case.now]
        if len(made) > 1:
            case.ask("network.one_a_day", Want("delete"), Want("strike", to="network.reputation"))

    def _review(self, case: Case, name: str, content: str) -> None:
        """`content` is what approvals are bound to, "" for the member."""
        filed, key = case.place.review(name, case.member), case.message or case.id
        if any(bound == content and (not until or case.now < until) for bound, until in filed.approved):
            week = hours.week_of(case.now)
            used = [use for use, at in filed.uses.items() if hours.week_of(at) == week]
            if name == "board.posts" or key in used or len(used) < 2:
                case.uses = name
                return
            state = "refused"
        else:
            state = "refused" if content in filed.refused else "pending"
        if state == "refused":
            struck = [Want("strike", to="adverts.honesty")] if name == "adverts.ads" else []
            case.ask(f"{name}.refused", Want("delete"), *struck)
            return
        case.pends = name
        lacks = ", ".join(missing(filed, case.now))
        told = [Want("warn", f"missing: {lacks}", once=HOUR)] if name == "adverts.ads" else []
        case.ask(name, Want("hold"), *told)

    def _on_join(self, case: Case) -> None:
        place = case.place
        if "class" not in place.tags:
            return
        place.joins = [at for at in place.joins if case.now - MINUTE < at] + [case.now]
        if len(place.joins) > 5 and place.lockdown <= case.now:
            case.ask("class.alarm", Want("set"), Want("slow", length=30_000), Want("notify", "raid", to="admins"))
        if case.event["member"].get("role") not in STAFF:
            case.opens.append("introduction")

    def _on_leave(self, case: Case) -> None:
        for duty in ("introduction", "confirm", "homework"):
            case.place.duties.pop((duty, case.member), None)

    def _on_request(self, case: Case) -> None:
        if "class" not in case.place.tags:
            return
        course = case.event["member"].get("attributes", {}).get("course")
        if course == "a":
            case.ask("class.course_a", Want("admit"), Want("assign", to="course a"))
        elif course is None:
            late = Plan("refuse", "nobody knows you")
            asks = Want("notify", f"{case.name} asks", to="admins")
            case.ask("class.strangers", Want("hold", wait=2 * DAY, expire=late), asks)

    def _on_notice(self, case: Case) -> None:
        if "class" in case.place.tags:
            case.opens.append("confirm")

    def _on_mark(self, case: Case) -> None:
        word, place = case.event["mark"]["as"], case.place
        if "class" in place.tags and word == "homework":
            case.opens.append("homework")
        if "class" in place.tags and word == "helpful":
            said = Want("reply", f"well done, {case.name or ''}")
            case.ask("class.praised", Want("forgive", to="class.conduct"), said)
        if word == "probe":
            for ladder in LADDERS:
                policy, plain = ladder.split(".")
                if policy in place.tags:
                    count = self.climb(ladder, place, case.member).count(case.now)
                    case.ask(f"{policy}.standing", Want("reply", f"{plain} {count}"))

    def _on_outcome(self, case: Case) -> None:
        part = case.event["outcome"]
        if not part["ok"]:
            text = f"平台未能执行 / the platform did not do it: {part['action'].replace('_', ' ')} · {part['error']}"
            case.answer.acts.append(Act("notify", to="moderators", text=text))
