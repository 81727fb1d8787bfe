"""What the records of workflows keep of a member, and how it goes.

Records that are all about the member are removed; of others that name it, such as a ticket on which it voted, only that
part. Each change is made on what is there at that moment, so that nothing that a running service writes is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

import redis

from policyd.state import census_layout as layout
from policyd.state.census_layout import Kind, Name
from policyd.state.keys import encode
from policyd.state.library import source
from policyd.state.maintenance import field_pages, member_pages
from policyd.state.record_values import entry_without, without

STRINGS: Final[frozenset[Kind]] = frozenset(("threads", "ticks"))
KINDS: Final[frozenset[Kind]] = STRINGS | {"tickets", "members", "parcels", "dues", "journals"}
"""Those of which a key must be looked into."""

Removal = Callable[[], bool]
"""Removes a part of a key, and says whether it was there."""

_UNSCHEDULE: Final = source("unschedule")


def strings_of(node: redis.Redis, named: list[bytes]) -> dict[bytes, bytes]:
    """What stands under the keys, asked for at once; empty where nothing does."""
    with node.pipeline(transaction=False) as pipe:
        for key in named:
            pipe.get(key)
        return {key: value or b"" for key, value in zip(named, pipe.execute(), strict=True)}


def parts_in(node: redis.Redis, key: bytes, name: Name, stored: bytes, member: str) -> Iterator[tuple[Kind, Removal]]:
    """The parts of a key that are the member's. `name` is that of the key, of one of `KINDS`; `stored` its value, if
    it is one of `STRINGS`."""
    match name.kind:
        case "members":
            if node.hexists(key.decode(), member):
                yield name.kind, partial(_remove_field, node, key, member)
        case "tickets" | "parcels":
            yield from _of_hash(node, key, name.kind, member)
        case "dues":
            due = f"file/{member}".encode()
            if name.group is not None and node.zscore(key, due) is not None:
                yield name.kind, partial(_unschedule, node, key, due)
        case "journals":
            for page in member_pages(node, key):
                for entry, _ in page:
                    left = entry_without(entry, member)
                    if left != entry:
                        yield name.kind, partial(_change_entry, node, key, entry, left)
        case _:
            if without(name.kind, stored, member) != stored:
                yield name.kind, partial(_change, node, key, None, name.kind, member)


def _of_hash(node: redis.Redis, key: bytes, kind: Kind, member: str) -> Iterator[tuple[Kind, Removal]]:
    for page in field_pages(node, key):
        for field, stored in page.items():
            left = without(kind, stored, member)
            if left != stored:
                yield kind, partial(_change, node, key, field, kind, member)
            if kind == "tickets" and not left:
                dues, due = key.replace(b"}:q:", b"}:u:"), b"ticket/" + field
                if node.zscore(dues, due) is not None:
                    yield "dues", partial(_unschedule, node, dues, due)


def _remove_field(node: redis.Redis, key: bytes, field: str) -> bool:
    return bool(node.hdel(key.decode(), field))


def _change_entry(node: redis.Redis, key: bytes, entry: bytes, left: bytes) -> bool:
    """`left` of an entry, which keeps its instant; empty: nothing."""
    instant = node.zscore(key, entry)
    if instant is None:
        return False
    with node.pipeline() as pipe:
        if left:
            pipe.zadd(key.decode(), {left: instant})
        pipe.zrem(key, entry)
        return bool(pipe.execute()[-1])


def _change(node: redis.Redis, key: bytes, field: bytes | None, kind: Kind, member: str) -> bool:
    """Of a record in a string, or in a field of a hash."""

    def change(pipe: Any) -> bool:
        stored = (pipe.get(key) if field is None else pipe.hget(key, field)) or b""
        left = without(kind, stored, member)
        pipe.multi()
        if left == stored:
            return False
        if field is None:
            pipe.set(key, left, keepttl=True) if left else pipe.delete(key)
        else:
            pipe.hset(key, field, left) if left else pipe.hdel(key, field)
        return True

    changing: Any = change
    return bool(node.transaction(changing, key, value_from_callable=True))


def _unschedule(node: redis.Redis, key: bytes, due: bytes) -> bool:
    of_cell = key[: key.rindex(b":")]
    group = _group_of(node, of_cell, layout.read_key(key).name.group or b"")
    found: Any = node.eval(_UNSCHEDULE, 2, key, of_cell, due, group)
    return bool(found)


def _group_of(node: redis.Redis, of_cell: bytes, encoded: bytes) -> bytes:
    """The group as it is: a long one is told by the set of its cell."""
    if not encoded.startswith(b"!"):
        return layout.shown(encoded).encode()
    groups = (group for page in member_pages(node, of_cell) for group, _ in page)
    return next((group for group in groups if encode(group.decode()).encode() == encoded), b"")
