"""L17, L19: what a platform cannot do is replaced, and past so many removals a human is asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from policyd.model.event import Event
from tests.spec.community import (
    ZONE,
    Community,
    brief,
    event,
    judges,
    moderator,
    reasons,
    requests,
    says,
    ticket_of,
    ticks,
    told,
)

Make = Callable[..., Community]
BRAKE = f'policy p {{ for every group timezone "{ZONE}" brake at most 2 remove, mute within 1h }}\n'


def braked(text: str) -> dict[str, str]:
    return {"p.policy": BRAKE + text}


def test_past_the_number_a_human_is_asked(community: Make) -> None:
    room = community(files=braked('rule r { when message.text == "x" then remove saying "out" }'))
    assert [brief(room.does(says(member, "x", at))) for member, at in (("a", "20:00"), ("b", "20:30"))] == [
        'remove "out"', 'remove "out"',
    ]  # fmt: skip
    over = room.does(says("c", "x", "20:40"))
    ticket = ticket_of(over)
    assert brief(over) == (
        f'notify owner "已超过刹车上限,改为待人工确认 / over the brake, waits for a human: remove · c · {ticket}", '
        'propose remove "out"'
    )
    assert over.actions[-1].braked is True and reasons(over)["propose"] == ["r"]
    done = room.does(judges("approve", ticket, "20:50"))
    assert (brief(done), told(done)) == ('remove "out"', "brake approved")
    assert brief(room.does(says("d", "x", "20:59:59"))).endswith('propose remove "out"')
    assert brief(room.does(says("d", "x", "21:00"))) == 'remove "out"'  # the first is an hour ago
    assert brief(room.does(says("e", "x", "21:00:01", group="g2"))) == 'remove "out"'  # per group


def test_steps_are_braked_too_and_weaker_actions_are_not(community: Make) -> None:
    room = community(
        files=braked('ladder l { at 1 mute 1h at 2 warn "2" } rule r { when message.text == "x" then strike l }')
    )
    assert [brief(room.does(says(member, "x", "20:00"))) for member in "ab"] == ["mute 1h"] * 2
    over = room.does(says("c", "x", "20:01"))
    assert brief(over).endswith("propose mute 1h")
    assert over.ladders["p.l"].strikes == 1  # the strike counts; only what it does waits
    assert brief(room.does(says("c", "x", "20:02"))) == 'warn "2"'
    assert brief(room.does(judges("approve", ticket_of(over), "20:30"))) == "mute 1h"


def test_a_braked_mute_does_not_run(community: Make) -> None:
    room = community(
        files=braked('rule r { when message.text == "x" then mute 1h } rule m { when member.muted then flag }')
    )
    for member in "abc":
        room.does(says(member, "x", "20:00"))
    assert [brief(room.does(says(member, "y", "20:10"))) for member in "abc"] == ["flag", "flag", "-"]


def test_a_mute_that_runs_goes_on_where_another_is_braked(community: Make) -> None:
    header = f'policy p {{ for every group timezone "{ZONE}" brake at most 1 mute within 10m }}\n'
    rules = (
        'rule a { when message.text == "a" then mute 1h } rule b { when message.text == "b" then mute 2h }'
        'rule m { when message.text == "?" and member.muted then flag }'
    )
    room = community(files={"p.policy": header + rules})
    assert brief(room.does(says("u", "a", "20:00"))) == "mute 1h"
    assert brief(room.does(says("u", "b", "20:05"))).endswith("propose mute 2h")
    assert [brief(room.does(says("u", "?", at))) for at in ("20:59", "21:00")] == ["flag", "-"]


def test_humans_are_not_braked(community: Make) -> None:
    room = community(files=braked('rule r { when message.text == "x" then remove }'))
    for member in "abc":
        room.does(moderator("remove", member, "20:00"))
    assert brief(room.does(says("d", "x", "20:01"))) == "remove"


# ---------------------------------------------------------------- platforms


def able(sent: Event, *names: str) -> Event:
    return replace(sent, capabilities=names)


CANNOT = "平台做不到,请人工处理 / the platform cannot do it: {} · u"


@pytest.mark.parametrize(
    ("rules", "names", "expected"),
    [
        ("then mask", ["delete", "hold"], "delete"),
        ("then mask", ["hold"], "hold"),
        ("then mask", [], "flag"),
        ("then delete", [], f'notify moderators "{CANNOT.format("delete")}"'),
        ("then hold", [], f'notify moderators "{CANNOT.format("hold")}"'),
        ('then warn "w"', ["call_out"], 'call out "w"'),
        ('then warn "w"', [], 'reply "w"'),
        ('then call out "w"', ["warn"], 'reply "w"'),
        ('then mute 1h saying "m"', ["call_out"], f'call out "m", notify moderators "{CANNOT.format("mute")}"'),
        ('then mute 1h saying "m"', [], f'reply "m", notify moderators "{CANNOT.format("mute")}"'),
        ("then mute 1h", ["call_out"], f'notify moderators "{CANNOT.format("mute")}"'),
        ("then remove", ["ban"], f'notify admins "{CANNOT.format("remove")}"'),
        ("then ban", ["remove"], "remove"),
        ("then ban", [], f'notify admins "{CANNOT.format("ban")}"'),
        ("then lock, slow 30s", ["slow"], f'notify admins "{CANNOT.format("lock")}", slow 30s'),
        ('then reply "r", notify owner "n", flag', [], 'flag, notify owner "n", reply "r"'),
        ("then delete, mute 1h", ["delete", "mute"], "delete, mute 1h"),
        ("then mute 10s", ["telegram"], "mute 40s"),
        ("then mute 60d", ["discord"], "mute 28d"),
        ("then delete", ["wechat"], f'notify moderators "{CANNOT.format("delete")}"'),
    ],
)
def test_what_is_done_instead(community: Make, rules: str, names: list[str], expected: str) -> None:
    room = community(f'lexicon x {{ words "x" }} rule r {{ when message.text matches x {rules} }}')
    done = room.does(able(says("u", "x"), *names))
    assert sorted(brief(done).split(", ")) == sorted(expected.split(", "))
    as_asked = room.does(says("u", "x"))
    assert (done.verdict, done.matches) == (as_asked.verdict, as_asked.matches)
    replaced = {action.do for action in done.actions if isinstance(action.instead_of, str)}
    assert replaced == {action.do for action in done.actions} - {action.do for action in as_asked.actions}
    assert all(reasons(done)[do] == ["r"] for do in replaced)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (able(requests("u"), "assign"), f'notify admins "{CANNOT.format("admit")}", assign "a"'),
        (able(requests("u"), "admit"), f'admit, notify admins "{CANNOT.format("assign")}"'),
        (able(requests("u"), "admit", "assign"), 'admit, assign "a"'),
        (able(requests("u")), f'notify admins "{CANNOT.format("admit")}", notify admins "{CANNOT.format("assign")}"'),
    ],
)
def test_requests(community: Make, sent: Event, expected: str) -> None:
    done = community('rule r { on request then admit, assign "a" }').does(sent)
    assert sorted(brief(done).split(", ")) == sorted(expected.split(", "))


def test_whom_no_bot_can_touch(community: Make) -> None:
    room = community("rule r { then mute 1h }")
    done = room.does(able(says("u", "x", member_facts={"role": "owner"}), "telegram"))
    assert brief(done) == f'notify owner "{CANNOT.format("mute")}"'


def test_a_hold_in_place_of_a_mask_has_a_ticket(community: Make) -> None:
    room = community('lexicon bad { words "bad" } rule r { when message.text matches bad then mask }')
    done = room.does(able(says("u", "bad", message="m"), "hold"))
    assert (done.verdict, done.actions[0].instead_of) == ("mask", "mask")
    assert brief(room.does(judges("approve", ticket_of(done)))) == "release"


def test_capabilities_of_ticks(community: Make) -> None:
    room = community("duty d { on join within 1h late then remove }")
    room.does(event("join", "u", "20:00"))
    assert brief(room.does(able(ticks("21:00"), "mute"))) == f'notify admins "{CANNOT.format("remove")}"'
