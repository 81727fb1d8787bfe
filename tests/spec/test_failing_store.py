"""L15: what is decided where the store fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policyd.model.event import Event
from tests.equivalence.events import Failure
from tests.spec.community import ZONE, Community, brief, edits, joins, moderator, reports, requests, says

Make = Callable[..., Community]
DECLARATIONS = """
lexicon bad { words "bad" }
ladder conduct { at 1 warn "1" at 2 remove }
hours night { every day 22:00-08:00 }
limit flood { at most 1 messages by member within 1h  then mute 1h }
rule words { on message, edit  when message.text matches bad  then delete, mute 1h, reply "no", strike conduct }
rule polite { on message  when message.text == "hi"  then reply "hello" once in 1h }
rule door { on request  when request.text == "friend"  then admit }
rule clock { on request  when request.text == "late" and now in night  then refuse "later" }
rule reported { on report  when strikes(conduct) > 0  then flag }
rule arrival { on join  when strikes(conduct) > 0  then notify owner "back" }
"""


def make(community: Make, fails: str) -> Community:
    header = f'policy p {{ timezone "{ZONE}" if store fails {fails} }}'
    return community(files={"p.policy": header + DECLARATIONS})


@pytest.mark.parametrize(
    ("event", "allow", "hold", "deny", "unasked"),
    [
        # the limit cannot be asked; rules without state decide; texts that are throttled and strikes are not given
        (says("u", "ok"), "-", "hold", "delete", ["flood"]),
        (says("u", "hi"), "-", "hold", "delete", ["flood"]),
        (says("u", "bad"), 'delete, mute 1h, reply "no"', 'delete, mute 1h, reply "no"', 'delete, mute 1h, reply "no"',
         ["conduct", "flood"]),
        # whether an edit was answered before is not known
        (edits("u", "bad", message="m"), "delete", "delete", "delete", []),
        (edits("u", "ok", message="m"), "-", "-", "-", []),
        # Kleene: `and` with a false side is false without the clock
        (requests("u", "friend"), "admit", "admit", "admit", []),
        (requests("u", "stranger"), "hold", "hold", "hold", []),
        (requests("u", "late"), "hold", "hold", "refuse", ["clock"]),
        # a reported message can be held or deleted
        (reports("u", "rude"), "-", "hold", "delete", ["reported"]),
        # nothing can be held or refused of a join
        (joins("u"), "-", "-", "-", ["arrival"]),
        (moderator("warn", "u"), "-", "-", "-", ["conduct"]),
    ],
)  # fmt: skip
def test_rules_without_state_decide_and_the_policy_says_the_rest(
    community: Make, event: Event, allow: str, hold: str, deny: str, unasked: list[str]
) -> None:
    for fails, expected in (("allow", allow), ("hold", hold), ("deny", deny)):
        room = make(community, fails)
        decision = room.does(event, fails="observe")
        assert brief(decision) == expected
        assert decision.degraded
        assert decision.unasked == tuple(f"p.{name}" for name in unasked)


@pytest.mark.parametrize("fails", ["observe", "commit"])
def test_a_failed_decision_is_not_stored(community: Make, fails: Failure) -> None:
    """A retry decides again, and strikes once."""
    room = make(community, "allow")
    event = says("u", "bad", message="m")
    first = room.does(event, fails=fails)
    assert (first.degraded, first.ladders) == (True, {})
    second = room.does(event)
    assert (second.degraded, second.ladders["p.conduct"].strikes) == (False, 1)
    assert room.does(event).replayed
    assert room.strikes("u", "p.conduct", "20:01") == 1


def test_where_only_the_strike_was_lost_the_rest_is_as_decided(community: Make) -> None:
    room = make(community, "deny")
    decision = room.does(says("u", "bad"), fails="commit")
    assert brief(decision) == 'delete, mute 1h, reply "no"'
    assert decision.actions[1].until == "2026-03-02T21:00:00+08:00"
    assert decision.unasked == ("p.conduct",)
    assert brief(room.does(says("u", "ok", "20:01"))) == "mute 1h"  # counted all the same


def test_a_clean_event_needs_no_second_word_with_the_store(community: Make) -> None:
    decision = make(community, "deny").does(says("u", "ok"), fails="commit")
    assert (brief(decision), decision.degraded) == ("-", False)


@pytest.mark.parametrize(
    ("silencer", "expected", "unasked"),
    [
        ("unless strikes(conduct) > 0", "hold", ("p.r",)),
        ("unless message.images > 0", "flag", ()),
        ("unless message.images > 0 and strikes(conduct) > 0", "hold", ("p.r",)),
        ("unless message.files > 0 and strikes(conduct) > 0", "flag", ()),
    ],
)
def test_silencers_that_cannot_be_asked(
    community: Make, silencer: str, expected: str, unasked: tuple[str, ...]
) -> None:
    """One that reads state leaves open whether the rule fires; an unknown one that reads none silences nothing."""
    text = f"policy p {{ if store fails hold }}\nladder conduct {{ at 9 remove }}\nrule r {{ {silencer} then flag }}"
    decision = community(files={"p.policy": text}).does(says("u", "x", files=0), fails="observe")
    assert (brief(decision), decision.unasked) == (expected, unasked)
