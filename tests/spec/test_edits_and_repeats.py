"""L10, L11: edits count once, a repeated event changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from policyd.model.event import Event
from tests.spec.community import Community, brief, edits, instant, joins, says

Make = Callable[..., Community]
RULES = """
lexicon bad { words "bad" }
ladder conduct { at 1 warn "1" at 2 warn "2" at 3 remove }
rule r { on message, edit  when message.text matches bad  then delete, strike conduct, notify owner "{message.text}" }
rule every { on message, edit  when message.text contains "x"  then flag }
limit flood { at most 2 messages by member within 1h  then hold }
counter rewrites counts edit by member within 1h up to 9
rule fickle { on edit  when rewrites > 2  then reply "{rewrites}" }
"""


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        # striking, acting and speaking once; deleting every time
        (
            [says("u", "bad", message="m"), edits("u", "bad!", "20:01", message="m")],
            ['delete, warn "1", notify owner "bad"', "delete"],
        ),
        # a clean message that is edited into a bad one
        (
            [says("u", "ok", message="m"), *(edits("u", "bad", f"20:0{i}", message="m") for i in (1, 2))],
            ["-", 'delete, warn "1", notify owner "bad"', "delete"],
        ),
        # a second message with a known id is an edit
        (
            [says("u", "bad", message="m"), says("u", "bad", "20:01", message="m")],
            ['delete, warn "1", notify owner "bad"', "delete"],
        ),
        # other messages are other messages
        (
            [says("u", "bad", message="m"), edits("u", "bad", "20:01", message="n")],
            ['delete, warn "1", notify owner "bad"', 'delete, warn "2", notify owner "bad"'],
        ),
        # and so are those of another group
        (
            [says("u", "bad", message="m"), says("u", "bad", "20:01", message="m", group="g2")],
            ['delete, warn "1", notify owner "bad"'] * 2,
        ),
        # without an id nothing is known of what was given
        (
            [says("u", "bad"), says("u", "bad", "20:01")],
            ['delete, warn "1", notify owner "bad"', 'delete, warn "2", notify owner "bad"'],
        ),
        # what is given is given per rule: `every` only acts on content, and does so every time
        ([says("u", "x", message="m"), edits("u", "x", "20:01", message="m")], ["flag", "flag"]),
        # edits are not counted as messages
        (
            [says("u", "1", message="m"), *(edits("u", "2", f"20:0{i}", message="m") for i in (1, 2)),
             says("u", "3", "20:03"), says("u", "4", "20:04")],
            ["-", "-", "-", "-", "hold"],
        ),
        # but as edits
        (
            [says("u", "1", message="m"), *(edits("u", "2", f"20:0{i}", message="m") for i in (1, 2, 3, 4))],
            ["-", "-", "-", 'reply "3"', "-"],
        ),
    ],
)  # fmt: skip
def test_l10_edits_count_once(community: Make, events: list[Event], expected: list[str]) -> None:
    room = community(RULES)
    fresh = [msgspec.structs.replace(event, id=f"{place}") for place, event in enumerate(events)]
    assert [brief(room.does(event)) for event in fresh] == expected


def test_l11_a_repeat_gets_the_same_decision_and_changes_nothing(community: Make) -> None:
    room = community(RULES)
    event = says("u", "bad", "20:00", id="e1", message="m")
    first = room.does(event)
    for at in ("20:00", "20:30"):
        again = room.does(msgspec.structs.replace(event, time=instant(at)))
        assert again == msgspec.structs.replace(first, replayed=True)
    assert room.strikes("u", "p.conduct", "20:31") == 1
    assert brief(room.does(says("u", "x1", "20:31"))) == "flag"
    assert brief(room.does(says("u", "x2", "20:32"))) == "hold"  # the third message, not the sixth


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (says("u", "other", id="e1"), "event_id_reused"),
        (says("v", "hello", id="e1"), "event_id_reused"),
        (says("u", "hello", id="e1", images=1), "event_id_reused"),
        (joins("u", id="e1"), "event_id_reused"),
        (says("u", "hello", "20:09", id="e1"), None),
        (says("u", "hello", id="e1", member_facts={"name": "renamed", "role": "admin"}), None),
        (says("u", "hello", id="e1", group="g2"), None),
    ],
)
def test_l11_an_id_stands_for_one_event_of_a_group(community: Make, event: Event, code: str | None) -> None:
    room = community(RULES)
    room.does(says("u", "hello", id="e1"))
    if code is None:
        room.does(event)
    else:
        assert room.refuses(event) == code


def test_l11_ids_are_kept_for_a_day(community: Make) -> None:
    room = community(RULES)
    event = says("u", "bad", "12:00", id="e1")
    room.does(event)
    assert room.does(msgspec.structs.replace(event, time=instant("+1d 11:59"))).replayed
    assert not room.does(msgspec.structs.replace(event, time=instant("+2d 12:00"))).replayed
