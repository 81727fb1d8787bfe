"""The statistics of groups for people: a page for one group, a table of many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from policyd.cli import charts
from policyd.cli.group_figures import GroupFigures
from policyd.cli.output import Output
from policyd.cli.table import one_line, table, width
from policyd.engine.statistics import Span
from policyd.language.diagnostics import Phrase
from policyd.model.figures import ANSWERED_WITHIN
from policyd.reference.printing import show_duration

_SPARK: Final = 30
_SPARK_OF_MANY: Final = 10
_NAME: Final = 18
_BAR: Final = 24
_MOST: Final = 10
_MINUTE: Final = 60_000
_UNKNOWN: Final = "—"
_HEAD: Final = (
    Phrase("GROUP", "群"), Phrase("MESSAGES", "消息"), Phrase("BY DAY", "每日"), Phrase("A DAY", "日活"),
    Phrase("7 D", "7 日"), Phrase("30 D", "30 日"), Phrase("JOINED", "进出"), Phrase("VIOLATIONS", "违规"),
)  # fmt: skip


def many_lines(found: Sequence[GroupFigures], output: Output) -> Iterator[str]:
    """A line for each group."""
    rows = [[output.text(head) for head in _HEAD], *map(_row, found)]
    lines = table(_right(rows, 1, 3, 4, 5, 6, 7))
    yield output.style(next(lines), "dim")
    yield from lines


def _right(rows: Sequence[list[str]], *columns: int) -> list[list[str]]:
    """With these columns ending at one place."""
    wide = {column: max(width(row[column]) for row in rows) for column in columns}
    return [
        [" " * (wide[place] - width(cell)) + cell if place in wide else cell for place, cell in enumerate(row)]
        for row in rows
    ]


def _row(found: GroupFigures) -> list[str]:
    over = found.over
    return [
        _cut(f"{found.place} {found.name}", _NAME),
        f"{over.messages:,}",
        charts.spark([day.messages for day in found.days], _SPARK_OF_MANY),
        f"{over.active_mean:.1f}",
        f"{over.active_7d:,}",
        f"{over.active_30d:,}",
        f"+{over.joins:,} -{over.leaves:,}",
        f"{sum(over.violations.values()):,}",
    ]


def _cut(text: str, most: int) -> str:
    """At most so many columns of it."""
    shown = one_line(text, most)
    while width(shown) > most:
        shown = shown[:-2] + "…"
    return shown


def group_lines(found: GroupFigures, titles: Mapping[str, str], output: Output) -> Iterator[str]:
    """Everything about one. `titles` of rules by name."""
    over = found.over
    head = one_line(f"{found.place} {found.name}", 60).strip()
    days = output.text(Phrase(f"{over.days} day{'s' * (over.days > 1)}", f"{over.days} 天"))
    yield output.style(head, "bold") + f" · {over.first} – {over.last} · {days} · {found.zone}"
    if not found.days:
        yield output.text(Phrase("no day is over yet: figures begin today", "还没有完整的一天:统计从今天开始"))
    elif found.since == over.first:
        yield output.text(Phrase(f"counted since {found.since}", f"自 {found.since} 起统计"))
    yield ""
    together = charts.folded_by(len(found.days), _SPARK)
    charted = Phrase("by day", "每日") if together == 1 else Phrase(f"{together} days each", f"每格 {together} 天")
    labels = (Phrase("", ""), Phrase("total", "合计"), Phrase("change", "变化"), Phrase("a day", "日均"), charted)
    lines = table(_right([[output.text(label) for label in labels], *_by_day(found, output)], 1, 2, 3))
    yield output.style(next(lines), "dim")
    yield from lines
    yield ""
    yield from table([[output.text(label), text] for label, text in _facts(found, output)])
    yield from _by_hour(over, output)
    yield from _named(_VIOLATIONS, over.violations, titles, output)
    yield from _named(_ACTIONS, {do.replace("_", " "): number for do, number in over.actions.items()}, {}, output)
    yield from _named(_OVERRULED, over.overruled, titles, output)
    yield from _tickets(over, output)


_VIOLATIONS: Final = Phrase("violations by rule", "各规则的违规")
_ACTIONS: Final = Phrase("actions", "处理")
_OVERRULED: Final = Phrase("overruled by a human, by rule", "被人工推翻(按规则)")


def _by_day(found: GroupFigures, output: Output) -> Iterator[list[str]]:
    """What goes by days: over all of them, the change, in the mean, and a chart."""
    over, was, days = found.over, found.before, found.days
    series = (
        (Phrase("messages", "消息"), [day.messages for day in days], over.messages, was and was.messages),
        (Phrase("joins", "入群"), [day.joins for day in days], over.joins, was and was.joins),
        (Phrase("leaves", "退群"), [day.leaves for day in days], over.leaves, was and was.leaves),
        (Phrase("requests", "申请"), [day.requests for day in days], over.requests, was and was.requests),
    )
    for label, values, total, before in series:
        mean = f"{total / over.days:,.1f}"
        yield [output.text(label), f"{total:,}", _change(total, before), mean, charts.spark(values, _SPARK)]
    change = _change(over.active_mean, was and was.active_mean)
    chart = charts.spark([day.active for day in days], _SPARK)
    yield [output.text(Phrase("active", "活跃")), "", change, f"{over.active_mean:,.1f}", chart]


def _facts(found: GroupFigures, output: Output) -> Iterator[tuple[Phrase, str]]:
    over, today = found.over, found.today
    active = [(1, over.active_1d), (7, over.active_7d), (30, over.active_30d)]
    shown = [f"{days} d {number:,}{_of_size(over.speakers[f'{days}d'])}" for days, number in active]
    size = "" if over.size is None else output.text(Phrase(f" · of {over.size:,}", f" · 共 {over.size:,} 人"))
    yield Phrase("who spoke", "发言人数"), " · ".join(shown) + size
    retained = [f"{days[:-1]} d {_part(part)}" for days, part in over.retention.items()]
    yield Phrase("retention", "新人留存"), " · ".join(retained)
    text = Phrase(
        f"{today.messages:,} messages, {today.active:,} active, {today.joins:,} joins, {today.leaves:,} leaves",
        f"消息 {today.messages:,},活跃 {today.active:,},入群 {today.joins:,},退群 {today.leaves:,}",
    )
    yield Phrase("today so far", "今天到现在"), output.text(text)


def _by_hour(over: Span, output: Output) -> Iterator[str]:
    if any(over.hours):
        yield ""
        yield output.style(output.text(Phrase("messages by hour", "各时段消息")), "bold")
        yield from (f"  {line}" for line in charts.hours(over.hours))


def _named(label: Phrase, found: Mapping[str, int], titles: Mapping[str, str], output: Output) -> Iterator[str]:
    """The first of them with bars."""
    if not found:
        return
    yield ""
    yield output.style(f"{output.text(label)} {sum(found.values()):,}", "bold")
    shown = list(found.items())[:_MOST]
    top = shown[0][1]
    rows = [[_titled(name, titles), f"{number:>7,}", charts.bar(number, top, _BAR)] for name, number in shown]
    yield from (f"  {line}" for line in table(rows))
    if len(found) > _MOST:
        more = len(found) - _MOST
        yield "  " + output.text(Phrase(f"… and {more} more", f"…… 另有 {more} 项"))


def _titled(name: str, titles: Mapping[str, str]) -> str:
    title = titles.get(name, "")
    return one_line(f"{title} {name}" if title and title != name.partition(".")[2] else name, 40)


def _tickets(over: Span, output: Output) -> Iterator[str]:
    tickets = over.tickets
    if not (tickets.opened or tickets.settled_by_human or tickets.expired):
        return
    yield ""
    counts = Phrase(
        f"tickets: {tickets.opened:,} opened · {tickets.approved:,} approved · {tickets.refused:,} refused · "
        f"{tickets.expired:,} expired",
        f"工单:新开 {tickets.opened:,} · 同意 {tickets.approved:,} · 拒绝 {tickets.refused:,} · "
        f"过期 {tickets.expired:,}",
    )
    yield output.style(output.text(counts), "bold")
    if tickets.mean_seconds is not None:
        mean = show_duration(max(1, round(tickets.mean_seconds * 1000 / _MINUTE)) * _MINUTE)
        yield output.text(Phrase(f"  answered after {mean} in the mean", f"  平均 {mean} 后得到答复"))
        top = max(tickets.answered)
        rows = [
            [output.text(_bound(place)), f"{number:>7,}", charts.bar(number, top, _BAR)]
            for place, number in enumerate(tickets.answered)
            if number
        ]
        yield from (f"  {line}" for line in table(rows))


def _bound(place: int) -> Phrase:
    if place < len(ANSWERED_WITHIN):
        bound = show_duration(ANSWERED_WITHIN[place])
        return Phrase(f"within {bound}", f"{bound} 内")
    bound = show_duration(ANSWERED_WITHIN[-1])
    return Phrase(f"later than {bound}", f"超过 {bound}")


def _of_size(part: float | None) -> str:
    return "" if part is None else f" ({part:.0%})"


def _part(part: float | None) -> str:
    return _UNKNOWN if part is None else f"{part:.0%}"


def _change(now: float, before: Span | float | None) -> str:
    return f"{(now - before) / before:+.0%}" if isinstance(before, float | int) and before else ""
