"""A group whose policy keeps every kind of standing, and short ways to say what happens in it and how members stand."""

from __future__ import annotations

from functools import cache
from typing import Any

from policyd.engine.embedded import finish
from policyd.engine.pipeline import Engine
from policyd.model.decision import Decision
from policyd.model.records import STAMP, Account, MemberFile, Record, unpack
from tests.engine.scene import FailingStore, Scene, compiled

POLICY = """policy club { for every group  timezone "Asia/Shanghai" }
setting bonus = 7
setting naught = 0
tally points "积分" by member
tally monthly by member per month
tally always by member even if removed
ladder conduct { at 1 warn "w"  at 2 mute 2h }
rule good { on message, edit  when message.text contains "good"  then add 5 to points }
rule also { when message.text contains "good also"  then add 2 to points, add 3 to monthly }
rule bad { when message.text contains "bad"  then delete, strike conduct, add -3 to points, add 10 to points }
rule paid { when message.text contains "paid"  then delete, add 4 to always }
rule invited { on join  then add bonus to points of join.inviter }
rule marked { on mark  when mark.as == "quality"  then add 9 to monthly }
shadow rule dark { when message.text contains "dark"  then add 6 to points, add bonus to monthly }
rule rich { when points >= 10 and message.text contains "rich"  then reply "{points} {monthly} {checkin}" }
rule nothing { on mark  when mark.as == "helper"  then add naught to points, add 1 to points of mark.by }
streak checkin "打卡" {
  each day before 22:00 message where message.text starts with "#in"
  repair 1 per week
  at 2 then reply "two {streak.length}", add 20 to points
  every 2 then add 1 to points
  at 3 then reply "three {streak.length}"
}
streak weekly { each week message  at 2 then notify moderators "{member.name} {streak.length}" }
tiers standing "等级" by member {
  every day
  tier vip when points >= 20
  tier plain otherwise
}
rule moved { on tier  then notify moderators "{member.name}: {tier.was}>{tier.now}", add 100 to monthly }
rule fallen { on tier  when standing == plain and tier.was == "vip"  then warn "down" }
rule of_tier { when member.tier == vip and message.text contains "tier"  then reply "vip" }
appeal { within 30d  decided by moderators }
"""


program_of = cache(compiled)


class Club(Scene):
    """`at`: instants are written `3T10:00`, a day of March 2026 and the time in Shanghai."""

    def __init__(self, policy: str = POLICY) -> None:
        self.store = FailingStore()
        self.engine = Engine(program_of(policy), self.store)
        self.minute = self.count = 0

    def on(self, at: str, kind: str = "message", text: str | None = None, **parts: Any) -> Decision:
        return self.tell(self.happens(at, kind, text, **parts))

    def happens(self, at: str, kind: str = "message", text: str | None = None, **parts: Any) -> Any:
        return self.event(kind, text, time=instant(at), **parts)

    def tick(self, at: str) -> Decision:
        return self.on(at, "tick", member=None)

    def file(self, member: str = "u1") -> MemberFile:
        (stored,) = finish(self.store.inner.read("", 0, [Record("file", "g1", member)]))
        return unpack(MemberFile, stored[STAMP:]) or MemberFile()

    def account(self, tally: str = "points", member: str = "u1") -> Account:
        return self.file(member).accounts.get(f"club.{tally}", Account())


def instant(at: str) -> str:
    date, _, clock = at.partition("T")
    written = date.split("-")
    year, month, day = map(int, [*("2026", "3")[: 3 - len(written)], *written])
    return f"{year}-{month:02}-{day:02}T{clock}:00+08:00"


def awards(decision: Decision) -> list[str]:
    """`5 points u1 good`, as they are told."""
    return [
        f"{action.amount} {str(action.to).partition('.')[2]} {action.member} {action.because[0].rule.partition('.')[2]}"
        for action in decision.actions
        if action.do == "add"
    ]
