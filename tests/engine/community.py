"""A group whose policy uses every workflow that people settle, and its history: events built from what was answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policyd.model.decision import Decision
from policyd.model.event import Event
from tests.engine.scene import Scene

POLICY = """policy club { for every group  timezone "Asia/Shanghai"  brake at most 1 mute, remove within 1h }
ladder conduct { together within 1m  at 1 warn "w"  at 2 mute 2h  at 3 remove }
ladder everywhere across groups { together within 1m  at 1 warn "e"  at 2 mute 5h }
lexicon bad { words "spamword" }
lexicon ads { words "advert" }
switch quiet { off after 30m }
rule words { on message, edit  when message.text matches bad  then delete, strike conduct }
rule all_groups { when message.text contains "across"  then delete, strike everywhere }
rule held { when message.length > 20  then hold for 2h then delete }
rule kick { when message.text contains "kickme"  then remove }
rule silence { when message.text contains "muteme"  then mute 1h }
rule propose { when message.text contains "propose"  then propose ban 3d by 2 moderators for 1h then mute 1h }
rule calm { when message.text contains "calm"  then set quiet, lock }
rule hush { when quiet and message.text contains "psst"  then warn "hush" }
rule admission { on request  when request.text == "fun"  then hold for 1d then refuse "late", assign "new" }
review adv "ads" {
  when message.text matches ads
  needs licence
  approve at most 1 per week, valid 30d
  pending then hold, warn "{ticket.id}: {ticket.missing}"
  refused then delete, strike conduct
}
duty intro { on join  within 24h  until message where message.length >= 10  late then call out "late" }
duty answer {
  on message where message.text contains "?"
  within 1h  until reply by moderators  late then notify owner "unanswered"
}
appeal { within 3d  decided by owner }
"""

Step = tuple[str, dict[str, Any]] | Callable[[list[Decision]], tuple[str, dict[str, Any]]]


def says(text: str, **parts: Any) -> Step:
    return "message", {"text": text, **parts}


def votes(place: int, by: str, decision: str = "approve", **more: Any) -> Step:
    """On the first ticket that the decision at `place` told of."""

    def build(decisions: list[Decision]) -> tuple[str, dict[str, Any]]:
        ticket = decisions[place].tickets[0].ticket
        return "verdict", {"verdict": {"ticket": ticket, "by": by, "decision": decision, **more}}

    return build


HISTORY: list[Step] = [
    ("join", {"member": "u1"}),
    says("advert one"),
    ("submission", {"submission": {"evidence": [{"kind": "licence", "ref": "x"}]}}),
    votes(1, "mod"),
    says("advert one", id="ad"),
    says("advert two"),
    ("edit", {"text": "advert one, edited", "id": "ad"}),
    says("spamword"),
    says("spamword", group={"id": "g2"}),
    says("across", at=200),
    says("across", group={"id": "g2"}),
    says("across", group={"id": "g2"}, at=220),
    says("spamword", at=300),
    lambda decisions: ("appeal", {"appeal": {"event": decisions[12].event}}),
    votes(13, "boss", role="owner"),
    says("muteme"),
    says("muteme", member="u2"),
    votes(16, "mod"),
    says("kickme", member="u3"),
    says("propose"),
    says("propose"),
    votes(19, "mod"),
    votes(19, "mod2"),
    says("calm"),
    says("psst"),
    says("x" * 30),
    votes(25, "mod", "refuse"),
    ("request", {"member": "a1", "request": {"text": "fun"}}),
    votes(27, "mod"),
    ("request", {"member": "a2", "request": {"text": "other"}}),
    says("how?", id="q", member="u5"),
    says("so", message={"id": "r", "text": "so", "reply_to": "q"}, member="m1", role="moderator"),
    ("outcome", {"outcome": {"event": "e1", "action": "mute", "ok": False, "error": "no right"}}),
    ("sanction", {"member": "u1", "sanction": {"action": "warn", "ladder": "conduct"}}),
    ("leave", {"member": "u1"}),
]


def play(scene: Scene) -> tuple[list[Event], list[Decision]]:
    """The history on a fresh scene."""
    events: list[Event] = []
    decisions: list[Decision] = []
    for step in HISTORY:
        kind, parts = step(decisions) if callable(step) else step
        text = parts.get("text")
        event = scene.event(kind, text, **{name: part for name, part in parts.items() if name != "text"})
        events.append(event)
        decisions.append(scene.tell(event))
    return events, decisions
