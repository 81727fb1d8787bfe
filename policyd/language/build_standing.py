"""From forms to the tree: tallies, streaks and tiers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from policyd.language.build_clauses import ClauseBuilder, event_kind
from policyd.language.forms import Form
from policyd.language.names import plain_name
from policyd.language.nodes import Declaration, Name, Repair, Streak, StreakStep, Tally, Tier, Tiers
from policyd.language.source import NOWHERE


class StandingBuilder(ClauseBuilder):
    """Builds one declaration. A form that misses a clause that it needs gives a finding and no node."""

    def declaration(self, form: Form) -> Declaration | None:
        return _BUILDERS[form.kind](self, form)

    # ------------------------------------------------------------ tallies

    def tally(self, form: Form) -> Tally | None:
        name, name_span = self.declared(form)
        key, per = self._whose(form), self.one(form, "per")
        if key is None:
            return None
        return Tally(
            name,
            self.title(form),
            key,
            None if per is None else self.period(per.leaf("FIELD")),
            self.one(form, "even_if_removed") is not None,
            name_span=name_span,
            span=form.span,
        )

    def _whose(self, form: Form) -> Name | None:
        whose, per = self.one(form, "whose"), form.find("per")
        if whose is not None:
            return self.dotted(whose.get("dotted"))
        if per is not None and not self.is_period(per.leaf("FIELD")):
            self.findings.add("P141", per.word.span, got="per", want="by")
        else:
            self.report_missing(form, "by", "by member")
        return None

    # ------------------------------------------------------------ streaks

    def streak(self, form: Form) -> Streak | None:
        name, name_span = self.declared(form)
        each, repair = self.needed(form, "each_period", "each", "each day message"), self.one(form, "repair")
        steps = tuple(self._step(part) for part in form.forms if part.kind in ("at_length", "every_length"))
        repaired, even_if_removed = self._repair(repair), self.one(form, "even_if_removed") is not None
        if each is None:
            return None
        before = each.find("before")
        time = None if before is None else before.leaf("CLOCK")
        return Streak(
            name,
            self.title(form),
            self.period(each.leaf("FIELD")),
            event_kind(each.get("kind")),
            self.condition(each, "where"),
            None if time is None else self.minute(time),
            repaired,
            steps,
            even_if_removed,
            before_span=NOWHERE if time is None else time.span,
            name_span=name_span,
            span=form.span,
        )

    def _repair(self, form: Form | None) -> Repair | None:
        if form is None:
            return None
        times = form.leaf("NUMBER")
        return Repair(self.whole(times), self.period(form.leaf("FIELD")), times_span=times.span, span=form.span)

    def _step(self, form: Form) -> StreakStep:
        at = form.leaf("NUMBER")
        again = form.kind == "every_length"
        return StreakStep(self.whole(at), self.actions(form), again, at_span=at.span, span=form.span)

    # ------------------------------------------------------------ tiers

    def tiers(self, form: Form) -> Tiers | None:
        name, name_span = self.declared(form)
        key, score = self._whose(form), self.one(form, "score")
        every = self.needed(form, "every_period", "every", "every week")
        tiers = tuple(map(self._tier, form.all("tier")))
        if not tiers:
            self.report_missing(form, "tier", "tier active >= 60  tier others otherwise")
        scored = score is not None or all(tier.at_least is None for tier in tiers)
        if not scored:
            self.report_missing(form, "score", "score points")
        if key is None or every is None or not tiers or not scored:
            return None
        return Tiers(
            name,
            self.title(form),
            key,
            self.period(every.leaf("FIELD")),
            None if score is None else self.expression(score.forms[0]),
            tiers,
            name_span=name_span,
            span=form.span,
        )

    def _tier(self, form: Form) -> Tier:
        name, at_least = form.get("name"), form.find("at_least")
        return Tier(
            plain_name(name.word.text),
            None if at_least is None else self.expression(at_least.forms[0]),
            self.condition(form, "when"),
            name_span=name.span,
            span=form.span,
        )


_BUILDERS: Final[dict[str, Callable[[StandingBuilder, Form], Declaration | None]]] = {
    "tally": StandingBuilder.tally,
    "streak": StandingBuilder.streak,
    "tiers": StandingBuilder.tiers,
}
STANDING: Final = frozenset(_BUILDERS)
"""The declarations that are built here."""
