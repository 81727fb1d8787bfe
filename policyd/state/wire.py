"""What goes to the scripts and comes back, packed as `lua/observe.lua` and `lua/commit.lua` describe."""

from __future__ import annotations

from functools import lru_cache
from struct import Struct, unpack_from
from typing import Final

from policyd.model.state import Commit, Committed, EventIdReused, LadderStep, Observe, Observed, Window
from policyd.state import keys

Word = bytes | str | int
Reply = bytes | int | None | list["Reply"]

_MESSAGE, _EDIT, _STANDING, _SILENCE, _SPOKE, _MUTE = 1, 2, 4, 8, 16, 32
_R_EDIT, _R_WIDE, _R_FACTS, _R_GIVEN = 1, 2, 4, 8
_BUMPS: Final = {"never": 0, "new": 1, "edit": 2, "always": 3}

GONE: Final = b"gone"
"""The answer to a commit of what was not observed."""

_HEAD: Final = Struct(">12s4sBH")
_NUMBERS: Final = Struct(">HH")
_RECEIPT: Final = Struct(">Q4xB4xB")
_FACTS: Final = Struct(">6s6s")


def pack_observe(prefix: str, ask: Observe) -> tuple[list[bytes], bytes]:
    """The keys of the event, and the event."""
    named: list[bytes] = []
    windows = [_pack_window(window) + _place(named, _key(prefix, ask, window)).to_bytes(2) for window in ask.windows]
    flags = (
        (_MESSAGE if ask.message is not None else 0)
        | (_EDIT if ask.is_edit else 0)
        | (_STANDING if ask.ladders else 0)
        | (_STANDING | _MUTE if ask.mute else 0)
        | (_SILENCE if ask.silence else 0)
        | (_SPOKE if ask.spoke else 0)
    )
    if flags & (_SILENCE | _SPOKE):
        named.append(keys.member_windows(prefix, ask.group, ask.member))
    if flags & _STANDING:
        named.append(keys.standing(prefix, ask.group, ask.member))
    parts = [_HEAD.pack(keys.event_digest(ask.group, ask.event), ask.digest[:4], flags, len(named))]
    if ask.message is not None:
        parts.append(keys.message_digest(ask.group, ask.message))
    parts.append(_NUMBERS.pack(len(windows), len(ask.ladders)))
    parts += windows
    parts += [keys.standing_id(read.ladder) + read.forget.to_bytes(6) for read in ask.ladders]
    return named, b"".join(parts)


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
    named = [*keys.rings(prefix), keys.standing(prefix, change.group, change.member)]
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
    return keys.member_windows(prefix, ask.group, ask.member)


def _place(named: list[bytes], key: bytes) -> int:
    """From 1."""
    if key not in named:
        named.append(key)
    return named.index(key) + 1


def _unpack_receipt(ask: Observe, reply: bytes, replayed: bool, revision: str, committed: Committed | None) -> Observed:
    now, _, flags = _RECEIPT.unpack_from(reply)
    at = _RECEIPT.size
    ladders = flags >> 4
    width = 2 if flags & _R_WIDE else 1
    if flags & _R_FACTS:
        number, ladders = _NUMBERS.unpack_from(reply, at)
        at += _NUMBERS.size
    else:
        number = (len(reply) - at) // width
    counts = unpack_from(f">{number}{'H' if width == 2 else 'B'}", reply, at)
    if not flags & _R_FACTS:
        return Observed(
            now, counts, (0,) * ladders, edit=bool(flags & _R_EDIT), replayed=replayed, revision=revision,
            committed=committed,
        )  # fmt: skip
    at += number * width
    muted, seen = (int.from_bytes(part) for part in _FACTS.unpack_from(reply, at))
    at += _FACTS.size
    rules = reply[at + 4 * ladders :].decode()
    return Observed(
        now, counts, unpack_from(f">{ladders}I", reply, at), muted, seen, bool(flags & _R_EDIT),
        frozenset(rules.split("\n")) if flags & _R_GIVEN else frozenset(), replayed, revision, committed,
    )  # fmt: skip
