"""L5, L6, L7: the unknown, branches and exemptions, and that every rule is looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.spec.community import Community, brief, reasons, says

Make = Callable[..., Community]

T, F, U = "message.forwarded", "not message.forwarded", "message.images > 0"
"""True, false and unknown in a message that is forwarded and does not say how many images it has."""


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        (f"({T}) and ({T})", True),
        (f"({T}) and ({F})", False),
        (f"({F}) and ({U})", False),
        (f"({U}) and ({T})", None),
        (f"({U}) and ({U})", None),
        (f"({T}) or ({U})", True),
        (f"({U}) or ({F})", None),
        (f"({F}) or ({F})", False),
        (f"not ({U})", None),
        (f"known(message.images) or ({F})", False),
        (f"({U}) default true", True),
        (f"({U}) default false", False),
        ("message.images default 5 > 4", True),
        ("1 / 0 > 1", None),
        ("1 / 0 == 1 / 0", None),
        ("message.length * 4000000000 * 4000000000 > 0", None),
        ("message.images in [1, 2]", None),
        ("2 in [message.images, 2]", True),
        ("3 in [message.images, 2]", None),
        ("3 not in [message.images, 2]", None),
        ('message.reply_to == "m1"', None),
        ('message.reply_to != "m1"', None),
        ("member.joined < 2027-01-01", None),
        ("member.age > 0s", None),
        ("member.role >= moderator", None),
        ("message.length == 3", True),
        ("message.length / 2 == 1.5", True),
        ("message.length > 2.5", True),
        ("1h30m == 90m", True),
        ("10s / 4s == 2.5", True),
        ("now + 1h > now", True),
        ("now - 2026-03-02 == 20h", True),
    ],
)
def test_l5_three_valued_logic(community: Make, condition: str, value: bool | None) -> None:
    """`when` fires on true, `otherwise` on false, neither on unknown."""
    room = community(f'rule r {{ when {condition} then reply "then" otherwise reply "otherwise" }}')
    said = {True: 'reply "then"', False: 'reply "otherwise"', None: "-"}[value]
    assert brief(room.does(says("u1", "abc", forwarded=True))) == said


@pytest.mark.parametrize("silencer", ["unless {0}", "exempt"])
@pytest.mark.parametrize(
    ("condition", "then", "otherwise"),
    [(T, "-", "-"), (F, "flag", "delete"), (U, "flag", "delete")],
)
def test_l6_only_what_is_true_silences_and_it_silences_both_branches(
    community: Make, silencer: str, condition: str, then: str, otherwise: str
) -> None:
    unless, exempt = (
        (f"unless {condition}", "") if "unless" in silencer else ("", f"exempt e {{ when {condition} from r }}")
    )
    room = community(f"rule r {{ when message.length > 2 {unless} then flag otherwise delete }}\n{exempt}")
    assert brief(room.does(says("u1", "long", forwarded=True))) == then
    assert brief(room.does(says("u1", "x", forwarded=True))) == otherwise


def test_l6_a_rule_without_when_always_fires(community: Make) -> None:
    assert brief(community("rule r { then flag }").does(says("u1", None))) == "flag"


def test_l6_exemptions_name_their_rules(community: Make) -> None:
    room = community(
        "rule a { then flag } rule b { then delete } exempt staff { when member.role in [owner, admin] from b }"
    )
    assert brief(room.does(says("u1", "x", member_facts={"role": "admin"}))) == "flag"
    assert brief(room.does(says("u1", "x", member_facts={"role": "member"}))) == "delete"
    assert brief(room.does(says("u1", "x"))) == "delete"


DECLARATIONS = [
    'rule a { when message.length > 2 then delete, notify owner "a" }',
    'rule b { when message.length > 3 then delete, notify owner "b" }',
    'rule c { when message.length > 4 then flag, warn "c" }',
]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_l7_all_rules_are_looked_at_in_any_order(community: Make, order: tuple[int, ...]) -> None:
    room = community("\n".join(DECLARATIONS[place] for place in order))
    decision = room.does(says("u1", "12345"))
    assert brief(decision) == 'delete, warn "c", notify owner "a", notify owner "b"'
    assert reasons(decision)["delete"] == ["a", "b"]
    assert [(over.do, over.by, over.because[0].rule) for over in decision.overridden] == [("flag", "delete", "p.c")]


@pytest.mark.parametrize(
    ("scope", "taking_part"),
    [
        ("for every group", True),
        ('for groups tagged "course"', True),
        ('for groups tagged "trade", "python"', True),
        ('for groups tagged "trade"', False),
        ('for groups "g1", "g2"', True),
        ('for groups "g3"', False),
    ],
)
def test_l7_policies_take_part_where_they_cover_the_group(community: Make, scope: str, taking_part: bool) -> None:
    files = {
        "p.policy": f"policy p {{ {scope} }}\nrule r {{ then delete }}",
        "q.policy": "policy q { }\nrule r { then flag }",
    }
    decision = community(files=files).does(says("u1", "x", tags=("course", "python")))
    assert brief(decision) == ("delete" if taking_part else "flag")


@pytest.mark.parametrize(
    ("facts", "condition", "value"),
    [
        ({"attributes": {"level": 3}}, "member.level == 3", True),
        ({"attributes": {"level": "3"}}, "known(member.level)", False),
        ({"attributes": {"level": 3.5}}, "known(member.level)", False),
        ({"attributes": {}}, "member.level == 3", None),
        ({"attributes": {"share": 4}}, "member.share == 4", True),
        ({"attributes": {"share": 10**400}}, "known(member.share)", False),
        ({"attributes": {"wait": 90}}, "member.wait == 1m30s", True),
        ({"attributes": {"wait": 0.0019}}, "member.wait == 0s", False),
        ({"attributes": {"wait": 1e306}}, "known(member.wait)", False),
        ({"attributes": {"wait": 10**400}}, "known(member.wait)", False),
        ({"role": "admin"}, "member.role > moderator and member.role < owner", True),
        ({"role": "emperor"}, "known(member.role)", False),
    ],
)
def test_l5_what_a_platform_does_not_tell_is_unknown(
    community: Make, facts: dict[str, Any], condition: str, value: bool | None
) -> None:
    declared = "attribute member.level : int\nattribute member.share : number\nattribute member.wait : duration\n"
    room = community(f"{declared}rule r {{ when {condition} then flag otherwise delete }}")
    assert brief(room.does(says("u1", "x", member_facts=facts))) == {True: "flag", False: "delete", None: "-"}[value]
