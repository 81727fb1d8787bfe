"""Counters of calendar periods, of distinct values and of sums."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policyd.model.event import Event
from tests.spec.community import Community, brief, edits, says, shown

Make = Callable[..., Community]
SHOW = 'rule show { on mark then reply "{n}" }'


def policy(counter: str, zone: str = "Asia/Shanghai", more: str = SHOW) -> dict[str, str]:
    return {"p.policy": f'policy p {{ for every group timezone "{zone}" }}\ncounter n {counter}\n{more}'}


@pytest.mark.parametrize(
    ("per", "zone", "counted"),
    [
        # a message at each instant, and how many there are in its period with it
        ("day", "Asia/Shanghai", {"2026-03-02T23:59:59.999+08:00": 1, "2026-03-03T00:00+08:00": 1,
                                  "2026-03-03T23:59+08:00": 2, "2026-03-05T00:00+08:00": 1}),
        # 23 hours: clocks go from 02:00 to 03:00
        ("day", "Europe/Berlin", {"2026-03-28T23:59+01:00": 1, "2026-03-29T00:00+01:00": 1,
                                  "2026-03-29T01:59+01:00": 2, "2026-03-29T03:00+02:00": 3,
                                  "2026-03-29T23:59+02:00": 4, "2026-03-30T00:00+02:00": 1}),
        # 25 hours: 02:30 comes twice
        ("day", "Europe/Berlin", {"2026-10-25T00:00+02:00": 1, "2026-10-25T02:30+02:00": 2,
                                  "2026-10-25T02:30+01:00": 3, "2026-10-25T23:59+01:00": 4,
                                  "2026-10-26T00:00+01:00": 1}),
        # half an hour, and a day whose midnight is skipped
        ("day", "Australia/Lord_Howe", {"2026-04-05T00:00+11:00": 1, "2026-04-05T01:45+11:00": 2,
                                        "2026-04-05T01:45+10:30": 3, "2026-04-06T00:00+10:30": 1}),
        ("day", "America/Santiago", {"2026-09-05T23:59-04:00": 1, "2026-09-06T01:00-03:00": 1,
                                     "2026-09-06T23:59-03:00": 2, "2026-09-07T00:00-03:00": 1}),
        # the island that left a Friday out
        ("day", "Pacific/Apia", {"2011-12-29T23:59-10:00": 1, "2011-12-31T00:00+14:00": 1}),
        ("week", "Asia/Shanghai", {"2026-03-02T00:00+08:00": 1, "2026-03-08T23:59+08:00": 2,
                                   "2026-03-09T00:00+08:00": 1}),
        ("week", "Europe/Berlin", {"2026-03-23T00:00+01:00": 1, "2026-03-29T23:59+02:00": 2,
                                   "2026-03-30T00:00+02:00": 1}),
        ("week", "America/New_York", {"2025-12-29T00:00-05:00": 1, "2026-01-01T00:00-05:00": 2,
                                      "2026-01-04T23:59-05:00": 3, "2026-01-05T00:00-05:00": 1}),
        ("month", "Asia/Shanghai", {"2026-02-28T23:59+08:00": 1, "2026-03-01T00:00+08:00": 1,
                                    "2026-03-31T23:59+08:00": 2, "2026-04-01T00:00+08:00": 1}),
        ("month", "Asia/Shanghai", {"2028-02-28T23:59+08:00": 1, "2028-02-29T23:59+08:00": 2,
                                    "2028-03-01T00:00+08:00": 1, "2029-03-01T00:00+08:00": 1}),
        ("month", "America/New_York", {"2026-11-01T01:30-04:00": 1, "2026-11-01T01:30-05:00": 2,
                                       "2026-11-30T23:59-05:00": 3, "2026-12-01T00:00-05:00": 1,
                                       "2027-01-01T00:00-05:00": 1}),
    ],
)  # fmt: skip
def test_periods(community: Make, per: str, zone: str, counted: dict[str, int]) -> None:
    more = 'rule r { then reply "{n}" }'
    room = community(files=policy(f"counts message by member per {per} up to 9", zone, more))
    assert [brief(room.does(says("u", "x", at))) for at in counted] == [f'reply "{n}"' for n in counted.values()]


@pytest.mark.parametrize(
    ("counter", "sent", "asked"),
    [
        # whose it is, and which events count
        ("message by member per day", [says("u", "x"), says("v", "x"), says("u", "y")], "2"),
        ("message by group per day", [says("u", "x"), says("v", "x"), says("u", "y")], "3"),
        ("edit by member per week", [says("u", "x", message="m"), edits("u", "y", message="m")], "1"),
        ("message by member per day", [says("u", "x", message="m"), says("u", "y", message="m")], "1"),
        ('message by member per day where message.text != "x"', [says("u", "x"), says("u", "y"), says("u", None)], "1"),
        ("message by member per day up to 2", [says("u", "x") for _ in range(4)], "2"),
        # distinct values, those that are told
        ("distinct message.text of message by member per day", [says("u", t) for t in ("a", "b", "a", "", None)], "3"),
        ("distinct message.text of message by member within 1h up to 9", [says("u", t) for t in "abba"], "2"),
        ("distinct message.text of message by group within 1h up to 2", [says("u", t) for t in "abc"], "2"),
        ("distinct message.images of message by member per day", [says("u", "", images=n) for n in (0, 1, 1)], "2"),
        ("distinct member of message by group per week", [says(u, "x") for u in ("u", "v", "u", "w")], "3"),
        # sums of what is more than nothing
        ("sums message.images of message by member per day", [says("u", "", images=n) for n in (2, 0, 3, None)], "5"),
        ("sums message.images of message by member within 1h up to 9",
         [says("u", "", images=n) for n in (2, 5, 1)], "8"),
        ("sums message.images of message by member within 1h up to 9", [says("u", "", images=n) for n in (8, 8)], "9"),
        ("sums message.images of message by group per month", [says(u, "", images=60_000) for u in "uv"], "60000"),
        ("sums message.images of message by group per month up to 7", [says(u, "", images=4) for u in "uv"], "7"),
    ],
)  # fmt: skip
def test_what_counts(community: Make, counter: str, sent: list[Event], asked: str) -> None:
    room = community(files=policy(f"counts {counter}"))
    for one in sent:
        room.does(one)
    assert shown(room, "u", "20:05") == asked


@pytest.mark.parametrize(
    ("counter", "sent", "asked"),
    [
        # a value counts as long as it was seen in the window
        ("distinct message.text of message by member within 1h up to 9",
         {"20:00": "a", "20:10": "b", "20:30": "a"}, {"20:59": "2", "21:09:59": "2", "21:10": "1", "21:30": "0"}),
        ("distinct message.text of message by member within 1h up to 2",
         {"20:00": "a", "20:10": "b", "20:20": "c", "20:30": "d"}, {"21:00": "2", "21:20": "1", "21:30": "0"}),
        # saturated sums forget what is old first
        ("sums message.images of message by member within 1h up to 10",
         {"20:00": 6, "20:10": 3, "20:20": 3, "20:30": 20}, {"20:59": "10", "21:29": "10", "21:30": "0"}),
        ("sums message.images of message by member within 1h up to 100",
         {"20:00": 6, "20:10": 3, "20:10:30": 3}, {"20:59": "12", "21:00": "6", "21:10": "3", "21:10:30": "0"}),
    ],
)  # fmt: skip
def test_sliding(community: Make, counter: str, sent: dict[str, str | int], asked: dict[str, str]) -> None:
    room = community(files=policy(f"counts {counter}"))
    for at, what in sent.items():
        text, images = (what, 0) if isinstance(what, str) else ("", what)
        room.does(says("u", text, at, images=images))
    assert {at: shown(room, "u", at) for at in asked} == asked


@pytest.mark.parametrize(
    ("counter", "sent", "told"),
    [
        # in a calendar period: the newest stays
        ("message by member per day up to 9", ["20:00", "+1d 20:00", "20:01", "+1d 20:01", "+2d 00:00"], "1 1 2 3 1"),
        ("message by member per day up to 9", ["+2d 20:00", "20:01", "+1d 20:01", "+3d 00:00"], "1 2 3 1"),
        ("sums message.images of message by member per week up to 99",
         ["+7d 20:00", "20:00", "+7d 20:01", "+14d 20:00"], "1 2 3 1"),
        ("distinct message.text of message by member per month up to 9",
         ["+30d 20:00", "20:00", "+30d 20:01"], "1 1 1"),
        # in a sliding one: what is ahead becomes now, and the rest moves with it
        ("message by member within 1h up to 9", ["20:00", "20:50", "20:10", "20:19:59", "20:20"], "1 2 3 4 4"),
        ("sums message.images of message by member within 1h up to 9",
         ["20:00", "20:50", "20:10", "20:19:59", "20:20"], "1 2 3 4 4"),
        ("distinct message.text of message by member within 1h up to 9",
         ["20:00", "20:50", "20:10", "20:19:59", "20:20"], "1 1 1 1 1"),
    ],
)  # fmt: skip
def test_where_the_clock_goes_back(community: Make, counter: str, sent: list[str], told: str) -> None:
    room = community(files=policy(f"counts {counter}", more='rule r { then reply "{n}" }'))
    assert [brief(room.does(says("u", "x", at, images=1))) for at in sent] == [f'reply "{n}"' for n in told.split()]


def test_sums_of_what_is_less_than_nothing(community: Make) -> None:
    header = 'policy p { for every group timezone "Asia/Shanghai" }\nattribute member.level : int\n'
    room = community(
        files={"p.policy": header + f"counter n counts sums member.level of message by member per day up to 9\n{SHOW}"}
    )
    for level in (4, -3, 0, 2, None):
        room.does(says("u", "x", member_facts={"attributes": {"level": level}}))
    assert shown(room, "u", "20:05") == "6"


def test_limits(community: Make) -> None:
    room = community(
        "limit pictures { at most 5 sums message.images of message by member per day then delete }"
        "limit topics { at most 2 distinct message.text of message by member within 1h then hold }"
        "limit words { at most 3 message by member per week then flag }"
    )
    sent = [
        says("u", "a", "20:00", images=5),
        says("u", "a", "20:01", images=1),
        says("u", "b", "+1d 20:00", images=5),
        says("u", "c", "+1d 20:01"),
        says("u", "d", "+1d 20:02"),
        says("u", "d", "+7d 20:02", images=6),
    ]
    assert [brief(room.does(one)) for one in sent] == ["-", "delete", "-", "flag", "hold", "delete"]


def test_counters_across_groups(community: Make) -> None:
    room = community(
        "counter n counts distinct message.text of message by member per day across groups\n"
        "counter m counts sums message.images of message by member per week across groups up to 50\n"
        'rule show { on mark then reply "{n} {m}" }'
    )
    for group, text in (("g1", "a"), ("g2", "b"), ("g2", "a")):
        room.does(says("u", text, group=group, images=2))
    assert shown(room, "u", "20:05") == "2 6"
    assert shown(room, "u", "+1d 20:05") == "0 6"
    assert shown(room, "v", "20:05") == "0 0"
