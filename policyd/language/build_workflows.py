"""From forms to the tree: settings, rosters, switches and the declarations of workflows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final, Literal, cast

from policyd.language.build_clauses import (
    ClauseBuilder,
    day_number,
    days_of,
    event_kind,
    event_kinds,
    field_name,
)
from policyd.language.forms import Form
from policyd.language.nodes import (
    Appeal,
    DayOfMonth,
    Declaration,
    DueAt,
    Duty,
    EveryDays,
    GroupSettings,
    HoursEdge,
    OnDate,
    Override,
    Remind,
    Review,
    Roster,
    Schedule,
    Setting,
    Sweep,
    Switch,
    Timing,
    Until,
    Within,
)

_TIMINGS: Final = ("every_days", "day_of_month", "every_month", "on_date", "edge")
_WHICH: Final = {"FIRST": 1, "SECOND": 2, "THIRD": 3, "FOURTH": 4, "FIFTH": 5, "LAST": -1}
_LONGEST_MONTH: Final = 31


class WorkflowBuilder(ClauseBuilder):
    """Builds one declaration. A form that misses a clause that it needs gives a finding and no node."""

    def declaration(self, form: Form) -> Declaration | None:
        return _BUILDERS[form.kind](self, form)

    # ------------------------------------------------------------ settings, rosters, switches

    def setting(self, form: Form) -> Setting:
        name, name_span = self.declared(form)
        return Setting(name, self.expression(form.forms[1]), name_span=name_span, span=form.span)

    def group(self, form: Form) -> GroupSettings:
        groups, overrides = self.words(form), []
        for clause in form.all("override"):
            setting, value = clause.forms
            overrides.append(Override(self.dotted(setting), self.expression(value), span=clause.span))
        return GroupSettings(
            tuple(word.text for word in groups),
            tuple(overrides),
            self.names_of(self.one(form, "without")),
            groups_span=groups[0].span.to(groups[-1].span),
            span=form.span,
        )

    def roster(self, form: Form) -> Roster | None:
        name, name_span = self.declared(form)
        file = self.needed(form, "roster_file", "file", 'file "members.csv"')
        key = self.needed(form, "key", "key", "key phone")
        if file is None or key is None:
            return None
        path = file.get("string")
        return Roster(
            name, self.string(path), field_name(key.get("field_name")),
            file_span=path.span, name_span=name_span, span=form.span,
        )  # fmt: skip

    def switch(self, form: Form) -> Switch:
        name, name_span = self.declared(form)
        return Switch(name, self.duration_of(form, "off_after"), name_span=name_span, span=form.span)

    # ------------------------------------------------------------ timed

    def _timings(self, form: Form) -> tuple[Timing, ...]:
        written = [part for part in form.forms if part.kind in _TIMINGS]
        if not written:
            self.report_missing(form, "every", "every day 09:00")
        return tuple(timing for part in written for timing in self._timing(part))

    def _timing(self, part: Form) -> Iterator[Timing]:
        times = tuple(map(self.minute, part.leaves("CLOCK")))
        match part.kind:
            case "every_days":
                yield EveryDays(days_of(part), times, span=part.span)
            case "edge":
                edge = cast(Literal["opens", "closes"], part.leaf("OPENS", "CLOSES").text)
                yield HoursEdge(self.dotted(part.get("dotted")), edge, span=part.span)
            case "on_date":
                day = self.day(part.get("date").word).isoformat()
                yield from (OnDate(day, time, span=part.span) for time in times)
            case "day_of_month":
                weekday = part.find_leaf("DAY")
                day_of_week = None if weekday is None else day_number(weekday.text)
                yield from (DayOfMonth(_WHICH[part.word.kind], day_of_week, time, span=part.span) for time in times)
            case "every_month":
                days = self._days_of_month(part)
                yield from (DayOfMonth(day, None, time, span=part.span) for day in days for time in times)

    def _days_of_month(self, part: Form) -> list[int]:
        days = []
        for leaf in part.leaves("NUMBER"):
            day = self.whole(leaf)
            if not 1 <= day <= _LONGEST_MONTH:
                self.findings.add("P161", leaf.span, got=leaf.text)
                day = 1
            days.append(day)
        return days

    def schedule(self, form: Form) -> Schedule | None:
        name, name_span = self.declared(form)
        timings, when = self._timings(form), self.condition(form, "when")
        then = self.needed_actions(form, "then lock")
        if not (timings and form.find("then")):
            return None
        return Schedule(name, self.title(form), timings, when, then, name_span=name_span, span=form.span)

    def sweep(self, form: Form) -> Sweep | None:
        name, name_span = self.declared(form)
        timings, when, unless = self._timings(form), self.condition(form, "when"), self.condition(form, "unless")
        then = self.needed_actions(form, "then remove")
        if not (timings and form.find("then")):
            return None
        return Sweep(name, self.title(form), timings, when, unless, then, name_span=name_span, span=form.span)

    # ------------------------------------------------------------ reviews

    def review(self, form: Form) -> Review | None:
        name, name_span = self.declared(form)
        when, approve = self.needed(form, "when", "when", "when message.contacts > 0"), self.one(form, "approve")
        what, quota = self._part(approve, "approves_what"), self._part(approve, "quota")
        valid = self._part(approve, "valid")
        review = Review(
            name,
            self.title(form),
            event_kinds(self.one(form, "on")),
            None if when is None else self.expression(when.forms[0]),
            self.condition(form, "unless"),
            self.names_of(self.one(form, "needs")),
            approve=None if what is None else cast(Literal["member", "content"], what.word.text),
            at_most=None if quota is None else self.whole(quota.leaf("NUMBER")),
            per=None if quota is None else self.period(quota.leaf("FIELD")),
            valid=None if valid is None else self.duration(valid.leaf("DURATION")),
            by=self._agreeing(form, approve),
            exempt=self.names_of(self.one(form, "silences")),
            pending=self.actions_of(form, "pending"),
            refused=self.actions_of(form, "refused"),
            name_span=name_span,
            span=form.span,
        )
        return None if when is None else review

    def _part(self, approve: Form | None, kind: str) -> Form | None:
        return None if approve is None else self.one(approve, kind)

    def _agreeing(self, form: Form, approve: Form | None) -> int | None:
        """How many moderators must agree: a part of `approve`, or a clause of its own."""
        part, clause = self._part(approve, "by_moderators"), self.one(form, "by_moderators")
        if part is not None and clause is not None:
            self.report_repeated(form, clause)
        return self.moderators(part or clause)

    # ------------------------------------------------------------ duties

    def duty(self, form: Form) -> Duty | None:
        name, name_span = self.declared(form)
        on, until = self.needed(form, "on_where", "on", "on join"), self.one(form, "until")
        within, due = self._deadline(form)
        pause = self.one(form, "pause")
        duty = Duty(
            name,
            self.title(form),
            event_kinds(on),
            None if on is None else self.condition(on, "where"),
            within,
            due,
            None if until is None else self._until(until),
            pause=None if pause is None else self.dotted(pause.get("dotted")),
            reminders=tuple(map(self._remind, form.all("remind"))),
            late=self.actions_of(form, "late"),
            each=self.one(form, "each") is not None,
            together=self.one(form, "all_together") is not None,
            even_if_removed=self.one(form, "even_if_removed") is not None,
            name_span=name_span,
            span=form.span,
        )
        return duty if on is not None and (within or due) else None

    def _deadline(self, form: Form) -> tuple[tuple[Within, ...], DueAt | None]:
        within, due = self.one(form, "deadline"), self.one(form, "due")
        if within is None and due is None:
            self.report_missing(form, "within", "within 24h")
        if within is not None and due is not None:
            self.findings.add("P163", max(within.word.span, due.word.span, key=lambda span: span.start))
        at = None
        if due is not None:
            at = DueAt(days_of(due), self.minute(due.leaf("CLOCK")), span=due.span)
        return () if within is None else self._within(within), at

    def _within(self, form: Form) -> tuple[Within, ...]:
        """Times in hours, then one for all other hours."""
        parts = []
        for part in form.all("deadline_part"):
            hours = part.find("dotted")
            named = None if hours is None else self.dotted(hours)
            parts.append(Within(self.duration(part.leaf("DURATION")), named, span=part.span))
        if all(part.hours for part in parts):
            self.report_missing(form, "otherwise", f"{_shown(parts[-1])}, 24h otherwise")
        for before, after in pairwise(parts):
            if before.hours is None:
                self.findings.add("P164", after.span, got=_shown(after))
        return tuple(parts)

    def _until(self, form: Form) -> Until:
        by = self.one(form, "until_by")
        return Until(
            event_kind(form.get("kind")), None if by is None else self.audience(by), self.condition(form, "where"),
            span=form.span,
        )  # fmt: skip

    def _remind(self, form: Form) -> Remind:
        return Remind(self.duration(form.leaf("DURATION")), self.actions(form), span=form.span)

    def appeal(self, form: Form) -> Appeal:
        decided_by = self.one(form, "decided_by")
        return Appeal(
            self.duration_of(form, "within"), None if decided_by is None else self.audience(decided_by), span=form.span
        )


def _shown(within: Within) -> str:
    return " ".join(within.span.text.split())


_BUILDERS: Final[dict[str, Callable[[WorkflowBuilder, Form], Declaration | None]]] = {
    "setting": WorkflowBuilder.setting,
    "group": WorkflowBuilder.group,
    "roster": WorkflowBuilder.roster,
    "switch": WorkflowBuilder.switch,
    "schedule": WorkflowBuilder.schedule,
    "sweep": WorkflowBuilder.sweep,
    "review": WorkflowBuilder.review,
    "duty": WorkflowBuilder.duty,
    "appeal": WorkflowBuilder.appeal,
}
WORKFLOWS: Final = frozenset(_BUILDERS)
"""The declarations that are built here."""
