"""The statistics of groups as rows for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from policyd.cli.group_figures import GroupFigures
from policyd.engine.statistics import Day
from policyd.model.figures import MESSAGES

_COLUMNS: Final = (
    "tenant", "group", "date", "messages", "active", "active_7d", "active_30d", "size", "joins", "leaves", "requests"
)  # fmt: skip


def csv_text(found: Iterable[GroupFigures]) -> str:
    """A row for each group and day, the columns of what is named (rules, actions) after the others."""
    rows = [(each, day, _cells(day)) for each in found for day in each.days]
    names = dict.fromkeys(name for _, _, cells in rows for name in cells)
    fixed = [name for name in names if ":" not in name]
    named = sorted(name for name in names if ":" in name)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow((*_COLUMNS, *fixed, *named))
    for each, day, cells in rows:
        size = "" if day.size is None else day.size
        writer.writerow((
            each.tenant, each.group, day.date, day.messages, day.active, day.active_7d, day.active_30d, size,
            day.joins, day.leaves, day.requests, *(cells[name] for name in fixed),
            *(cells.get(name, 0) for name in named),
        ))  # fmt: skip
    return written.getvalue()


def _cells(day: Day) -> dict[str, float]:
    tickets = day.tickets
    cells: dict[str, float] = {f"returned_{days}": number for days, number in day.returned.items()}
    cells |= {f"left_{days}": number for days, number in day.left.items()}
    cells |= {
        "tickets_opened": tickets.opened, "tickets_approved": tickets.approved, "tickets_refused": tickets.refused,
        "tickets_expired": tickets.expired, "tickets_answered_seconds": round(tickets.answered_seconds),
    }  # fmt: skip
    cells |= {f"h{hour[1:]}": number for hour, number in zip(MESSAGES, day.hours, strict=True)}
    for what, named in (("violations", day.violations), ("actions", day.actions), ("overruled", day.overruled)):
        cells |= {f"{what}:{name}": number for name, number in named.items()}
    return cells
