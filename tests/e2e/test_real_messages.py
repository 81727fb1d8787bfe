"""Real messages through the command and through the service: the two agree on every decision."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
POLICIES = ROOT / "policies" / "class_group"
CORPORA = ("spam_zh_telegram.dev.jsonl", "cold.dev.jsonl")
SAMPLE = 1500
ARRAY = 500


def real_events(folder: Path, most: int | None) -> list[dict[str, Any]]:
    """The messages of the corpora in 20 groups by 700 members, one every six seconds, so that windows, ladders and
    quiet hours take part."""
    texts = [
        json.loads(line)["text"]
        for name in CORPORA
        for line in (folder / name).read_text(encoding="utf-8").splitlines()[:most]
    ]
    return [real_event(number, text) for number, text in enumerate(texts)]


def real_event(number: int, text: str) -> dict[str, Any]:
    instant = time.gmtime(1_772_400_000 + 6 * number)
    return {
        "id": f"e{number}",
        "kind": "message",
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", instant),
        "group": {"id": f"g{number % 20}", "tags": ["course"]},
        "member": {"id": f"u{number % 700}", "name": f"member {number % 700}", "role": "member"},
        "message": {"id": f"m{number}", "text": text, "images": 0},
    }


def by_command(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lines = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)
    command = [sys.executable, "-m", "policyd", "evaluate", str(POLICIES), "-"]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@contextmanager
def service(folder: Path) -> Iterator[str]:
    """`policyd serve` in memory on the events' own time; yields its address."""
    command = [sys.executable, "-m", "policyd", "serve", str(POLICIES), "--listen", "127.0.0.1:0", "--store", "memory"]
    process = subprocess.Popen(
        [*command, "--clock", "event"], cwd=folder, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.communicate(timeout=20)


def by_service(events: list[dict[str, Any]], address: str) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = []
    with httpx.Client(base_url=address, timeout=60) as client:
        for first in range(0, len(events), ARRAY):
            answer = client.post("/v1/evaluate", json=events[first : first + ARRAY])
            assert answer.status_code == 200, answer.text
            answers.extend(answer.json())
    return answers


def test_command_and_service_agree(
    shared_data: Path, long: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = real_events(shared_data, None if long else SAMPLE)
    started = time.perf_counter()
    commanded = by_command(events)
    between = time.perf_counter()
    with service(tmp_path) as address:
        ready = time.perf_counter()
        served = by_service(events, address)
        finished = time.perf_counter()
    assert len(commanded) == len(events)
    assert [pair for pair in zip(commanded, served, strict=True) if pair[0] != pair[1]] == []
    verdicts = Counter(decision["verdict"] for decision in served)
    assert verdicts["delete"] > len(events) // 20
    assert verdicts["allow"] > len(events) // 20
    with capsys.disabled():
        print(
            f"\n{len(events)} messages, {dict(verdicts)}; policyd evaluate {len(events) / (between - started):,.0f}/s "
            f"with start-up, arrays of {ARRAY} over HTTP {len(events) / (finished - ready):,.0f}/s"
        )
