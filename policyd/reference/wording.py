"""What only message texts can print: of the rule, its words, the ladder, the ticket and the duty."""

from __future__ import annotations

from policyd.check import resolved as r
from policyd.model.records import ReviewFile, ticket_id
from policyd.reference import climbing
from policyd.reference.evidence import missing
from policyd.reference.firing import Fired
from policyd.reference.matching import matches_of_rule
from policyd.reference.printing import show_duration

MINUTE = 60_000


def facts_of_rule(fired: Fired) -> dict[str, str]:
    said = {"rule.title": fired.rule.title}
    for first in matches_of_rule(fired.rule, fired.env)[:1]:
        said |= {
            "match.text": first.text,
            "match.word": first.word,
            "match.lexicon": first.lexicon,
            "match.view": first.view,
        }
    return said | _facts_of_ticket(fired) | _facts_of_due(fired)


def facts_of_ladder(ladder: r.Ladder, strikes: int) -> dict[str, str]:
    following = climbing.next_step(ladder, strikes)
    heaviest = None if following is None else climbing.heaviest(following)
    return {
        "ladder.strikes": str(strikes),
        "ladder.left": str(following.at - strikes if following else 0),
        "ladder.next": heaviest.do if heaviest else "",
    }


def _facts_of_ticket(fired: Fired) -> dict[str, str]:
    """Of the review that is pending: its open ticket, or the one that this event opens."""
    pending = [action.subject for action in fired.actions if action.do == "pend review"]
    env = fired.env
    if not pending or pending[0] is None or env.file is None or env.now is None:
        return {}
    review, filed = env.policies.reviews[pending[0]], env.file.reviews.get(pending[0], ReviewFile())
    opens = ticket_id(env.event.group.id, "review", review.name, env.event.member.id, str(filed.opened + 1))
    return {
        "ticket.id": filed.ticket or opens,
        "ticket.missing": ", ".join(missing(review.needs, filed.evidence, env.now)),
    }


def _facts_of_due(fired: Fired) -> dict[str, str]:
    event, now = fired.env.event, fired.env.now
    if event.due is None or now is None:
        return {}
    what = event.kind.partition(" ")[0]
    if what == "streak":
        return {"streak.length": str(event.due.length)}
    if what in ("schedule", "sweep", "tiers", "tier"):
        return {}
    left = max(0, event.due.at - now)
    whole = MINUTE if left >= MINUTE else 1_000
    return {
        "duty.left": show_duration(-(-left // whole) * whole),
        "duty.members": ", ".join(event.due.names) or event.member.name or event.member.id,
    }
