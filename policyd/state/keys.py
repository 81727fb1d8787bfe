"""Every key that policyd keeps in Redis or Valkey. Nothing else makes key names.

    pd:{TENANT/CELL}:r0 r1 r2            receipts of events and messages, and windows of a day or less: a ring of hashes
    pd:{TENANT/CELL}:a0 a1 a2            what was given for messages, a ring of hashes
    pd:{TENANT/CELL}:s:GROUP/MEMBER      standing of a member: strikes, mute, what was said to it
    pd:{TENANT/CELL}:w:GROUP/MEMBER      longer windows of a member, when it was last seen, wrote and joined
    pd:{TENANT/CELL}:g:GROUP             longer windows of a group
    pd:{TENANT/CELL}:k:GROUP[/MEMBER]:ID a longer window that a text is the key of
    pd:{TENANT/CELL}:j:GROUP             what decisions did, a sorted set by instant
    pd:{TENANT/CELL}:o:GROUP             figures of a group's open local days, a hash by day and name
    pd:{TENANT/CELL}:h:GROUP             figures of its closed local days, a hash by day
    pd:{TENANT/CELL}:x:GROUP:ID          receipt of a filing

Records of workflows (`policyd/model/records.py`), and when something comes due:

    pd:{TENANT/CELL}:f:GROUP/MEMBER      file of a member
    pd:{TENANT/CELL}:t:GROUP:ID          thread of a message
    pd:{TENANT/CELL}:b:GROUP             board of a group
    pd:{TENANT/CELL}:q:GROUP             tickets, a hash by their id
    pd:{TENANT/CELL}:m:GROUP             members, a hash by their id
    pd:{TENANT/CELL}:p:GROUP             parcels, a hash by their id
    pd:{TENANT/CELL}:n                   groups, a hash by their id
    pd:{TENANT/CELL}:i:[GROUP]/TICK      tick of all groups of the cell, or of one
    pd:{TENANT/CELL}:d:[GROUP]           desk, likewise
    pd:{TENANT/CELL}:u:GROUP             a group's dues, a sorted set of names by instant
    pd:{TENANT/CELL}:u                   groups, a sorted set by the first instant of their dues

Shorter windows are in fields of the receipts' ring, named as the ends of these keys: `w:GROUP/MEMBER`, `g:GROUP`,
`k:GROUP[/MEMBER]:ID`.

A cell is a part of a tenant's groups, so that one call serves many events and all that it touches shares a slot of a
Cluster. Ids are percent-encoded, which leaves none of `{}:/*` in them; a long one is replaced by `!` and a digest,
and no encoded id begins with `!`. Fields of hashes and members of sets are ids as they are, so that they can be told
again. The packed values are described in `lua/observe.lua`, `lua/standing.lua`, `lua/file.lua`, `lua/commit.lua` and
`lua/figures.lua`.
"""

from __future__ import annotations

import re
from binascii import hexlify
from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple
from urllib.parse import quote

from msgspec import Struct

from policyd.model.records import Record, RecordKind
from policyd.state.places import shelf_of

PREFIX: Final = "pd:"
LONGEST_ID: Final = 48
"""Of an encoded id, in bytes."""

_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch
_CACHED: Final = 65_536
_CELL_BEGUN: Final = blake2b(digest_size=6, person=b"window")
_TEXT_BEGUN: Final = blake2b(digest_size=8)
"""Digests to be copied, which costs half of making them."""
LENGTHS: Final = tuple(bytes((length,)) for length in range(256))
"""Each as a byte."""


def encode(name: str) -> str:
    """An id of any characters as a part of a key; equal only for equal ids."""
    if name.isascii() and name.isalnum() and len(name) <= LONGEST_ID:
        return name
    encoded = name if _PLAIN(name) else quote(name, safe="")
    if len(encoded) <= LONGEST_ID:
        return encoded
    return "!" + blake2b(name.encode(), digest_size=16).hexdigest()


def cell_of(group: str, cells: int) -> int:
    """The cell of a group, out of so many; fixed for the life of a store."""
    return 0 if cells == 1 else cell_of_encoded(encode(group).encode(), cells)


def cell_of_encoded(group: bytes, cells: int) -> int:
    """By the group as keys name it, so that a key alone tells its cell."""
    return int.from_bytes(blake2b(group, digest_size=8).digest()) % cells


@lru_cache(_CACHED)
def cell_prefix(tenant: str, cell: int) -> str:
    """The same object for the same."""
    return f"{PREFIX}{{{encode(tenant)}/{cell}}}:"


@lru_cache(_CACHED)
def rings(prefix: str) -> tuple[bytes, ...]:
    """Of receipts and of what was given, in the order in which the scripts take them."""
    return tuple(f"{prefix}{ring}{place}".encode() for ring in "ra" for place in range(3))


class GroupKeys(Struct, frozen=True, gc=False):
    """What the names of one group have in common. `prefix`: of its cell; `begun`: the same in bytes; `field`: that of
    its short windows, behind its length; `member_begun`: what those of its members begin with. `events`, `messages`:
    digests of their ids, where the id itself is still to come."""

    prefix: str
    begun: bytes
    field: bytes
    member_begun: bytes
    open_figures: bytes
    events: blake2b
    messages: blake2b

    def member_field(self, member: str) -> bytes:
        """The field of its short windows, behind its length. Not cached: of many members few write again soon."""
        field = self.member_begun + encode(member).encode()
        return LENGTHS[len(field)] + field

    def event_digest(self, event: str) -> bytes:
        """12 bytes."""
        digest = self.events.copy()
        digest.update(event.encode())
        return digest.digest()

    def message_digest(self, message: str) -> bytes:
        """8 bytes."""
        digest = self.messages.copy()
        digest.update(message.encode())
        return digest.digest()


@lru_cache(_CACHED)
def of_group(tenant: str, group: str, cells: int) -> GroupKeys:
    """In a store of so many cells. Looked up once for an event: each look-up reads memory that no cache may hold."""
    return group_keys(cell_prefix(tenant, cell_of(group, cells)), group)


def group_keys(prefix: str, group: str) -> GroupKeys:
    """In the cell with this prefix."""
    start = f"{len(group)}:{group}".encode()
    return GroupKeys(
        prefix,
        prefix.encode(),
        group_field(group),
        f"w:{encode(group)}/".encode(),
        open_figures(prefix, group),
        blake2b(b"e" + start, digest_size=12),
        blake2b(b"m" + start, digest_size=8),
    )


def member_field(group: str, member: str) -> bytes:
    """As that of `GroupKeys`."""
    return of_group("", group, 1).member_field(member)


def member_standing(prefix: str, field: bytes) -> bytes:
    """By the field of its short windows, behind its length."""
    return prefix.encode() + b"s" + field[2:]


def group_field(group: str) -> bytes:
    """The field of its short windows, behind its length."""
    field = f"g:{encode(group)}".encode()
    return LENGTHS[len(field)] + field


def text_window(group: str, member: str | None, cell: str) -> str:
    """A field, or the end of a key. `member` None: the window is the group's."""
    return text_field(group_field(group) if member is None else member_field(group, member), cell)[1:].decode()


def text_field(whose: bytes, cell: str) -> bytes:
    """The same behind its length; `whose`: the field of the short windows, likewise."""
    digest = _TEXT_BEGUN.copy()
    digest.update(cell.encode())
    field = b"k:" + whose[3:] + b":" + hexlify(digest.digest())
    return LENGTHS[len(field)] + field


def event_digest(group: str, event: str) -> bytes:
    """As that of `GroupKeys`."""
    return of_group("", group, 1).event_digest(event)


def message_digest(group: str, message: str) -> bytes:
    """Likewise."""
    return of_group("", group, 1).message_digest(message)


@lru_cache(_CACHED)
def cell_id(cell: str) -> bytes:
    """6 bytes for a window among those of one member or group; never that of the last message, which is zeros."""
    return text_cell_id(cell)


def text_cell_id(cell: str) -> bytes:
    """The same of a cell that hardly comes twice, as it has a text as its key."""
    digest = _CELL_BEGUN.copy()
    digest.update(cell.encode())
    return digest.digest()


@lru_cache(_CACHED)
def standing_id(name: str) -> bytes:
    """8 bytes for a ladder or a throttle."""
    return blake2b(name.encode(), digest_size=8).digest()


# ---------------------------------------------------------------- records


class Place(NamedTuple):
    """Where a record is kept. `field` None: in a string."""

    key: bytes
    field: bytes | None


_HASHES: Final[dict[RecordKind, str]] = {"ticket": "q", "member": "m", "parcel": "p", "group": "n"}


@lru_cache(_CACHED)
def of_record(prefix: str, record: Record) -> Place:
    (kind, group), name = shelf_of(record)
    if kind in _HASHES:
        return Place(shelf(prefix, kind, group), name.encode())
    match kind:
        case "file":
            end = f"f:{encode(group)}/{encode(name)}"
        case "thread":
            end = f"t:{encode(group)}:{message_digest(group, name).hex()}"
        case "board":
            end = f"b:{encode(group)}"
        case "tick":
            end = f"i:{encode(group)}/{encode(name)}"
        case _:
            end = f"d:{encode(group)}"
    return Place((prefix + end).encode(), None)


@lru_cache(_CACHED)
def shelf(prefix: str, kind: RecordKind, group: str) -> bytes:
    """The hash of all records of a kind that can be listed."""
    letter = _HASHES[kind]
    return (prefix + (letter if kind == "group" else f"{letter}:{encode(group)}")).encode()


@lru_cache(_CACHED)
def dues(prefix: str, group: str | None) -> bytes:
    """None: the cell's groups."""
    return f"{prefix}u".encode() if group is None else f"{prefix}u:{encode(group)}".encode()


@lru_cache(_CACHED)
def journal(prefix: str, group: str) -> bytes:
    return f"{prefix}j:{encode(group)}".encode()


def open_figures(prefix: str, group: str) -> bytes:
    return f"{prefix}o:{encode(group)}".encode()


def closed_figures(prefix: str, group: str) -> bytes:
    return f"{prefix}h:{encode(group)}".encode()


def filing(prefix: str, group: str, event: str) -> bytes:
    """The receipt of a filing."""
    return f"{prefix}x:{encode(group)}:{event_digest(group, event).hex()}".encode()
