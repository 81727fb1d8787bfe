"""How many keys a store holds and how many bytes they take, by kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast

import redis
from msgspec import Struct

from policyd.state import census_layout as layout
from policyd.state.census_layout import Kind
from policyd.state.maintenance import Reached, pages

_SAMPLES: Final = 1000
"""Fields by which the server estimates a hash, and members a sorted set; of a string it knows the bytes."""


_HASHES: Final = layout.RINGS | layout.HASHES | layout.OF_FIGURES


class Count(Struct):
    """`entries`: fields of hashes, members of sorted sets. `bytes` is what the keys take in the server's memory."""

    keys: int = 0
    entries: int = 0
    bytes: int = 0


class Census(Struct, frozen=True):
    """`foreign`: keys that are not policyd's. `memory`: bytes that all of the server takes."""

    server: str
    kinds: dict[Kind, Count]
    foreign: int
    memory: int


def take_census(store: Reached) -> Census:
    """Looks at every key once, in pages. Raises redis-py's errors."""
    kinds: dict[Kind, Count] = {}
    for node in store.nodes:
        for page in pages(node, layout.EVERYTHING):
            for kind, entries, size in _measured(node, page):
                count = kinds.setdefault(kind, Count())
                count.keys += 1
                count.entries += entries
                count.bytes += size
    counted = sum(count.keys for count in kinds.values())
    memory = sum(cast(dict[str, int], node.info("memory"))["used_memory"] for node in store.nodes)
    return Census(store.version, dict(sorted(kinds.items())), max(0, store.size() - counted), memory)


def _measured(node: redis.Redis, page: list[bytes]) -> Iterator[tuple[Kind, int, int]]:
    """Kind, fields and bytes of the keys that are still there."""
    kinds = [layout.read_key(key).name.kind for key in page]
    with node.pipeline(transaction=False) as pipe:
        for key, kind in zip(page, kinds, strict=True):
            pipe.memory_usage(key, samples=_SAMPLES)
            if kind in _HASHES:
                pipe.hlen(key)
            elif kind in layout.SORTED:
                pipe.zcard(key)
        answers = iter(pipe.execute())
    for kind in kinds:
        size = next(answers)
        entries = next(answers) if kind in _HASHES | layout.SORTED else 0
        if size is not None:
            yield kind, entries, size
