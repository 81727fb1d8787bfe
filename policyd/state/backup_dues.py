"""What comes due, as a backup reads it while a service files: in two parts, before the records and after them.

A due that is in one of them is kept: a record may be as old as the first or as new as the second, and what it no longer
asks for is found to be over when it comes due. The cells' sets of groups are worked out anew from what was read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import redis

from policyd.state import census_layout as layout
from policyd.state.backup_format import Entry
from policyd.state.keys import encode
from policyd.state.maintenance import Reached, member_pages, pages

GONE: Final = -2
"""What a server says of a key that is not there when it is asked until when it lives."""


class DuesReading:
    """`part` twice, then `cells`."""

    def __init__(self) -> None:
        self._first: dict[bytes, int] = {}
        self._groups: dict[bytes, dict[bytes, bytes]] = {}
        self._expires: dict[bytes, int] = {}
        self._latest: dict[bytes, int] = {}

    def part(self, store: Reached) -> Iterator[Entry]:
        for node in store.nodes:
            for page in pages(node, layout.DUES):
                for key in page:
                    name = layout.read_key(key).name
                    if name.kind != "dues":
                        continue
                    if name.group is None:
                        self._look(node, key)
                    else:
                        for entry in sorted_set(node, key, start=key not in self._first):
                            first = min(map(int, entry.parts[1::2]))
                            self._first[key] = min(self._first.get(key, first), first)
                            of_cell = key.rpartition(b":")[0]
                            self._latest[of_cell] = max(self._latest.get(of_cell, 0), entry.expires)
                            yield entry

    def cells(self, store: Reached) -> Iterator[Entry]:
        """The sets of groups by the first instant of each. Names of groups that have come meanwhile are looked up."""
        for of_cell in list(self._groups):
            self._look(store.node_of(of_cell), of_cell)
        parts: dict[bytes, list[bytes]] = {}
        for key, first in self._first.items():
            of_cell, _, encoded = key.rpartition(b":")
            group = self._groups.get(of_cell, {}).get(encoded)
            if group is None and not encoded.startswith(b"!"):
                group = layout.shown(encoded).encode()
            if group is not None:
                parts.setdefault(of_cell, []).extend((group, b"%d" % first))
        for of_cell, written in parts.items():
            expires = self._expires.get(of_cell, self._latest[of_cell])
            yield Entry(of_cell, "zset", expires, True, written)

    def _look(self, node: redis.Redis, of_cell: bytes) -> None:
        """Learns the groups' names: of a long one its key has only a digest. And until when the set lives."""
        expires = node.pexpiretime(of_cell)  # type: ignore[arg-type]
        if expires != GONE:
            self._expires[of_cell] = max(0, expires)
        names = self._groups.setdefault(of_cell, {})
        for members in member_pages(node, of_cell):
            names |= {encode(group.decode()).encode(): group for group, _ in members}


def sorted_set(node: redis.Redis, key: bytes, *, start: bool = True) -> Iterator[Entry]:
    """In parts."""
    expires = node.pexpiretime(key)  # type: ignore[arg-type]
    for members in member_pages(node, key):
        parts = [part for member, score in members for part in (member, b"%d" % score)]
        if parts and expires != GONE:
            yield Entry(key, "zset", max(expires, 0), start, parts)
            start = False
