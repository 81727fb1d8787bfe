"""What a test's store remembers that later steps refer to without naming it: open tickets, decisions, events."""

from __future__ import annotations

from policyd.engine.embedded import finish
from policyd.model.records import STAMP, JournalEntry, Ticket, unpack
from policyd.state.memory import MemoryStore

_PAGE = 1000


class Past:
    """`last_event`: the id of the event that was decided last."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.last_event: str | None = None

    def open_ticket(self, group: str, member: str) -> str | None:
        """The newest open ticket about a member."""
        found: list[tuple[int, int, str]] = []
        cursor, place = 0, 0
        while True:
            cursor, page = finish(self._store.listed("", 0, "ticket", group, cursor, _PAGE))
            for name, stored in page:
                ticket = unpack(Ticket, stored[STAMP:])
                place += 1
                if ticket is not None and ticket.status == "open" and ticket.member == member:
                    found.append((ticket.opened, place, name))
            if not cursor:
                return max(found)[2] if found else None

    def appealable(self, group: str, member: str) -> str | None:
        """The newest event of which the decision about a member can be taken back."""
        for entry in reversed(finish(self._store.journal("", group, 0))):
            decided = unpack(JournalEntry, entry.journal)
            if decided is not None and decided.member == member:
                return decided.event
        return None
