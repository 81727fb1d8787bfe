"""What pytest-benchmark found, as figures: each beside the yardstick of its file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from bench.kept import Figure, Point, Result, p99

_YARDSTICKS: Final = {
    "bench_parse": "[10]", "bench_parse_and_check": "[10]", "bench_compile": "[10]", "bench_decide_clean": "[10]",
    "bench_decide_one_word": "[10]", "bench_prepare_clean": "[10]", "bench_decide_with_duties": "[0-nothing]",
    "bench_prepare_with_duties": "[0]",
}  # fmt: skip
"""By the function, whose parameters are the yardstick of its others."""
_PEERS: Final = {"zen-engine": 10, "cedarpy": 100, "cedarpy, policies as text": 100, "regopy": 100, "cel-python": 100}
"""How many times what policyd takes they take, at least; whichever is fastest 10 times."""

_EVENTS: Final = 30_000
"""Real messages a second through the engine in process."""


def read(question: str, raw: Path) -> Result:
    """The figures of a file of `--benchmark-json`."""
    benchmarks: list[dict[str, Any]] = json.loads(raw.read_text("utf-8"))["benchmarks"]
    medians = {each["name"]: each["stats"]["median"] for each in benchmarks}
    result = Result(question, f"make bench-one FILE=bench/{question}.py")
    for each in benchmarks:
        result.figures.append(_figure(each, medians))
    if question == "peers":
        _judge(result)
    for each in benchmarks:
        if each["name"].startswith("bench_decide_clean["):
            rules = float(each["name"].partition("[")[2].rstrip("]"))
            result.points.append(Point("rules", "decide", rules, round(1 / each["stats"]["median"])))
    return result


def _figure(each: dict[str, Any], medians: dict[str, float]) -> Figure:
    """Microseconds; of `extra_info`, `events` is how many there are in a round, `of_least` the yardstick's part."""
    name, extra = each["name"], each["extra_info"]
    events = extra.get("events", 1)
    scale = 1e6 / events
    found = each["stats"].get("data") or []
    figure = Figure(_title(name), "us", each["stats"]["median"] * scale)
    if len(found) >= 100:
        figure.p99 = p99(found) * scale
    if "of_least" in extra:
        figure.ratio, figure.yardstick = 1 / extra["of_least"], "the least in Python"
        if name in ("bench_evaluate[real]", "bench_evaluate_together"):
            figure.target, figure.met = f"at least {_EVENTS:,} a second", extra["per_second"] >= _EVENTS
        return figure
    function = name.partition("[")[0]
    yardstick = (
        "bench_decide_policyd" if "bench_decide_policyd" in medians else function + _YARDSTICKS.get(function, "")
    )
    if yardstick in medians and yardstick != name:
        figure.ratio, figure.yardstick = each["stats"]["median"] / medians[yardstick], _title(yardstick)
    return figure


def _judge(result: Result) -> None:
    """Whether policyd is as much faster as it should be."""
    peers = [figure for figure in result.figures if figure.ratio is not None]
    fastest = min(peers, key=lambda figure: figure.median, default=None)
    for figure in peers:
        least = _PEERS.get(figure.name.partition("[")[2].rstrip("]"), 10 if figure is fastest else None)
        if least is not None and figure.ratio is not None:
            figure.target, figure.met = f"at least {least} times", figure.ratio >= least
    named = {figure.name.partition("[")[2].rstrip("]") for figure in peers}
    result.notes += [f"{name} was not run: it is not installed." for name in _PEERS if name not in named]


def _title(name: str) -> str:
    return name.removeprefix("bench_").replace("_", " ")
