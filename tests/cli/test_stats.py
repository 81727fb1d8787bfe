"""`policyd stats` and `policyd top`, as an operator runs them beside a service."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from policyd.cli.output import Output
from policyd.cli.programs import load_program
from policyd.cli.table import width
from policyd.engine.pipeline import Engine
from policyd.model.codec import event_from
from policyd.state.embedded import EmbeddedServer
from policyd.state.redis import RedisStore
from tests.cli.conftest import Run

POLICY = """policy club "俱乐部" {
  for groups tagged "club"
  timezone "Asia/Shanghai"
}
lexicon bad_words { words "spam" }
ladder conduct { together within 1m  at 1 warn "no"  at 2 mute 1h }
rule bad "脏话" { on message  when message.text matches bad_words  then delete, strike conduct }
rule held { on message  when message.text == "hold me"  then hold }
tally points "积分" by member
tally stars by member per week
counter posts counts messages by member per month
counter recent counts messages by member within 7d
limit many { at most 100 messages by member within 1h  then flag }
rule earn { on message  when message.text == "yes" and recent < 100  then add 5 to points, add 2 to stars }
rule busy { on message  when posts > 1000 or points > 10000 or stars > 10000  then flag }
"""
NIGHT = 1_773_154_800_000
"""2026-03-10, eleven in the evening in Shanghai."""


def told(number: int, day: int, hour: int, member: str, text: str, kind: str = "message", group: str = "g1") -> Any:
    tree = {
        "id": f"e{number}", "kind": kind, "time": f"2026-03-{day + 1:02}T{hour:02}:00:00+08:00",
        "group": {"id": group, "name": "一班", "tags": ["club"], "size": 40},
        "member": {"id": member, "name": f"小{member}"},
    }  # fmt: skip
    return tree | ({"message": {"id": f"m{number}", "text": text}} if kind == "message" else {})


def history() -> list[Any]:
    """Ten days, the last one running."""
    rows = [
        (day, hour, f"u{member}", "yes" if member == 1 else "hello there")
        for day in range(10)
        for member in range(1, 8 if day < 8 else 3)
        for hour in (9, 20)[: 1 + member % 2]
    ]
    rows += [(3, 10, "u5", "spam"), (3, 11, "u6", "spam"), (4, 8, "u5", "spam"), (9, 21, "u2", "hold me")]
    events = [told(number, *row) for number, row in enumerate(sorted(rows))]
    joins = [told(1000 + day, day, 7, f"n{day}", "", "join") for day in (1, 2, 8)]
    other = told(2000, 9, 20, "u1", "hello", group="g2")
    return sorted([*events, *joins, other], key=lambda tree: tree["time"])


async def play(server: EmbeddedServer) -> None:
    store = RedisStore(server.url, deadline=10.0, virtual=True)
    try:
        engine = Engine(load_program(Path("policies"), Output()), store)
        for tree in history():
            await engine.evaluate(event_from(tree))
    finally:
        await store.close()


@pytest.fixture
def server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedServer]:
    """That of a service which ran in the working folder, on the clock of its events."""
    (folder / "small.policy").write_text(POLICY, encoding="utf-8")
    monkeypatch.setenv("POLICYD_CLOCK", "event")
    monkeypatch.setattr("policyd.state.redis.time.time_ns", lambda: NIGHT * 1_000_000)
    with EmbeddedServer(folder.parent / ".policyd") as server:
        asyncio.run(play(server))
        yield server


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_group_on_a_page(run: Run, server: EmbeddedServer) -> None:
    ran = run("stats", "g1")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == "g1 一班 · 2026-03-01 – 2026-03-10 · 10 days · Asia/Shanghai"
    assert [line.split() for line in lines[3:9]] == [
        ["total", "change", "a", "day", "by", "day"],
        ["messages", "98", "9.8", "▇▇▇██▇▇▇▂▃"],
        ["joins", "3", "0.3", ".██.....█."],
        ["leaves", "0", "0.0", ".........."],
        ["requests", "0", "0.0", ".........."],
        ["active", "6.0", "████████▃▃"],
    ]
    assert "who spoke     1 d 2 (5%) · 7 d 7 (18%) · 30 d 7 (18%) · of 40" in lines
    assert "  脏话 club.bad        3  ████████████████████████" in lines
    assert "tickets: 1 opened · 0 approved · 0 refused · 0 expired" in lines
    assert max(map(width, lines)) <= 80


def test_pages_fit_a_terminal_in_chinese_too(run: Run, server: EmbeddedServer) -> None:
    for arguments in (("stats", "g1"), ("stats",), ("top", "points", "g1")):
        lines = run(*arguments, "--lang", "zh").out.splitlines()
        assert max(map(width, lines)) <= 80
    lines = run("stats", "g1", "--lang", "zh").out.splitlines()
    ends = {width(line) for line in lines[4:9]}
    assert ends == {34}, "charts of ten days begin and end in one column"


def test_groups_in_a_table(run: Run, server: EmbeddedServer) -> None:
    head, *lines = run("stats").out.splitlines()
    assert head.split() == ["GROUP", "MESSAGES", "BY", "DAY", "A", "DAY", "7", "D", "30", "D", "JOINED", "VIOLATIONS"]
    assert [line.split() for line in lines] == [
        ["g1", "一班", "98", "▇▇▇██▇▇▇▂▃", "6.0", "7", "7", "+3", "-0", "4"],
        ["g2", "一班", "1", "█", "1.0", "1", "1", "+0", "-0", "0"],
    ]


def test_figures_for_programs(run: Run, server: EmbeddedServer) -> None:
    (group,) = json.loads(run("stats", "g1", "--days", "2", "--format", "json").out)["groups"]
    assert (group["group"], group["zone"], group["since"]) == ("g1", "Asia/Shanghai", "2026-03-01")
    assert (group["over"]["first"], group["over"]["messages"], group["before"]["messages"]) == ("2026-03-09", 7, 22)
    assert [day["date"] for day in group["days"]] == ["2026-03-09", "2026-03-10"]
    assert group["days"][1]["violations"] == {"club.held": 1}
    assert "days" not in json.loads(run("stats", "--format", "json").out)["groups"][0]
    table = rows(run("stats", "g1", "--days", "3", "--format", "csv").out)
    assert [(row["date"], row["messages"], row["active"], row["h20"], row["actions:add"]) for row in table] == [
        ("2026-03-08", "11", "7", "4", "4"), ("2026-03-09", "3", "2", "1", "4"), ("2026-03-10", "4", "2", "1", "4"),
    ]  # fmt: skip
    assert sum(int(row["messages"]) for row in rows(run("stats", "--format", "csv").out)) == 99


def test_the_most_of_something(run: Run, server: EmbeddedServer) -> None:
    assert run("top", "points").out.splitlines() == [
        "g1 一班 · 积分 club.points · in all", "  1.  小u1 u1      100  ████████████████████", "",
        "g2 一班 · 积分 club.points · in all", "  nobody has any yet",
    ]  # fmt: skip
    (top,) = json.loads(run("top", "club.posts", "g1", "--most", "3", "--format", "json").out)["tops"]
    assert (top["name"], top["per"], top["last"]) == ("club.posts", "month", False)
    assert [(each["place"], each["member"], each["value"]) for each in top["top"]] == [
        (1, "u1", 20), (2, "u5", 18), (3, "u3", 16)
    ]  # fmt: skip
    assert [row["value"] for row in rows(run("top", "stars", "g1", "--format", "csv").out)] == ["8"]
    assert [row["value"] for row in rows(run("top", "stars", "g1", "--last", "--format", "csv").out)] == ["28"]
    assert "club.stars · 上月" in run("top", "stars", "g1", "--per", "month", "--last", "--lang", "zh").out


NO_SUCH = "there is no tally and no counter per day, week or month by member"
MISTAKES = [
    (("stats", "G1"), "there are no figures of a group `G1`; did you mean `g1`?"),
    (("stats", "elsewhere"), "there are no figures of a group `elsewhere`; `policyd stats` lists those that have some"),
    (("stats", "--days", "0"), "`--days 0`: days are kept for two years, so N is 1 to 730"),
    (("stats", "--days", "731"), "`--days 731`: days are kept for two years, so N is 1 to 730"),
    (("stats", "--keys", "g1"), "`--keys` is about the whole store: leave GROUP out, and take --format pretty or json"),
    (("top", "point"), f"{NO_SUCH} `point`; did you mean `points`?"),
    (("top", "xyz"), f"{NO_SUCH} `xyz`; there are club.points, club.posts, club.stars"),
    (("top", "recent"), "members cannot be ranked by the counter `recent`: it must count `by member` and `per day`, "
                        "`per week` or `per month`"),
    (("top", "posts", "--per", "week"), "the counter `posts` counts per month only: write --per month, or leave --per "
                                        "out"),
    (("top", "points", "--last"), "`--last` is about a period, and the tally `points` has none: add --per day, week or "
                                  "month"),
    (("top", "points", "G1"), "no group `G1` is known; did you mean `g1`?"),
]  # fmt: skip


def test_mistakes_are_said_with_what_to_do(run: Run, server: EmbeddedServer) -> None:
    for arguments, said in MISTAKES:
        ran = run(*arguments)
        assert (ran.code, ran.out, ran.err) == (2, "", f"policyd: {said}\n")


def test_nothing_counted_yet(run: Run, folder: Path) -> None:
    with EmbeddedServer(folder.parent / ".policyd"):
        assert run("stats").err.startswith("policyd: nothing has been counted yet")
        (folder / "small.policy").write_text(POLICY, encoding="utf-8")
        assert run("top", "points").err.startswith("policyd: no group with `club.points` is known yet")
