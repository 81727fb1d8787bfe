"""Rankings of members for people, for programs and for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from policyd.cli import charts
from policyd.cli.output import Output
from policyd.cli.table import one_line, table
from policyd.engine.tops import Ranked, Ranking
from policyd.language.diagnostics import Phrase

_BAR: Final = 20
_PERIODS: Final = {
    ("day", False): Phrase("today", "今天"),
    ("day", True): Phrase("yesterday", "昨天"),
    ("week", False): Phrase("this week", "本周"),
    ("week", True): Phrase("last week", "上周"),
    ("month", False): Phrase("this month", "本月"),
    ("month", True): Phrase("last month", "上月"),
}


class Shown(NamedTuple):
    """A ranking in a group of a tenant."""

    tenant: str
    group: str
    group_name: str
    ranking: Ranking
    top: list[Ranked]

    @property
    def place(self) -> str:
        """`g1`; `t/g1` for that of a tenant."""
        return f"{self.tenant}/{self.group}" if self.tenant else self.group


def top_lines(found: Sequence[Shown], output: Output) -> Iterator[str]:
    """One after the other, with a line between them."""
    for number, shown in enumerate(found):
        if number:
            yield ""
        yield output.style(one_line(f"{shown.place} {shown.group_name}"), "bold") + f" · {_title(shown, output)}"
        if not shown.top:
            yield "  " + output.text(Phrase("nobody has any yet", "还没有人有"))
        most = shown.top[0].value if shown.top else 0
        rows = [
            [f"{place:>3}.", _name(each), f"{each.value:>7,}", charts.bar(each.value, most, _BAR)]
            for place, each in enumerate(shown.top, 1)
        ]
        yield from table(rows) if rows else ()


def _title(shown: Shown, output: Output) -> str:
    what, per = shown.ranking.what, shown.ranking.per
    title = getattr(what, "title", "")
    named = f"{title} {what.name}" if title and title != what.name.partition(".")[2] else what.name
    period = Phrase("in all", "总计") if per is None else _PERIODS[per, shown.ranking.last]
    return f"{named} · {output.text(period)}"


def _name(ranked: Ranked) -> str:
    return one_line(ranked.member if ranked.name == ranked.member else f"{ranked.name} {ranked.member}", 36)


def document(shown: Shown) -> dict[str, Any]:
    """As JSON tells it."""
    ranking = shown.ranking
    return {
        "name": ranking.what.name,
        "per": ranking.per,
        "last": ranking.last,
        "tenant": shown.tenant,
        "group": shown.group,
        "top": [
            {"place": place, "member": each.member, "name": each.name, "value": each.value}
            for place, each in enumerate(shown.top, 1)
        ],
    }


def csv_text(found: Sequence[Shown]) -> str:
    """A row for each member."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(("tenant", "group", "name", "per", "place", "member", "member_name", "value"))
    for shown in found:
        for place, each in enumerate(shown.top, 1):
            ranking = shown.ranking
            what = (ranking.what.name, ranking.per or "")
            writer.writerow((shown.tenant, shown.group, *what, place, each.member, each.name, each.value))
    return written.getvalue()
