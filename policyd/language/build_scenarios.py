"""From forms to the tree: scenarios that test a policy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Final

from policyd.language.build_actions import ActionBuilder
from policyd.language.build_expressions import plain_word
from policyd.language.forms import Form, Leaf
from policyd.language.names import plain_name
from policyd.language.nodes import (
    Clock,
    Constant,
    Does,
    Each,
    Expect,
    Expected,
    Expr,
    Given,
    Has,
    ListOf,
    Name,
    RawEvent,
    Test,
    TestStep,
)
from policyd.language.text_template import raw_text

Field = tuple[str, Expr]

_VERBS: Final = {
    "says": "message", "edits": "edit", "joins": "join", "leaves": "leave", "requests": "request", "reports": "report",
    "renames": "profile", "WARNS": "warn", "MUTES": "mute", "REMOVES": "remove", "BANS": "ban", "PARDONS": "pardon",
    "RELEASES": "release", "submits": "submission", "appeals": "appeal", "APPROVES": "approve", "REFUSES": "refuse",
    "posts": "notice", "marks": "mark",
}  # fmt: skip
_MAIN_TEXT: Final = {"renames": "name", "marks": "as", "outcome": "error"}
"""The field of the text that a deed has of its own, where that is not `text`."""
_FIELDS: Final = {
    "reason": "reason", "in_group": "group", "message_id": "id", "to_ticket": "ticket", "replying_to": "reply_to",
}  # fmt: skip
_TO_A_GROUP: Final = ("assign", "move")


class ScenarioBuilder(ActionBuilder):
    def test(self, form: Form) -> Test:
        steps: list[TestStep] = []
        for part in form.forms[1:]:
            step = _BUILDERS[part.kind](self, part)
            if isinstance(step, Expect) and not self._answers_step(steps):
                self.findings.add("P142", part.word.span)
            steps.append(step)
        return Test(self.string(form.get("string")), tuple(steps), span=form.span)

    def _answers_step(self, steps: list[TestStep]) -> bool:
        return bool(steps) and isinstance(steps[-1], Does | RawEvent | Clock)

    # ------------------------------------------------------------ what is given

    def _given(self, form: Form) -> Given:
        fields: list[Field] = []
        for part in form.forms[1:]:
            fields.extend(self._given_part(part))
        return Given("group" if form.find_leaf("GROUP") else "member", self._id(form), tuple(fields), span=form.span)

    def _given_part(self, part: Form) -> list[Field]:
        match part.kind:
            case "tagged":
                words = self.words(part)
                return [("tags", ListOf(tuple(Constant("text", w.text, span=w.span) for w in words), span=part.span))]
            case "named":
                return [("name", self._text_constant(part.get("string")))]
            case "size":
                return [("size", Constant("int", self.whole(part.leaf("NUMBER")), span=part.leaf("NUMBER").span))]
            case "role":
                leaf = part.leaf("FIELD")
                return [("role", Name((plain_name(leaf.text),), span=leaf.span))]
            case "joined_ago":
                return [("joined", self.constant(part.leaf("DURATION")))]
            case "joined_on":
                return [("joined", self._moment(part))]
            case "in_group":
                return [("group", self._text_constant(part.get("string")))]
        return [(f"attribute:{key}", value) for key, value in self._fields(part)]

    def _moment(self, form: Form) -> Constant:
        """A day, or a day and what the clock shows."""
        written, clock = form.leaf("DATE"), form.find_leaf("CLOCK")
        if clock is None:
            return self.constant(written)
        midnight, minutes = datetime.combine(self.day(written), time.min), timedelta(minutes=self.minute(clock))
        span = written.span.to(clock.span)
        if datetime.max - midnight < minutes:
            self.findings.add("P111", span, got=span.text)
            minutes = timedelta()
        return Constant("date", midnight + minutes, span=span)

    # ------------------------------------------------------------ what happens

    def _clock(self, form: Form) -> Clock:
        if form.kind == "clock_after":
            return Clock(after=self.duration(form.leaf("DURATION")), span=form.span)
        day = form.find_leaf("DATE")
        return Clock(None if day is None else self.day(day), self.minute(form.leaf("CLOCK")), span=form.span)

    def _does(self, form: Form) -> Does:
        deed = form.forms[1]
        verb = deed.word.kind if deed.kind in ("sanctions", "sanctions_for", "settles") else deed.kind
        about = deed.find("id")
        return Does(
            self._id(form),
            _VERBS[verb],
            None if about is None else self._id_text(about),
            self._details(deed),
            span=form.span,
        )

    def _outcome(self, form: Form) -> Does:
        action, failed = form.get("action_word"), form.find_leaf("FAILED")
        result = failed or form.leaf("SUCCEEDED")
        fields = (
            ("action", Constant("text", plain_word(action.word), span=action.span)),
            ("ok", Constant("bool", failed is None, span=result.span)),
        )
        return Does("", "outcome", None, fields + self._details(form), span=form.span)

    def _tick(self, form: Form) -> Does:
        return Does("", "tick", None, self._details(form), span=form.span)

    def _details(self, deed: Form) -> tuple[Field, ...]:
        evidence = list(deed.all("dotted"))
        fields: list[Field] = [("evidence", self._texts(evidence))] if evidence else []
        for part in deed.forms:
            fields.extend(self._detail(deed, part))
        return tuple(fields)

    def _detail(self, deed: Form, part: Form) -> list[Field]:
        match part.kind:
            case "string":
                return [(_MAIN_TEXT.get(deed.kind, "text"), self._text_constant(part))]
            case "reason" | "in_group" | "message_id" | "to_ticket" | "replying_to":
                return [(_FIELDS[part.kind], self._text_constant(part.get("string")))]
            case "invited_by":
                return [("inviter", Constant("text", self._id(part), span=part.get("id").span))]
            case "members":
                members = tuple(Constant("text", self._id_text(one), span=one.span) for one in part.all("id"))
                return [("members", ListOf(members, span=part.span))]
            case "span_of_time":
                return [("seconds", self.constant(part.leaf("DURATION")))]
            case "with_fields":
                return self._fields(part)
        return []

    def _texts(self, names: list[Form]) -> ListOf:
        """Names as texts."""
        texts = tuple(Constant("text", self.dotted(name).text, span=name.span) for name in names)
        return ListOf(texts, span=names[0].span.to(names[-1].span))

    def _fields(self, form: Form) -> list[Field]:
        fields: list[Field] = []
        for part in form.forms:
            if part.kind == "answer":
                question, answer = part.all("string")
                fields.append((f"answer:{self.string(question)}", self._text_constant(answer)))
            else:
                value = part.forms[0] if part.forms else None
                key = plain_name(part.leaf("FIELD").text)
                fields.append((key, Constant("bool", True, span=part.span) if value is None else self._value(value)))
        return fields

    def _value(self, form: Form) -> Expr:
        if form.kind == "literal_list":
            return ListOf(tuple(self.constant(item.word) for item in form.all("literal")), span=form.span)
        return self.constant(form.word)

    def _raw_event(self, form: Form) -> RawEvent:
        leaf = form.leaf("LONG_STRING", "STRING")
        json = raw_text(leaf.span) if leaf.kind == "LONG_STRING" else str(self.constant(leaf).value)
        return RawEvent(json, span=form.span)

    # ------------------------------------------------------------ what is expected

    def _expect(self, form: Form) -> Expect:
        because = form.find("because")
        return Expect(
            tuple(map(self._expected, form.all("expected"))),
            form.find_leaf("EXACTLY") is not None,
            () if because is None else tuple(map(self.dotted, because.forms)),
            span=form.span,
        )

    def _expected(self, form: Form) -> Expected:
        duration, text = form.find_leaf("DURATION"), form.find("string")
        signed, tally = form.find("signed"), form.find("dotted")
        said = None if text is None else self.string(text)
        to_member = form.word.kind == "NOTIFY_MEMBER"
        word, proposed = "notify" if to_member else plain_word(form.word), form.find("action_word")
        return Expected(
            word,
            duration=None if duration is None else self.duration(duration),
            text=None if word in _TO_A_GROUP else said,
            audience="member" if to_member else self.audience(form),
            group=said if word in _TO_A_GROUP else None,
            proposed=None if proposed is None else plain_word(proposed.word),
            amount=None if signed is None else self.signed(signed),
            target=None if tally is None else self.dotted(tally),
            of=None if form.find("id") is None else self._id(form),
            span=form.span,
        )

    def _each(self, form: Form) -> Each:
        texts = tuple(word.text for word in self.words(form))
        answer = next(part for part in form.forms if part.kind in ("expect", "expect_nothing"))
        return Each(texts, self._expect(answer), span=form.span)

    def _has(self, form: Form) -> Has:
        member, held, tier = self._id(form), self.dotted(form.get("dotted")), form.find_leaf("FIELD")
        if tier is None:
            return Has(member, held, self.signed(form), span=form.span)
        return Has(member, held, 0, Name((plain_name(tier.text),), span=tier.span), span=form.span)

    # ------------------------------------------------------------ parts

    def _id(self, form: Form) -> str:
        return self._id_text(form.get("id"))

    def _id_text(self, form: Form) -> str:
        leaf: Leaf = form.word
        return self.string(form) if leaf.kind == "STRING" else leaf.text

    def _text_constant(self, form: Form) -> Constant:
        return Constant("text", self.string(form), span=form.span)


_BUILDERS: Final[dict[str, Callable[[ScenarioBuilder, Form], TestStep]]] = {
    "given_group": ScenarioBuilder._given,
    "given_member": ScenarioBuilder._given,
    "clock_at": ScenarioBuilder._clock,
    "clock_after": ScenarioBuilder._clock,
    "member_does": ScenarioBuilder._does,
    "moderator_does": ScenarioBuilder._does,
    "outcome": ScenarioBuilder._outcome,
    "tick": ScenarioBuilder._tick,
    "raw_event": ScenarioBuilder._raw_event,
    "each_of": ScenarioBuilder._each,
    "expect": ScenarioBuilder._expect,
    "expect_nothing": ScenarioBuilder._expect,
    "has": ScenarioBuilder._has,
}
