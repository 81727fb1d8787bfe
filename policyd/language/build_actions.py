"""From forms to the tree: what a rule does."""

from __future__ import annotations

from typing import Final, cast

from policyd.language.build_expressions import ExpressionBuilder, plain_word
from policyd.language.forms import Form
from policyd.language.nodes import Action, ActionKind, Audience, Name, Text
from policyd.language.text_template import message_text

AUDIENCES: Final[dict[str, Audience]] = {
    "MEMBER": "member", "MODERATORS": "moderators", "ADMINS": "admins", "OWNER": "owner",
}  # fmt: skip


class ActionBuilder(ExpressionBuilder):
    def actions(self, clause: Form) -> tuple[Action, ...]:
        return tuple(self.action(form) for form in clause.forms if form.kind.startswith("action_"))

    def action(self, form: Form) -> Action:
        do = cast(ActionKind, plain_word(form.word))
        if len(form.parts) == 1:
            return Action(do, span=form.span)
        if form.kind == "action_add":
            return self._award(form)
        duration, told, waiting = form.find_leaf("DURATION"), form.find("saying") or form, form.find("waiting")
        return Action(
            do,
            text=self._text(told),
            duration=None if duration is None else self.duration(duration),
            audience=self.audience(form),
            target=self.dotted(form.get("dotted")) if form.kind in ("action_ladder", "action_switch") else None,
            group=message_text(form.get("text_string").span, self.findings) if form.kind == "action_group" else None,
            times=self._times(form),
            once=self._duration_in(form, "once"),
            digest=self._duration_in(form, "digest"),
            proposed=self.action(form.forms[0]) if form.kind == "action_propose" else None,
            by=self.moderators(form.find("by_moderators")),
            wait=self._duration_in(form, "waiting"),
            expire=None if waiting is None else self.action(waiting.forms[0]),
            span=form.span,
        )

    def _award(self, form: Form) -> Action:
        amount, (tally, *whose) = form.get("amount"), form.all("dotted")
        named = amount.find("dotted")
        return Action(
            "add",
            target=self.dotted(tally),
            amount=self.signed(amount) if named is None else self.dotted(named),
            of=self.dotted(whose[0]) if whose else None,
            span=form.span,
        )

    def signed(self, form: Form) -> int:
        """A whole number that may have a minus before it."""
        value = self.whole(form.leaf("NUMBER"))
        return value if form.find_leaf("DASH") is None else -value

    def moderators(self, form: Form | None) -> int | None:
        """How many must agree, of `by 2 moderators`."""
        return None if form is None else self.whole(form.leaf("NUMBER"))

    def audience(self, form: Form) -> Audience | None:
        named = form.find("audience")
        return None if named is None else AUDIENCES[named.word.kind]

    def _text(self, form: Form) -> Text | Name | None:
        text = form.find("text")
        if text is None:
            return None
        written = text.forms[0]
        return self.dotted(written) if written.kind == "dotted" else message_text(written.span, self.findings)

    def _times(self, form: Form) -> int | None:
        times = form.find("times_count")
        return None if times is None else self.whole(times.leaf("NUMBER"))

    def _duration_in(self, form: Form, kind: str) -> int | None:
        clause = form.find(kind)
        return None if clause is None else self.duration(clause.leaf("DURATION"))
