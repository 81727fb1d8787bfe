"""The records of workflows in the plain store, and what comes due."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nsmallest
from itertools import islice

from msgspec import Struct

from policyd.model.records import Record, RecordKind
from policyd.model.state import Due, Filed, Filing
from policyd.state.places import Shelf, check_listed, shelf_of
from policyd.state.retention import FILINGS, RECEIPTS, oldest_period


class _Kept(Struct, gc=False):
    """`stored` begins with the stamp. `number`: how many had been put on any shelf before, to list by."""

    stored: bytes
    until: int
    number: int


class _Receipt(Struct, gc=False):
    answer: bytes
    until: int


class Records:
    """Of one tenant. Every instant given is the store's `now`."""

    def __init__(self) -> None:
        self._shelves: dict[Shelf, dict[str, _Kept]] = {}
        self._dues: dict[str, dict[str, int]] = {}
        self._receipts: dict[tuple[str, str], _Receipt] = {}
        self._number = 0
        self._swept = 0

    def file(self, filing: Filing, now: int) -> Filed:
        self._sweep(now)
        receipt = self._receipts.get((filing.group, filing.event))
        if receipt is not None and receipt.until > now:
            return Filed(receipt.answer, replayed=True)
        if not self._is_as_expected(filing, now):
            return Filed(None)
        for put in filing.puts:
            self._put(put.record, filing.stamp + put.value if put.value else b"", now + put.keep)
        for due in filing.dues:
            self._schedule(due)
        self._receipts[filing.group, filing.event] = _Receipt(filing.answer, now + FILINGS)
        return Filed(filing.answer)

    def read(self, records: Sequence[Record], now: int) -> tuple[bytes, ...]:
        return tuple([self._stored(record, now) for record in records])

    def due(self, group: str | None, until: int, most: int) -> tuple[Due, ...]:
        groups = self._dues if group is None else {group: self._dues.get(group, {})}
        found = ((at, each, name) for each, dues in groups.items() for name, at in dues.items() if at <= until)
        return tuple(Due(each, name, at, at) for at, each, name in nsmallest(most, found))

    def next_due(self, group: str | None) -> int:
        groups = self._dues.values() if group is None else (self._dues.get(group, {}),)
        return min((at for dues in groups for at in dues.values()), default=0)

    def listed(
        self, kind: RecordKind, group: str, cursor: int, about: int, now: int
    ) -> tuple[int, tuple[tuple[str, bytes], ...]]:
        """The cursor is the number of the last record that was given: what is put later has a higher one."""
        check_listed(kind)
        shelf = self._shelves.get((kind, group), {})
        rest = [(name, kept) for name, kept in shelf.items() if kept.number > cursor and kept.until > now]
        page = list(islice(rest, about))
        following = page[-1][1].number if page and len(page) < len(rest) else 0
        return following, tuple((name, kept.stored) for name, kept in page)

    def _is_as_expected(self, filing: Filing, now: int) -> bool:
        return all(
            put.stamp is None or self._stored(put.record, now)[: len(filing.stamp)] == put.stamp for put in filing.puts
        ) and all(due.was == -1 or self._dues.get(due.group, {}).get(due.name, 0) == due.was for due in filing.dues)

    def _stored(self, record: Record, now: int) -> bytes:
        shelf, name = shelf_of(record)
        kept = self._shelves.get(shelf, {}).get(name)
        return kept.stored if kept is not None and kept.until > now else b""

    def _put(self, record: Record, stored: bytes, until: int) -> None:
        place, name = shelf_of(record)
        shelf = self._shelves.setdefault(place, {})
        kept = shelf.get(name)
        if not stored:
            shelf.pop(name, None)
        elif kept is not None:
            kept.stored, kept.until = stored, until
        else:
            self._number += 1
            shelf[name] = _Kept(stored, until, self._number)

    def _schedule(self, due: Due) -> None:
        dues = self._dues.setdefault(due.group, {})
        if due.at:
            dues[due.name] = due.at
        else:
            dues.pop(due.name, None)

    def _sweep(self, now: int) -> None:
        """Once in half a day, drops what no longer matters."""
        oldest = oldest_period(now, RECEIPTS)
        if self._swept >= oldest:
            return
        self._swept = oldest
        self._receipts = {name: receipt for name, receipt in self._receipts.items() if receipt.until > now}
        for place, shelf in list(self._shelves.items()):
            live = {name: kept for name, kept in shelf.items() if kept.until > now}
            if live:
                self._shelves[place] = live
            else:
                del self._shelves[place]
        self._dues = {group: dues for group, dues in self._dues.items() if dues}
