"""What tiers read by the calendar: the last period that is over, where rules read the running one."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.walk import reads


class Lasting:
    """Turns values as they are now into those of the last complete period, in lets that are read too."""

    def __init__(self, policy: PolicyDraft) -> None:
        self._policy = policy

    def of(self, expr: r.Expr) -> r.Expr:
        match expr:
            case r.CounterValue(counter):
                return replace(expr, last=self._counts_by_calendar(counter))
            case r.TallyValue(tally):
                found = self._policy.tallies.get(self._plain(tally))
                return replace(expr, last=found is not None and found.per is not None)
            case r.LetValue():
                return self._let(expr)
            case _:
                return self._parts(expr)

    def _parts(self, expr: r.Expr) -> r.Expr:
        """The same with every part of it turned."""
        changed: dict[str, Any] = {}
        for field in fields(expr):
            part = getattr(expr, field.name)
            if field.name in ("type", "span"):
                continue
            if isinstance(part, r.Node):
                changed[field.name] = self.of(part)  # type: ignore[arg-type]
            elif isinstance(part, tuple) and part and isinstance(part[0], r.Node):
                changed[field.name] = tuple(self.of(each) for each in part)
        return replace(expr, **changed) if changed else expr

    def _let(self, expr: r.LetValue) -> r.Expr:
        """The let itself where nothing in it goes by the calendar, else one of its own."""
        let = self._policy.lets.get(expr.let)
        if let is None or not any(self._turns(part) for part in self._policy.let_reads.get(expr.let, ())):
            return expr
        name = f"{expr.let}.last"
        if name not in self._policy.lets:
            value = self.of(let.value)
            self._policy.lets[name] = r.Let(name, value, span=let.span)
            self._policy.let_reads[name] = reads(value, self._policy.let_reads)
        return replace(expr, let=name)

    def _turns(self, part: r.Expr) -> bool:
        match part:
            case r.CounterValue(counter):
                return self._counts_by_calendar(counter)
            case r.TallyValue(tally):
                found = self._policy.tallies.get(self._plain(tally))
                return found is not None and found.per is not None
            case _:
                return False

    def _counts_by_calendar(self, counter: str) -> bool:
        found = self._policy.counters.get(self._plain(counter))
        return found is not None and found.per is not None and found.form not in ("messages", "active")

    def _plain(self, name: str) -> str:
        return name.removeprefix(f"{self._policy.name}.")
