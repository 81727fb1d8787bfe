"""From forms to the tree: the clauses that declarations have in common."""

from __future__ import annotations

from typing import Final

from policyd.language.build_actions import ActionBuilder
from policyd.language.build_expressions import plain_word
from policyd.language.diagnostics import Phrase
from policyd.language.forms import Form, Leaf
from policyd.language.names import plain_name
from policyd.language.nodes import Action, Expr, Name, Word
from policyd.language.source import Span
from policyd.language.types import EVENT_KIND

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_JOINING: Final = {
    "when": Phrase("join two conditions with `and`", "两个条件请用 `and` 连接"),
    "unless": Phrase("join two conditions with `or`", "两个条件请用 `or` 连接"),
}
_LISTS: Final = frozenset(
    "resist by then otherwise on on_where from_rules needs silences pending refused late without platforms".split()
)
_PERIODS: Final = ("day", "week", "month")
_LIST: Final = Phrase("list everything in the first", "全部写在第一个里")
_OTHER: Final = Phrase("delete the other", "删除另一个")


class ClauseBuilder(ActionBuilder):
    """Finds the clauses of a declaration and reads those of a kind that several declarations have."""

    def one(self, form: Form, *kinds: str) -> Form | None:
        """The clause of these kinds. A second one is a finding."""
        found = [part for part in form.forms if part.kind in kinds]
        for other in found[1:]:
            self.report_repeated(form, other)
        return found[0] if found else None

    def needed(self, form: Form, kind: str, clause: str, example: str) -> Form | None:
        found = self.one(form, kind)
        if found is None:
            self.report_missing(form, clause, example)
        return found

    def report_missing(self, form: Form, clause: str, example: str) -> None:
        self.findings.add("P136", head(form), where=describe(form), clause=clause, example=f"`{example}`")

    def report_repeated(self, form: Form, clause: Form) -> None:
        word = plain_word(clause.word)
        join = _JOINING.get(word) or (_LIST if clause.kind in _LISTS else _OTHER)
        if clause.kind == "approves_what":
            word = "content` / `member"
        self.findings.add("P135", clause.word.span, clause=word, where=describe(form), join=join)

    def condition(self, form: Form, kind: str) -> Expr | None:
        clause = self.one(form, kind)
        return None if clause is None else self.expression(clause.forms[0])

    def duration_of(self, form: Form, kind: str) -> int | None:
        clause = self.one(form, kind)
        return None if clause is None else self.duration(clause.leaf("DURATION"))

    def period(self, leaf: Leaf) -> Name:
        """A period of the calendar; `day` stands in for what is none."""
        period = leaf.text
        if not self.is_period(leaf):
            self.findings.add("P162", leaf.span, got=period)
            period = _PERIODS[0]
        return Name((period,), span=leaf.span)

    def is_period(self, leaf: Leaf) -> bool:
        return leaf.text in _PERIODS

    def texts_of(self, form: Form, kind: str) -> tuple[Word, ...]:
        """All texts of all clauses of a kind that may be repeated."""
        return tuple(word for clause in form.all(kind) for word in self.words(clause))

    def names_of(self, clause: Form | None) -> tuple[Name, ...]:
        """The dotted names that a clause lists; none where it is not written."""
        return () if clause is None else tuple(map(self.dotted, clause.all("dotted")))

    def actions_of(self, form: Form, kind: str) -> tuple[Action, ...] | None:
        clause = self.one(form, kind)
        return None if clause is None else self.actions(clause)

    def needed_actions(self, form: Form, example: str = "then delete") -> tuple[Action, ...]:
        """The actions after the `then` that a declaration must have."""
        then = self.needed(form, "then", "then", example)
        return () if then is None else self.actions(then)


def days_of(form: Form) -> tuple[int, ...]:
    """The days that a clause lists, 0 = Monday, in order."""
    days: set[int] = set()
    for part in form.all("days"):
        named = [day_number(leaf.text) for leaf in part.leaves("DAY")] or [0, 6]
        first, last = named[0], named[-1]
        days.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    return tuple(sorted(days))


def day_number(written: str) -> int:
    """0 for `mon`."""
    return _DAYS.index(written)


def event_kinds(clause: Form | None) -> tuple[Name, ...]:
    """The kinds of events that a clause lists, in the singular; none where it is not written."""
    return () if clause is None else tuple(map(event_kind, clause.all("kind")))


def event_kind(form: Form) -> Name:
    return Name((singular(form.word.text),), span=form.span)


def singular(kind: str) -> str:
    """An event kind in the singular; any other word as it is."""
    word = plain_name(kind)
    return word.removesuffix("s") if word.removesuffix("s") in EVENT_KIND.members else word


def field_name(form: Form) -> Name:
    return Name((plain_name(form.word.text),), span=form.span)


def head(form: Form) -> Span:
    """Where a form says what it is: its first word, with the name where it has one."""
    name = form.find("name")
    return form.word.span if name is None else form.word.span.to(name.span)


def describe(form: Form) -> str:
    return "`" + " ".join(head(form).text.split()) + "`"
