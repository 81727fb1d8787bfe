"""The part that each kind of event has of its own, read from plain values."""

from __future__ import annotations

from typing import Any, Final, get_args

from policyd.model.decision import Do
from policyd.model.event import (
    ROLES,
    Appeal,
    Evidence,
    Join,
    Mark,
    Message,
    Notice,
    OutcomeReport,
    Report,
    Request,
    Sanction,
    SanctionAction,
    Submission,
    Tick,
    Verdict,
)
from policyd.model.readers import (
    Reader,
    read_answers,
    read_bool,
    read_choice,
    read_count,
    read_id,
    read_lengths,
    read_list,
    read_part,
    read_reference,
    read_seconds,
    read_text,
    read_time,
)

_MESSAGE: Final = {
    "id": read_id, "text": read_text, "images": read_count, "videos": read_lengths, "voices": read_lengths,
    "files": read_count, "mentions": read_count, "qr_codes": read_count, "forwarded": read_bool, "reply_to": read_id,
}  # fmt: skip
MOST_EVIDENCE: Final = 100
"""Pieces of one submission."""
_read_join: Final = read_part(Join, {"source": read_text, "inviter": read_id})
_read_evidence: Final = read_part(
    Evidence, {"kind": read_id, "ref": read_reference, "expires": read_time}, required=("kind",)
)


def _mark(**found: Any) -> Mark:
    """`as` cannot be the name of a field."""
    return Mark(found.pop("as"), **found)


PARTS: Final[dict[str, tuple[str, Reader[Any]]]] = {
    "message": ("message", read_part(Message, _MESSAGE)),
    "edit": ("message", read_part(Message, _MESSAGE, required=("id",))),
    "join": ("join", _read_join),
    "leave": ("join", _read_join),
    "request": ("request", read_part(Request, {"text": read_text, "answers": read_answers})),
    "report": ("report", read_part(Report, {"by": read_id, "reason": read_text, "message": read_id})),
    "sanction": (
        "sanction",
        read_part(
            Sanction,
            {"by": read_id, "action": read_choice(get_args(SanctionAction)), "seconds": read_seconds,
             "ladder": read_text, "reason": read_text},
            required=("action",),
        ),
    ),
    "notice": (
        "notice",
        read_part(Notice, {"by": read_id, "id": read_id, "text": read_text, "members": read_list(read_id)}),
    ),
    "submission": (
        "submission",
        read_part(
            Submission,
            {"ticket": read_id, "evidence": read_list(_read_evidence, least=1, most=MOST_EVIDENCE)},
            required=("evidence",),
        ),
    ),
    "verdict": (
        "verdict",
        read_part(
            Verdict,
            {"ticket": read_id, "by": read_id, "decision": read_choice(("approve", "refuse")),
             "role": read_choice(ROLES), "reason": read_text},
            required=("ticket", "by", "decision"),
        ),
    ),
    "appeal": ("appeal", read_part(Appeal, {"event": read_id, "text": read_text}, required=("event",))),
    "mark": ("mark", read_part(_mark, {"as": read_id, "by": read_id, "message": read_id}, required=("as",))),
    "outcome": (
        "outcome",
        read_part(
            OutcomeReport,
            {"event": read_id, "action": read_choice(get_args(Do)), "ok": read_bool, "error": read_text},
            required=("event", "action", "ok"),
        ),
    ),
    "tick": ("tick", read_part(Tick, {"ack": read_id})),
}  # fmt: skip
"""The key and reader of each kind's own part."""
