"""The policies that the generated groups live under, and what they ask of whom."""

from __future__ import annotations

from typing import Final

ASKED: Final = (
    "group.messages(1d)", "group.messages(7d)", "group.messages(30d)", "group.active(1d)", "group.active(7d)",
    "group.active(30d)", "group.joins(7d)", "group.leaves(14d)", "group.requests(3d)", "group.speakers(1d)",
    "group.speakers(7d)", "group.speakers(30d)", "group.retention(1d)", "group.retention(3d)", "group.retention(7d)",
    "group.retention(30d)", "falling(group.messages, 3d)", "falling(group.active, 3d)", "falling(group.joins, 7d)",
    "falling(group.leaves, 14d)", "falling(group.requests, 1d)", "group.messages_today", "group.active_today",
)  # fmt: skip
"""Facts that members' marks as `probe` are answered with."""
HEALTH: Final = 20
"""The hour of a schedule that tells all of them."""
MILLION: Final = 1_000_000
ALARM: Final = "falling(group.active, 3d) >= 15%"


def parts(fact: str) -> tuple[str, int]:
    """`falling active`, 3: the name without `group.`, and the days; 0 for the running day."""
    name, _, rest = fact.replace("falling(group.", "falling ").replace("group.", "").replace(",", "(").partition("(")
    return name, int(rest.strip(" d)") or 0)


def is_share(fact: str) -> bool:
    return fact.startswith(("group.speakers", "group.retention", "falling"))


def texts(zone: str, *, first_zone: str | None, facts: bool) -> dict[str, str]:
    """By file. With `first_zone`, another policy comes before by name, whose zone then is that of the groups' days."""
    found = {"b.policy": _POLICY.replace("ZONE", zone) + (_facts() if facts else "")}
    if first_zone is not None:
        head = f'policy a {{ for every group  timezone "{first_zone}" }}\n'
        found["a.policy"] = head + 'rule quiet { on profile  when member.role == owner then reply "hm" }\n'
    return found


def _facts() -> str:
    lets = [f"let f{place} = {fact}{' * 1000000' if is_share(fact) else ''}" for place, fact in enumerate(ASKED)]
    shown = "|".join(f"{{f{place}}}" for place in range(len(ASKED)))
    return "\n".join(
        [
            *lets,
            f'rule facts {{ on mark  when mark.as == "probe" then reply "{shown}" }}',
            f'schedule health {{ every day {HEALTH}:00  then reply "{shown}" }}',
            f'rule alarm {{ on mark  when mark.as == "probe" and {ALARM} then notify moderators "!" }}',
            "",
        ]
    )


_POLICY: Final = """policy b { for every group  timezone "ZONE" }
ladder conduct { forget after 30d  at 1 warn "{rule.title}"  at 2 mute 1h  at 4 remove }
appeal { within 5d  decided by owner }
tally points by member
rule ads { on message, edit  when message.text contains "广告" then delete, strike conduct }
rule doubt { on message, edit  when message.text contains "疑" then hold for 2d then delete }
rule rude { on message, edit  when message.text contains "骂" then warn "请注意" }
rule thanks { when message.text contains "谢" then reply "不客气", add 1 to points }
rule odd { when message.text contains "怪" then propose remove for 3d then mute 1h }
rule door { on request  when request.text contains "不" then refuse "谢绝" }
rule wait { on request  when request.text contains "疑" then hold }
rule open { on request  when request.text contains "好" then admit }
rule greet { on join  then reply "欢迎" }
schedule morning { every mon 09:00  then reply "早安" }
streak checkin {
  each day message where message.text starts with "#"
  at 2 then add 5 to points, reply "连续"
}
tiers rank by member { every week  tier regular when points >= 5  tier plain otherwise }
rule ranked { on tier  then reply "{member.id} {tier.now}" }
"""
PUNISHES: Final = {"ads": "广告", "doubt": "疑", "rude": "骂"}
"""Rules on messages whose actions count as violations, and what they look for; `rude` acts once for a message."""
REFUSES: Final = {"door": "不", "wait": "疑"}
"""Likewise on requests."""
