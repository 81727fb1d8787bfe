"""A backup, as a store with another number of cells keeps it: a Cluster cuts a tenant's groups into cells, a single
server has one for all.

What names a group goes to the group's cell. Receipts and what was given name none: they go to every cell where there
are several, so that a repeated event is known in each; they lapse by themselves. Ticks and desks of whole cells go to
every cell too, those of several united: what one cell has not carried out is carried out again, and exactly once, as
the events of things come due have ids of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from policyd.state import census_layout as layout
from policyd.state.backup_format import Entry
from policyd.state.census_layout import Ring
from policyd.state.keys import cell_of, cell_of_encoded
from policyd.state.record_values import united_desks, united_plans

Parts = Iterator[tuple[bytes, bytes]]


class _Merged:
    """The ring that comes of those of all cells of a tenant. `sources`: their keys, and what they say of themselves."""

    def __init__(self) -> None:
        self.sources: dict[bytes, Ring] = {}
        self.expires = 0
        self.ring = Ring(0, None)
        self.numbers: dict[bytes, list[int]] = {}
        self.lists: dict[bytes, bytes] = {}

    def settle(self) -> None:
        """Only the newest period counts: what other cells hold of an older one is over. Revisions get new numbers."""
        newest = max(ring.period for ring in self.sources.values())
        living = {key: ring for key, ring in self.sources.items() if ring.period == newest}
        united = dict.fromkeys(chain.from_iterable(ring.revisions or () for ring in living.values()))
        number = {revision: place for place, revision in enumerate(united, 1)}
        self.numbers = {key: [0, *map(number.__getitem__, ring.revisions or ())] for key, ring in living.items()}
        plain = all(ring.revisions is None for ring in living.values())
        self.ring = Ring(newest, None if plain else tuple(united))


class Rehousing:
    """Give all entries to `look` first, then again to `housed`, then ask for the `rest`."""

    def __init__(self, cells: int) -> None:
        self._cells = cells
        self._rings: dict[bytes, _Merged] = {}
        self._starts: dict[bytes, int] = {}
        self._begun: set[bytes] = set()
        self._of_cells: dict[bytes, list[Entry]] = {}

    def look(self, entries: Iterable[Entry]) -> None:
        """Learns what the rings hold: the last of their `META` is right. Raises `ValueError` where one is none."""
        for entry in entries:
            if not layout.is_ring(entry.key):
                continue
            merged = self._rings.setdefault(layout.in_cell(entry.key, 0), _Merged())
            self._starts[entry.key] = self._starts.get(entry.key, 0) + entry.start
            merged.expires = max(merged.expires, entry.expires)
            for field, value in _pairs(entry):
                if field == layout.META:
                    merged.sources[entry.key] = layout.read_meta(value)

    def settle(self) -> None:
        """After all were looked at. Raises `ValueError` where a ring has no `META`."""
        for merged in self._rings.values():
            merged.settle()

    def housed(self, entry: Entry) -> Iterator[Entry]:
        """The entry, where it belongs now."""
        if layout.is_ring(entry.key):
            yield from self._from_ring(entry)
            return
        name = layout.read_key(entry.key).name
        if name.kind in ("groups", "dues") and name.group is None:
            yield from self._by_group(entry)
        elif name.kind in ("desks", "ticks") and not name.group:
            self._of_cells.setdefault(layout.in_cell(entry.key, 0), []).append(entry)
        elif name.group is None:
            yield entry
        else:
            for cell in self._cells_of(name.group or None):
                yield Entry(layout.in_cell(entry.key, cell), entry.type, entry.expires, entry.start, entry.parts)

    def rest(self) -> Iterator[Entry]:
        """Lists, desks and ticks, united over the cells."""
        for key, entries in self._of_cells.items():
            unite = united_desks if layout.read_key(key).name.kind == "desks" else united_plans
            united = unite([entry.parts[0] for entry in entries])
            expires = max(entry.expires for entry in entries)
            for cell in range(self._cells):
                yield Entry(layout.in_cell(key, cell), "string", expires, True, [united])
        for name, merged in self._rings.items():
            for cell in range(self._cells):
                for field, united in merged.lists.items():
                    yield from self._put(name, cell, merged, [field, united])

    def _by_group(self, entry: Entry) -> Iterator[Entry]:
        """What a cell keeps of each of its groups, in a hash or a set by group."""
        parts: dict[int, list[bytes]] = {}
        for group, value in _pairs(entry):
            parts.setdefault(cell_of(group.decode(), self._cells), []).extend((group, value))
        for cell, written in parts.items():
            key = layout.in_cell(entry.key, cell)
            yield Entry(key, entry.type, entry.expires, key not in self._begun, written)
            self._begun.add(key)

    def _from_ring(self, entry: Entry) -> Iterator[Entry]:
        """A ring that was read anew counts from its last start."""
        name = layout.in_cell(entry.key, 0)
        merged = self._rings[name]
        self._starts[entry.key] -= entry.start
        if self._starts[entry.key] or entry.key not in merged.numbers:
            return
        kind = layout.read_key(name).name.kind
        parts: dict[int, list[bytes]] = {}
        for field, value in _pairs(entry):
            if layout.is_list(kind, field):
                merged.lists[field] = (
                    layout.united(kind, merged.lists[field], value) if field in merged.lists else value
                )
            elif field != layout.META:
                if layout.is_receipt(field):
                    value = layout.renumbered(value, merged.numbers[entry.key])
                for cell in self._cells_of(layout.read_name(field).group):
                    parts.setdefault(cell, []).extend((field, value))
        for cell, written in parts.items():
            yield from self._put(name, cell, merged, written)

    def _put(self, name: bytes, cell: int, merged: _Merged, parts: list[bytes]) -> Iterator[Entry]:
        key = layout.in_cell(name, cell)
        if key not in self._begun:
            self._begun.add(key)
            yield Entry(key, "hash", merged.expires, True, [layout.META, layout.written_meta(merged.ring)])
        yield Entry(key, "hash", merged.expires, False, parts)

    def _cells_of(self, group: bytes | None) -> range | tuple[int]:
        """All where no group is named."""
        return range(self._cells) if group is None else (cell_of_encoded(group, self._cells),)


def _pairs(entry: Entry) -> Parts:
    return zip(entry.parts[::2], entry.parts[1::2], strict=True)
