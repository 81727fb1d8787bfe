"""Instants as an operator reads them: in the time zone of the policy that they are about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Zones:
    """Those of the policies in a folder; where there are none, that of this machine."""

    def __init__(self, policies: Path) -> None:
        from policyd.check.load import load

        found = load(policies)[0] if policies.is_dir() else None
        self._zones = {policy.name: policy.zone for policy in found.policies} if found else {}

    def of(self, rules: Iterable[str]) -> tzinfo | None:
        """That of the first rule whose policy is known; None for this machine's."""
        for rule in rules:
            name = self._zones.get(rule.partition(".")[0])
            if name is not None:
                return ZoneInfo(name)
        return None

    def shown(self, instant: int, rules: Iterable[str] = ()) -> str:
        """`2026-03-02 20:00`."""
        moment = _EPOCH + timedelta(milliseconds=instant)
        return moment.astimezone(self.of(rules)).strftime("%Y-%m-%d %H:%M")
