"""Figures of groups, as a backup reads them while a service counts: open and closed days of a group at one instant, so
that a day that is being closed is in one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast

import redis

from policyd.state import census_layout as layout
from policyd.state.backup_dues import GONE
from policyd.state.backup_format import Entry
from policyd.state.maintenance import PAGE, Reached, pages

_LETTERS: Final = (b"}:o:", b"}:h:")


def all_figures(store: Reached) -> Iterator[Entry]:
    for node in store.nodes:
        done: set[bytes] = set()
        for page in pages(node, layout.FIGURES):
            for key in page:
                open_days = key.replace(_LETTERS[1], _LETTERS[0], 1)
                if layout.read_key(key).name.kind in layout.OF_FIGURES and open_days not in done:
                    done.add(open_days)
                    yield from _of_group(node, open_days)


def _of_group(node: redis.Redis, open_days: bytes) -> Iterator[Entry]:
    names = (open_days, open_days.replace(*_LETTERS, 1))
    with node.pipeline(transaction=True) as pipe:
        for name in names:
            pipe.hgetall(name.decode())
            pipe.pexpiretime(name.decode())
        answers = iter(pipe.execute())
    for name in names:
        fields, expires = cast(dict[bytes, bytes], next(answers)), next(answers)
        parts = [part for pair in fields.items() for part in pair]
        if expires != GONE:
            for begin in range(0, len(parts), 2 * PAGE):
                yield Entry(name, "hash", max(expires, 0), begin == 0, parts[begin : begin + 2 * PAGE])
