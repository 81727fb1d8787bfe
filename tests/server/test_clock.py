"""Services on the clock of the events, to try out recorded traffic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.e2e.command import PATIENCE, folder_with, serving

POLICY = """policy club { for every group  timezone "UTC" }
limit flood { at most 1 message by member within 1h  then hold }
"""


@pytest.mark.parametrize("store", ["memory", "embedded"])
def test_an_hour_passes_when_the_events_say_so(store: str, tmp_path: Path) -> None:
    with serving(folder_with(tmp_path, POLICY), "--store", store, "--clock", "event") as service:
        assert any("on the events' own clock" in line for line in service.lines)
        events = [
            {"id": f"e{at}", "kind": "message", "time": f"2020-01-01T{at}:00Z", "group": {"id": "g"},
             "member": {"id": "u"}, "message": {"text": "hi"}}
            for at in ("10:00", "10:59", "11:58", "13:00")
        ]  # fmt: skip
        answer = httpx.post(f"{service.url}/v1/evaluate", json=events, timeout=PATIENCE).json()
    assert [each["degraded"] for each in answer] == [False] * 4
    assert [each["verdict"] for each in answer] == ["allow", "hold", "hold", "allow"]


STRIKES = """policy club { for every group  timezone "UTC" }
lexicon bad { words "spamword" }
ladder conduct { at 1 mute 1h }
rule words { on message when message.text matches bad then delete, strike conduct }
rule quiet { on message when member.muted then hold }
rule busy { on message when group.active(1d) >= 2 then flag }
"""


def message(number: int, group: str, time: str, text: str = "hello") -> dict[str, object]:
    return {
        "id": f"e{number}", "kind": "message", "time": f"2026-03-{time}:00Z", "group": {"id": group},
        "member": {"id": f"u{number % 2}"}, "message": {"id": f"m{number}", "text": text},
    }  # fmt: skip


@pytest.mark.parametrize("store", ["memory", "embedded"])
@pytest.mark.parametrize("together", [True, False])
def test_events_of_an_array_bring_the_clock_each_for_itself(store: str, together: bool, tmp_path: Path) -> None:
    """What one of them does is done at its own time, whatever the times of the others are."""
    arrays = [
        [message(1, "muting", "02T12:00", "spamword"), message(3, "other", "02T17:00")],
        [message(5, "muting", "02T12:30")],
        [message(6, "active", "02T23:00")],
        [message(7, "active", "02T23:01")],
        [message(8, "active", "03T00:10"), message(9, "late", "01T23:50")],
    ]
    with serving(folder_with(tmp_path, STRIKES), "--store", store, "--clock", "event") as service:
        found: list[dict[str, object]] = []
        for sent in arrays if together else [[event] for array in arrays for event in array]:
            found += httpx.post(f"{service.url}/v1/evaluate", json=sent, timeout=PATIENCE).json()
    assert [each["verdict"] for each in found] == ["delete", "allow", "hold", "allow", "allow", "flag", "allow"]


def test_a_tick_from_the_future_is_refused_by_a_store_with_a_clock(tmp_path: Path) -> None:
    def tick(number: int, minutes: int) -> dict[str, str]:
        time = datetime.now(UTC) + timedelta(minutes=minutes)
        return {"id": f"t{number}", "kind": "tick", "time": time.isoformat(timespec="seconds")}

    with serving(folder_with(tmp_path, POLICY), "--store", "memory") as service:
        sent = [tick(1, 60), tick(2, 1), tick(3, -60), tick(1, 0)]
        answer = httpx.post(f"{service.url}/v1/evaluate", json=sent, timeout=PATIENCE).json()
    assert answer[0]["problem"]["code"] == "invalid_event"
    assert answer[0]["problem"]["pointer"] == "/time"
    assert [each["verdict"] for each in answer[1:]] == ["allow"] * 3
