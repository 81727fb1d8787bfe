"""What is filed about a member's reviews, as rules and texts read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.msgpack import Decoder

from policyd.check.resolved import Review, Rule
from policyd.compile.reviews import content
from policyd.engine.case import Case
from policyd.model.event import Event
from policyd.model.records import STAMP, Evidence, MemberFile, Record, ReviewFile, ticket_id
from policyd.text.contacts import fingerprint


def missing(needs: tuple[str, ...], evidence: Mapping[str, Evidence], now: int) -> tuple[str, ...]:
    """The kinds of which there is none, or none that has not expired."""
    return tuple(kind for kind in needs if kind not in evidence or 0 < evidence[kind].expires <= now)


def text_facts(case: Case, rule: Rule) -> dict[str, str]:
    """`ticket.id` and `ticket.missing` as the texts of a pending rule print them."""
    review = _pending_review(case, rule)
    if review is None or case.observed is None:
        return {}
    file = observed_file(case).reviews.get(review.name, ReviewFile())
    ticket = file.ticket or next_id(case.event.group.id, review, case.event.member.id, file)
    return {"ticket.id": ticket, "ticket.missing": ", ".join(missing(review.needs, file.evidence, case.observed.now))}


def key_of(event: Event) -> str:
    """What an approval's use is counted by."""
    return event.id if event.message is None or event.message.id is None else event.message.id


def content_of(event: Event) -> str:
    """What an approval of the content is bound to."""
    text = None if event.message is None else event.message.text
    return content(None if text is None else fingerprint(text), key_of(event))


def next_id(group: str, review: Review, member: str, file: ReviewFile) -> str:
    return ticket_id(group, "review", review.name, member, str(file.opened + 1))


def needed(needs: tuple[str, ...], file: ReviewFile) -> dict[str, Evidence]:
    return {kind: file.evidence[kind] for kind in needs if kind in file.evidence}


def _pending_review(case: Case, rule: Rule) -> Review | None:
    subject = next((action.subject for action in rule.then if action.do == "pend review"), None)
    return None if subject is None else case.program.policy_set.reviews[subject]


def observed_file(case: Case) -> MemberFile:
    """The member's file as it was observed."""
    assert case.observed is not None
    return file_in(case.prepared.records, case.observed.records) or MemberFile()


def file_in(records: Sequence[Record], stored: Sequence[bytes]) -> MemberFile | None:
    """The member's file as it was read; None where it was not."""
    for record, value in zip(records, stored, strict=False):
        if record.kind == "file":
            return _decode(value[STAMP:]) if len(value) > STAMP else MemberFile()
    return None


_decode: Final = Decoder(MemberFile).decode
