"""Writes `bench/RESULTS.md` and its plots of what was found last: `python -m bench.report`.

What was not run stands there as not run, and plots are drawn where pygal is installed (`requirements/peers.txt`).
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench.all import NAMES
from bench.kept import OUT, Figure, Point, Result, kept

RESULTS: Final = Path(__file__).with_name("RESULTS.md")
PLOTS: Final = Path(__file__).with_name("plots")
TITLES: Final = {
    "http": "The service, beside an echo of the same server",
    "engine": "The engine in process, from bytes to bytes, on the memory store",
    "peers": "20 rules on a clean message, beside other engines",
    "limiters": "A limit, beside other limiters on the same Redis",
    "growth": "Growth of policies, lists, groups and members",
    "decide": "Decisions by the number of rules",
    "language": "Loading policies",
    "match": "Finding words",
    "state": "State: Python and server time of an event",
    "soak": "Under load for minutes",
}


class Plot(NamedTuple):
    name: str
    title: str
    x: str
    y: str


DRAWN: Final = (
    Plot("rules", "Throughput by rules", "rules", "events a second"),
    Plot("words", "Throughput by entries of a list", "entries", "events a second"),
    Plot("connections", "Throughput by connections", "connections", "events a second"),
    Plot("latency", "Latency at 70 % of the load reached", "percentile", "ms"),
)


def report(results: dict[str, Result], plots: Sequence[str]) -> str:
    """The text; `plots`: the names of those that were drawn."""
    return "\n".join([*_head(results), *_pictures(plots), *_sections(results)])


def _head(results: dict[str, Result]) -> Iterator[str]:
    yield "# What was measured\n"
    yield "`make bench` measures and writes this anew; the commands below do so for one question each."
    yield "A ratio says how many times the yardstick of the same run a figure is. What was not run says so.\n"
    for told in dict.fromkeys((each.at[:10], each.commit, each.machine) for each in results.values()):
        date, commit, machine = told
        yield f"- {date}, commit {commit or 'unknown'}: {machine}"
    yield ""


def _pictures(plots: Sequence[str]) -> Iterator[str]:
    for plot in DRAWN:
        if plot.name in plots:
            yield f"![{plot.title}](plots/{plot.name}.svg)\n"
        else:
            yield f"{plot.title}: not drawn.\n"


def _sections(results: dict[str, Result]) -> Iterator[str]:
    for question, title in TITLES.items():
        yield f"## {title}\n"
        result = results.get(question)
        if result is None:
            yield "Not run.\n"
            continue
        yield f"`{result.command}`, {result.seconds:.0f} s, {result.at}\n"
        if result.figures:
            yield from _table(result.figures)
        if result.printed:
            yield "\n".join(["```", *result.printed, "```"])
        yield "".join(f"\n{note}\n" for note in result.notes)


def _table(figures: Sequence[Figure]) -> Iterator[str]:
    yield "| what | median | p99 | ratio | should be | |"
    yield "| --- | ---: | ---: | ---: | --- | --- |"
    for each in figures:
        late = "" if each.p99 is None else number(each.p99)
        ratio = "" if each.ratio is None else f"{number(each.ratio)} × {each.yardstick}"
        met = {None: "", True: "yes", False: "**no**"}[each.met]
        yield f"| {each.name} | {number(each.median)} {each.unit} | {late} | {ratio} | {each.target} | {met} |"


def number(value: float) -> str:
    """With three digits that say something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def draw(results: dict[str, Result]) -> list[str]:
    """The names of the plots of which something was found."""
    try:
        pygal = importlib.import_module("pygal")
    except ImportError:
        print("pygal is not installed, so no plots are drawn: make bench sets it up", file=sys.stderr)
        return []
    points = [point for result in results.values() for point in result.points]
    drawn = []
    PLOTS.mkdir(exist_ok=True)
    for plot in DRAWN:
        if mine := [point for point in points if point.plot == plot.name]:
            drawing = re.sub(
                "<script.*?</script>", "", _chart(pygal, plot, mine).render(is_unicode=True), flags=re.DOTALL
            )
            (PLOTS / f"{plot.name}.svg").write_text(drawing, "utf-8")
            drawn.append(plot.name)
        else:
            (PLOTS / f"{plot.name}.svg").unlink(missing_ok=True)
    return drawn


def _chart(pygal: Any, plot: Plot, points: Sequence[Point]) -> Any:
    """Places stand side by side as they come, since each is many times the one before."""
    places = sorted({point.x for point in points})
    style = importlib.import_module("pygal.style").CleanStyle
    chart = pygal.Line(
        title=plot.title, x_title=plot.x, y_title=plot.y, x_labels=[f"{place:,g}" for place in places], js=(),
        style=style, width=760, height=380, legend_at_bottom=True, legend_at_bottom_columns=2, truncate_legend=-1,
        logarithmic=plot.name in ("latency", "rules"), disable_xml_declaration=False,
        value_formatter=lambda value: f"{value:,.4g}" if value < 1000 else f"{value:,.0f}",
    )  # fmt: skip
    chart.uuid = plot.name
    if plot.name != "latency":
        chart.config.include_x_axis = True
    for line in dict.fromkeys(point.line for point in points):
        found = {point.x: point.y for point in points if point.line == line}
        chart.add(line, [found.get(place) for place in places], allow_interruptions=False)
    return chart


def main() -> int:
    found = {name: kept(name) for name in (*NAMES, "soak")}
    results = {name: result for name, result in found.items() if result is not None}
    if not results:
        print(f"nothing was measured yet in {OUT.name}/: run make bench", file=sys.stderr)
        return 1
    RESULTS.write_text(report(results, draw(results)), "utf-8")
    failed = [figure.name for result in results.values() for figure in result.figures if figure.met is False]
    print(
        f"bench/{RESULTS.name}: {len(results)} of {len(found)} questions, {len(failed)} figures not as they should be"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
