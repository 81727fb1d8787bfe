"""The figures of a group: what is counted for each local day, by name, and how stores are asked for it.

The zone of a group's days is that of the first policy, by name, that covers it; UTC where none does.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

KEPT_DAYS: Final = 731
"""So many local days are kept, and then forgotten."""
HOURLY_DAYS: Final = 62
"""So many of them with messages by hour; those before are kept as `m`, the messages of the whole day."""
PRESENCE_DAYS: Final = 40
"""So many days after a member's last message is it still known when that was, and when they joined."""

MESSAGES: Final = tuple(f"m{hour:02}" for hour in range(24))
"""New messages by hour of the local day; edits are none."""
MESSAGES_IN_ALL: Final = "m"
ACTIVE: Final = "a"
"""Members who wrote, each once."""
ROLLING: Final = {7: "x7", 30: "x30"}
"""By how much the number of members who wrote within so many days, until the end of the day, is above that of the day
before. Exact: who writes on day D and last wrote on day P counts from max(D, P + n) to D + n - 1, so 1 is added to
the former (or to D, where P is not known) and taken from D + n."""
JOINS: Final = "j"
LEAVES: Final = "l"
REQUESTS: Final = "q"
RETURNED: Final = {1: "r1", 3: "r3", 7: "r7", 30: "r30"}
"""Counted for the day on which members joined: how many of them wrote in the days after the bracket before and not
after day n (day 1; 2 and 3; 4 to 7; 8 to 30), each once."""
LEFT: Final = {1: "g1", 3: "g3", 7: "g7", 30: "g30"}
"""Counted for the day on which members joined: how many of them left in these days (the day itself counts to the
first), each once for a joining."""

VIOLATIONS: Final = "v:"
"""Before the qualified name of the rule: events on which it asked for a punishing action (as a journal has them)."""
DONE: Final = "d:"
"""Before an action as the endpoint spells it: actions in decisions, those of ticks' timed events included."""
OPENED: Final = "t:opened"
SETTLED: Final = {"approved": "t:approved", "refused": "t:refused", "expired": "t:expired"}
ANSWERED_MS: Final = "w"
"""ms between opening and settling, of all tickets that a human settled, added up."""
ANSWERED: Final = tuple(f"w{place}" for place in range(8))
"""Tickets that a human settled, by how long that took; see `ANSWERED_WITHIN`."""
ANSWERED_WITHIN: Final = (60_000, 300_000, 900_000, 3_600_000, 14_400_000, 86_400_000, 259_200_000)
"""Upper bounds in ms, inclusive; the last of `ANSWERED` is for what took longer."""
OVERRULED: Final = "o:"
"""Before the qualified name of a rule: its decisions that a human took back, or its proposals that a human refused."""
BRACKETS: Final = (1, 3, 7, 30)
SIZE: Final = "size"
"""Members of the group when the day was closed, where that was known."""


class DayFigures(Struct, frozen=True, array_like=True):
    """One local day. Names that are not there are 0. `rolling`: members who wrote within 7 and within 30 days, until
    the end of this day; of a day that is not over, until now."""

    day: int
    values: dict[str, int]
    rolling: tuple[int, int] = (0, 0)


class FiguresAsk(Struct, frozen=True, gc=False):
    """The last `days` local days that are over, and today. `at` is the instant for stores on virtual time. `size`: how
    many members the group has, if that is known, kept with the days that are closed by this."""

    tenant: str
    group: str
    zone: str
    days: int
    at: int | None = None
    size: int | None = None


class FiguresRead(Struct, frozen=True, gc=False):
    """`since`: the local day of the group's first figures, None where there are none. `days`: those asked for from
    `since` on that are over, oldest first, without gaps."""

    now: int
    today: DayFigures
    days: tuple[DayFigures, ...] = ()
    since: int | None = None


class Count(Struct, frozen=True, gc=False):
    """Adds to the figures of the local day in which `now` lies. `event` and `digest` (8 bytes): counted once for the
    event, which must have been observed; None: counted whenever asked."""

    tenant: str
    group: str
    zone: str
    now: int
    figures: tuple[tuple[str, int], ...]
    event: str | None = None
    digest: bytes = b""


def bracket(age: int) -> int | None:
    """The bracket of `BRACKETS` that so many days after joining lie in; None: on the day itself, or too late."""
    if age < 1:
        return None
    return next((last for last in BRACKETS if age <= last), None)
