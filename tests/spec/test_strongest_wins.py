"""L8: strongest wins on each axis, equal actions merge, the rest unites."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import pytest

from tests.spec.community import Community, brief, moderator, reasons, requests, says

Make = Callable[..., Community]
CONTENT = ("flag", "mask", "hold", "delete")
MEMBER = ('warn "x"', 'call out "y"', "mute 10m", "mute 1h", "remove", "ban 1h", "ban 2h", "ban")
FIND = 'lexicon x { words "x" }\n'


@pytest.mark.parametrize(("weak", "strong"), list(combinations(CONTENT, 2)))
def test_content(community: Make, weak: str, strong: str) -> None:
    when = "when message.text matches x"
    decision = community(f"{FIND}rule a {{ {when} then {strong} }}\nrule b {{ {when} then {weak} }}").does(
        says("u1", "x")
    )
    assert decision.verdict == brief(decision) == strong
    assert [(over.do, over.by) for over in decision.overridden] == [(weak, strong)]


@pytest.mark.parametrize(("weak", "strong"), list(combinations(MEMBER, 2)))
def test_member(community: Make, weak: str, strong: str) -> None:
    decision = community(f"rule a {{ then {weak} }}\nrule b {{ then {strong} }}").does(says("u1", "x"))
    assert brief(decision) == strong
    assert decision.verdict == "allow"
    assert len(decision.overridden) == 1
    assert reasons(decision)[decision.actions[0].do] == ["b"]


@pytest.mark.parametrize(
    ("rules", "given", "verdict"),
    [
        ("", "hold", "hold"),
        ("rule a { on request then admit }", "admit", "admit"),
        ("rule a { on request then admit } rule b { on request then hold }", "hold", "hold"),
        ('rule a { on request then admit } rule b { on request then refuse "no" }', 'refuse "no"', "refuse"),
        ('rule a { on request then hold } rule b { on request then refuse "no" }', 'refuse "no"', "refuse"),
        ('rule a { on request then admit, assign "x" }', 'admit, assign "x"', "admit"),
        ('rule a { on request then admit, assign "x" } rule b { on request then hold }', "hold", "hold"),
    ],
)
def test_requests_are_held_where_nobody_decides(community: Make, rules: str, given: str, verdict: str) -> None:
    decision = community(
        rules + "\nrule other { on join then flag_me }".replace("then flag_me", 'then reply "hi"')
    ).does(requests("u1"))
    assert (brief(decision), decision.verdict) == (given, verdict)


def test_equal_actions_merge_with_all_their_rules_and_texts(community: Make) -> None:
    decision = community(
        'rule b { then mute 1h saying "b" }\nrule a { then mute 60m saying "a" }\nrule c { then mute 1h }'
        '\nrule d { then mute 1h saying "a" }'
    ).does(says("u1", "x"))
    assert brief(decision) == 'mute 1h "a\nb"'
    because = [(because.rule, because.text or None) for because in decision.actions[0].because]
    assert because == [("p.a", "a"), ("p.b", "b"), ("p.c", None), ("p.d", "a")]


def test_texts_to_others_and_assignments_unite(community: Make) -> None:
    text = (
        'rule a { then notify owner "x", reply "1", assign "g" }\n'
        'rule b { then notify owner "x", notify admins "x", reply "2", assign "g" }'
    )
    decision = community(text).does(says("u1", "x"))
    assert brief(decision) == 'reply "1", reply "2", notify admins "x", notify owner "x", assign "g"'
    assert [len(action.because) for action in decision.actions] == [1, 1, 1, 2, 2]


def test_a_mute_never_shortens_a_running_one(community: Make) -> None:
    room = community(
        'rule a { when message.text == "long" then mute 1h }\nrule b { when message.text == "short" then mute 1m }'
    )
    assert brief(room.does(says("u1", "long", "20:00"))) == "mute 1h"
    later = room.does(says("u1", "short", "20:30"))
    assert brief(later) == "mute 30m"
    assert later.actions[0].until == "2026-03-02T21:00:00+08:00"
    assert brief(room.does(says("u1", "short", "20:59:30"))) == "mute 1m"
    assert brief(room.does(says("u2", "short", "20:30"))) == "mute 1m"


@pytest.mark.parametrize("out", ["remove", "ban", "ban 1h"])
def test_a_mute_that_loses_is_not_recorded(community: Make, out: str) -> None:
    room = community(
        f'rule a {{ when message.text == "out" then mute 1h, {out} }}\n'
        "rule seen { when member.muted then flag }"
        '\nrule b { when message.text == "short" then mute 1m }'
    )
    assert brief(room.does(says("u1", "out", "20:00"))) == out
    assert brief(room.does(says("u1", "short", "20:01"))) == "mute 1m"
    assert brief(room.does(says("u1", "hi", "20:01:59"))) == "flag"
    assert brief(room.does(says("u1", "hi", "20:02"))) == "-"


def test_a_human_ends_a_mute(community: Make) -> None:
    room = community('rule a { when message.text == "x" then mute 1h }\nrule seen { when member.muted then flag }')
    room.does(says("u1", "x", "20:00"))
    assert brief(room.does(moderator("release", "u1", "20:01"))) == "unmute"
    assert brief(room.does(says("u1", "y", "20:02"))) == "-"
    assert brief(room.does(moderator("release", "u1", "20:03"))) == "-"
    assert brief(room.does(moderator("mute", "u1", "20:04", seconds=60))) == "-"
    assert brief(room.does(says("u1", "y", "20:04:59"))) == "flag"


def test_the_order_of_actions(community: Make) -> None:
    decision = community(
        'rule a { then assign "b", assign "a", notify owner "o", notify member "m", reply "r", mute 1m, hold }'
    ).does(says("u1", "x"))
    assert brief(decision) == 'hold, mute 1m, reply "r", notify member "m", notify owner "o", assign "a", assign "b"'


def test_what_is_done_to_the_group(community: Make) -> None:
    room = community("rule a { then lock, slow 10s } rule b { then unlock, slow 30s } rule c { then lock, slow 20s }")
    decision = room.does(says("u1", "x"))
    assert brief(decision) == "lock, slow 30s"
    assert reasons(decision) == {"lock": ["a", "c"], "slow": ["a", "b", "c"]}
    assert [(weaker.do, weaker.by) for weaker in decision.overridden] == [("unlock", "lock")]


def test_moves_and_assignments_say_where_to(community: Make) -> None:
    room = community('rule a { on message then assign "math", move to "old" } rule b { then assign "math" }')
    decision = room.does(says("u1", "x"))
    assert brief(decision) == 'assign "math", move "old"'
    assert reasons(decision)["assign"] == ["a", "b"]
