"""What the store is asked about an event."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final

import msgspec

from policyd.compile.program import Prepared
from policyd.model.event import Event
from policyd.model.state import Observe, Presence, Window

_PRESENCE: Final[dict[str, Presence]] = {
    "message": "message", "join": "join", "leave": "leave", "request": "request"
}  # fmt: skip
"""Kinds that count in the figures of the group."""


def observe_for(prepared: Prepared, tenant: str, revision: str, *, statistics: bool = False) -> Observe:
    """`statistics`: the event counts in the figures of its group."""
    event, windows, route = prepared.event, prepared.windows, prepared.route
    message, kind, ladders = event.message, event.kind, route.ladders
    if prepared.wide_windows:
        windows = windows[: len(windows) - prepared.wide_windows]
    if route.wide_ladders:
        ladders = ladders[: len(ladders) - route.wide_ladders]
    return Observe(
        tenant, event.group.id, event.member.id, event.id, digest(event), revision, event.time,
        None if message is None else message.id, kind == "edit",
        windows, ladders, route.mute, route.silence, route.spoke, prepared.records,
        _near_amounts(prepared) if prepared.wide_windows and prepared.amounts else prepared.amounts,
        _PRESENCE.get(kind, "") if statistics else "", route.zone if statistics else "",
    )  # fmt: skip


def _near_amounts(prepared: Prepared) -> tuple[int, ...]:
    """Without those of windows across groups, which are the last."""
    wide = sum(map(is_weighed, prepared.windows[len(prepared.windows) - prepared.wide_windows :]))
    return prepared.amounts[: len(prepared.amounts) - wide]


def is_weighed(window: Window) -> bool:
    """Whether an amount is observed for it."""
    return window.form == "distinct" or window.form == "sum"


def digest(event: Event) -> bytes:
    """8 bytes that stand for kind, member and content. What may differ between two deliveries of one event (names,
    roles, the clock of the bot) is not in it; the new name of a profile is its content."""
    name = event.member.name if event.kind == "profile" else None
    parts: tuple[Any, ...] = (
        event.kind, event.member.id, name, event.message, event.join, event.request, event.report, event.sanction
    )  # fmt: skip
    if event.kind not in _EARLIER:
        parts += (event.notice, event.submission, event.verdict, event.appeal, event.mark, event.outcome, event.due)
    digest = _BEGUN.copy()
    digest.update(_encode(parts))
    return digest.digest()


_EARLIER: Final = frozenset({"message", "edit", "join", "leave", "request", "profile", "report", "sanction"})
"""Kinds that have none of the later parts."""
_BEGUN: Final = blake2b(digest_size=8)
"""To be copied, which costs half of making one."""
_encode: Final = msgspec.msgpack.Encoder(order="deterministic").encode
