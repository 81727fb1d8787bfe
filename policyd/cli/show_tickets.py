"""Tickets for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from policyd.cli.output import Output
from policyd.cli.table import one_line, table
from policyd.cli.zones import Zones
from policyd.engine.instants import rfc3339, seconds_until
from policyd.engine.review_file import missing
from policyd.language.diagnostics import Phrase
from policyd.model.records import PlannedAction, Ticket
from policyd.reference.printing import show_duration

KINDS: Final = {
    "hold": Phrase("held", "待放行"),
    "request": Phrase("request", "入群申请"),
    "proposal": Phrase("proposal", "待确认"),
    "review": Phrase("review", "审核"),
    "brake": Phrase("brake", "刹车"),
    "appeal": Phrase("appeal", "申诉"),
}
STATUSES: Final = {
    "open": Phrase("open", "待处理"),
    "approved": Phrase("approved", "已同意"),
    "refused": Phrase("refused", "已拒绝"),
    "expired": Phrase("expired", "已过期"),
}
_HEAD: Final = (
    Phrase("TICKET", "工单"), Phrase("GROUP", "群"), Phrase("KIND", "种类"), Phrase("MEMBER", "成员"),
    Phrase("OPENED", "开启"), Phrase("UNTIL", "截止"), Phrase("STATUS", "状态"), Phrase("RULES", "规则"),
)  # fmt: skip


class Kept(NamedTuple):
    """A ticket, and whose it is."""

    tenant: str
    ticket: Ticket

    @property
    def is_open(self) -> bool:
        return self.ticket.status == "open"

    @property
    def place(self) -> str:
        """`g1`; `t/g1` for that of a tenant."""
        return f"{self.tenant}/{self.ticket.group}" if self.tenant else self.ticket.group


def ticket_table(tickets: Sequence[Kept], zones: Zones, now: int, output: Output) -> Iterator[str]:
    """A line each, under a head."""
    rows = [[output.text(head) for head in _HEAD], *(_row(each, zones, now, output) for each in tickets)]
    lines = table(rows)
    yield output.style(next(lines), "dim")
    yield from lines


def _row(kept: Kept, zones: Zones, now: int, output: Output) -> list[str]:
    ticket = kept.ticket
    until = zones.shown(ticket.deadline, ticket.rules) if ticket.deadline else "—"
    return [
        ticket.id,
        kept.place,
        output.text(KINDS[ticket.kind]),
        _who(ticket),
        zones.shown(ticket.opened, ticket.rules),
        until,
        output.text(_standing(ticket, now)),
        ", ".join(ticket.rules) or "—",
    ]


def _who(ticket: Ticket) -> str:
    return one_line(f"{ticket.member} {ticket.name}" if ticket.name else ticket.member, 30)


def _standing(ticket: Ticket, now: int) -> Phrase:
    """What it waits for, or how it ended."""
    status = STATUSES[ticket.status]
    if ticket.status != "open":
        return status
    lacking = missing(ticket.needs, ticket.evidence, now)
    if lacking:
        listed = ", ".join(lacking)
        return Phrase(f"waits for {listed}", f"待补 {listed}")
    agreed = sum(vote.decision == "approve" for vote in ticket.votes)
    return Phrase(f"{agreed} of {ticket.needed}", f"{agreed}/{ticket.needed} 同意") if ticket.needed > 1 else status


def ticket_lines(kept: Kept, zones: Zones, now: int, output: Output) -> Iterator[str]:
    """Everything about one."""
    ticket = kept.ticket
    head = f"{ticket.id} · {output.text(KINDS[ticket.kind])} · {output.text(STATUSES[ticket.status])}"
    yield output.style(head, "bold")
    facts = [(output.text(label), text) for label, text in _facts(kept, zones, now) if text]
    yield from (f"  {line}" for line in table(facts))


def _facts(kept: Kept, zones: Zones, now: int) -> Iterator[tuple[Phrase, str]]:
    ticket = kept.ticket

    def at(instant: int) -> str:
        return zones.shown(instant, ticket.rules) if instant else ""

    yield Phrase("group", "群"), kept.place
    yield Phrase("member", "成员"), _who(ticket)
    yield Phrase("rules", "规则"), ", ".join(ticket.rules)
    yield Phrase("opened", "开启"), f"{at(ticket.opened)} · {ticket.event}"
    yield Phrase("message", "消息"), ticket.message or ""
    yield Phrase("text", "内容"), one_line(ticket.text, 500) if ticket.text else ""
    yield Phrase("appealed", "申诉对象"), ticket.appealed
    for kind in ticket.needs:
        found = ticket.evidence.get(kind)
        expires = f" … {at(found.expires)}" if found and found.expires else ""
        lacks = kind in missing(ticket.needs, ticket.evidence, now)
        yield Phrase("needs", "材料"), f"{kind}: {'—' if lacks or found is None else (found.ref or '✓')}{expires}"
    yield Phrase("decided by", "由谁决定"), f"{ticket.decided_by}{f' × {ticket.needed}' if ticket.needed > 1 else ''}"
    for vote in ticket.votes:
        yield Phrase("vote", "表决"), " · ".join(filter(None, (vote.by, vote.decision, vote.reason)))
    yield Phrase("if approved", "同意则"), _planned(ticket.approve)
    yield Phrase("if refused", "拒绝则"), _planned(ticket.refuse)
    if ticket.deadline:
        yield Phrase("until", "截止"), " → ".join(filter(None, (at(ticket.deadline), _planned(ticket.expire))))
    yield Phrase("settled", "结束"), at(ticket.settled)


def _planned(actions: Sequence[PlannedAction]) -> str:
    return ", ".join(_action(action) for action in actions)


def _action(action: PlannedAction) -> str:
    length = "" if action.duration is None else show_duration(action.duration)
    text = "" if action.text is None else f'"{one_line(action.text)}"'
    return " ".join(filter(None, (action.do.replace("_", " "), action.to, length, text)))


def ticket_document(kept: Kept, now: int) -> dict[str, Any]:
    """As JSON tells it; instants in UTC."""
    ticket = kept.ticket

    def at(instant: int) -> str | None:
        return rfc3339(instant, "UTC") if instant else None

    evidence = {kind: {"ref": each.ref, "expires": at(each.expires)} for kind, each in ticket.evidence.items()}
    votes = [{"by": v.by, "decision": v.decision, "event": v.event, "reason": v.reason} for v in ticket.votes]
    return {
        "ticket": ticket.id,
        "kind": ticket.kind,
        "status": ticket.status,
        "tenant": kept.tenant,
        "group": ticket.group,
        "member": ticket.member,
        "name": ticket.name,
        "because": ticket.rules,
        "event": ticket.event,
        "message": ticket.message,
        "text": ticket.text,
        "appealed": ticket.appealed or None,
        "opened": at(ticket.opened),
        "until": at(ticket.deadline),
        "settled": at(ticket.settled),
        "decided_by": ticket.decided_by,
        "needed": ticket.needed,
        "votes": votes,
        "needs": ticket.needs,
        "missing": missing(ticket.needs, ticket.evidence, now),
        "evidence": evidence,
        "approve": [_plan(action) for action in ticket.approve],
        "refuse": [_plan(action) for action in ticket.refuse],
        "expire": [_plan(action) for action in ticket.expire],
    }


def _plan(action: PlannedAction) -> dict[str, Any]:
    seconds = None if action.duration is None else seconds_until(action.duration, 0)
    found = {"do": action.do, "to": action.to, "text": action.text, "seconds": seconds}
    return {key: value for key, value in found.items() if value is not None}
