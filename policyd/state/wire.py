"""What goes to the scripts and comes back, packed as `lua/observe.lua` and `lua/commit.lua` describe."""

from __future__ import annotations

from struct import Struct as Layout
from struct import unpack_from
from typing import Final

from policyd.model.event import NOBODY
from policyd.model.records import Record
from policyd.model.state import Commit, Committed, EventIdReused, LadderStep, Observe, Observed, Window
from policyd.state import keys
from policyd.state.keys import GroupKeys
from policyd.state.retention import GIVEN, JOURNAL, RECEIPTS
from policyd.state.wire_windows import (
    FORMS,
    PRESENCES,
    SHAPES,
    SOMEBODY,
    Home,
    ids_of_texts,
    new_form,
    shape_of,
)

Word = bytes | str | int
Reply = bytes | int | None | list["Reply"]

_MESSAGE, _EDIT, _STANDING, _SILENCE, _SPOKE, _MUTE, _RECORDS, _LOOK = 1, 2, 4, 8, 16, 32, 64, 128
_R_EDIT, _R_WIDE, _R_FACTS, _R_GIVEN, _R_HELD = 1, 2, 4, 8, 16
_LOOK_AT: Final = 3
"""Where the flags are in a packed event."""
_COMMON: Final = Layout(">QQBqH")
_LARGEST: Final = (1 << 48) - 1

PERIODS: Final = (RECEIPTS // 2, GIVEN // 2)
"""Of the rings of receipts and of what was given, in ms."""

GONE: Final = b"gone"
"""The answer to a commit of what was not observed."""

_COUNTS: Final = 10
"""Where the counts begin in a receipt, behind its flags."""

_NONE: Final[frozenset[str]] = frozenset()
_NUMBERS: Final = Layout(">HH")
"""Of counts, of ladders."""
_FACTS: Final = Layout(">6s6s")
_MESSAGE_FIELDS: Final = tuple(b"m" + (bits << 2).to_bytes(2) for bits in range(1 << 14))
"""Of the ring, by the first bits of the digest of a message id."""


def pack_common(clock: int | bytes, revision: str, table: bytes) -> bytes:
    """What many calls say alike. `clock`: the instant on virtual time, else empty; `table`: of zones."""
    asks = revision.encode()
    told, instant = (1, clock) if isinstance(clock, int) else (0, 0)
    return _COMMON.pack(*PERIODS, told, instant, len(asks)) + asks + table


def pack_observe(names: GroupKeys, ask: Observe) -> tuple[list[bytes], bytes]:
    """The keys of the event, and the event. `names`: those of its group."""
    windows, ladders, message = ask.windows, ask.ladders, ask.message
    shape = SHAPES.get(id(windows))
    if shape is None or shape.windows is not windows:
        shape = shape_of(windows)
    flags = (_EDIT if ask.is_edit else 0) | (0 if message is None else _MESSAGE)
    field = names.member_field(ask.member)
    named: list[bytes] = []
    if ask.records:
        flags |= _RECORDS
        records = _records(names.prefix, ask.records, named)
    fields = field if shape.of_member else _fields(names, windows, field, shape.homes, named)
    presence = PRESENCES[ask.presence]
    if presence and ask.presence != "request" and ask.member != NOBODY.id:
        presence += SOMEBODY
    if ask.silence or ask.spoke:
        flags |= (_SILENCE if ask.silence else 0) | (_SPOKE if ask.spoke else 0)
        named.append(names.begun + field[1:])
    elif presence > SOMEBODY:
        named.append(names.begun + field[1:])
    if ladders or ask.mute:
        flags |= _STANDING | (_MUTE if ask.mute else 0)
        named.append(keys.member_standing(names.prefix, field))
    form = FORMS.get((id(shape), id(ladders), flags, presence, ask.zone))
    if form is None or form.shape is not shape or form.ladders is not ladders:
        form = new_form(shape, ladders, flags, presence, ask.zone, len(named) - len(ask.records))
    if presence or shape.figures:
        named.append(names.open_figures)
    if message is None:
        packed = form.packed + ask.digest + names.event_digest(ask.event) + fields
    else:
        of_message = names.message_digest(message)
        message_field = _MESSAGE_FIELDS[of_message[0] << 6 | of_message[1] >> 2]
        packed = form.packed + ask.digest + of_message + names.event_digest(ask.event) + message_field + fields
    if shape.texts:
        packed += ids_of_texts(shape, windows)
    if shape.amounts:
        packed += _amounts(ask.amounts, shape.amounts)
    return named, packed + records if ask.records else packed


def to_look(packed: bytes) -> bytes:
    """The event, packed so that it is only looked at."""
    return packed[:_LOOK_AT] + bytes((packed[_LOOK_AT] | _LOOK,)) + packed[_LOOK_AT + 1 :]


def _amounts(amounts: tuple[int, ...], number: int) -> bytes:
    """So many; 0 where none is told."""
    told = (*amounts, *(0,) * number)[:number]
    return b"".join([max(0, min(amount, _LARGEST)).to_bytes(6) for amount in told])


def _records(prefix: str, records: tuple[Record, ...], named: list[bytes]) -> bytes:
    """Where they are kept; their keys are added to `named`."""
    packed = bytes((len(records),))
    for record in records:
        place = keys.of_record(prefix, record)
        named.append(place.key)
        packed += bytes(2) if place.field is None else (len(place.field) + 1).to_bytes(2) + place.field
    return packed


def _fields(
    names: GroupKeys, windows: tuple[Window, ...], member: bytes, homes: tuple[Home, ...], named: list[bytes]
) -> bytes:
    """The fields of the ring that the windows are kept in; the keys are added to `named`. `member`: its field of short
    windows, behind its length."""
    fields = b""
    for home in homes:
        field = member if home.member else names.field
        if home.text:
            field = keys.text_field(field, windows[home.text - 1].cell)
        if home.key:
            named.append(names.begun + field[1:])
        else:
            fields += field
    return fields


def unpack_instant(reply: Reply) -> int:
    """That of a call. Raises `ValueError` where it is none of ours."""
    if not isinstance(reply, bytes):
        raise ValueError(f"not an instant: {reply!r}")
    return int.from_bytes(reply)


def unpack_observed(ask: Observe, now: int, reply: Reply) -> Observed:
    """`now` is the instant of the call. Raises `EventIdReused`, and `ValueError` where the reply is none of ours."""
    if isinstance(reply, bytes):
        flags = reply[_COUNTS - 1]
        if flags < _R_WIDE and not ask.records:
            return Observed(now, tuple(reply[_COUNTS:]), (), 0, 0, flags == _R_EDIT, _NONE, False, ask.revision)
        return _unpack_receipt(ask, reply, now, False, ask.revision, None)
    if reply == 0:
        raise EventIdReused(f"event id `{ask.event}` was used before with another kind, member or content")
    match reply:
        case [bytes(receipt), bytes(then), bytes(revision), bytes() | None as committed]:
            answer = None if committed is None else unpack_committed(committed)
            return _unpack_receipt(ask, receipt, int.from_bytes(then), True, revision.decode(), answer)
        case _:
            raise ValueError(f"not an answer to an observation: {reply!r}")


def pack_commit(names: GroupKeys, change: Commit) -> tuple[list[bytes], list[Word]]:
    """The keys, and the arguments from the fifth on. `names`: those of the group."""
    named = [*keys.rings(names.prefix), keys.member_standing(names.prefix, names.member_field(change.member))]
    if change.journal:
        named.append(keys.journal(names.prefix, change.group))
    words: list[Word] = [
        names.event_digest(change.event),
        change.digest[:4],
        change.now,
        names.message_digest(change.message) if change.message is not None else b"",
        "\n".join(change.given) if change.message is not None else b"",
        change.mute,
        int(change.unmute),
        change.journal,
        JOURNAL,
        len(change.forgives),
    ]
    for forgive in change.forgives:
        words += (keys.standing_id(forgive.ladder), forgive.times, forgive.forget)
    words.append(len(change.strikes))
    for strike in change.strikes:
        words += (keys.standing_id(strike.ladder), strike.times, strike.forget, strike.together, int(strike.human))
        words.append(len(strike.steps))
        words += (number for step in strike.steps for number in step)
    words.append(len(change.throttles))
    for throttle in change.throttles:
        words += (keys.standing_id(throttle.cell), throttle.span)
    return named, words


def unpack_committed(reply: Reply) -> Committed:
    """Raises `ValueError` where the reply is none of ours."""
    if not isinstance(reply, bytes):
        raise ValueError(f"not an answer to a commit: {reply!r}")
    numbers = iter(map(int, reply.split()))

    def steps() -> tuple[LadderStep, ...]:
        return tuple(LadderStep(next(numbers), next(numbers), next(numbers) == 1, next(numbers)) for _ in range(count))

    try:
        count = next(numbers)
        struck = steps()
        count = next(numbers)
        forgiven = steps()
        spoken = tuple(next(numbers) == 1 for _ in range(next(numbers)))
        return Committed(struck, forgiven, spoken, next(numbers), next(numbers))
    except (StopIteration, RuntimeError) as error:
        raise ValueError(f"not an answer to a commit: {reply!r}") from error


def _unpack_receipt(
    ask: Observe, reply: bytes, now: int, replayed: bool, revision: str, committed: Committed | None
) -> Observed:
    flags = reply[_COUNTS - 1]
    edit = flags & _R_EDIT != 0
    held = (b"",) * len(ask.records)
    if not flags & (_R_FACTS | _R_WIDE):
        zeros = (0,) * (flags >> 4)
        return Observed(now, tuple(reply[_COUNTS:]), zeros, 0, 0, edit, _NONE, replayed, revision, committed, held)
    at = _COUNTS
    ladders = flags >> 4
    number = (len(reply) - at) // 2
    if flags & _R_FACTS:
        number, ladders = _NUMBERS.unpack_from(reply, at)
        at += _NUMBERS.size
    counts = unpack_from(f">{number}{'H' if flags & _R_WIDE else 'B'}", reply, at)
    if not flags & _R_FACTS:
        return Observed(now, counts, (0,) * ladders, 0, 0, edit, _NONE, replayed, revision, committed, held)
    at += number * (2 if flags & _R_WIDE else 1)
    muted, seen = (int.from_bytes(part) for part in _FACTS.unpack_from(reply, at))
    at += _FACTS.size
    strikes = unpack_from(f">{ladders}I", reply, at)
    at += 4 * ladders
    if flags & _R_HELD:
        held, at = _unpack_held(reply, at)
    given = frozenset(reply[at:].decode().split("\n")) if flags & _R_GIVEN else _NONE
    return Observed(now, counts, strikes, muted, seen, edit, given, replayed, revision, committed, held)


def _unpack_held(reply: bytes, at: int) -> tuple[tuple[bytes, ...], int]:
    """What stood in the records, and where they end."""
    held = []
    number = int.from_bytes(reply[at : at + 2])
    at += 2
    for _ in range(number):
        length = int.from_bytes(reply[at : at + 4])
        at += 4
        held.append(reply[at : at + length])
        at += length
    return tuple(held), at
