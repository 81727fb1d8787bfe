"""Warnings about a store that is away: at once, then rarely, with a count."""

from __future__ import annotations

import pytest

from policyd.server.outage import EVERY_SECONDS, Outage


def test_the_first_is_said_at_once_and_the_rest_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    outage = Outage(lambda: now)
    outage.note()
    for _ in range(5):
        outage.note()
    now = EVERY_SECONDS
    outage.note()
    assert [record.getMessage().partition(" made")[0] for record in caplog.records] == [
        "1 decision was",
        "6 decisions were",
    ]
