"""What the model files at the end of an event: tickets, brakes, what reviews wait for, duties, who is in the group."""

from __future__ import annotations

from dataclasses import replace

from tests.simulation import hours
from tests.simulation.answers import Act
from tests.simulation.case import MEMBER, Asked, Case, missing, reasons
from tests.simulation.hours import DAY, HOUR, MINUTE
from tests.simulation.kept import BRAKES, LADDERS, Climb, Known, Owed, Place, Plan, Ticket


class Filing:
    """Knows everything that was ever told, by group. `done` counts."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self.reputation: dict[tuple[str, str], Climb] = {}
        self.done = {"duties": 0, "reminders": 0, "steps": 0, "braked": 0, "undone": 0, "schedules": 0, "sweeps": 0}

    def climb(self, ladder: str, place: Place, member: str) -> Climb:
        kept = self.reputation if LADDERS[ladder].wide else place.ladders
        return kept.setdefault((ladder, member), Climb(LADDERS[ladder]))

    def open(self, case: Case, kind: str, rules: tuple[str, ...], name: str, **more: object) -> Ticket:
        made = Ticket(name, kind, case.member, case.who, rules, message=case.message, opened=case.now)
        ticket = replace(made, **more)  # type: ignore[arg-type]
        case.place.tickets[name] = ticket
        case.answer.tickets[name] = ticket.facts()
        return ticket

    def file(self, case: Case) -> None:
        acts = case.answer.acts
        for number, act in enumerate(list(acts)):
            if act.do in MEMBER and act.ticket is None:
                acts[number] = self._brake(case, act)
            elif act.do == "hold":
                acts[number] = act._replace(ticket=self._hold(case, act).name)
        for each in case.asked:
            if each.want.proposes is not None:
                self._propose(case, each)
        stays = case.answer.verdict == "allow" and case.event["kind"] != "request"
        if stays and case.uses == "adverts.ads":
            case.place.review(case.uses, case.member).uses.setdefault(case.message or case.id, case.now)
        if stays:
            for duty in case.closes:
                if duty == "answer":
                    case.place.threads.pop(case.event["message"]["reply_to"], None)
                else:
                    case.place.duties.pop((duty, case.member), None)
            for duty in case.opens:
                self._open_duty(case, duty)

    def _brake(self, case: Case, act: Act) -> Act:
        policies = sorted({rule.split(".")[0] for rule, _ in act.because})
        brakes = [policy for policy in policies if BRAKES.get(policy, ("", 0))[0] == act.do]
        counts = {
            policy: [at for at in case.place.braked.get(policy, []) if at > case.now - DAY] for policy in brakes
        }  # fmt: skip
        if all(len(counts[policy]) < BRAKES[policy][1] for policy in brakes):
            for policy in brakes:
                case.place.braked[policy] = [*counts[policy], case.now]
            return act
        self.done["braked"] += 1
        rules = tuple(rule for rule, _ in act.because)
        lengths = [each.want.length or 0 for each in case.asked if each.want.do == act.do]
        plan = Plan(act.do, act.text, max(lengths, default=0) or None)
        ticket = self.open(case, "brake", rules, f"brake/{case.place.id}/{case.id}", approve=[plan])
        told = "已超过刹车上限,改为待人工确认 / over the brake, waits for a human"
        text = f"{told}: {act.do} · {case.who} · {ticket.name}"
        case.answer.acts.append(Act("notify", reasons(rules), to="owner", text=text))
        return act._replace(do="propose", proposes=act.do, braked=True, ladder=None, step=None, ticket=ticket.name)

    def _hold(self, case: Case, act: Act) -> Ticket:
        rules = tuple(rule for rule, _ in act.because)
        if case.pends and case.pends in rules:
            return self._pend(case)
        name = f"hold/{case.place.id}/{case.id}"
        waits = [each for each in case.asked if each.want.do == "hold" and each.want.wait]
        first = min(waits, key=lambda each: (each.want.wait, each.rules)).want if waits else None
        request = case.event["kind"] == "request"
        approve = [Plan("admit")] if request else [Plan("release")]
        return self.open(
            case, "request" if request else "hold", rules, name,
            approve=approve, refuse=[Plan("refuse" if request else "delete")],
            deadline=case.now + first.wait if first else 0,
            expire=[first.expire] if first and first.expire else [],
        )  # fmt: skip

    def _propose(self, case: Case, each: Asked) -> None:
        place, plan, want = case.place, each.want.proposes, each.want
        assert plan is not None
        cell = each.rules[0]
        known = place.proposals.get((cell, case.member))
        if known is not None:
            case.answer.tickets[known] = place.tickets[known].facts()
            return
        ticket = self.open(
            case, "proposal", each.rules, f"proposal/{place.id}/{cell}/{case.id}", approve=[plan], needed=want.needed,
            deadline=case.now + want.wait if want.wait else 0, expire=[want.expire] if want.expire else [], cell=cell,
        )  # fmt: skip
        place.proposals[cell, case.member] = ticket.name
        case.answer.acts.append(
            Act(
                "propose", ((each.rules[0], plan.text),), member=case.member, text=plan.text, ticket=ticket.name,
                proposes=plan.do,
            )
        )

    def _pend(self, case: Case) -> Ticket:
        place, name = case.place, case.pends
        filed = place.review(name, case.member)
        fresh = not filed.ticket
        ticket = self.open_review(case, name) if fresh else place.tickets[filed.ticket]
        ticket.message = case.message
        content = case.event["message"]["text"] if name == "board.posts" else ""
        if ticket.content != content:
            ticket.content, ticket.voters = content, []
        ticket.approve, ticket.refuse = [Plan("release")], [Plan("delete")]
        if fresh:
            self.complete(case, ticket, place)
        ticket.missing = missing(filed, case.now) if name == "adverts.ads" else None
        case.answer.tickets[ticket.name] = ticket.facts()
        return ticket

    def open_review(self, case: Case, name: str) -> Ticket:
        filed = case.place.review(name, case.member)
        filed.opened += 1
        filed.ticket = f"review/{case.place.id}/{name}/{case.member}/{filed.opened}"
        needed = 2 if name == "board.posts" else 1
        return self.open(case, "review", (name,), filed.ticket, review=name, needed=needed)

    def complete(self, case: Case, ticket: Ticket, place: Place) -> None:
        """Moderators hear once that everything is there."""
        filed = place.review(ticket.review, ticket.member)
        ticket.missing = missing(filed, case.now) if ticket.review == "adverts.ads" else None
        if not ticket.missing and not ticket.told_complete:
            ticket.told_complete = True
            title = {"adverts.ads": "advertisements", "board.posts": "posts"}[ticket.review]
            text = f"材料已齐,请审核 / ready for review: {title} · {ticket.who} · {ticket.name}"
            case.answer.acts.append(Act("notify", reasons(ticket.rules), to="moderators", text=text))

    def _open_duty(self, case: Case, duty: str) -> None:
        place, now = case.place, case.now
        if duty == "answer":
            due = now + (3 if hours.in_peak(now) else 15) * MINUTE
            place.threads[case.message or ""] = case.member, Owed(now, due, now + 2 * MINUTE, case.message)
        elif duty == "introduction":
            owed = Owed(now, hours.awake_after(now, DAY), hours.awake_after(now, 20 * HOUR))
            place.duties[duty, case.member] = [owed]
        elif duty == "confirm":
            for member in case.event["notice"]["members"]:
                place.duties[duty, member] = [Owed(now, now + 3 * DAY, now + 2 * DAY)]
        else:
            due = hours.daily(now, now + 8 * DAY, 20 * 60, (6,), hours.SHANGHAI)[0]
            place.duties.setdefault((duty, case.member), []).append(Owed(now, due))

    def meet(self, case: Case) -> None:
        """Who is in the group, where something comes due for its members."""
        place, kind, told = case.place, case.event["kind"], case.event.get("member")
        if kind == "leave":
            place.known.pop(case.member, None)
        if not told or kind in ("leave", "request", "verdict", "appeal", "outcome"):
            return
        if case.event.get("sanction", {}).get("action") in ("remove", "ban"):
            return
        known = place.known.setdefault(case.member, Known(case.now))
        known.name, known.role = told.get("name", known.name), told.get("role", known.role)
        if told.get("joined"):
            known.since = min(known.since, hours.parsed(told["joined"]))
