"""Where records belong: which of them share a hash, and which cell they lie in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from policyd.model.records import STAMP, Record, RecordKind
from policyd.model.state import Filing, Observe

LISTED: Final[frozenset[RecordKind]] = frozenset(("ticket", "member", "group", "parcel"))
"""Kinds of which all that a group has, or of groups all in a cell, stand together and can be listed."""

Shelf = tuple[RecordKind, str]
"""A kind and a group, "" for what belongs to a cell."""


def shelf_of(record: Record) -> tuple[Shelf, str]:
    """Where a record stands, and its name there."""
    if record.kind == "group":
        return ("group", ""), record.group
    return (record.kind, record.group), record.id


def check_listed(kind: RecordKind) -> None:
    """Raises `ValueError`."""
    if kind not in LISTED:
        raise ValueError(f"records `{kind}` cannot be listed, only {', '.join(sorted(LISTED))}")


def check_asked(ask: Observe) -> None:
    """Raises `ValueError` where a record that is to be read along is not of the event's group."""
    for record in ask.records:
        if record.group != ask.group:
            raise ValueError(f"record {record} is not of the group `{ask.group}` that is observed")


def check_cell(records: Iterable[Record], cell: int, cell_of: Callable[[str], int]) -> None:
    """Raises `ValueError` where one does not lie in the cell; what has no group belongs to any."""
    for record in records:
        if record.group and cell_of(record.group) != cell:
            raise ValueError(f"record {record} is not in cell {cell}")


def check_filing(filing: Filing, cell_of: Callable[[str], int]) -> None:
    """Raises `ValueError` where not all of it lies in its cell, or its stamp is none."""
    if len(filing.stamp) != STAMP:
        raise ValueError(f"the stamp of a filing has {STAMP} bytes, and this one {len(filing.stamp)}")
    check_cell([put.record for put in filing.puts], filing.cell, cell_of)
    for group in (filing.group, *(due.group for due in filing.dues)):
        if group and cell_of(group) != filing.cell:
            raise ValueError(f"group `{group}` is not in cell {filing.cell}")
