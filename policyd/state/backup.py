"""Backups: a portable file of everything that a store keeps, and back.

A backup that is made while a service decides is no picture of one instant, but it is read in an order that makes it
safe: figures and windows, then receipts, then standings. An event of those moments may be missing from a window or from
figures; none counts twice when a bot repeats it, and no strike is lost or doubled, as a standing knows the events that
struck it. Receipts of filings come before the records: what a receipt says to be filed is there. What comes due is read
before the records and once more after them: nothing that is open in a record is without its instant, unless it was over
a moment later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, cast

import redis
from msgspec import Struct

from policyd.model.state import StoreUnavailable
from policyd.state import census_layout as layout
from policyd.state.backup_cells import Rehousing
from policyd.state.backup_dues import GONE, DuesReading, sorted_set
from policyd.state.backup_figures import all_figures
from policyd.state.backup_format import VERSION, DamagedBackup, Entry, Head, Reader, Writer, whole_file
from policyd.state.maintenance import ERRORS, PAGE, Reached, field_pages, pages

Progress = Callable[[int], None]
"""Told now and then how many keys are done."""

_NOT_NOW: Final = layout.RINGS | layout.HASHES | layout.SORTED | layout.OF_FIGURES | {"standing", "filings"}
"""Kinds that are read before or after the others, or otherwise."""


class NotEmpty(Exception):
    """policyd keeps state there already."""


class Interrupted(Exception):
    """The store holds a part of the backup only; the message says why."""


class Restored(Struct, frozen=True):
    """`expired`: keys that the backup holds and whose time is over."""

    keys: int
    expired: int


def back_up(store: Reached, path: Path, progress: Progress) -> int:
    """Writes everything that policyd keeps there to the file, in the place of what it held; how many keys. Raises
    `StoreUnavailable`, redis-py's errors and OSError; the file is then as it was."""
    made = datetime.fromtimestamp(store.now() / 1000, UTC).isoformat(timespec="seconds")
    with whole_file(path) as file:
        writer = Writer(file, Head(VERSION, made, store.version, store.cells))
        for entry in _everything(store):
            writer.add(entry)
            progress(writer.keys)
        writer.finish()
        return writer.keys


def restore(store: Reached, path: Path, progress: Progress, *, replace: bool = False) -> Restored:
    """Writes what the backup holds. `replace`: what policyd keeps there goes first. Raises `DamagedBackup`,
    `NotEmpty` and OSError before anything is changed, and `Interrupted` after."""
    with path.open("rb") as file:
        rehousing = _checked(Reader(file), store.cells)
        if not replace and not store.is_empty():
            raise NotEmpty
        file.seek(0)
        try:
            if replace:
                _clear(store)
            return _write(store, _housed(Reader(file), rehousing), progress)
        except (*ERRORS, OSError, DamagedBackup) as error:
            raise Interrupted(f"the restore was interrupted: {error}") from error


# ---------------------------------------------------------------- reading


def _everything(store: Reached) -> Iterator[Entry]:
    """In the order that makes a backup safe."""
    rings: dict[bytes, redis.Redis] = {}
    dues = DuesReading()
    yield from _all_strings(store, layout.FILINGS)
    yield from dues.part(store)
    yield from all_figures(store)
    for node in store.nodes:
        for page in pages(node, layout.EVERYTHING):
            kinds = {key: layout.read_key(key).name.kind for key in page}
            rings |= {key: node for key in page if kinds[key] in layout.RINGS}
            for key in page:
                if kinds[key] in layout.HASHES:
                    yield from _hash(node, key)
            yield from _strings(node, [key for key in page if kinds[key] not in _NOT_NOW])
    for key in sorted(rings, key=layout.order_of_ring):
        yield from _ring(rings[key], key)
    yield from _all_strings(store, layout.STANDINGS)
    yield from dues.part(store)
    yield from dues.cells(store)
    for node in store.nodes:
        for page in pages(node, layout.JOURNALS):
            for key in page:
                yield from sorted_set(node, key)


def _all_strings(store: Reached, pattern: bytes) -> Iterator[Entry]:
    for node in store.nodes:
        for page in pages(node, pattern):
            yield from _strings(node, page)


def _hash(node: redis.Redis, key: bytes) -> Iterator[Entry]:
    expires = node.pexpiretime(key)  # type: ignore[arg-type]
    start = True
    for page in field_pages(node, key):
        parts = [part for field in page for part in (field, page[field])]
        if parts and expires != GONE:
            yield Entry(key, "hash", max(expires, 0), start, parts)
            start = False


def _strings(node: redis.Redis, names: list[bytes]) -> Iterator[Entry]:
    with node.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.get(name)
            pipe.pexpiretime(name)  # type: ignore[arg-type]
        answers = iter(pipe.execute(raise_on_error=False))
    for name in names:
        value, expires = next(answers), next(answers)
        if isinstance(value, redis.ResponseError):
            raise StoreUnavailable(
                f"key {name.decode(errors='replace')} is of a type that a backup cannot hold: {value}"
            )
        if value is not None and expires != GONE:
            yield Entry(name, "string", max(expires, 0), True, [value])


def _ring(node: redis.Redis, key: bytes) -> Iterator[Entry]:
    """In parts, the windows first. Anew where the ring turned meanwhile; else its index of revisions has only grown,
    so that the last one fits all receipts."""
    while True:
        begun = _meta(node, key)
        if begun is None:
            return
        expires = max(node.pexpiretime(key), 0)  # type: ignore[arg-type]
        yield Entry(key, "hash", expires, True, [layout.META, begun])
        for windows, pattern in ((True, layout.WINDOW_FIELDS), (False, None)):
            for page in field_pages(node, key, pattern):
                parts = [part for field in page if layout.is_window(field) is windows for part in (field, page[field])]
                if parts:
                    yield Entry(key, "hash", expires, False, parts)
        ended = _meta(node, key)
        if ended is not None and layout.period(ended) == layout.period(begun):
            yield Entry(key, "hash", expires, False, [layout.META, ended])
            return


def _meta(node: redis.Redis, key: bytes) -> bytes | None:
    return cast(bytes | None, node.hget(key, layout.META))


# ---------------------------------------------------------------- writing


def _checked(reader: Reader, cells: int) -> Rehousing | None:
    """Reads all of it. What must be known to keep it in so many cells; None where it was kept in as many."""
    rehousing = Rehousing(cells) if reader.head.cells != cells else None
    try:
        for frame in reader:
            if rehousing is not None:
                rehousing.look(frame)
        if rehousing is not None:
            rehousing.settle()
    except ValueError:
        raise DamagedBackup("a ring in it does not say which period it holds") from None
    return rehousing


def _housed(reader: Reader, rehousing: Rehousing | None) -> Iterator[Iterable[Entry]]:
    if rehousing is None:
        yield from reader
        return
    for frame in reader:
        yield chain.from_iterable(map(rehousing.housed, frame))
    rest = rehousing.rest()
    while page := list(islice(rest, PAGE)):
        yield page


def _clear(store: Reached) -> None:
    for node in store.nodes:
        for page in pages(node, layout.EVERYTHING):
            with node.pipeline(transaction=False) as pipe:
                for key in page:
                    pipe.unlink(key)
                pipe.execute()


def _write(store: Reached, pages: Iterable[Iterable[Entry]], progress: Progress) -> Restored:
    now = store.now()
    keys = expired = 0
    for page in pages:
        pipes: dict[int, Any] = {}
        for entry in page:
            if 0 < entry.expires <= now:
                expired += entry.start
                continue
            keys += entry.start
            node = store.node_of(entry.key)
            pipe = pipes.setdefault(id(node), node.pipeline(transaction=False))
            _put(pipe, entry)
        for pipe in pipes.values():
            pipe.execute()
        progress(keys)
    return Restored(keys, expired)


def _put(pipe: Any, entry: Entry) -> None:
    if entry.type == "string":
        pipe.set(entry.key, entry.parts[0], pxat=entry.expires or None)
        return
    if entry.start:
        pipe.unlink(entry.key)
    if entry.type == "hash":
        pipe.hset(entry.key, items=entry.parts)
    else:
        pipe.zadd(entry.key, dict(zip(entry.parts[::2], map(int, entry.parts[1::2]), strict=True)))
    if entry.expires:
        pipe.pexpireat(entry.key, entry.expires)
