"""Taking back what a rule has done: `policyd undo`, on the in-memory store."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import UNSET

from policyd.engine.embedded import finish
from policyd.engine.undo import GroupUndone, undo
from policyd.model.decision import Action, Decision
from policyd.model.records import Parcel, Record
from tests.engine.scene import Scene, done

POLICY = """policy club { for every group  timezone "Asia/Shanghai" }
ladder conduct { at 1 warn "w"  at 2 mute 2h  at 3 ban }
ladder everywhere across groups { at 1 warn "e"  at 2 mute 10h }
rule bad { on message, edit  when message.text contains "bad"  then delete, strike conduct }
rule worse { when message.text contains "worse"  then delete, strike conduct 2 times }
rule silence { when message.text contains "quiet"  then mute 3h }
rule out { when message.text contains "out"  then ban 3d }
rule wide { when message.text contains "wide"  then delete, strike everywhere }
limit flood { at most 3 messages by member within 10s  then mute 30m }
"""


def scene(*texts: str) -> tuple[Scene, list[Decision]]:
    """Messages of one member, ten minutes apart."""
    club = Scene(POLICY)
    return club, [club.says(text, at=10 * place) for place, text in enumerate(texts)]


def take_back(club: Scene, rule: str, *, since: int = 0, dry_run: bool = False) -> GroupUndone:
    return finish(undo(club.store, club.engine.program, "", rule, since, "g1", dry_run))


def short(found: GroupUndone) -> tuple[list[tuple[str, dict[str, int], tuple[str, ...]]], list[str]]:
    told = [(each.event, each.strikes, each.cannot) for each in found.undone]
    return told, [each.do if each.until is UNSET else f"{each.do} {str(each.until)[11:16]}" for each in found.actions]


CONDUCT, EVERYWHERE = "club.conduct", "club.everywhere"
BOTH = [("e1", {CONDUCT: 1}, ("delete", "warn")), ("e2", {CONDUCT: 1}, ("delete",))]


@pytest.mark.parametrize(
    ("texts", "rule", "told", "actions"),
    [
        # strikes, and the mute of the step that they ran
        (("bad", "bad"), "bad", BOTH, ["unmute"]),
        (("bad",), "club.bad", [("e1", {CONDUCT: 1}, ("delete", "warn"))], []),
        (("bad",), "worse", [], []),
        # only what no other rule asked for
        (("bad worse",), "bad", [("e1", {}, ())], []),
        (("bad worse",), "worse", [("e1", {}, ())], []),
        # a mute by a rule; one that another decision gave stays, or ends the sooner
        (("quiet",), "silence", [("e1", {}, ())], ["unmute"]),
        (("bad", "bad", "quiet"), "silence", [("e3", {}, ())], ["mute 14:10"]),
        (("bad", "bad", "quiet"), "bad", BOTH, []),
        # bans, by rules and by steps
        (("out",), "out", [("e1", {}, ())], ["unban"]),
        (("out", "out quiet"), "silence", [("e2", {}, ())], []),
        (("worse", "bad"), "bad", [("e2", {CONDUCT: 1}, ("delete",))], ["unban"]),
        # across groups
        (("wide", "wide"), "wide", [("e1", {EVERYWHERE: 1}, ("delete", "warn")), ("e2", {EVERYWHERE: 1}, ("delete",))],
         ["unmute"]),
    ],
)  # fmt: skip
def test_what_is_taken_back(
    texts: tuple[str, ...], rule: str, told: list[tuple[str, dict[str, int], tuple[str, ...]]], actions: list[str]
) -> None:
    club, _ = scene(*texts)
    calls = len(club.store.calls)
    assert short(take_back(club, rule, dry_run=True)) == (told, actions)
    assert not {"file", "retract", "commit"} & set(club.store.calls[calls:])
    assert short(take_back(club, rule)) == (told, actions)
    assert short(take_back(club, rule)) == ([], [])


def test_it_is_as_if_the_rule_had_not_been_there() -> None:
    club, _ = scene("bad", "bad", "worse")
    assert short(take_back(club, "bad"))[1] == ["unmute"]
    stand = club.says("bad", at=60).ladders[CONDUCT]
    assert (stand.strikes, stand.step) == (3, 3)
    take_back(club, "worse")
    stand = club.says("bad", at=70).ladders[CONDUCT]
    assert (stand.strikes, stand.step) == (2, 2)


def test_only_what_came_since_then() -> None:
    club, decisions = scene("bad", "bad", "bad")
    journal = finish(club.store.inner.journal("", "g1", 0))
    found = take_back(club, "bad", since=journal[1].now)
    assert [each.event for each in found.undone] == [decisions[1].event, decisions[2].event]
    assert club.says("bad", at=50).ladders[CONDUCT].strikes == 2


def test_both_rules_taken_back_take_the_strike_back() -> None:
    club, _ = scene("bad worse")
    assert short(take_back(club, "bad")) == ([("e1", {}, ())], [])
    assert short(take_back(club, "worse")) == ([("e1", {CONDUCT: 2}, ("delete",))], ["unmute"])


def test_the_actions_wait_for_a_tick() -> None:
    club, _ = scene("quiet")
    found = take_back(club, "silence")
    (due,) = finish(club.store.inner.due("", 0, "g1", 10**15, 10))
    (stored,) = finish(club.store.inner.read("", 0, [Record("parcel", "g1", due.name.partition("/")[2])]))
    parcel = msgspec.msgpack.decode(stored[8:], type=Parcel)
    assert msgspec.json.decode(parcel.actions, type=list[Action]) == found.actions
    answer = club.tell(club.event("tick", tick={}, member=None, at=30))
    assert done(answer) == ["unmute"] and answer.actions[0].group == "g1"


@pytest.mark.parametrize("after", [False, True])
def test_cut_off_and_done_again(after: bool) -> None:
    """Whatever was done the first time, the second brings the state to where it would have been."""
    for cut in range(12):
        club, _ = scene("bad", "bad")
        club.store.cut, club.store.after = cut, after
        try:
            take_back(club, "bad")
        except Exception as error:
            assert type(error).__name__ == "StoreUnavailable"
        club.store.cut = None
        take_back(club, "bad")
        assert take_back(club, "bad").undone == []
        assert club.says("bad", at=60).ladders[CONDUCT].strikes == 1
        assert done(club.tell(club.event("tick", tick={}, member=None, at=70))) == ["unmute"]


def test_a_mute_that_was_only_proposed_is_none_that_remains() -> None:
    club = Scene(POLICY.replace('"Asia/Shanghai" }', '"Asia/Shanghai"  brake at most 1 mute within 1h }', 1))
    club.says("quiet", at=0)
    assert "propose mute" in " ".join(done(club.says("bad", at=10)) + done(club.says("bad", at=20)))
    assert short(take_back(club, "silence")) == ([("e1", {}, ())], ["unmute"])
