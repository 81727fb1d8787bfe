"""What goes to the scripts and comes back, packed as `lua/observe.lua` and `lua/commit.lua` describe."""

from __future__ import annotations

from functools import lru_cache
from struct import Struct as Layout
from struct import unpack_from
from typing import Final

from msgspec import Struct

from policyd.model.state import Commit, Committed, EventIdReused, LadderStep, Observe, Observed, Window
from policyd.state import keys

Word = bytes | str | int
Reply = bytes | int | None | list["Reply"]

_MESSAGE, _EDIT, _STANDING, _SILENCE, _SPOKE, _MUTE = 1, 2, 4, 8, 16, 32
_R_EDIT, _R_WIDE, _R_FACTS, _R_GIVEN = 1, 2, 4, 8
_BUMPS: Final = {"never": 0, "new": 1, "edit": 2, "always": 3}

GONE: Final = b"gone"
"""The answer to a commit of what was not observed."""

_HEAD: Final = Layout(">12s4sBH")
_NUMBERS: Final = Layout(">HH")
_RECEIPT: Final = Layout(">Q9xB")
_COUNTS: Final = _RECEIPT.size
_NONE: Final[frozenset[str]] = frozenset()
_FACTS: Final = Layout(">6s6s")


class _Shape(Struct):
    """What is the same for all events that ask for one tuple of windows. `group`, `member`: whose strings they are in;
    their keys come in this order. None of them has a text as its key."""

    windows: tuple[Window, ...]
    group: bool
    member: bool
    packed: bytes


_SHAPES: dict[int, _Shape] = {}
_MOST_SHAPES: Final = 4096


def pack_observe(prefix: str, ask: Observe) -> tuple[list[bytes], bytes]:
    """The keys of the event, and the event."""
    group, windows = ask.group, ask.windows
    shape = _SHAPES.get(id(windows))
    if shape is None or shape.windows is not windows:
        shape = _shape(windows)
    member_windows, standing = keys.of_member(prefix, group, ask.member)
    if shape is None:
        named, packed = _pack_windows(prefix, ask)
    else:
        named, packed = [keys.group_windows(prefix, group)] if shape.group else [], shape.packed
        if shape.member:
            named.append(member_windows)
    flags = _EDIT if ask.is_edit else 0
    if ask.silence or ask.spoke:
        flags |= (_SILENCE if ask.silence else 0) | (_SPOKE if ask.spoke else 0)
        if shape is None or not shape.member:
            named.append(member_windows)
    ladders = b""
    if ask.mute or ask.ladders:
        flags |= _STANDING | (_MUTE if ask.mute else 0)
        named.append(standing)
        ladders = b"".join([keys.standing_id(read.ladder) + read.forget.to_bytes(6) for read in ask.ladders])
    numbers = _NUMBERS.pack(len(windows), len(ask.ladders))
    head = _HEAD.pack(
        keys.event_digest(group, ask.event),
        ask.digest,
        flags if ask.message is None else flags | _MESSAGE,
        len(named),
    )
    if ask.message is None:
        return named, head + numbers + packed + ladders
    return named, head + keys.message_digest(group, ask.message) + numbers + packed + ladders


def _shape(windows: tuple[Window, ...]) -> _Shape | None:
    """None where a window has a text as its key, so that its tuple will not come again."""
    if any(":" in window.cell for window in windows):
        return None
    group = any(window.scope == "group" for window in windows)
    member = any(window.scope == "member" for window in windows)
    places = {"group": b"\0\1", "member": b"\0\2" if group else b"\0\1"}
    packed = b"".join([_pack_window(window) + places[window.scope] for window in windows])
    if len(_SHAPES) >= _MOST_SHAPES:
        _SHAPES.clear()
    shape = _SHAPES[id(windows)] = _Shape(windows, group, member, packed)
    return shape


def _pack_windows(prefix: str, ask: Observe) -> tuple[list[bytes], bytes]:
    named: list[bytes] = []
    packed = []
    for window in ask.windows:
        key = _key(prefix, ask, window)
        if key not in named:
            named.append(key)
        packed.append(_pack_window(window) + (named.index(key) + 1).to_bytes(2))
    return named, b"".join(packed)


def unpack_observed(ask: Observe, reply: Reply) -> Observed:
    """Raises `EventIdReused`, and `ValueError` where the reply is none of ours."""
    if isinstance(reply, bytes):
        return _unpack_receipt(ask, reply, False, ask.revision, None)
    if reply == 0:
        raise EventIdReused(f"event id `{ask.event}` was used before with another kind, member or content")
    match reply:
        case [bytes(receipt), bytes(revision), bytes() | None as committed]:
            answer = None if committed is None else unpack_committed(committed)
            return _unpack_receipt(ask, receipt, True, revision.decode(), answer)
        case _:
            raise ValueError(f"not an answer to an observation: {reply!r}")


def pack_commit(prefix: str, change: Commit) -> tuple[list[bytes], list[Word]]:
    """The keys, and the arguments from the fifth on."""
    named = [*keys.rings(prefix), keys.of_member(prefix, change.group, change.member)[1]]
    words: list[Word] = [
        keys.event_digest(change.group, change.event),
        change.digest[:4],
        change.now,
        keys.message_digest(change.group, change.message) if change.message is not None else b"",
        "\n".join(change.given) if change.message is not None else b"",
        change.mute,
        int(change.unmute),
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


@lru_cache(4096)
def _pack_window(window: Window) -> bytes:
    number = (window.span << 24) | (window.cap << 8) | _BUMPS[window.bump]
    return keys.cell_id(window.cell) + number.to_bytes(9)


def _key(prefix: str, ask: Observe, window: Window) -> bytes:
    if ":" in window.cell:
        return keys.text_window(prefix, ask.group, ask.member if window.scope == "member" else None, window.cell)
    if window.scope == "group":
        return keys.group_windows(prefix, ask.group)
    return keys.of_member(prefix, ask.group, ask.member)[0]


def _unpack_receipt(ask: Observe, reply: bytes, replayed: bool, revision: str, committed: Committed | None) -> Observed:
    now, flags = _RECEIPT.unpack_from(reply)
    if not flags & (_R_FACTS | _R_WIDE):
        zeros = (0,) * (flags >> 4)
        return Observed(
            now, tuple(reply[_COUNTS:]), zeros, 0, 0, flags & _R_EDIT != 0, _NONE, replayed, revision, committed
        )
    at = _COUNTS
    ladders = flags >> 4
    number = (len(reply) - at) // 2
    if flags & _R_FACTS:
        number, ladders = _NUMBERS.unpack_from(reply, at)
        at += _NUMBERS.size
    counts = unpack_from(f">{number}{'H' if flags & _R_WIDE else 'B'}", reply, at)
    if not flags & _R_FACTS:
        return Observed(now, counts, (0,) * ladders, 0, 0, flags & _R_EDIT != 0, _NONE, replayed, revision, committed)
    at += number * (2 if flags & _R_WIDE else 1)
    muted, seen = (int.from_bytes(part) for part in _FACTS.unpack_from(reply, at))
    at += _FACTS.size
    strikes = unpack_from(f">{ladders}I", reply, at)
    rules = reply[at + 4 * ladders :].decode()
    given = frozenset(rules.split("\n")) if flags & _R_GIVEN else _NONE
    return Observed(now, counts, strikes, muted, seen, flags & _R_EDIT != 0, given, replayed, revision, committed)
