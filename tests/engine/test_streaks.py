"""Streaks: when they go on, when they break, what repairs them, and which steps they come to."""

from __future__ import annotations

import pytest

from policyd.engine.embedded import finish
from policyd.model.records import STAMP, MemberFile, Record, Run, pack, stamp
from policyd.model.state import Filing, Put
from tests.engine.scene import done
from tests.engine.standing import POLICY, Club, awards

ALONE = """policy club { for every group }  streak checkin { each week message  at 9 then reply "x" }"""
TWO = ["reply: two 2", "add club.points", "add club.points"]
FOUR = ["add club.points"]


@pytest.mark.parametrize(
    ("instants", "length", "told"),
    [
        (["2T10:00"], 1, [[]]),
        (["2T10:00", "2T11:00"], 1, [[], []]),
        (["2T10:00", "3T21:59"], 2, [[], TWO]),
        (["2T23:59", "3T00:00"], 1, [[], []]),
        (["2T10:00", "3T22:00"], 1, [[], []]),
        (["2T10:00", "3T00:00", "4T21:00", "5T00:00"], 4, [[], TWO, ["reply: three 3"], FOUR]),
        # a gap of one day is repaired once a week
        (["2T10:00", "4T10:00"], 2, [[], TWO]),
        (["2T10:00", "5T10:00"], 1, [[], []]),
        (["2T10:00", "4T10:00", "6T10:00"], 1, [[], TWO, []]),
        (["2T10:00", "4T10:00", "6T10:00", "7T10:00"], 2, [[], TWO, [], FOUR]),
        (["2T10:00", "4T10:00", "5T10:00", "6T10:00", "7T10:00", "9T10:00"], 6,
         [[], TWO, ["reply: three 3"], FOUR, [], FOUR]),
        # steps that come once do not come again
        (["2T10:00", "3T10:00", "6T10:00", "7T10:00", "8T10:00"], 3, [[], TWO, [], FOUR, ["reply: three 3"]]),
        # a clock that goes back adds nothing
        (["3T10:00", "2T10:00", "4T10:00"], 2, [[], [], TWO]),
    ],
)  # fmt: skip
def test_how_a_streak_goes_on(instants: list[str], length: int, told: list[list[str]]) -> None:
    club = Club()
    said = [done(club.on(at, text="#in")) for at in instants]
    assert [[line for line in lines if "notify" not in line] for lines in said] == told
    assert club.file().runs["club.checkin"].length == length


def test_the_steps_are_told_with_what_they_follow_from() -> None:
    club = Club()
    club.on("2T10:00", text="#in good")
    decision = club.on("3T10:00", text="#in good")
    assert awards(decision) == ["20 points u1 checkin.at2", "1 points u1 checkin.every2", "5 points u1 good"]
    assert decision.event == "e2" and decision.verdict == "allow"
    assert club.account().total == 31


def test_what_is_kept_of_a_streak() -> None:
    club = Club()
    for at in ("2T10:00", "3T10:00"):
        club.on(at, text="#in")
    run = club.file().runs["club.checkin"]
    assert run == Run(2, run.last, 2, {}, [2])
    for at in ("5T10:00", "10T10:00", "12T10:00", "17T10:00", "19T10:00", "20T10:00", "26T10:00", "28T10:00"):
        club.on(at, text="#in")
    run = club.file().runs["club.checkin"]
    assert (run.length, run.longest, run.given) == (2, 3, [2, 3])
    assert list(run.repaired.values()) == [1, 1], "of the last two weeks with repairs"


def test_steps_come_in_order_and_each_sees_what_the_one_before_did() -> None:
    club = Club(POLICY.replace("then add 1 to points", 'then reply "now {points}"'))
    club.on("2T10:00", text="#in")
    assert "reply: now 25" in done(club.on("3T10:00", text="#in good")), "the message, then step by step"


def test_a_step_that_was_told_of_another_streak_is_passed_over() -> None:
    """The file was lost, and what is there now came to the same step on the same day in another way."""
    club = Club()
    for at in ("2T10:00", "3T10:00"):
        club.on(at, text="#in")
    record, last = Record("file", "g1", "u1"), club.file().runs["club.checkin"].last
    (stored,) = finish(club.store.read("", 0, [record]))
    lost = pack(MemberFile(runs={"club.checkin": Run(5, last - 1, 5, {}, [2, 3])}))
    put = Put(record, stored[:STAMP], lost, 10**9)
    finish(club.store.file(Filing("", 0, "g1", "lost", stamp("g1", "lost"), (put,))))
    decision = club.on("3T11:00", text="#in")
    assert (done(decision), decision.degraded) == ([], False)
    assert club.file().runs["club.checkin"].length == 6


@pytest.mark.parametrize(
    ("at", "value"),
    [("2T23:00", 2), ("3T23:00", 2), ("4T23:00", 2), ("5T00:00", 0), ("9T00:00", 0)],
)
def test_the_value_says_how_long_it_is_now(at: str, value: int) -> None:
    """While a repair is left it is not broken."""
    club = Club()
    for day in ("1T10:00", "2T10:00"):
        club.on(day, text="#in")
    assert done(club.on(at, text="rich"))[-1] == f"reply: 21 0 {value}"


def test_what_is_removed_nobody_and_bots_continue_nothing() -> None:
    club = Club()
    club.on("2T10:00", text="#in bad")
    club.on("2T10:00", text="#in", role="bot")
    assert club.file().runs == {} or "club.checkin" not in club.file().runs
    club.on("2T10:01", text="#in")
    assert club.file().runs["club.checkin"].length == 1


def test_a_streak_can_go_on_even_if_the_message_is_removed() -> None:
    club = Club(POLICY.replace("repair 1 per week", "even if removed"))
    assert club.on("2T10:00", text="#in bad").verdict == "delete"
    assert club.file().runs["club.checkin"].length == 1


def test_edits_continue_nothing() -> None:
    club = Club()
    club.on("2T10:00", text="hello", id="m")
    club.on("2T10:01", "edit", "#in", id="m")
    club.on("2T10:02", text="#in", id="m")
    assert "club.checkin" not in club.file().runs


def test_a_week_is_counted_once_and_told_in_the_second() -> None:
    club = Club()
    told = [done(club.on(at, text="hello")) for at in ("2T10:00", "8T23:59", "9T00:00", "10T00:00")]
    assert told == [[], [], ["notify moderators: Ming 2"], []]


@pytest.mark.parametrize("policy", [POLICY, ALONE])
def test_a_message_that_adds_nothing_to_a_streak_costs_one_round_trip(policy: str) -> None:
    club = Club(policy)
    club.on("2T10:00", text="#in")
    club.on("2T10:01", text="#in")
    before = len(club.store.calls)
    club.on("2T10:02", text="#in")
    assert club.store.calls[before:] == ["observe"]
