"""Rewrites the table of docs/bots.md: what a bot on each platform does instead of what the platform cannot do.

    .venv/bin/python -m scripts.platform_table

Source: `policyd.model.platforms` and `policyd.engine.capabilities`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

from msgspec import UNSET

from policyd.engine.capabilities import fit
from policyd.engine.resolve import Clock, Resolved
from policyd.model.decision import Action, Do
from policyd.model.event import Event, Group, Member
from policyd.model.platforms import ALWAYS, PROFILES

DOCUMENT: Final = Path(__file__).resolve().parents[1] / "docs" / "bots.md"
BEGIN: Final = "<!-- made by scripts/platform_table.py -->\n"
END: Final = "<!-- end -->\n"


def page() -> str:
    """Both tables."""
    return "\n".join([*_table(), "", *_notes(), ""])


def _table() -> Iterator[str]:
    """A row for each action that some platform cannot do, a column for each platform."""
    yield "| action | " + " | ".join(PROFILES) + " |"
    yield "| --- |" + " --- |" * len(PROFILES)
    for do in get_args(Do):
        if do not in ALWAYS:
            yield f"| `{do}` | " + " | ".join(_done(do, name) for name in PROFILES) + " |"


def _done(do: Do, platform: str) -> str:
    """`✓`, or what is done instead."""
    event = Event("e", "message", Group("g"), Member("u", "u"), capabilities=(platform,))
    asked = Action(do, (), member="u", text="…")
    fitted = fit(Resolved("allow", (asked,), ()), event, Clock(0, 0, {})).actions
    return "✓" if fitted == (asked,) else ", ".join(_named(action) for action in fitted)


def _named(action: Action) -> str:
    return f"→ {action.to}" if action.do == "notify" and action.to is not UNSET else action.do


def _notes() -> Iterator[str]:
    yield "| platform | |"
    yield "| --- | --- |"
    for profile in PROFILES.values():
        yield f"| `{profile.name}` | {profile.note_en}<br>{profile.note_zh} |"


def renewed(document: str) -> str:
    """The document with the tables as they are now."""
    before, _, rest = document.partition(BEGIN)
    return before + BEGIN + page() + END + rest.partition(END)[2]


if __name__ == "__main__":
    DOCUMENT.write_text(renewed(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(page())
