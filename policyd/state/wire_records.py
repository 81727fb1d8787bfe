"""What goes to the scripts of records and comes back, packed as `lua/file.lua`, `read.lua`, `due.lua`, `listed.lua`,
`journal.lua` and `retract.lua` describe. What unpacks raises `ValueError` where the reply is none of ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NoReturn

from policyd.model.records import Record, RecordKind
from policyd.model.state import Due, Filed, Filing, Journaled, Retract, Retracted
from policyd.state import keys
from policyd.state.retention import DUES, FILINGS, JOURNAL
from policyd.state.wire import Reply, Word, unpack_committed

Packed = tuple[list[bytes], list[Word]]
"""The keys, and the arguments from the second on."""

Clock = int | bytes
"""The instant on virtual time, else empty."""

_DIGEST: Final = 12
_RETRACTED: Final = 60_000
"""Ms for which the answer to a `Retract` is known: longer than any is sent again."""


def pack_filing(prefix: str, filing: Filing, clock: Clock) -> Packed:
    places = {keys.filing(prefix, filing.group, filing.event): 1, keys.dues(prefix, None): 2}
    words: list[Word] = [clock, FILINGS, DUES, filing.stamp, filing.answer, len(filing.puts)]
    for put in filing.puts:
        key, field = keys.of_record(prefix, put.record)
        expected = b"*" if put.stamp is None else put.stamp
        words += (places.setdefault(key, len(places) + 1), _field(field), expected, put.value, put.keep)
    words.append(len(filing.dues))
    for due in filing.dues:
        key = keys.dues(prefix, due.group)
        words += (places.setdefault(key, len(places) + 1), due.group, due.name, due.at, due.was)
    return list(places), words


def unpack_filed(reply: Reply) -> Filed:
    match reply:
        case 0:
            return Filed(None)
        case [int(replayed), bytes(answer)]:
            return Filed(answer, replayed == 1)
    _refuse(reply)


def pack_read(prefix: str, records: Sequence[Record], clock: Clock) -> Packed:
    places = [keys.of_record(prefix, record) for record in records]
    return [place.key for place in places], [clock, *(_field(place.field) for place in places)]


def unpack_read(reply: Reply) -> tuple[bytes, ...]:
    return tuple(_texts(reply))


def pack_due(named: list[bytes], until: int | None, most: int) -> Packed:
    """None: whenever."""
    return named, [b"+inf" if until is None else until, most]


def unpack_due(reply: Reply) -> list[list[tuple[str, int]]]:
    """Of every set that was asked for."""
    found: Any = reply
    try:
        return [[(each[at].decode(), int(each[at + 1])) for at in range(0, len(each), 2)] for each in found]
    except (AttributeError, TypeError):
        _refuse(reply)


def pack_listed(prefix: str, kind: RecordKind, group: str, cursor: int, about: int, clock: Clock) -> Packed:
    return [keys.shelf(prefix, kind, group)], [clock, cursor, about]


def unpack_listed(reply: Reply) -> tuple[int, tuple[tuple[str, bytes], ...]]:
    cursor, *found = _texts(reply)
    return int(cursor), tuple((field.decode(), record) for field, record in _pairs(found))


def pack_journal(prefix: str, group: str, since: int, left_out: int, most: int, clock: Clock) -> Packed:
    return [keys.journal(prefix, group)], [clock, JOURNAL, since, left_out, most]


def unpack_journal(reply: Reply) -> list[Journaled]:
    found = []
    for entry, now in _pairs(_texts(reply)):
        begin = _DIGEST + 2
        end = begin + int.from_bytes(entry[_DIGEST:begin])
        found.append(Journaled(int(now), entry[end:], unpack_committed(entry[begin:end])))
    return found


def pack_retract(prefix: str, change: Retract, token: str, clock: Clock) -> Packed:
    """`token` is one of this call, the same where it is sent again; no event has it as its id."""
    standing = keys.member_standing(prefix, keys.member_field(change.group, change.member))
    words: list[Word] = [clock, _RETRACTED, change.now, b"" if change.mute_until is None else change.mute_until]
    for ladder, event in change.strikes:
        words += (keys.standing_id(ladder), keys.event_digest(change.group, event))
    return [standing, keys.filing(prefix, change.group, f"\0{token}")], words


def unpack_retracted(reply: Reply) -> Retracted:
    if not isinstance(reply, bytes):
        _refuse(reply)
    *taken, muted = map(int, reply.split())
    return Retracted(tuple(taken), muted)


def earliest(groups: Sequence[str | None], found: Sequence[Sequence[tuple[str, int]]], most: int) -> tuple[Due, ...]:
    """Of what was found in each group."""
    dues = sorted((at, group or "", name) for group, each in zip(groups, found, strict=True) for name, at in each)
    return tuple([Due(group, name, at, at) for at, group, name in dues[:most]])


def _field(field: bytes | None) -> bytes:
    return b"" if field is None else b"h" + field


def _texts(reply: Reply) -> list[bytes]:
    if not isinstance(reply, list):
        _refuse(reply)
    return [each if isinstance(each, bytes) else _refuse(each) for each in reply]


def _pairs(texts: list[bytes]) -> zip[tuple[bytes, bytes]]:
    return zip(texts[::2], texts[1::2], strict=True)


def _refuse(reply: Reply) -> NoReturn:
    raise ValueError(f"not an answer of ours: {reply!r}")
