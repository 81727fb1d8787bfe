"""L9: one event strikes a ladder once; forgetting, incidents, steps, and what humans do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.spec.community import Community, brief, moderator, reasons, says

Make = Callable[..., Community]
STEPS = 'at 1 warn "1" at 2 call out "2" at 3 mute 24h at 5 remove'
STRIKE = 'lexicon bad { words "bad" } rule r "坏话" { when message.text matches bad then strike conduct }'


@pytest.mark.parametrize(
    ("clauses", "instants", "expected"),
    [
        # every strike climbs; 4 passes no step; past the last, the last one again
        (
            STEPS,
            ["20:00", "20:01", "20:02", "20:03", "20:04", "20:05"],
            ['warn "1"', 'call out "2"', "mute 24h", "-", "remove", "remove"],
        ),
        # a burst is one incident, measured from the last strike that ran a step
        (
            f"together within 10m {STEPS}",
            ["20:00", "20:05", "20:09:59.999", "20:10", "20:19", "20:25"],
            ['warn "1"', "-", "-", 'call out "2"', "-", "mute 24h"],
        ),
        # what is as old as `forget after` no longer counts
        (f"forget after 1h {STEPS}", ["20:00", "20:59:59", "21:00"], ['warn "1"', 'call out "2"', 'call out "2"']),
        (f"forget after 1h {STEPS}", ["20:00", "21:00"], ['warn "1"', 'warn "1"']),
        (f"forget after 30d {STEPS}", ["20:00", "+29d 20:00", "+30d 20:00"], ['warn "1"', *['call out "2"'] * 2]),
        # an incident opens only where a step ran
        ('together within 10m at 2 warn "2" at 3 remove', ["20:00", "20:01", "20:02"], ["-", 'warn "2"', "-"]),
        # forgotten incidents do not hold strikes back
        (f"forget after 5m together within 10m {STEPS}", ["20:00", "20:04", "20:05"], ['warn "1"', "-", 'warn "1"']),
    ],
)  # fmt: skip
def test_climbing(community: Make, clauses: str, instants: list[str], expected: list[str]) -> None:
    room = community(f"ladder conduct {{ {clauses} }}\n{STRIKE}")
    assert [brief(room.does(says("u1", "bad", at))) for at in instants] == expected


@pytest.mark.parametrize(
    ("rules", "ran", "strikes", "because"),
    [
        ("rule a { then strike conduct } rule b { then strike conduct }", 'warn "1"', 1, ["a", "b"]),
        ("rule a { then strike conduct } rule b { then strike conduct 3 times }", "mute 24h", 3, ["a", "b"]),
        ("rule a { then strike conduct 3 times, strike conduct }", "mute 24h", 3, ["a"]),
        ("rule a { then strike conduct 9 times }", "remove", 9, ["a"]),
        ("rule a { then strike conduct 4 times }", "mute 24h", 4, ["a"]),
        ("rule a { then strike conduct } rule b { when false then strike conduct 9 times }", 'warn "1"', 1, ["a"]),
    ],
)
def test_one_event_strikes_once_by_the_heaviest(
    community: Make, rules: str, ran: str, strikes: int, because: list[str]
) -> None:
    room = community(f"ladder conduct {{ {STEPS} }}\n{rules}")
    decision = room.does(says("u1", "x"))
    assert brief(decision) == ran
    assert list(reasons(decision).values()) == [because]
    assert room.strikes("u1", "p.conduct", "20:01") == strikes


def test_what_a_strike_says_of_itself(community: Make) -> None:
    room = community(f"ladder conduct {{ forget after 30d {STEPS} }}\n{STRIKE}")
    first, second, third, fourth = (room.does(says("u1", "bad", f"20:0{minute}")) for minute in range(4))
    shown = [decision.ladders["p.conduct"] for decision in (first, second, third, fourth)]
    assert [(stand.strikes, stand.step, stand.next) for stand in shown] == [
        (1, 1, "call out"), (2, 2, "mute"), (3, 3, "remove"), (4, None, "remove"),
    ]  # fmt: skip
    assert shown[1].forgotten == "2026-04-01T20:01:00+08:00"
    assert (first.actions[0].ladder, first.actions[0].step) == ("p.conduct", 1)


def test_texts_of_steps_speak_for_the_rule(community: Make) -> None:
    step = 'warn "{rule.title}: {match.text}, {ladder.strikes}, {ladder.left} bis {ladder.next}"'
    room = community(
        f'ladder conduct {{ at 1 {step} at 3 mute 1h, notify owner "{{ladder.left}}{{ladder.next}}." }}\n{STRIKE}'
    )
    assert brief(room.does(says("u1", "so b a d", "20:00"))) == 'warn "坏话: b a d, 1, 2 bis mute"'
    assert brief(room.does(says("u1", "bad", "20:01"))) == "-"
    assert brief(room.does(says("u1", "bad", "20:02"))) == 'mute 1h, notify owner "0."'


def test_a_step_and_a_rule_that_ask_the_same_are_one(community: Make) -> None:
    room = community(
        'ladder conduct { at 1 mute 1h saying "step" }\n'
        'rule a { then strike conduct }\nrule b { then mute 1h saying "b" }'
    )
    decision = room.does(says("u1", "x"))
    assert brief(decision) == 'mute 1h "step\nb"'
    assert reasons(decision) == {"mute": ["a", "b"]}
    assert (decision.actions[0].ladder, decision.actions[0].step) == ("p.conduct", 1)


@pytest.mark.parametrize(
    ("times", "left", "next_step"),
    [(" 1 times", 2, "mute 24h"), (" 2 times", 1, 'call out "2"'), ("", 0, 'warn "1"'), (" 9 times", 0, 'warn "1"')],
)
def test_forgiving_takes_back_the_newest(community: Make, times: str, left: int, next_step: str) -> None:
    room = community(
        f"ladder conduct {{ {STEPS} }}\n{STRIKE}\n"
        f'rule good {{ when message.text == "sorry" then forgive conduct{times} }}'
    )
    for minute in range(3):
        room.does(says("u1", "bad", f"20:0{minute}"))
    assert room.does(says("u1", "sorry", "20:03")).ladders["p.conduct"].strikes == left
    assert brief(room.does(says("u1", "bad", "20:04"))) == next_step


def test_forgiving_comes_before_striking(community: Make) -> None:
    room = community(f"ladder conduct {{ {STEPS} }}\nrule r {{ then strike conduct 2 times, forgive conduct }}")
    for minute in range(3):
        decision = room.does(says("u1", "x", f"20:0{minute}"))
        assert (brief(decision), decision.ladders["p.conduct"].strikes) == ('call out "2"', 2)


def test_a_human_strikes_and_runs_no_step(community: Make) -> None:
    room = community(f"ladder conduct {{ together within 10m {STEPS} }}\n{STRIKE}")
    for action, at in (("warn", "20:00"), ("mute", "20:01"), ("remove", "20:02")):
        assert brief(room.does(moderator(action, "u1", at))) == "-"
    assert room.strikes("u1", "p.conduct", "20:03") == 3
    assert brief(room.does(says("u1", "bad", "20:03"))) == "-"  # the fourth, and no incident was open
    assert brief(room.does(says("u1", "bad", "20:04"))) == "remove"


def test_a_pardon_clears_the_ladder_and_ends_its_mute(community: Make) -> None:
    room = community(f"ladder conduct {{ {STEPS} }}\n{STRIKE}\nrule seen {{ when member.muted then flag }}")
    for minute in range(3):
        room.does(says("u1", "bad", f"20:0{minute}"))
    assert brief(room.does(says("u1", "x", "20:04"))) == "flag"
    assert brief(room.does(moderator("pardon", "u1", "20:05"))) == "unmute"
    assert brief(room.does(says("u1", "x", "20:06"))) == "-"
    assert brief(room.does(says("u1", "bad", "20:07"))) == 'warn "1"'


LADDERS = (
    'ladder a { at 9 remove } ladder b { at 9 remove } rule r { when message.text == "x" then strike a, strike b }'
)


@pytest.mark.parametrize(
    ("ladder", "struck"),
    [("a", {"p.a": 1, "p.b": 0}), ("p.b", {"p.a": 0, "p.b": 1}), (None, None), ("c", None), ("q.a", None)],
)
def test_which_ladder_a_human_means(community: Make, ladder: str | None, struck: dict[str, int] | None) -> None:
    room = community(LADDERS)
    event = moderator("warn", "u1", ladder=ladder)
    if struck is None:
        assert room.refuses(event) == "invalid_event"
    else:
        room.does(event)
        assert {name: room.strikes("u1", name, "20:01") for name in struck} == struck


def test_l14_strikes_are_per_policy_group_and_member(community: Make) -> None:
    room = community(f"ladder conduct {{ {STEPS} }}\n{STRIKE}")
    assert brief(room.does(says("u1", "bad", "20:00"))) == 'warn "1"'
    assert brief(room.does(says("u2", "bad", "20:01"))) == 'warn "1"'
    assert brief(room.does(says("u1", "bad", "20:02", group="g2"))) == 'warn "1"'
    assert brief(room.does(says("u1", "bad", "20:03"))) == 'call out "2"'


@pytest.mark.parametrize(
    ("rules", "title"),
    [
        ('rule a "A" { then strike conduct } rule b "B" { then strike conduct }', "A"),
        ('rule a "A" { then strike conduct } rule b "B" { then strike conduct 2 times }', "B"),
        ('rule b "B" { then strike conduct 2 times } rule c "C" { then strike conduct 2 times }', "B"),
    ],
)
def test_the_first_of_the_heaviest_gives_its_title(community: Make, rules: str, title: str) -> None:
    room = community('ladder conduct { at 1 warn "{rule.title}" }\n' + rules)
    assert brief(room.does(says("u1", "x"))) == f'warn "{title}"'
