"""The types of the language. Times and durations are whole milliseconds; a time counts from the Unix epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["bool", "int", "number", "text", "time", "duration", "list", "enum", "nothing"]


@dataclass(frozen=True, slots=True)
class Type:
    """`kind`, and for a list its `element`, for an enumeration its `name` and ordered `members`."""

    kind: Kind
    element: Type | None = None
    name: str = ""
    members: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.kind == "list":
            return f"list of {self.element}"
        return self.name if self.kind == "enum" else self.kind


BOOL: Final = Type("bool")
INT: Final = Type("int")
NUMBER: Final = Type("number")
TEXT: Final = Type("text")
TIME: Final = Type("time")
DURATION: Final = Type("duration")
NOTHING: Final = Type("nothing")
"""The type of an expression that already has a diagnostic: everything accepts it, so that one mistake is said once."""

ROLE: Final = Type("enum", name="role", members=("guest", "member", "moderator", "admin", "owner", "bot"))
WEEKDAY: Final = Type("enum", name="weekday", members=("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
EVENT_KIND: Final = Type(
    "enum",
    name="event kind",
    members=(
        "message", "edit", "join", "leave", "request", "profile", "report", "sanction", "notice", "submission",
        "verdict", "appeal", "mark", "outcome", "tier",
    ),
)  # fmt: skip
ENUMS: Final = (ROLE, WEEKDAY, EVENT_KIND)


def list_of(element: Type) -> Type:
    return Type("list", element=element)


SIMPLE: Final = {t.kind: t for t in (BOOL, INT, NUMBER, TEXT, TIME, DURATION)}
"""What an `attribute` may be declared as; also `list of` each, and `role`."""
