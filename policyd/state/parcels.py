"""What is asked of a store in one turn, in parts that go out as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from policyd.state.calls import MOST_IN_A_CALL, Batch
from policyd.state.wire import Word

Packed = tuple[str, Batch, Sequence[bytes], Word]
"""The prefix of its keys, what it has in common with others, its own keys, and what is to be said of it."""


class Parcel(Struct):
    """Some that share a call. `places` are theirs among all that were asked for in the turn."""

    batch: Batch
    places: list[int]
    keys: list[bytes]
    words: list[Word]


def parcels(packed: Iterable[Packed]) -> Iterator[tuple[str, Parcel]]:
    """All of them with their prefix; those of one prefix in their order."""
    begun: dict[str, Parcel] = {}
    for place, (prefix, batch, keys, word) in enumerate(packed):
        parcel = begun.get(prefix)
        if parcel is None or parcel.batch is not batch or len(parcel.places) == MOST_IN_A_CALL:
            if parcel is not None:
                yield prefix, parcel
            parcel = begun[prefix] = Parcel(batch, [], [], [])
        parcel.places.append(place)
        parcel.keys += keys
        parcel.words.append(word)
    yield from begun.items()
