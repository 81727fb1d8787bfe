"""What is known of a rule's actions before any event."""

from __future__ import annotations

import pytest

from policyd.engine.clauses import branch
from tests.engine.scene import compiled

DECLARED = """policy club { for every group  timezone "UTC" }
ladder conduct { at 1 warn "x" }
switch quiet { off after 1h }
tally points by member
"""


@pytest.mark.parametrize(
    ("rule", "tells", "once", "always"),
    [
        ("on message then flag", True, False, ["flag"]),
        ("on message then flag, notify owner \"seen\"", True, True, ["flag", "notify owner: seen"]),
        ("on join then reply \"hi {member.name}\"", True, True, None),
        ("on join then assign \"new\", lock", True, True, ["assign new", "lock"]),
        ("on join then slow 1m", True, True, ["slow"]),
        ("on join then notify owner \"x\" once in 1h", False, True, None),
        ("on join then notify owner \"x\" digest 1h", False, True, None),
        ("on message then delete", False, False, None),
        ("on message then hold", False, False, None),
        ('on message when message.text like /x/ then mask', False, False, None),
        ("on message then warn \"w\"", False, True, None),
        ("on message then strike conduct", False, True, None),
        ("on message then forgive conduct", False, True, None),
        ("on message then set quiet", False, True, None),
        ("on message then add 1 to points", False, True, None),
        ("on join then propose remove", False, True, None),
    ],
)  # fmt: skip
def test_a_branch_tells_where_nothing_else_can_come_of_it(
    rule: str, tells: bool, once: bool, always: list[str] | None
) -> None:
    policy_set = compiled(f"{DECLARED} rule any {{ {rule} }}").policy_set
    found = branch(policy_set.rules["club.any"], otherwise=False)
    assert (found.tells, found.once) == (tells, once)
    shown = None
    if found.resolved is not None:
        words = [(action.do, action.to or "", action.text or "") for action in found.resolved.actions]
        shown = [f"{do} {to}".strip() + (f": {text}" if text else "") for do, to, text in words]
    assert shown == always


def test_each_branch_has_its_own_clauses_in_places_of_their_own() -> None:
    rule = 'rule any { on profile  when member.name == "x"  then notify owner "a"  otherwise lock, unlock }'
    policy_set = compiled(DECLARED + rule).policy_set
    any_rule = policy_set.rules["club.any"]
    cells = [[clause.cell for clause in branch(any_rule, otherwise=each).clauses] for each in (False, True)]
    assert cells == [["club.any#0"], ["club.any#1", "club.any#2"]]
