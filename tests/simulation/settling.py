"""From what is asked for to what is done: strikes, texts, mutes, the strongest of each kind."""

from __future__ import annotations

from tests.simulation.answers import Act, Answer
from tests.simulation.case import CONTENT, JOURNALED, MEMBER, Asked, Case, Want, missing, said
from tests.simulation.filing import Filing
from tests.simulation.hours import HOUR
from tests.simulation.kept import Entry, Place, Strike


class Settling(Filing):
    """Decides, once it is known what is asked for."""

    def settle(self, case: Case) -> Answer:
        """What comes of all that rules and tickets ask for."""
        place, now, answer = case.place, case.now, case.answer
        before = set(place.given.get(case.message or "", ())) if case.edit else set()
        fresh = {rule: wants for rule, wants in case.wants.items() if rule not in before}
        self._forgive_and_strike(case, fresh)
        for rule, wants in case.wants.items():
            for number, want in enumerate(wants):
                if want.do in ("strike", "forgive", "set", "digest") or (rule in before and want.do not in CONTENT):
                    continue
                if want.once and not self._may_say(place, f"{rule}#{number}", case.member, want.once, now):
                    continue
                case.asked.append(Asked(want, (rule,)))
        for rule, wants in fresh.items():
            self._set_and_collect(case, wants)
            once = [want for want in wants if want.do not in CONTENT or want.text is not None]
            if case.message and once:
                place.given.setdefault(case.message, set()).add(rule)
        self._mute(case)
        self._journal(case, before)
        self._resolve(case)
        self.file(case)
        if case.ticket is not None:
            if case.ticket.review == "adverts.ads":
                case.ticket.missing = missing(place.review("adverts.ads", case.member), now)
            answer.tickets[case.ticket.name] = case.ticket.facts()
        return answer

    def _may_say(self, place: Place, cell: str, member: str, span: int, now: int) -> bool:
        last = place.said.get((cell, member))
        if last is not None and now - last < span:
            return False
        place.said[cell, member] = now
        return True

    def _forgive_and_strike(self, case: Case, fresh: dict[str, list[Want]]) -> None:
        place, now, ladders = case.place, case.now, case.answer.ladders
        struck: dict[str, list[str]] = {}
        for rule, wants in fresh.items():
            for want in wants:
                if want.do == "forgive":
                    climb = self.climb(want.to or "", place, case.member)
                    climb.forgive(now)
                    ladders[want.to or ""] = climb.count(now), None
                if want.do == "strike":
                    struck.setdefault(want.to or "", []).append(rule)
        for name, rules in struck.items():
            climb = self.climb(name, place, case.member)
            step = climb.strike(case.id, now)
            ladders[name] = climb.count(now), step or None
            if step:
                self.done["steps"] += 1
                do, text, length = climb.ladder.steps[step]
                case.asked.append(Asked(Want(do, text, length), tuple(sorted(rules)), name, step))

    def _on_sanction(self, case: Case) -> None:
        """A human warned, muted or pardoned."""
        said, place, now = case.event["sanction"], case.place, case.now
        climb = self.climb(said["ladder"], place, case.member)
        climb.forget(now)
        running = place.muted.get(case.member, 0)
        if said["action"] == "pardon":
            climb.strikes = []
            place.muted[case.member] = 0
            if running > now:
                case.answer.acts.append(Act("unmute", member=case.member))
        else:
            climb.strikes.append(Strike(case.id, now, 1))
            if said["action"] == "mute":
                place.muted[case.member] = max(running, now + said["seconds"] * 1000)
        case.answer.ladders[said["ladder"]] = climb.count(now), None

    def _set_and_collect(self, case: Case, wants: list[Want]) -> None:
        for want in wants:
            if want.do == "set":
                case.place.lockdown = max(case.place.lockdown, case.now + HOUR // 2)
            if want.do == "digest":
                due, lines = case.place.digest or (case.now + HOUR, [])
                case.place.digest = due, [*lines, want.text or ""][:100]

    def _mute(self, case: Case) -> None:
        place, asked = case.place, [each.want for each in case.asked]
        lengths = [want.length or 0 for want in asked if want.do == "mute"]
        if lengths and not any(want.do in ("remove", "ban") for want in asked):
            running = place.muted.get(case.member, 0)
            place.muted[case.member] = max(running, case.now + max(lengths))

    def _journal(self, case: Case, before: set[str]) -> None:
        words: dict[str, set[str]] = {}
        for rule, wants in case.wants.items():
            found = {want.do for want in wants if want.do in JOURNALED}
            words[rule] = found & set(CONTENT) if rule in before else found
        rules = tuple(sorted(rule for rule in words if words[rule]))
        if not rules:
            return
        steps = [each for each in case.asked if each.ladder is not None]
        asked = [each.want for each in case.asked if each.ticket is None]
        lengths = [want.length or 0 for want in asked if want.do == "mute"]
        out = any(want.do in ("remove", "ban") for want in asked)
        done = set().union(*words.values()) | {each.want.do for each in steps}
        end = case.now + max(lengths) if lengths and not out else 0
        struck = [
            want.to or "" for rule in rules if rule not in before for want in case.wants[rule] if want.do == "strike"
        ]
        ladders = list(dict.fromkeys(struck))
        case.place.journal.append(
            Entry(case.id, case.member, case.now, case.message, rules, done, ladders, end)
        )  # fmt: skip

    # ------------------------------------------------------------ the strongest wins

    def _resolve(self, case: Case) -> None:
        answer, request = case.answer, case.event["kind"] == "request"
        axes = (("admit", "hold", "refuse") if request else CONTENT, MEMBER)
        for axis in axes:
            on_axis = [each for each in case.asked if each.want.do in axis and (each.ticket is None or axis is MEMBER)]
            if on_axis:
                strongest = max(on_axis, key=lambda each: (axis.index(each.want.do), each.want.length or 0)).want
                equal = strongest.do, strongest.length
                same = [each for each in on_axis if (each.want.do, each.want.length) == equal]
                answer.acts.append(self._act(same, case))
                if axis is not MEMBER:
                    answer.verdict = strongest.do
        if request and answer.verdict == "allow":
            answer.verdict = "hold"
            answer.acts.append(Act("hold"))
        united: dict[tuple[str, str | None, str | None], list[Asked]] = {}
        for each in case.asked:
            settles = each.ticket is not None and each.want.do not in MEMBER
            beside = each.want.do not in (*axes[0], *MEMBER, "propose") and not (
                each.want.do == "assign" and request and answer.verdict != "admit"
            )
            if settles or beside:
                united.setdefault((each.want.do, each.want.to, each.want.text), []).append(each)
        answer.acts += [self._act(same, case) for same in united.values()]

    def _act(self, same: list[Asked], case: Case) -> Act:
        same = sorted(same, key=lambda each: (each.rules, each.ladder or ""))
        first, place = same[0].want, case.place
        texts = list(dict.fromkeys(each.want.text for each in same if each.want.text is not None))
        reasons = tuple(
            (rule, said(each.want.text for each in same if rule in each.rules and not each.ladder and not each.ticket))
            for rule in sorted({rule for each in same for rule in each.rules})
        )
        climbed = min((each for each in same if each.ladder), key=lambda each: each.ladder or "", default=None)
        ticket = next((each.ticket for each in same if each.ticket), None)
        seconds = None if first.length is None else first.length // 1000
        if first.do == "mute":
            seconds = (max(place.muted.get(case.member, 0), case.now + (first.length or 0)) - case.now) // 1000
        return Act(
            first.do, reasons,
            member=case.member if first.do in MEMBER or ticket else None,
            to=first.to, text="\n".join(texts) if texts else None, seconds=seconds,
            ladder=climbed.ladder if climbed else None, step=climbed.step if climbed else None,
            message=ticket.message if ticket else None, ticket=ticket.name if ticket else None,
        )  # fmt: skip
