"""Texts made ready say what the reference renders."""

from __future__ import annotations

from typing import Any

import pytest

from policyd.check.resolved import Expr, Text
from policyd.engine.phrases import phrase, say
from policyd.model.codec import event_from
from policyd.model.event import Event
from policyd.reference.environment import Environment
from policyd.reference.expr import evaluate
from policyd.reference.printing import show
from policyd.reference.texts import render
from tests.engine.scene import NOON, compiled

NOW = 1_772_424_000_000
FACTS = {"rule.title": "a title", "match.text": "sp@m"}
EVENTS: dict[str, dict[str, Any]] = {
    "full": {
        "group": {"id": "g1", "name": "Club", "tags": ["a", "b"], "size": 12},
        "member": {"id": "u1", "name": "Ming", "role": "moderator", "joined": NOON, "attributes": {"course": "math"}},
        "message": {"id": "m1", "text": "hello", "images": 2, "videos": [61], "forwarded": True},
    },
    "bare": {"group": {"id": "g1"}, "member": {"id": "u1"}, "message": {}},
}
TEXTS = [
    "plain",
    "{member.name}: {rule.title}",
    "{match.text}{ladder.left}",
    "{member.id} {member.role} {member.age} {member.joined}",
    "{group.id} {group.name} {group.tags} {group.size}",
    "{message.text} {message.images} {message.videos} {message.longest_video} {message.forwarded}",
    "{message.length} {message.links} {now} {now.weekday} {event.kind}",
    "{member.course}",
]


class Speaking:
    def __init__(self, env: Environment) -> None:
        self.env = env
        self.event: Event = env.event

    def shown(self, expr: Expr) -> str:
        return show(evaluate(expr, self.env), expr.type, self.env.zone)

    def told(self, name: str) -> str:
        return FACTS.get(name, "")


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("text", TEXTS)
def test_it_says_what_the_reference_renders(text: str, event: str) -> None:
    declared = 'policy club { for every group  timezone "Asia/Shanghai" }\nattribute member.course : text\n'
    policies = compiled(f'{declared} rule any {{ on message  then notify owner "{text}" }}').policy_set
    (action,) = policies.rules["club.any"].then
    assert isinstance(action.text, Text)
    env = Environment(policies, "Asia/Shanghai", event_from({"id": "e1", "kind": "message", **EVENTS[event]}), now=NOW)
    assert say(phrase(action.text), Speaking(env)) == render(action.text, env, FACTS)
