"""L12, L13, L14: one instant per event, sliding windows, state per policy, group and member."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policyd.model.event import Event
from tests.spec.community import Community, brief, edits, joins, says

Make = Callable[..., Community]
PRINT = 'rule r { when known(n) then reply "{n}" }'


def printed(counter: str, rule: str = PRINT) -> str:
    return f"counter n counts {counter} up to 9\n{rule}"


def said(*lines: str) -> list[Event]:
    """Messages written `member:text@group`, `?` for a text that is not known."""
    found = []
    for line in lines:
        member, _, rest = line.partition(":")
        text, _, group = rest.partition("@")
        found.append(says(member, None if text == "?" else text, group=group or "g1"))
    return found


@pytest.mark.parametrize(
    ("counter", "events", "counts"),
    [
        # half open: an event at t counts at now if now - D < t <= now
        ("message by member within 10s", [says("u", "", at) for at in ("20:00", "20:00:09.999", "20:00:10")], "1 2 2"),
        ("message by member within 10s", [says("u", "", at) for at in ("20:00", "20:00", "20:00:10")], "1 2 1"),
        # whose events they are
        ("message by member within 1h", said("u:", "v:", "u:@g2", "u:"), "1 1 1 2"),
        ("message by group within 1h", said("u:", "v:", "u:@g2", "u:"), "1 2 1 3"),
        ("message by message.text within 1h", said("u:a", "v:a", "v:b", "v:a"), "1 2 1 3"),
        ("message by member, message.text within 1h", said("u:a", "v:a", "u:a"), "1 1 2"),
        ("message by message.fingerprint within 1h", said("u:Buy now 1!", "v:buy NOW 22", "u:x"), "1 2 1"),
        # with an unknown key nothing is counted and nothing is known
        ("message by message.text within 1h", said("u:?", "u:a", "u:?", "u:a"), "- 1 - 2"),
        # only where `where` is true
        (
            "message by member within 1h where message.images > 0",
            [says("u", "", images=1), says("u", "", images=0), says("u", ""), says("u", "", images=2)],
            "1 1 1 2",
        ),
        # past the cap nothing more is told apart
        ("message by member within 1h", [says("u", "") for _ in range(11)], "1 2 3 4 5 6 7 8 9 9 9"),
    ],
)  # fmt: skip
def test_l13_windows(community: Make, counter: str, events: list[Event], counts: str) -> None:
    room = community(printed(counter))
    assert [brief(room.does(event)) for event in events] == [
        "-" if count == "-" else f'reply "{count}"' for count in counts.split()
    ]


def test_l13_removed_and_exempted_events_count(community: Make) -> None:
    room = community(
        "limit flood { at most 2 messages by member within 1m then delete }\n"
        'rule all { when message.text == "x" then delete }\n'
        "exempt staff { when message.images > 0 from flood, all }"
    )
    expected = [("x", 0, "delete"), ("x", 1, "-"), ("y", 0, "delete")]
    assert [brief(room.does(says("u", text, images=images))) for text, images, _ in expected] == [
        action for _, _, action in expected
    ]


def test_l13_other_kinds_read_a_counter_without_counting(community: Make) -> None:
    room = community(printed("message by member within 1h", 'rule r { on message, edit, join then reply "{n}" }'))
    events = [joins("u"), says("u", ""), edits("u", "", message="m"), joins("u"), says("u", "")]
    assert [brief(room.does(event)) for event in events] == [f'reply "{count}"' for count in (0, 1, 1, 1, 2)]


def test_l13_a_limit_fires_past_its_number(community: Make) -> None:
    room = community('limit flood { at most 2 messages by member within 10s then reply "{message.text}" }')
    texts = [
        ("1", "20:00"),
        ("2", "20:00:01"),
        ("3", "20:00:02"),
        ("4", "20:00:10"),
        ("5", "20:00:11"),
        ("6", "20:00:30"),
    ]
    assert [brief(room.does(says("u", text, at))) for text, at in texts] == [
        "-", "-", 'reply "3"', 'reply "4"', 'reply "5"', "-",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "at", "value"),
    [
        ("now in night", "21:59:59.999", False),
        ("now in night", "22:00", True),
        ("now in night", "+1d 07:59:59.999", True),
        ("now in night", "+1d 08:00", False),
        ("now not in night", "12:00", True),
        ("now.hour == 20", "20:59", True),
        ("now.weekday in [sat, sun]", "20:00", False),
        ("now.weekday == sat", "+5d 00:00", True),
        ("now >= 2026-03-03", "23:59:59.999", False),
        ("now >= 2026-03-03", "+1d 00:00", True),
    ],
)
def test_l12_now_is_the_instant_of_the_event(community: Make, condition: str, at: str, value: bool) -> None:
    room = community(
        f"hours night {{ every day 22:00-08:00 }}\nrule r {{ when {condition} then flag otherwise delete }}"
    )
    assert brief(room.does(says("u", "", at))) == ("flag" if value else "delete")


def test_l12_silence_is_since_the_last_message_before_this_one(community: Make) -> None:
    room = community(
        "rule r { on message, edit, join when known(member.silent)"
        ' then reply "{member.silent}" otherwise reply "never" }'
    )
    events = [joins("u", "20:00"), says("u", "", "20:01"), edits("u", "", "20:03", message="m"),
              says("u", "", "20:04"), says("v", "", "20:05")]  # fmt: skip
    assert [brief(room.does(event)) for event in events] == [
        f'reply "{said}"' for said in ("never", "never", "2m", "3m", "never")
    ]


def test_throttled_texts_are_said_once_in_a_while(community: Make) -> None:
    """Per member and rule; mutes and their kin stay, without their words."""
    room = community(
        'rule r { when message.text == "x" then hold, warn "w" once in 1h }\n'
        'rule s { when message.text == "y" then mute 1m saying "m" once in 1h }'
    )
    events = [("u", "x", "20:00"), ("u", "x", "20:59:59.999"), ("v", "x", "20:59:59.999"), ("u", "x", "21:00"),
              ("u", "y", "21:00"), ("u", "y", "21:01")]  # fmt: skip
    assert [brief(room.does(says(member, text, at))) for member, text, at in events] == [
        'hold, warn "w"', "hold", 'hold, warn "w"', 'hold, warn "w"', 'mute 1m "m"', "mute 1m",
    ]  # fmt: skip
