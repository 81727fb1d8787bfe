"""Records that one event changes, on working copies."""

from __future__ import annotations

from policyd.engine.desk import Desk, Told, file_changes
from policyd.engine.embedded import finish
from policyd.model.records import STAMP, Record, Ticket, unpack
from tests.engine.scene import FailingStore


def _file(store: FailingStore, event: str, text: str) -> Told:
    def open_ticket(desk: Desk) -> None:
        desk.expect_new("t1")
        desk.put_ticket(Ticket("t1", "hold", desk.group, "u1", event, desk.now, text=text))

    return finish(file_changes(store, "", "g1", event, 1_000, (open_ticket,), {}))


def test_a_new_ticket_is_not_read_first() -> None:
    store = FailingStore()
    assert _file(store, "e1", "a").opened == 1
    assert store.calls == ["file"]


def test_one_that_is_there_after_all_is_read_and_changed() -> None:
    store = FailingStore()
    _file(store, "e1", "a")
    store.calls.clear()
    assert _file(store, "e2", "b").opened == 0
    assert store.calls == ["file", "read", "file"]
    (stored,) = finish(store.inner.read("", 0, (Record("ticket", "g1", "t1"),)))
    ticket = unpack(Ticket, stored[STAMP:])
    assert ticket is not None and (ticket.event, ticket.text) == ("e2", "b")
