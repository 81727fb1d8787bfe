"""What generated code asks of the records that were read along with the event: `switch`, review and duty.

A record is decoded when the first rule asks for it, once for a decision, and not at all where there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec.msgpack import Decoder

from policyd.check.resolved import Duty, Review
from policyd.compile.reviews import content, standing
from policyd.model.event import Event
from policyd.model.records import STAMP, Board, MemberFile, Record, RecordKind, Thread
from policyd.model.state import Observed

ORDER: Final[tuple[RecordKind, ...]] = ("board", "file", "thread")
"""Of the records in `Prepared.records`. The thread is last, as only replies have one."""
_DECODE: Final[dict[RecordKind, Callable[[bytes], Any]]] = {
    "board": Decoder(Board).decode,
    "file": Decoder(MemberFile).decode,
    "thread": Decoder(Thread).decode,
}

Memo = dict[Any, Any]


def records(kinds: tuple[RecordKind, ...], event: Event) -> tuple[Record, ...]:
    """The records of these kinds that concern the event."""
    group = event.group.id
    found = []
    for kind in kinds:
        if kind == "board":
            found.append(Record(kind, group))
        elif kind == "file":
            found.append(Record(kind, group, event.member.id))
        elif event.message is not None and event.message.reply_to is not None:
            found.append(Record(kind, group, event.message.reply_to))
    return tuple(found)


def record_of(duty: Duty) -> RecordKind:
    """Where it is kept whether someone owes the duty."""
    return "thread" if duty.reply else "file"


def read(kind: RecordKind, observed: Observed, slot: int, memo: Memo) -> Any:
    """The record, decoded; None where there is no record. `slot`: where it stands among those observed."""
    if slot >= len(observed.records) or not observed.records[slot]:
        return None
    if kind not in memo:
        memo[kind] = _DECODE[kind](observed.records[slot][STAMP:])
    return memo[kind]


def switched(observed: Observed, slot: int, memo: Memo, switch: str) -> bool:
    """Whether a switch of the group is on."""
    board = read("board", observed, slot, memo)
    return board is not None and board.switches.get(switch, 0) > observed.now


def owed(observed: Observed, slot: int, memo: Memo, duty: str) -> bool:
    """Whether the member owes the duty."""
    file = read("file", observed, slot, memo)
    return file is not None and bool(file.duties.get(duty))


def awaited(observed: Observed, slot: int, memo: Memo, duty: str, member: str) -> bool:
    """Whether the message that this one replies to waits for a reply by somebody else than who wrote it."""
    thread = read("thread", observed, slot, memo)
    if thread is None or duty not in thread.duties:
        return False
    return bool(thread.duties[duty][0] != member)


class ReviewStanding:
    """How one review stands."""

    def __init__(self, review: Review, zone: str) -> None:
        self._review = review
        self._zone = ZoneInfo(zone)

    def of(self, prepared: Any, observed: Observed, slot: int, memo: Memo) -> str:
        """For the member and content of this event; found out once for a decision."""
        known = memo.get(self)
        if known is None:
            known = memo[self] = self._find(prepared, observed, slot, memo)
        return str(known)

    def _find(self, prepared: Any, observed: Observed, slot: int, memo: Memo) -> str:
        file = read("file", observed, slot, memo)
        filed = None if file is None else file.reviews.get(self._review.name)
        if filed is None:
            return "pending"
        message = prepared.event.message
        key = prepared.event.id if message is None or message.id is None else message.id
        bound = self._review.approve == "content" and (filed.approvals or filed.refused)
        what = content(prepared.texts.fingerprint if bound else None, key)
        return standing(self._review, self._zone, filed, what, observed.now, key)
