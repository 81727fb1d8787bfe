"""What the keys of `keys.py` and the values of `lua/` say, read backwards: the one place that knows it beside them.

A name is the end of a key behind its cell, or a field of a ring, as windows are found in both:
`g:GROUP`, `w:GROUP/MEMBER`, `k:GROUP[/MEMBER]:ID`, `s:GROUP/MEMBER`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, Literal, NamedTuple
from urllib.parse import unquote

from policyd.state.keys import PREFIX

Kind = Literal[
    "receipts", "given", "group windows", "member windows", "text windows", "standing", "journals",
    "figures", "open figures",
    "files", "threads", "boards", "tickets", "members", "groups", "parcels", "ticks", "desks", "dues", "filings",
    "other",
]  # fmt: skip

EVERYTHING: Final = f"{PREFIX}*".encode()
"""Matches every key of policyd, and no other."""
STANDINGS: Final = f"{PREFIX}{{*}}:s:*".encode()
FILINGS: Final = f"{PREFIX}{{*}}:x:*".encode()
DUES: Final = f"{PREFIX}{{*}}:u*".encode()
JOURNALS: Final = f"{PREFIX}{{*}}:j:*".encode()
FIGURES: Final = f"{PREFIX}{{*}}:[oh]:*".encode()
WINDOW_FIELDS: Final = b"[gwk]:*"
TEXT_WINDOW_FIELDS: Final = b"k:*"
META: Final = b""
"""The field of a ring that says which period it holds."""

_KINDS: Final[dict[bytes, Kind]] = {
    b"r": "receipts",
    b"a": "given",
    b"g": "group windows",
    b"w": "member windows",
    b"k": "text windows",
    b"s": "standing",
    b"j": "journals",
    b"h": "figures",
    b"o": "open figures",
    b"f": "files",
    b"t": "threads",
    b"b": "boards",
    b"q": "tickets",
    b"m": "members",
    b"n": "groups",
    b"p": "parcels",
    b"i": "ticks",
    b"d": "desks",
    b"u": "dues",
    b"x": "filings",
}
RINGS: Final[frozenset[Kind]] = frozenset(("receipts", "given"))
HASHES: Final[frozenset[Kind]] = frozenset(("tickets", "members", "groups", "parcels"))
"""Kinds of which a key is a hash of records by id."""
OF_FIGURES: Final[frozenset[Kind]] = frozenset(("figures", "open figures"))
"""Kinds of which a key is a hash of figures by day."""
SORTED: Final[frozenset[Kind]] = frozenset(("dues", "journals"))
"""Kinds of which a key is a sorted set by instant."""
_KEY: Final = re.compile(rb"pd:\{([^{}/]*)/(\d+)\}:(.*)", re.S).fullmatch
_RING: Final = re.compile(rb"([ra])[0-2]").fullmatch
_NAME: Final = re.compile(rb"([gwks]):([^/:]*)(?:/([^/:]*))?(?::([0-9a-f]{16}))?").fullmatch
_OF_GROUP: Final = re.compile(
    rb"(?:([jbqmpudho]):([^/:]*)|(f):([^/:]*)/([^/:]*)|(i):([^/:]*)/[^/:]*"
    rb"|(t):([^/:]*):[0-9a-f]{16}|(x):([^/:]*):[0-9a-f]{24})"
).fullmatch
_OF_CELL: Final = re.compile(rb"[nu]").fullmatch
_ENTRY: Final = 25
_DIGEST: Final = 12
_REVISION: Final = 4
_MARK: Final = 6
_MARKS: Final = re.compile(rb"m..|[no]...", re.S).fullmatch
"""Fields of marks of messages, see `lua/marks.lua`."""


class Name(NamedTuple):
    """Whose a key or a field is. Ids are encoded, None where it has none. `window` is one that a text is the key of."""

    kind: Kind
    group: bytes | None = None
    member: bytes | None = None
    window: bytes | None = None


class Key(NamedTuple):
    """`tenant` is encoded."""

    tenant: bytes
    cell: int
    name: Name


class Standing(NamedTuple):
    """What a member's standing holds: strikes (forgotten ones too, while they are kept), the end of its mute in ms
    since the epoch (0: none), and how many texts it is remembered to have been told."""

    strikes: int
    mute_until: int
    said: int


def read_key(key: bytes) -> Key:
    """A key of another layout is of the kind `other`."""
    parts = _KEY(key)
    if parts is None:
        return Key(b"", 0, Name("other"))
    tenant, cell, end = parts.groups()
    return Key(tenant, int(cell), _read_end(end))


def _read_end(end: bytes) -> Name:
    if ring := _RING(end):
        return Name(_KINDS[ring[1]])
    if _OF_CELL(end):
        return Name(_KINDS[end])
    if parts := _OF_GROUP(end):
        letter, *ids = (part for part in parts.groups() if part is not None)
        return Name(_KINDS[letter], *ids)
    return read_name(end)


def read_name(name: bytes) -> Name:
    parts = _NAME(name)
    return Name(_KINDS[parts[1]], parts[2], parts[3], parts[4]) if parts else Name("other")


def is_ring(key: bytes) -> bool:
    return read_key(key).name.kind in RINGS


def order_of_ring(key: bytes) -> int:
    """Receipts before what was given, so that what a commit wrote last is read first."""
    return 0 if read_key(key).name.kind == "receipts" else 1


def is_window(field: bytes) -> bool:
    """Of the fields of a ring."""
    return read_name(field).kind != "other"


def period(meta: bytes | None) -> bytes:
    """Which one a ring holds, by its field `META`."""
    return (meta or b"").split(b"\n", 1)[0]


def fields_of(member: bytes) -> bytes:
    """Matches all fields of a member (encoded) among those of a ring, and others."""
    return b"[wk]:*/" + member + b"*"


class Ring(NamedTuple):
    """What a ring's field `META` says: its period, and the revisions of policies that its receipts name by number, from
    1. None in a ring of what was given."""

    period: int
    revisions: tuple[bytes, ...] | None


def read_meta(meta: bytes) -> Ring:
    """Raises `ValueError`."""
    period, *revisions = meta.split(b"\n")
    return Ring(int(period), tuple(revisions[:-1]) if revisions else None)


def written_meta(ring: Ring) -> bytes:
    period = str(ring.period).encode()
    return period if ring.revisions is None else b"\n".join((period, *ring.revisions, b""))


def is_receipt(field: bytes) -> bool:
    return len(field) == _DIGEST and not is_window(field)


def is_list(kind: Kind, field: bytes) -> bool:
    """Whether the field of a ring of this kind holds a list: marks of messages seen, or names of rules given."""
    return field != META and (kind == "given" or _MARKS(field) is not None)


def united(kind: Kind, one: bytes, other: bytes) -> bytes:
    """Two such lists as one."""
    if kind == "given":
        return b"\n".join(dict.fromkeys(b"\n".join((one, other)).split(b"\n")))
    marks = one + other
    return b"".join(dict.fromkeys(marks[at : at + _MARK] for at in range(0, len(marks), _MARK)))


def renumbered(receipt: bytes, numbers: Sequence[int]) -> bytes:
    """A receipt whose revision has got another number: `numbers[i]` instead of i, the last one beyond."""
    number = numbers[min(receipt[_REVISION], len(numbers) - 1)]
    return receipt[:_REVISION] + bytes((min(number, 255),)) + receipt[_REVISION + 1 :]


def in_cell(key: bytes, cell: int) -> bytes:
    """The key, in another cell of its tenant."""
    parts = _KEY(key)
    return key if parts is None else b"%s{%s/%d}:%s" % (PREFIX.encode(), parts[1], cell, parts[3])


def window_of_text(counter: str, text: str) -> bytes:
    """`Name.window` of a counter (its identity) whose key is this text."""
    cell = f"{counter}:{blake2b(text.encode(), digest_size=8).hexdigest()}"
    return blake2b(cell.encode(), digest_size=8).hexdigest().encode()


def shown(encoded: bytes) -> str:
    """The id that was encoded; a long one can only be shown by its digest."""
    text = encoded.decode("ascii", "replace")
    return text if text.startswith("!") else unquote(text)


def read_standing(value: bytes) -> Standing:
    """Of the value of a standing; what cannot be read counts as nothing."""
    strikes = mute_until = said = 0
    at = 6
    while at + 19 <= len(value):
        kind, length = value[at : at + 1], int.from_bytes(value[at + 15 : at + 19])
        payload = value[at + 19 : at + 19 + length]
        if kind == b"L":
            starts = range(0, len(payload), _ENTRY)
            strikes += sum(int.from_bytes(payload[start + 18 : start + 22]) for start in starts)
        elif kind == b"M":
            mute_until = int.from_bytes(payload)
        else:
            said += 1
        at += 19 + length
    return Standing(strikes, mute_until, said)
