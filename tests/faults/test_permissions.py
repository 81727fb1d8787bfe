"""In a Cluster and behind Sentinels a user of few permissions has all that the laws of the store need, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from policyd.model.state import StoreUnavailable
from policyd.state.connecting import PERMISSIONS
from policyd.state.redis import RedisStore
from tests.state.conftest import Bot, Run
from tests.state.desk import desk
from tests.state.test_calendar import (
    test_the_last_period_and_the_clock_going_back,
    test_values_and_amounts_move_with_the_clock_as_events_do,
)
from tests.state.test_figures import (
    test_an_event_is_counted_once_and_only_if_it_was_observed,
    test_days_are_closed_once_and_late_figures_are_merged,
    test_joining_again_requests_and_repeats,
    test_what_this_day_has_seen_is_told_with_the_event,
)
from tests.state.test_journal import (
    test_commits_leave_a_journal,
    test_mutes_are_taken_back,
    test_strikes_are_taken_back,
)
from tests.state.test_laws import (
    test_edits_count_only_where_asked,
    test_ladder_climbs_and_repeats_its_last_step,
    test_mutes,
    test_repeated_event_changes_nothing_and_answers_as_before,
    test_silence_is_since_the_last_message,
    test_throttle_speaks_once,
    test_what_was_given_for_a_message_is_kept,
)
from tests.state.test_records import (
    test_a_filing_changes_all_or_nothing,
    test_a_filing_goes_through_once,
    test_a_filing_needs_what_it_was_worked_out_from,
    test_all_that_is_there_is_listed,
    test_groups_of_a_cell_are_listed,
    test_looking_changes_nothing,
    test_records_are_read_along_and_answered_as_they_were,
    test_the_earliest_is_due_first,
)

from .servers import CLUSTER_PERMISSIONS, LOGIN, Server, cluster, permit, sentinel_pair

__all__ = [
    "desk",
    "test_a_filing_changes_all_or_nothing",
    "test_a_filing_goes_through_once",
    "test_a_filing_needs_what_it_was_worked_out_from",
    "test_all_that_is_there_is_listed",
    "test_an_event_is_counted_once_and_only_if_it_was_observed",
    "test_commits_leave_a_journal",
    "test_days_are_closed_once_and_late_figures_are_merged",
    "test_edits_count_only_where_asked",
    "test_groups_of_a_cell_are_listed",
    "test_joining_again_requests_and_repeats",
    "test_ladder_climbs_and_repeats_its_last_step",
    "test_looking_changes_nothing",
    "test_mutes",
    "test_mutes_are_taken_back",
    "test_records_are_read_along_and_answered_as_they_were",
    "test_repeated_event_changes_nothing_and_answers_as_before",
    "test_silence_is_since_the_last_message",
    "test_strikes_are_taken_back",
    "test_the_earliest_is_due_first",
    "test_the_last_period_and_the_clock_going_back",
    "test_throttle_speaks_once",
    "test_values_and_amounts_move_with_the_clock_as_events_do",
    "test_what_this_day_has_seen_is_told_with_the_event",
    "test_what_was_given_for_a_message_is_kept",
]

NEEDED = {"cluster": f"{PERMISSIONS} {CLUSTER_PERMISSIONS}", "sentinel": PERMISSIONS}


@contextmanager
def started(kind: str, folder: Path) -> Iterator[tuple[list[Server], str]]:
    if kind == "sentinel":
        with sentinel_pair(folder) as ((master, _), url):
            yield [master], url
    else:
        with cluster(folder) as nodes:
            yield nodes, f"redis+cluster://127.0.0.1:{nodes[0].port}"


@pytest.fixture(scope="module", params=list(NEEDED))
def masters(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[list[Server], str, str]]:
    """Servers, the URL with a user's name, and what this user is to be permitted."""
    with started(request.param, tmp_path_factory.mktemp(request.param)) as (servers, url):
        yield servers, url.replace("//", f"//{LOGIN}"), NEEDED[request.param]


@pytest.fixture
def bot(masters: tuple[list[Server], str, str], run: Run) -> Iterator[Bot]:
    """Of an empty store."""
    servers, url, needed = masters
    permit(servers, needed)
    for server in servers:
        server.client.flushall()
    store = RedisStore(url, virtual=True, deadline=10.0)
    run(store.open())
    yield Bot(store, run)
    run(store.close())


def test_nobody_may_do_more(masters: tuple[list[Server], str, str]) -> None:
    servers, _, needed = masters
    permit(servers, needed)
    for words in (("FLUSHALL",), ("KEYS", "*"), ("GET", "other"), ("CONFIG", "GET", "*"), ("CLUSTER", "RESET")):
        said = servers[0].asked("ACL", "DRYRUN", "policyd", *words)
        assert b"permission" in said, words


def test_a_permission_that_is_missing_is_said(masters: tuple[list[Server], str, str]) -> None:
    async def opened() -> None:
        store = RedisStore(url)
        try:
            await store.open()
        finally:
            await store.close()

    servers, url, needed = masters
    missing = [word for word in ("+info", "+function|load", "+cluster|slots") if word in needed]
    assert len(missing) >= 2
    for word in missing:
        permit(servers, needed.replace(word, ""))
        with pytest.raises(StoreUnavailable, match="permission"):
            asyncio.run(opened())
