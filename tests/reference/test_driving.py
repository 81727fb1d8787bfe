"""The reference driven as tests of policies are: who is there is told beforehand, and time goes to what comes next."""

from __future__ import annotations

from policyd.check.load import load_texts
from policyd.model.event import EVERY_GROUP, NOBODY, Event, Group, Join, Member
from policyd.reference.evaluator import Reference

START = 1_772_452_800_000
"""2026-03-02 20:00 in Shanghai, a Monday."""
HOUR = 3_600_000
POLICY = """
policy p { for every group timezone "Asia/Shanghai" }
duty d { on join within 3h remind after 2h then reply "soon" late then reply "late" }
schedule s { every day 21:00 then reply "schedule" }
sweep w { every tue 0:00 when member.silent >= 2d then reply "{member.name}" }
rule r { on request then hold for 30m then refuse "no" }
"""


def reference() -> Reference:
    policies, _ = load_texts({"p.policy": POLICY})
    assert policies is not None
    return Reference(policies)


def test_time_goes_to_what_comes_next() -> None:
    law, now, said = reference(), START, []
    law.meet(Group("g", name="G"), Member("u", name="U", joined=START - 72 * HOUR), now)
    law.evaluate(Event("e1", "join", Group("g"), Member("v"), time=now, join=Join()))
    while (following := law.next_instant(now)) is not None and following < START + 24 * HOUR:
        now = following
        decision = law.evaluate(Event(f"t{now}", "tick", EVERY_GROUP, NOBODY, time=now))
        said += [((now - START) / HOUR, action.text) for action in decision.actions]
    assert said == [(1, "schedule"), (2, "soon"), (3, "late"), (4, "U")]


def test_nothing_comes_where_nobody_is() -> None:
    assert reference().next_instant(START) is None


def test_tickets_come_due() -> None:
    law = reference()
    law.evaluate(Event("e1", "request", Group("g"), Member("v"), time=START))
    assert law.next_instant(START) == START + HOUR // 2
