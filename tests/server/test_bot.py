"""The bot of docs/bots.md, against a real service and a platform of our own."""

from __future__ import annotations

import re
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts import platform_table
from tests.e2e.command import ROOT, Served, folder_with, serving

POLICY = """policy club { for every group  timezone "UTC" }
ladder conduct { together within 1m  at 1 warn "first"  at 2 mute 24h saying "second" }
rule bad { when message.text contains "spam"  then delete, strike conduct }
duty introduction { on join  within 24h  until message where message.length >= 10  late then call out "who are you?" }
"""


class Platform:
    """Remembers what it is asked to do; `refuses` some of it, and `dies` once at an action."""

    def __init__(self, *happened: dict[str, Any], refuses: str = "", dies: str = "") -> None:
        self.happened = list(happened)
        self.done: list[tuple[str, str]] = []
        self.refuses = refuses
        self.dies = dies

    def do(self, action: dict[str, Any], event: dict[str, Any]) -> None:
        if action["do"] == self.dies:
            self.dies = ""
            raise SystemExit
        if action["do"] == self.refuses:
            raise PermissionError("not enough rights")
        self.done.append((action["do"], action.get("text", "")))


def event(number: int, kind: str, hour: int, member: str, **part: Any) -> dict[str, Any]:
    time = f"2026-03-{2 + hour // 24:02}T{hour % 24:02}:00:00Z"
    who = {"id": member, "name": member}
    return {"id": f"p:{number}", "kind": kind, "time": time, "group": {"id": "g1"}, "member": who, **part}


def says(number: int, hour: int, member: str, text: str) -> dict[str, Any]:
    return event(number, "message", hour, member, message={"id": f"m{number}", "text": text})


@pytest.fixture
def make() -> Iterator[Callable[..., Any]]:
    """Bots of the class that the document shows, their connections closed at the end."""
    text = platform_table.DOCUMENT.read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python bot\n(.*?)^```", text, re.M | re.S)
    names: dict[str, Any] = {}
    exec(compile(code, "bots.md", "exec"), names)
    bots: list[Any] = []

    def made(*arguments: Any, **options: Any) -> Any:
        bots.append(names["Bot"](*arguments, **options))
        return bots[-1]

    yield made
    for bot in bots:
        bot.policyd.close()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Served]:
    with serving(folder_with(tmp_path, POLICY), "--clock", "event") as served:
        yield served


def test_it_tells_does_and_says_what_it_could_not_do(make: Any, service: Served, tmp_path: Path) -> None:
    platform = Platform(refuses="delete")
    bot = make(service.url, platform, tmp_path / "kept", pauses=(1, 5))
    bot.tell(says(1, 0, "u1", "spam"))
    failed = "平台未能执行 / the platform did not do it: delete · not enough rights"
    assert platform.done == [("notify", failed), ("warn", "first")]
    bot.tell(says(1, 0, "u1", "spam"))
    assert platform.done[2:] == [("notify", failed), ("warn", "first")], "the same decision once more, counted once"
    bot.tell(says(2, 1, "u1", "spam"))
    assert platform.done[-1] == ("mute", "second")


def test_what_comes_due_is_done_though_the_bot_dies_on_the_way(make: Any, service: Served, tmp_path: Path) -> None:
    platform = Platform(dies="call_out")
    bot = make(service.url, platform, tmp_path / "kept", pauses=(1, 5))
    bot.tell(event(1, "join", 0, "u1"))
    bot.tell(says(2, 1, "u2", "hello"))
    bot.tick()
    assert platform.done == []
    bot.tell(says(3, 25, "u2", "a day later"))
    with pytest.raises(SystemExit):
        bot.tick()
    assert platform.done == []
    again = make(service.url, platform, tmp_path / "kept", pauses=(1, 5))
    again.tick()
    assert platform.done == [("call_out", "who are you?")]
    again.tick()
    assert len(platform.done) == 1, "it was acknowledged"


def test_what_comes_due_outlives_a_service_that_is_killed(make: Any, tmp_path: Path) -> None:
    platform, folder = Platform(), folder_with(tmp_path, POLICY)
    with serving(folder, "--clock", "event") as first:
        bot = make(first.url, platform, tmp_path / "kept", pauses=(1, 5))
        bot.tell(event(1, "join", 0, "u1"))
        bot.tick()
        first.stop(signal.SIGKILL)
    with serving(folder, "--clock", "event") as second:
        again = make(second.url, platform, tmp_path / "kept", pauses=(1, 5))
        again.tell(says(2, 25, "u2", "a day later"))
        again.tick()
        again.tick()
    assert platform.done == [("call_out", "who are you?")]


def test_it_names_what_its_platform_can_do(make: Any, service: Served, tmp_path: Path) -> None:
    platform = Platform()
    bot = make(service.url, platform, tmp_path / "kept", capabilities=["wecom"], pauses=(1, 5))
    bot.tell(says(1, 0, "u1", "spam"))
    assert [do for do, _ in platform.done] == ["warn", "notify"]


def test_it_gives_up_where_nobody_answers_and_where_it_is_refused(make: Any, service: Served, tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        bot = make(f"http://127.0.0.1:{silent.getsockname()[1]}", Platform(), tmp_path / "kept", pauses=(0.01, 0.01))
        with pytest.raises(httpx.TransportError):
            bot.tell(says(1, 0, "u1", "hello"))
    bot = make(service.url, Platform(), tmp_path / "kept")
    with pytest.raises(ValueError, match="invalid_event"):
        bot.tell({"id": "x", "kind": "mesage"})


def test_the_tables_are_those_of_the_platforms() -> None:
    document = (ROOT / "docs" / "bots.md").read_text(encoding="utf-8")
    assert platform_table.renewed(document) == document, "run `python -m scripts.platform_table`"
