"""What the path of an event loads or works out once is there before the first event comes, which would wait for it: the
list of domain names alone takes a fifth of a second."""

from __future__ import annotations

import contextlib
from typing import Final

from policyd.check.resolved import Scope
from policyd.compile.program import Program
from policyd.engine.embedded import finish
from policyd.engine.pipeline import Engine
from policyd.model.event import Event, Group, Member, Message
from policyd.model.problem import EventError
from policyd.state.memory import MemoryStore

_SAID: Final = "你好,hello! 13800138000 www.example.co.uk/a https://example.com/b 😀"
"""Something of all that is looked for in texts."""


def warm_up(program: Program) -> None:
    """Decides a message that nobody sent by each policy, on a store of its own."""
    engine = Engine(program, MemoryStore())
    for policy in program.policy_set.policies:
        event = Event(
            id=policy.name, kind="message", group=_covered(policy.scope), member=Member("u1", "小明", "member"),
            message=Message(policy.name, text=_SAID),
        )  # fmt: skip
        with contextlib.suppress(EventError):
            finish(engine.evaluate(event))


def _covered(scope: Scope) -> Group:
    return Group(scope.values[0]) if scope.by == "id" else Group("g1", tags=scope.values)
