"""Services on the clock of the events, to try out recorded traffic."""

from __future__ import annotations

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
