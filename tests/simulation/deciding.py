"""What humans decide, and what it means: verdicts, evidence, appeals."""

from __future__ import annotations

from tests.simulation import hours
from tests.simulation.answers import Act, Taken
from tests.simulation.case import CONTENT, KEPT, MEMBER, NEEDS, RANKS, STAYS, Case, planned, reasons, strongest
from tests.simulation.hours import DAY
from tests.simulation.kept import Place, Ticket
from tests.simulation.settling import Settling


class Deciding(Settling):
    """Hears what humans say, and refuses what cannot be meant."""

    def hear(self, case: Case) -> str | None:
        """Where it is refused."""
        hear = {"verdict": self._hear_verdict, "submission": self._hear_submission, "appeal": self._hear_appeal}
        return hear[case.event["kind"]](case) if case.event["kind"] in hear else None

    def _hear_verdict(self, case: Case) -> str | None:
        said = case.event["verdict"]
        ticket = case.place.tickets.get(said["ticket"])
        if ticket is None or ticket.status != "open":
            return "/verdict/ticket"
        if said["by"] in ticket.voters:
            return "/verdict/by"
        least = {"moderators": "moderator", "admins": "admin", "owner": "owner"}[ticket.by]
        if RANKS.index(said["role"]) < RANKS.index(least):
            return "/verdict/role"
        case.ticket, case.member, case.name = ticket, ticket.member, ticket.who
        return None

    def _on_verdict(self, case: Case) -> None:
        ticket, said = case.ticket, case.event["verdict"]
        assert ticket is not None
        if said["decision"] == "approve":
            ticket.voters.append(said["by"])
        if said["decision"] == "refuse" or len(ticket.voters) >= ticket.needed:
            self.close(case.place, ticket, "refused" if said["decision"] == "refuse" else "approved", case.now)
            plans = ticket.refuse if ticket.status == "refused" else ticket.approve
            case.asked += [planned(plan, ticket) for plan in plans]
            if ticket.kind == "review":
                self._reviewed(case.place, ticket, case.now)
            if ticket.kind == "appeal" and ticket.status == "approved":
                self._undo(case, ticket)

    def close(self, place: Place, ticket: Ticket, status: str, now: int) -> None:
        """Nobody can decide on it any more; the same may be proposed again."""
        ticket.status, ticket.settled = status, now
        place.proposals = {cell: name for cell, name in place.proposals.items() if name != ticket.name}

    def _reviewed(self, place: Place, ticket: Ticket, now: int) -> None:
        filed = place.review(ticket.review, ticket.member)
        filed.ticket = ""
        filed.refused = [bound for bound in filed.refused if bound != ticket.content]
        if ticket.status == "refused":
            filed.refused.append(ticket.content)
            return
        ends = [until for kind, until in filed.evidence.items() if until and kind in NEEDS]
        valid = (7 if ticket.review == "board.posts" else 14) * DAY
        filed.approved.append((ticket.content, min([*ends, now + valid])))

    def _hear_submission(self, case: Case) -> str | None:
        place, said = case.place, case.event["submission"]
        mine = [each for each in place.open_tickets() if each.kind == "review" and each.member == case.member]
        again = "" in place.review("adverts.ads", case.member).refused and "adverts" in place.tags
        strange = next((n for n, each in enumerate(said["evidence"]) if each["kind"] not in NEEDS), None)
        if not mine and not (again and strange is None):
            return "/submission/ticket"
        if strange is not None or (mine and mine[0].review == "board.posts"):
            return f"/submission/evidence/{strange or 0}/kind"
        case.ticket = mine[0] if mine else None
        return None

    def _on_submission(self, case: Case) -> None:
        place, filed = case.place, case.place.review("adverts.ads", case.member)
        ticket = case.ticket
        if ticket is None:
            filed.refused = [bound for bound in filed.refused if bound]
            ticket = case.ticket = self.open_review(case, "adverts.ads")
        for each in case.event["submission"]["evidence"]:
            filed.evidence[each["kind"]] = hours.parsed(each["expires"]) if each.get("expires") else 0
        self.complete(case, ticket, place)

    def _hear_appeal(self, case: Case) -> str | None:
        """`within` is that of the policy whose rules decided."""
        place, said = case.place, case.event["appeal"]["event"]
        entry = next((each for each in place.journal if each.event == said and each.member == case.member), None)
        open_to = [policy for policy in ("adverts", "class", "network") if policy in place.tags]
        if not open_to or entry is None or entry.undone or entry.at <= case.now - KEPT:
            return "/appeal/event"
        policies = {rule.split(".")[0] for rule in entry.rules}
        policy = next((each for each in open_to if each in policies), open_to[0])
        too_late = entry.at < case.now - (2 if policy == "adverts" else 3) * DAY
        if too_late or f"appeal/{place.id}/{said}" in place.tickets:
            return "/appeal/event"
        by = {"adverts": "admins", "class": "owner", "network": "moderators"}[policy]
        ticket = self.open(case, "appeal", entry.rules, f"appeal/{place.id}/{said}", message=entry.message, by=by)
        ticket.appealed = said
        text = f"申诉待处理 / appeal: {case.who} · {ticket.name}"
        case.answer.acts.append(Act("notify", reasons(entry.rules), to=by, text=text))
        return None

    def _undo(self, case: Case, ticket: Ticket) -> None:
        place, now, member = case.place, case.now, ticket.member
        entry = next((each for each in place.journal if each.event == ticket.appealed), None)
        if entry is None or entry.undone or entry.at <= now - KEPT:
            return
        entry.undone = True
        taken = {name: self.climb(name, place, member).take_back(entry.event, now) for name in entry.ladders}
        words = {strongest(entry.words, axis) for axis in (CONTENT, MEMBER, ("refuse",))} - {""}
        does = []
        if entry.end and entry.end > now and place.muted.get(member, 0) == entry.end:
            others = [each for each in place.journal if each.member == member and not each.undone and each.end > now]
            place.muted[member] = max((each.end for each in others), default=0)
            does += [] if place.muted[member] else ["unmute"]
        does += ["unban"] if "ban" in words else []
        for do in does:
            case.answer.acts.append(
                Act(do, reasons(ticket.rules), member=member, message=ticket.message, ticket=ticket.name)
            )
        cannot = tuple(sorted(word.replace("_", " ") for word in words if word in STAYS))
        strikes = tuple(sorted((name, weight) for name, weight in taken.items() if weight))
        case.answer.undone.append(Taken(entry.event, member, strikes, cannot))
        self.done["undone"] += 1
