"""From forms to the tree: declarations and the header."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final, Literal, cast

from policyd.language.build_actions import ActionBuilder
from policyd.language.build_expressions import plain_word
from policyd.language.diagnostics import Phrase
from policyd.language.forms import Form
from policyd.language.names import plain_name
from policyd.language.nodes import (
    Attribute,
    Counter,
    Counting,
    Declaration,
    Exempt,
    Expr,
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
from policyd.language.types import EVENT_KIND

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WHOLE_DAY: Final = ((0, 1440),)


class DeclarationBuilder(ActionBuilder):
    """Builds one declaration. A form that misses a clause that it needs gives a finding and no node."""

    def declaration(self, form: Form) -> Declaration | None:
        return _BUILDERS[form.kind](self, form)

    # ------------------------------------------------------------ clauses

    def one(self, form: Form, *kinds: str) -> Form | None:
        """The clause of these kinds. A second one is a finding."""
        found = [part for part in form.forms if part.kind in kinds]
        for other in found[1:]:
            self._report_repeated(form, other)
        return found[0] if found else None

    def needed(self, form: Form, kind: str, clause: str, example: str) -> Form | None:
        found = self.one(form, kind)
        if found is None:
            self.findings.add("P136", _head(form), where=_describe(form), clause=clause, example=f"`{example}`")
        return found

    def _report_repeated(self, form: Form, clause: Form) -> None:
        word = plain_word(clause.word)
        joining = {"when": Phrase("join two conditions with `and`", "两个条件请用 `and` 连接"),
                   "unless": Phrase("join two conditions with `or`", "两个条件请用 `or` 连接")}  # fmt: skip
        other = Phrase("list everything in the first", "全部写在第一个里")
        self.findings.add("P135", clause.word.span, clause=word, where=_describe(form), join=joining.get(word, other))

    def _condition(self, form: Form, kind: str) -> Expr | None:
        clause = self.one(form, kind)
        return None if clause is None else self.expression(clause.forms[0])

    def _duration_of(self, form: Form, kind: str) -> int | None:
        clause = self.one(form, kind)
        return None if clause is None else self.duration(clause.leaf("DURATION"))

    def _texts_of(self, form: Form, kind: str) -> tuple[Word, ...]:
        """All texts of all clauses of a kind that may be repeated."""
        return tuple(word for clause in form.all(kind) for word in self.words(clause))

    # ------------------------------------------------------------ header

    def header(self, form: Form) -> Header:
        name, name_span = self.declared(form)
        scope = self.one(form, "scope_every", "scope_tagged", "scope_groups")
        timezone, store = self.one(form, "timezone"), self.one(form, "store_fails")
        for brake in form.all("brake"):
            self.findings.later("brake", brake.word.span)
        return Header(
            name,
            self.title(form),
            None if scope is None else self._scope(scope),
            None if timezone is None else Word(self.string(timezone.get("string")), span=timezone.get("string").span),
            None if store is None else cast(Literal["allow", "hold", "deny"], store.leaf("ALLOW", "HOLD", "DENY").text),
            name_span=name_span,
            span=form.span,
        )

    def _scope(self, form: Form) -> Scope:
        if form.kind == "scope_every":
            return Scope("every", span=form.span)
        values = tuple(word.text for word in self.words(form))
        return Scope("tag" if form.kind == "scope_tagged" else "id", values, span=form.span)

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
            words=self._texts_of(form, "words"),
            files=self._texts_of(form, "files"),
            excepts=self._texts_of(form, "excepts"),
            resist=None if resist is None else tuple(map(_field_name, resist.all("field_name"))),
            boundary=None if boundary is None else _field_name(boundary.get("field_name")),
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
        days: set[int] = set()
        for part in form.all("days"):
            named = [_DAYS.index(leaf.text) for leaf in part.leaves("DAY")] or [0, 6]
            first, last = named[0], named[-1]
            days.update((first + step) % 7 for step in range((last - first) % 7 + 1))
        return HoursEvery(tuple(sorted(days)), self._times_of_day(form) or _WHOLE_DAY, span=form.span)

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
        """What a counter or the phrase of a limit counts; None where that is not supported yet or not whole."""
        self._report_later(form)
        by, where = self.one(form, "by"), self._condition(form, "where")
        within_form, kind = self.one(form, "within"), form.find("kind")
        if by is None and form.find("per") is None:
            self._report_missing(form, "by", "by member")
        if within_form is None and form.find("per") is None:
            self._report_missing(form, "within", "within 10m")
        if by is None or within_form is None or kind is None:
            return None
        within = within_form.leaf("DURATION")
        keys = tuple(map(self.dotted, by.forms))
        counted = Span(form.span.source, kind.span.start, form.span.end)
        return Counting(
            singular(kind.word.text), keys, self.duration(within), where,
            kind_span=kind.span, within_span=within.span, span=counted,
        )  # fmt: skip

    def _report_later(self, form: Form) -> None:
        for clause in form.forms:
            if clause.kind == "per" and clause.leaf("FIELD").text not in ("day", "week", "month"):
                self.findings.add("P141", clause.word.span, got="per", want="by")
            elif clause.kind in ("per", "distinct", "sums", "across_groups"):
                self.findings.later(plain_word(clause.word), clause.word.span)

    def _report_missing(self, form: Form, clause: str, example: str) -> None:
        self.findings.add("P136", _head(form), where=_describe(form), clause=clause, example=f"`{example}`")

    def counter(self, form: Form) -> Counter | None:
        name, name_span = self.declared(form)
        counting, up_to = self.counting(form), self.one(form, "up_to")
        bound = None if up_to is None else self.whole(up_to.leaf("NUMBER"))
        return None if counting is None else Counter(name, counting, bound, name_span=name_span, span=form.span)

    def limit(self, form: Form) -> Limit | None:
        name, name_span = self.declared(form)
        at_most = self.needed(form, "at_most", "at most", "at most 5 messages by member within 10s")
        counting = None if at_most is None else self.counting(at_most)
        unless, then = self._condition(form, "unless"), self.needed(form, "then", "then", "then delete")
        actions = () if then is None else self.actions(then)
        if at_most is None or counting is None:
            return None
        bound = at_most.leaf("NUMBER")
        return Limit(
            name, self.title(form), self.whole(bound), counting, unless, actions,
            at_most_span=bound.span, name_span=name_span, span=form.span,
        )  # fmt: skip

    def ladder(self, form: Form) -> Ladder:
        name, name_span = self.declared(form)
        for across in form.all("across_groups"):
            self.findings.later("across groups", across.span)
        steps = []
        for step in form.all("step"):
            at = step.leaf("NUMBER")
            steps.append(Step(self.whole(at), self.actions(step), at_span=at.span, span=step.span))
        return Ladder(
            name,
            tuple(steps),
            forget=self._duration_of(form, "forget"),
            together=self._duration_of(form, "together"),
            name_span=name_span,
            span=form.span,
        )

    # ------------------------------------------------------------ rules

    def rule(self, form: Form) -> Rule:
        name, name_span = self.declared(form)
        on, otherwise = self.one(form, "on"), self.one(form, "otherwise")
        kinds = () if on is None else tuple(map(_event_kind, on.all("kind")))
        when, unless = self._condition(form, "when"), self._condition(form, "unless")
        then = self.needed(form, "then", "then", "then delete")
        return Rule(
            name, self.title(form), form.find_leaf("SHADOW") is not None, kinds, when, unless,
            () if then is None else self.actions(then),
            None if otherwise is None else self.actions(otherwise),
            otherwise_span=NOWHERE if otherwise is None else otherwise.span, name_span=name_span, span=form.span,
        )  # fmt: skip

    def exempt(self, form: Form) -> Exempt | None:
        name, name_span = self.declared(form)
        when = self.needed(form, "when", "when", "when member.role == admin")
        rules = self.one(form, "from_rules", "from_everything")
        if rules is None:
            self._report_missing(form, "from", "from flood")
        if when is None or rules is None:
            return None
        named = tuple(map(self.dotted, rules.forms)) if rules.kind == "from_rules" else None
        return Exempt(
            name, self.expression(when.forms[0]), named, rules_span=rules.span, name_span=name_span, span=form.span
        )


def singular(kind: str) -> str:
    """An event kind in the singular; any other word as it is."""
    word = plain_name(kind)
    return word.removesuffix("s") if word.removesuffix("s") in EVENT_KIND.members else word


def _event_kind(form: Form) -> Name:
    return Name((singular(form.word.text),), span=form.span)


def _field_name(form: Form) -> Name:
    return Name((plain_name(form.word.text),), span=form.span)


def _head(form: Form) -> Span:
    """Where a form says what it is: its first word, with the name where it has one."""
    name = form.find("name")
    return form.word.span if name is None else form.word.span.to(name.span)


def _describe(form: Form) -> str:
    return "`" + " ".join(_head(form).text.split()) + "`"


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
