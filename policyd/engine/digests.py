"""Texts that are collected and said together."""

from __future__ import annotations

from functools import partial
from typing import Final

from policyd.engine.asked import Digested, Wanted
from policyd.engine.case import Case
from policyd.engine.desk import Change, Desk
from policyd.model.records import Collected

_MOST: Final = 100
"""Texts of one digest; what comes after them is not said."""


def changes(case: Case, wanted: Wanted) -> list[Change]:
    """Adds the texts to those that wait; the first says when they are said."""
    return [partial(_collect, each) for each in wanted.digested]


def _collect(digested: Digested, desk: Desk) -> None:
    asked, waiting = digested.asked, desk.board().digests
    collected = waiting.get(digested.cell)
    if collected is None:
        due = desk.now + digested.span
        collected = waiting[digested.cell] = Collected(due, asked.do, asked.to, asked.because[0].rule, [])
    if asked.text is not None and len(collected.lines) < _MOST:
        collected.lines.append(asked.text)
