"""Removes a member from every key of a store, and from what the server has on disk and in its slow log.

What stays are receipts and what was given for messages: they are found by digests of event and message ids and lapse by
themselves (`retention.py`). Receipts may hold for a day and a half what an event was answered, and what it read of the
records of workflows. Figures of groups are numbers by day and name no member; when a member last wrote and joined
goes with its windows.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any, Final, cast

import redis
from msgspec import Struct

from policyd.state import census_layout as layout
from policyd.state import erase_records
from policyd.state.census_layout import Kind, Name, Standing
from policyd.state.keys import encode
from policyd.state.maintenance import Reached, field_pages, pages

_PATIENCE: Final = 600.0
_POLL: Final = 0.02
_BUSY: Final = ("aof_rewrite_in_progress", "aof_rewrite_scheduled", "rdb_bgsave_in_progress")


class Whom(Struct, frozen=True):
    """`group`, `tenant` None: in all of them. `counters`: identities of counters by a text, so that windows are found
    whose text is the member's id, such as joins by inviter."""

    member: str
    group: str | None = None
    tenant: str | None = None
    counters: Collection[str] = ()


class Erased(Struct, frozen=True):
    """From one group: how many keys and fields of each kind, and what the standing held."""

    tenant: str
    group: str
    removed: dict[Kind, int]
    strikes: int
    muted: bool


class _Find(Struct, frozen=True):
    """A key, or a part of one, that is the member's. `kind`: of the part. `remove`: how it goes, where it is neither a
    whole key nor a field of a ring."""

    node: redis.Redis
    key: bytes
    field: bytes | None
    tenant: bytes
    name: Name
    kind: Kind
    remove: erase_records.Removal | None = None


class _Search:
    """Which names are the member's."""

    def __init__(self, whom: Whom) -> None:
        self._id = whom.member
        self._member = encode(whom.member).encode()
        self._group = None if whom.group is None else encode(whom.group).encode()
        self._tenant = None if whom.tenant is None else encode(whom.tenant).encode()
        self._windows = frozenset(layout.window_of_text(counter, whom.member) for counter in whom.counters)

    def finds_in(self, node: redis.Redis) -> Iterator[_Find]:
        for page in pages(node, layout.EVERYTHING):
            names = {key: layout.read_key(key) for key in page}
            in_strings = [key for key in page if names[key].name.kind in erase_records.STRINGS]
            stored = erase_records.strings_of(node, in_strings) if in_strings else {}
            for key in page:
                tenant, _, name = names[key]
                if self._tenant not in (None, tenant):
                    continue
                if layout.is_ring(key):
                    for field, owner in self._fields_in(node, key):
                        yield _Find(node, key, field, tenant, owner, owner.kind)
                elif name.kind in erase_records.KINDS:
                    if self._group in (None, name.group):
                        for kind, remove in erase_records.parts_in(node, key, name, stored.get(key, b""), self._id):
                            yield _Find(node, key, None, tenant, name, kind, remove)
                elif self._is_mine(name):
                    yield _Find(node, key, None, tenant, name, name.kind)

    def _fields_in(self, node: redis.Redis, ring: bytes) -> Iterator[tuple[bytes, Name]]:
        for pattern in (layout.fields_of(self._member), *((layout.TEXT_WINDOW_FIELDS,) if self._windows else ())):
            for page in field_pages(node, ring, pattern):
                yield from ((field, name) for field in page if self._is_mine(name := layout.read_name(field)))

    def _is_mine(self, name: Name) -> bool:
        return (name.member == self._member or name.window in self._windows) and self._group in (None, name.group)


def erase(store: Reached, whom: Whom, *, only_look: bool = False) -> list[Erased]:
    """What was removed, or would be where `only_look`, by tenant and group. Raises redis-py's errors."""
    search = _Search(whom)
    removed: dict[tuple[bytes, bytes], Counter[Kind]] = {}
    standings: dict[tuple[bytes, bytes], Standing] = {}
    for node in store.nodes:
        for find in search.finds_in(node):
            place = (find.tenant, find.name.group or b"")
            if find.name.kind == "standing":
                standings[place] = layout.read_standing(cast(bytes, node.get(find.key)) or b"")
            if only_look or _remove(find):
                removed.setdefault(place, Counter())[find.kind] += 1
    told = [_told(place, kinds, standings.get(place), store.now()) for place, kinds in removed.items()]
    return sorted(told, key=lambda erased: (erased.tenant, erased.group))


def _remove(find: _Find) -> bool:
    """Whether it was there: a page may be given twice."""
    if find.remove is not None:
        return find.remove()
    if find.field is None:
        return bool(find.node.unlink(find.key))
    return bool(find.node.hdel(find.key, find.field))


def _told(place: tuple[bytes, bytes], removed: Counter[Kind], standing: Standing | None, now: int) -> Erased:
    tenant, group = map(layout.shown, place)
    held = standing or Standing(0, 0, 0)
    return Erased(tenant, group, dict(sorted(removed.items())), held.strikes, held.mute_until > now)


# ---------------------------------------------------------------- what the server keeps beside its memory


def forget_traces(store: Reached, member: str) -> list[str]:
    """Makes every server write its files anew, and empties a slow log that names the member. Returns what could not be
    done, and why; it is then the operator's to do."""
    problems = []
    for node in store.nodes:
        for step in (_empty_slow_log, _rewrite_files):
            try:
                step(node, encode(member).encode())
            except redis.ResponseError as error:
                problems.append(f"{_ABOUT[step]}: {error}")
    return problems


def _empty_slow_log(node: redis.Redis, encoded: bytes) -> None:
    log = node.slowlog_get(-1)
    if any(encoded in entry["command"] for entry in log):
        node.slowlog_reset()


def _rewrite_files(node: redis.Redis, _: bytes) -> None:
    """An append-only file holds what was written since it was begun; a snapshot what there was when it was made."""
    facts = node.info("persistence")
    saves = cast(dict[str, str], node.config_get("save")).get("save")
    if facts["aof_enabled"]:
        _when_idle(node)
        node.bgrewriteaof()
        if _when_idle(node)["aof_last_bgrewrite_status"] != "ok":
            raise redis.ResponseError("the server failed to write its append-only file anew")
    if saves:
        _when_idle(node)
        node.bgsave()
        if _when_idle(node)["rdb_last_bgsave_status"] != "ok":
            raise redis.ResponseError("the server failed to save a snapshot")


def _when_idle(node: redis.Redis) -> dict[str, Any]:
    """What the server says of its files when it writes none of them any more."""
    give_up = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up:
        facts = node.info("persistence")
        if not any(facts[name] for name in _BUSY):
            return facts
        time.sleep(_POLL)
    raise redis.ResponseError(f"the server was not done with its files in {_PATIENCE:.0f} seconds")


_ABOUT: Final = {
    _empty_slow_log: "the slow log may name the member",
    _rewrite_files: "the server's files may hold the member until they are written anew (BGREWRITEAOF, BGSAVE)",
}
