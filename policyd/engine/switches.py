"""Switches of a group: what rules set, until they go off by themselves."""

from __future__ import annotations

from functools import partial

from policyd.engine.asked import Effect, Wanted
from policyd.engine.case import Case
from policyd.engine.desk import Change, Desk


def changes(case: Case, wanted: Wanted) -> list[Change]:
    """What `set` does. Switches that have gone off are forgotten on the way."""
    effects = wanted.does("set")
    return [partial(_set, effects)] if effects else []


def _set(effects: list[Effect], desk: Desk) -> None:
    """The longest of what is asked for; a running switch is never shortened, but turned off where that alone is
    asked."""
    switches = desk.board().switches
    for name in {effect.subject for effect in effects}:
        longest = max(effect.duration for effect in effects if effect.subject == name)
        until = max(switches.get(name, 0), desk.now + longest) if longest else 0
        switches[name] = until
    for name in [name for name, until in switches.items() if until <= desk.now]:
        del switches[name]
