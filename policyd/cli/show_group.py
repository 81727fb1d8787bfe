"""What applies in a group, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from policyd.check.applies import AppliedPolicy, AppliedSetting
from policyd.cli.findings import shown_path
from policyd.cli.output import Output
from policyd.cli.show_explanation import shown
from policyd.cli.table import table
from policyd.language.diagnostics import Phrase
from policyd.language.source import Span
from policyd.reference.printing import show_duration


def group_lines(group: str, policies: Sequence[AppliedPolicy], directory: Path, output: Output) -> Iterator[str]:
    if not policies:
        none = Phrase(
            f"no policy covers the group {group}; name its tags with --tag, as the bot sends them",
            f"没有策略适用于群 {group};如果群有标签,请用 --tag 写上(与机器人发送的一致)",
        )
        yield output.text(none)
    for policy in policies:
        yield output.style(_titled(policy.name, policy.title), "bold") + f"  {_place(policy.place, directory)}"
        yield from _settings(policy, directory, output)
        without = [(_titled(_short(each.name), each.title), _place(each.place, directory)) for each in policy.without]
        if without:
            yield f"  {output.text(Phrase('does without', '不适用'))}"
            yield from (f"    {line}" for line in table(without))
        yield f"  {output.text(Phrase('applies', '适用'))}"
        yield f"    {', '.join(_short(name) for name in policy.applies) or '—'}"


def _settings(policy: AppliedPolicy, directory: Path, output: Output) -> Iterator[str]:
    if policy.settings:
        yield f"  {output.text(Phrase('settings', '设置'))}"
        rows = [
            (_short(each.name), _value(each.value, each), output.text(_whence(each)), _place(each.place, directory))
            for each in policy.settings
        ]
        yield from (f"    {line}" for line in table(rows))


def _whence(setting: AppliedSetting) -> Phrase:
    if not setting.own:
        return Phrase("as everywhere", "默认值")
    default = _value(setting.default, setting)
    return Phrase(f"its own, elsewhere {default}", f"本群设置,默认 {default}")


def _value(value: object, setting: AppliedSetting) -> str:
    if setting.type.kind == "duration" and isinstance(value, int):
        return show_duration(value)
    return str(value) if setting.type.kind == "enum" else shown(value)


def _titled(name: str, title: str) -> str:
    return f"{name} {shown(title)}" if title and title != name else name


def _short(name: str) -> str:
    return name.partition(".")[2]


def _place(span: Span, directory: Path) -> str:
    return f"{shown_path(directory, span)}:{span.source.position(span.start)[0]}"


def group_document(group: str, tags: Sequence[str], policies: Sequence[AppliedPolicy]) -> dict[str, Any]:
    """Files as diagnostics name them; durations in ms."""

    def place(span: Span) -> dict[str, Any]:
        return {"file": span.source.name, "line": span.source.position(span.start)[0]}

    return {
        "id": group,
        "tags": list(tags),
        "policies": [
            {
                "name": policy.name,
                "title": policy.title,
                **place(policy.place),
                "settings": [
                    {"name": each.name, "type": str(each.type), "value": each.value, "default": each.default,
                     "own": each.own, **place(each.place)}
                    for each in policy.settings
                ],
                "applies": list(policy.applies),
                "without": [{"name": each.name, "title": each.title, **place(each.place)} for each in policy.without],
            }
            for policy in policies
        ],
    }  # fmt: skip
