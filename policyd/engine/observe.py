"""What the store is asked about an event."""

from __future__ import annotations

from hashlib import blake2b

import msgspec

from policyd.compile.program import Prepared
from policyd.model.event import Event
from policyd.model.state import Observe


def observe_for(prepared: Prepared, tenant: str, revision: str) -> Observe:
    event = prepared.event
    message = None if event.message is None else event.message.id
    return Observe(
        tenant=tenant,
        group=event.group.id,
        member=event.member.id,
        event=event.id,
        digest=digest(event),
        revision=revision,
        at=event.time,
        message=message,
        is_edit=event.kind == "edit",
        windows=prepared.windows,
        ladders=prepared.ladders,
        mute=prepared.mute,
        silence=prepared.silence,
        spoke=prepared.spoke,
    )


def digest(event: Event) -> bytes:
    """8 bytes that stand for kind, member and content. What may differ between two deliveries of one event (names,
    roles, the clock of the bot) is not in it; the new name of a profile is its content."""
    name = event.member.name if event.kind == "profile" else None
    parts = (event.kind, event.member.id, name, event.message, event.join, event.request, event.report, event.sanction)
    return blake2b(_encode(parts), digest_size=8).digest()


_encode = msgspec.msgpack.Encoder(order="deterministic").encode
