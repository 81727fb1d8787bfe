"""Tallies: what events add, for whom, and what of it stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import UNSET

from policyd.engine import accounts
from policyd.engine.embedded import finish
from policyd.engine.undo import undo
from policyd.model.codec import encode
from policyd.model.event import Event
from policyd.model.local_days import local_day
from policyd.model.records import Account
from tests.engine.scene import done
from tests.engine.standing import Club, awards

DAY = local_day("Asia/Shanghai", 1_772_424_000_000)
MONTH = 2026 * 12 + 2
"""2026-03-02 and its month."""


@pytest.mark.parametrize(
    ("kind", "text", "parts", "told"),
    [
        ("message", "good", {}, ["5 points u1 good"]),
        ("message", "good also", {}, ["3 monthly u1 also", "2 points u1 also", "5 points u1 good"]),
        # what is removed earns nothing, and loses
        ("message", "bad", {}, ["-3 points u1 bad"]),
        ("message", "bad good", {}, ["-3 points u1 bad"]),
        ("message", "paid good", {}, ["4 always u1 paid"]),
        # a setting, and somebody else
        ("join", None, {"join": {"inviter": "u2"}}, ["7 points u2 invited"]),
        ("join", None, {}, []),
        ("mark", None, {"mark": {"as": "quality", "message": "m"}}, ["9 monthly u1 marked"]),
        ("mark", None, {"mark": {"as": "other"}}, []),
        ("message", "good", {"role": "bot"}, []),
        ("mark", None, {"mark": {"as": "helper"}}, []),
        ("mark", None, {"mark": {"as": "helper", "by": "u3"}}, ["1 points u3 nothing"]),
    ],
)  # fmt: skip
def test_what_is_added_and_told(kind: str, text: str | None, parts: dict[str, Any], told: list[str]) -> None:
    club = Club()
    decision = club.on("2T12:00", kind, text, **parts)
    assert awards(decision) == told
    for one in told:
        amount, tally, member, _ = one.split()
        whole = sum(int(other.split()[0]) for other in told if other.split()[1:3] == [tally, member])
        account = club.account(tally, member)
        assert (account.total, account.days, account.months) == (whole, {DAY: whole}, {MONTH: whole}), amount
    assert not told or decision.actions[-1].do == "add", "they come last"


def test_amounts_are_summed_by_day_and_month_and_nothing_is_kept_of_nothing() -> None:
    club = Club()
    for at in ("2T10:00", "2T23:59", "3T00:00", "31T23:59", "4-1T00:00"):
        club.on(at, text="good")
    last = local_day("Asia/Shanghai", 1_775_000_000_000)
    assert club.account() == Account(25, {DAY: 10, DAY + 1: 5, last - 1: 5, last: 5}, {MONTH: 20, MONTH + 1: 5})
    club.on("7-1T10:00", text="good")
    assert list(club.account().days) == [DAY + 121], "days are kept for two months"
    assert club.account().total == 30
    for at in ("2027-6-1T10:00", "2028-4-1T10:00"):
        club.on(at, text="good")
    assert (len(club.account().months), club.account().total) == (4, 40), "months for two years"


def test_a_rule_adds_once_for_a_message() -> None:
    club = Club()
    assert awards(club.on("2T10:00", text="hello", id="m")) == []
    assert awards(club.on("2T10:01", "edit", "good", id="m")) == ["5 points u1 good"]
    assert awards(club.on("2T10:02", "edit", "good good", id="m")) == []
    assert awards(club.on("2T10:03", text="good", id="m")) == []
    assert club.account().total == 5


def test_rules_and_texts_read_what_was_there_before() -> None:
    club = Club()
    club.on("2T10:00", text="good")
    assert done(club.on("2T10:01", text="good rich")) == ["add club.points"]
    assert done(club.on("2T10:02", text="good rich")) == ["reply: 10 0 0", "add club.points"]
    club.on("2T10:03", text="good also")
    assert done(club.on("2T10:04", text="rich"))[0] == "reply: 22 3 0"
    assert done(club.on("4-2T10:04", text="rich"))[0] == "reply: 22 0 0", "in the running month"


def test_every_bot_is_told_what_is_added() -> None:
    club = Club()
    decision = club.on("2T10:00", text="bad", capabilities=["mute"])
    assert "delete" not in [action.do for action in decision.actions]
    (added,) = [action for action in json.loads(encode(decision))["actions"] if action["do"] == "add"]
    assert added == {
        "do": "add", "because": [{"rule": "club.bad"}], "member": "u1", "to": "club.points", "amount": -3
    }  # fmt: skip


def test_shadows_tell_what_they_would_add() -> None:
    club = Club()
    (shadow,) = club.on("2T10:00", text="dark").shadow
    assert shadow.would == ("add 6 points", "add 7 monthly")
    assert club.file().accounts == {}


@pytest.mark.parametrize("fails", ["observe", "commit", "file"])
def test_without_the_store_nothing_is_added_and_it_is_said(fails: str) -> None:
    club = Club()
    event = club.happens("2T10:00", text="bad good")
    club.store.fails = {fails}
    lame = club.tell(event)
    assert lame.degraded and not awards(lame)
    assert lame.unasked is not UNSET and "club.points" in lame.unasked
    club.store.fails = set()
    assert awards(club.tell(event)) == ["-3 points u1 bad"]
    assert club.account().total == -3


def test_who_leaves_and_comes_back_has_what_they_had() -> None:
    club = Club()
    club.on("2T10:00", text="good")
    club.on("2T11:00", "leave")
    club.on("2T12:00", "join")
    assert club.account().total == 5


# ---------------------------------------------------------------- taken back

LOSES = """policy club { for every group  timezone "Asia/Shanghai" }
tally points by member
tally other by member per day
rule fee { on join  then warn "hello", add -3 to points, add 10 to points of join.inviter }
rule more { on join  then warn "again", add 1 to points, add 2 to other of join.inviter }
rule even { on join  then warn "third", add 4 to other }
rule odd { on join  then warn "fourth", add -4 to other }
rule plain { on message  then add 1 to points }
appeal { within 30d  decided by moderators }
"""


def joined() -> tuple[Club, Event]:
    club = Club(LOSES)
    club.on("2T10:00", text="x", member="host")
    event = club.happens("2T23:00", "join", member="u1", join={"inviter": "host"})
    assert awards(club.tell(event)) == [
        "2 other host more", "4 other u1 even", "-4 other u1 odd", "10 points host fee", "-3 points u1 fee",
        "1 points u1 more",
    ]  # fmt: skip
    return club, event


def test_an_appeal_that_is_granted_takes_all_awards_back() -> None:
    club, event = joined()
    club.on("3T09:00", "appeal", appeal={"event": event.id}, event_id="a")
    (ticket,) = club.tell(club.happens("3T09:00", "appeal", appeal={"event": event.id}, event_id="a")).tickets
    verdict = club.happens("4T10:00", "verdict", verdict={"ticket": ticket.ticket, "by": "m", "decision": "approve"})
    for _ in range(2):
        (undone,) = club.tell(verdict).undone or ()
        assert undone.awards == {"club.other": {"host": 2}, "club.points": {"host": 10, "u1": -2}}
    assert club.file().accounts == {}
    assert club.account("points", "host") == Account(1, {DAY: 1}, {MONTH: 1})
    assert club.account("other", "host") == Account()


@pytest.mark.parametrize(
    ("rule", "awarded", "left"),
    [
        ("fee", {"club.points": {"host": 10, "u1": -3}}, (1, 2, 1)),
        ("more", {"club.other": {"host": 2}, "club.points": {"u1": 1}}, (11, 0, -3)),
        ("plain", None, (11, 2, -2)),
    ],
)
def test_undo_takes_back_what_the_rule_added(rule: str, awarded: Any, left: tuple[int, int, int]) -> None:
    club, _ = joined()
    for dry_run in (True, False, False):
        found = finish(undo(club.store, club.engine.program, "", rule, 0, "g1", dry_run))
        assert [each.awards for each in found.undone] == ([awarded] if awarded else [])
        if not dry_run:
            awarded = None
    totals = (club.account("points", "host"), club.account("other", "host"), club.account("points", "u1"))
    assert tuple(account.total for account in totals) == left
    for account in totals:
        assert sum(account.days.values()) == account.total == sum(account.months.values())


def test_an_undoing_that_is_cut_off_is_done_by_the_next() -> None:
    for cut in range(10):
        for after in (False, True):
            club, _ = joined()
            club.store.cut, club.store.after = cut, after
            try:
                finish(undo(club.store, club.engine.program, "", "fee", 0, "g1", False))
            except Exception as error:
                assert type(error).__name__ == "StoreUnavailable"
            club.store.cut = None
            finish(undo(club.store, club.engine.program, "", "fee", 0, "g1", False))
            assert (club.account("points", "host").total, club.account().total) == (1, 1)


def test_only_what_left_a_journal_can_be_taken_back() -> None:
    club = Club()
    club.on("2T10:00", text="good")
    assert club.account().awards == []
    club.on("2T10:01", text="bad")
    assert [(award.event, award.rules) for award in club.account().awards] == [("e2", {"club.bad": -3})]
    club.on("4-2T10:01", text="bad")
    assert [award.event for award in club.account().awards] == ["e3"], "for 30 days"


def test_so_many_awards_of_an_account_can_be_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_MOST_AWARDS", 3)
    club = Club()
    for _ in range(5):
        club.on("2T10:00", text="bad")
    assert [award.event for award in club.account().awards] == ["e3", "e4", "e5"]
    finish(undo(club.store, club.engine.program, "", "bad", 0, "g1", False))
    assert (club.account().total, club.account().awards) == (-6, [])
