"""From forms to the tree: declarations and the header."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final, Literal, cast

from policyd.language.build_clauses import ClauseBuilder, days_of, event_kinds, field_name, singular
from policyd.language.build_expressions import plain_word
from policyd.language.forms import Form, Leaf
from policyd.language.names import plain_name
from policyd.language.nodes import (
    Attribute,
    Brake,
    Counter,
    Counting,
    Declaration,
    Exempt,
    Header,
    Hours,
    HoursEvery,
    HoursOn,
    HoursRange,
    Ladder,
    Let,
    Lexicon,
    Limit,
    Name,
    Rule,
    Scope,
    Step,
    Template,
    Word,
)
from policyd.language.source import NOWHERE, Span
from policyd.language.text_template import message_text

_WHOLE_DAY: Final = ((0, 1440),)


class DeclarationBuilder(ClauseBuilder):
    """Builds one declaration. A form that misses a clause that it needs gives a finding and no node."""

    def declaration(self, form: Form) -> Declaration | None:
        return _BUILDERS[form.kind](self, form)

    # ------------------------------------------------------------ header

    def header(self, form: Form) -> Header:
        name, name_span = self.declared(form)
        scope = self.one(form, "scope_every", "scope_tagged", "scope_groups")
        timezone, store = self.one(form, "timezone"), self.one(form, "store_fails")
        platforms = self.one(form, "platforms")
        return Header(
            name,
            self.title(form),
            None if scope is None else self._scope(scope),
            None if timezone is None else Word(self.string(timezone.get("string")), span=timezone.get("string").span),
            None if store is None else cast(Literal["allow", "hold", "deny"], store.leaf("ALLOW", "HOLD", "DENY").text),
            brakes=tuple(map(self._brake, form.all("brake"))),
            platforms=() if platforms is None else tuple(map(field_name, platforms.all("name"))),
            name_span=name_span,
            span=form.span,
        )

    def _scope(self, form: Form) -> Scope:
        if form.kind == "scope_every":
            return Scope("every", span=form.span)
        values = tuple(word.text for word in self.words(form))
        return Scope("tag" if form.kind == "scope_tagged" else "id", values, span=form.span)

    def _brake(self, form: Form) -> Brake:
        return Brake(
            self.whole(form.leaf("NUMBER")),
            tuple(plain_word(action.word) for action in form.all("action_word")),
            self.duration(form.leaf("DURATION")),
            span=form.span,
        )

    # ------------------------------------------------------------ values

    def attribute(self, form: Form) -> Attribute:
        owner, owner_span = self.declared(form)
        field, type_form = form.leaf("FIELD"), form.get("attribute_type")
        element = type_form.leaf("FIELD").text
        type_name = f"list of {element}" if type_form.find_leaf("LIST_OF") else element
        return Attribute(
            Name((owner,), span=owner_span), plain_name(field.text), type_name,
            name_span=field.span, type_span=type_form.span, span=form.span,
        )  # fmt: skip

    def let(self, form: Form) -> Let:
        name, name_span = self.declared(form)
        return Let(name, self.expression(form.forms[1]), name_span=name_span, span=form.span)

    def template(self, form: Form) -> Template:
        name, name_span = self.declared(form)
        maximum = form.find("maximum")
        return Template(
            name,
            message_text(form.get("text_string").span, self.findings),
            None if maximum is None else self.whole(maximum.leaf("NUMBER")),
            name_span=name_span,
            span=form.span,
        )

    def lexicon(self, form: Form) -> Lexicon:
        name, name_span = self.declared(form)
        resist, boundary = self.one(form, "resist"), self.one(form, "boundary")
        return Lexicon(
            name,
            words=self.texts_of(form, "words"),
            files=self.texts_of(form, "files"),
            excepts=self.texts_of(form, "excepts"),
            resist=None if resist is None else tuple(map(field_name, resist.all("field_name"))),
            boundary=None if boundary is None else field_name(boundary.get("field_name")),
            name_span=name_span,
            span=form.span,
        )

    # ------------------------------------------------------------ hours

    def hours(self, form: Form) -> Hours:
        name, name_span = self.declared(form)
        parts: list[HoursEvery | HoursOn | HoursRange] = []
        for part in form.forms:
            if part.kind == "hours_every":
                parts.append(self._every(part))
            elif part.kind == "hours_on":
                first, last = self._dates(part.get("date_range"))
                parts.append(HoursOn(first, last, self._times_of_day(part), span=part.span))
            elif part.kind == "hours_from":
                first, last = (self.day(date_form.word) for date_form in part.all("date"))
                parts.append(HoursRange("from", first, last, span=part.span))
            elif part.kind == "hours_except":
                for dates in part.all("date_range"):
                    parts.append(HoursRange("except", *self._dates(dates), span=dates.span))
        return Hours(name, tuple(parts), name_span=name_span, span=form.span)

    def _every(self, form: Form) -> HoursEvery:
        return HoursEvery(days_of(form), self._times_of_day(form) or _WHOLE_DAY, span=form.span)

    def _times_of_day(self, form: Form) -> tuple[tuple[int, int], ...]:
        times = form.find("times")
        if times is None:
            return ()
        ranges = (time_range.leaves("CLOCK") for time_range in times.all("time_range"))
        return tuple((self.minute(start), self.minute(end)) for start, end in ranges)

    def _dates(self, form: Form) -> tuple[date, date]:
        days = [self.day(date_form.word) for date_form in form.all("date")]
        return days[0], days[-1]

    # ------------------------------------------------------------ counting

    def counting(self, form: Form) -> Counting | None:
        """What a counter or the phrase of a limit counts; None where that is not whole."""
        by, where = self.one(form, "by"), self.condition(form, "where")
        within, per = self._window(form, by)
        if by is None or (within is None and per is None):
            return None
        counted = next(part for part in form.forms if part.kind in ("kind", "distinct", "sums"))
        kind = counted if counted.kind == "kind" else counted.get("kind")
        window = within or per
        assert window is not None, "one of them has just been found"
        return Counting(
            singular(kind.word.text),
            tuple(map(self.dotted, by.forms)),
            None if within is None else self.duration(within),
            where,
            across_groups=self.one(form, "across_groups") is not None,
            per=None if per is None else self.period(per),
            distinct=self.dotted(counted.get("dotted")) if counted.kind == "distinct" else None,
            sums=self.dotted(counted.get("dotted")) if counted.kind == "sums" else None,
            kind_span=kind.span,
            within_span=window.span,
            span=Span(form.span.source, counted.span.start, form.span.end),
        )

    def _window(self, form: Form, by: Form | None) -> tuple[Leaf | None, Leaf | None]:
        """The length of a sliding window, or the period of the calendar that stands for it."""
        within, per = self.one(form, "within"), self.one(form, "per")
        if by is None and per is not None and not self.is_period(per.leaf("FIELD")):
            self.findings.add("P141", per.word.span, got="per", want="by")
            return None, None
        if by is None:
            self.report_missing(form, "by", "by member")
        if within is None and per is None:
            self.report_missing(form, "within", "within 10m")
        if within is not None and per is not None:
            later = max(within.span, per.span, key=lambda span: span.start)
            self.findings.add("P171", later)
            per = None
        return within.leaf("DURATION") if within else None, per.leaf("FIELD") if per else None

    def counter(self, form: Form) -> Counter | None:
        name, name_span = self.declared(form)
        counting, up_to = self.counting(form), self.one(form, "up_to")
        bound = None if up_to is None else self.whole(up_to.leaf("NUMBER"))
        return None if counting is None else Counter(name, counting, bound, name_span=name_span, span=form.span)

    def limit(self, form: Form) -> Limit | None:
        name, name_span = self.declared(form)
        at_most = self.needed(form, "at_most", "at most", "at most 5 messages by member within 10s")
        counting = None if at_most is None else self.counting(at_most)
        unless, actions = self.condition(form, "unless"), self.needed_actions(form)
        if at_most is None or counting is None:
            return None
        setting = at_most.find("dotted")
        bound = self.whole(at_most.leaf("NUMBER")) if setting is None else self.dotted(setting)
        bound_span = at_most.leaf("NUMBER").span if setting is None else setting.span
        return Limit(
            name, self.title(form), bound, counting, unless, actions,
            at_most_span=bound_span, name_span=name_span, span=form.span,
        )  # fmt: skip

    def ladder(self, form: Form) -> Ladder:
        name, name_span = self.declared(form)
        steps = []
        for step in form.all("step"):
            at = step.leaf("NUMBER")
            steps.append(Step(self.whole(at), self.actions(step), at_span=at.span, span=step.span))
        return Ladder(
            name,
            tuple(steps),
            forget=self.duration_of(form, "forget"),
            together=self.duration_of(form, "together"),
            across_groups=form.find("across_groups") is not None,
            name_span=name_span,
            span=form.span,
        )

    # ------------------------------------------------------------ rules

    def rule(self, form: Form) -> Rule:
        name, name_span = self.declared(form)
        on, otherwise = self.one(form, "on"), self.one(form, "otherwise")
        when, unless = self.condition(form, "when"), self.condition(form, "unless")
        return Rule(
            name, self.title(form), form.find_leaf("SHADOW") is not None, event_kinds(on), when, unless,
            self.needed_actions(form),
            None if otherwise is None else self.actions(otherwise),
            otherwise_span=NOWHERE if otherwise is None else otherwise.span, name_span=name_span, span=form.span,
        )  # fmt: skip

    def exempt(self, form: Form) -> Exempt | None:
        name, name_span = self.declared(form)
        when = self.needed(form, "when", "when", "when member.role == admin")
        rules = self.one(form, "from_rules", "from_everything")
        if rules is None:
            self.report_missing(form, "from", "from flood")
        if when is None or rules is None:
            return None
        named = tuple(map(self.dotted, rules.forms)) if rules.kind == "from_rules" else None
        return Exempt(
            name, self.expression(when.forms[0]), named, rules_span=rules.span, name_span=name_span, span=form.span
        )


_BUILDERS: Final[dict[str, Callable[[DeclarationBuilder, Form], Declaration | None]]] = {
    "attribute": DeclarationBuilder.attribute,
    "let": DeclarationBuilder.let,
    "template": DeclarationBuilder.template,
    "lexicon": DeclarationBuilder.lexicon,
    "hours": DeclarationBuilder.hours,
    "counter": DeclarationBuilder.counter,
    "limit": DeclarationBuilder.limit,
    "ladder": DeclarationBuilder.ladder,
    "rule": DeclarationBuilder.rule,
    "exempt": DeclarationBuilder.exempt,
}
