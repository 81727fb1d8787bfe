"""Which figures of the group conditions can read: one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from policyd.check.resolved_expressions import GroupFigureName
from policyd.language.diagnostics import Phrase
from policyd.language.types import INT, NUMBER, Type

FALLING: Final = "falling"
LONGEST: Final = 90
"""Over so many complete days a figure that is added up can be asked for."""
LONGEST_FALLING: Final = 45


@dataclass(frozen=True, slots=True)
class FigureInfo:
    """`days`: over how many complete days it can be asked for, any number up to `LONGEST` where empty. `adds_up`: it
    is one number a day, of which `falling` can be asked."""

    name: GroupFigureName
    type: Type
    days: tuple[int, ...]
    adds_up: bool
    about: Phrase


_ALL: Final = (
    FigureInfo("messages", INT, (), True, Phrase("messages in so many complete days", "最近若干整天的消息数")),
    FigureInfo("active", INT, (1, 7, 30), True,
               Phrase("members who wrote in so many complete days, each once", "最近若干整天发过言的人数")),
    FigureInfo("joins", INT, (), True, Phrase("how many joined in so many complete days", "最近若干整天的入群人数")),
    FigureInfo("leaves", INT, (), True, Phrase("how many left in so many complete days", "最近若干整天的退群人数")),
    FigureInfo("requests", INT, (), True,
               Phrase("how many asked to join in so many complete days", "最近若干整天的入群申请数")),
    FigureInfo("speakers", NUMBER, (1, 7, 30), False,
               Phrase("share of the members who wrote in so many complete days", "最近若干整天发过言的成员比例")),
    FigureInfo("retention", NUMBER, (1, 3, 7, 30), False,
               Phrase("share of newcomers who wrote again on day 1, 2 to 3, 4 to 7 or 8 to 30 after joining",
                  "新人在入群后第 1、2-3、4-7 或 8-30 天仍发言的比例")),
)  # fmt: skip
FIGURES: Final = {f"group.{figure.name}": figure for figure in _ALL}
"""By how they are written, without the brackets."""

_Today = Literal["messages", "active"]
TODAY: Final[dict[str, _Today]] = {"group.messages_today": "messages", "group.active_today": "active"}
ABOUT_TODAY: Final = {
    "group.messages_today": Phrase("messages of this day until now, this one included", "今天到现在的消息数(含本条)"),
    "group.active_today": Phrase("members who wrote this day until now", "今天到现在发过言的人数"),
}


def usage(name: str) -> str:
    """How a figure, or `falling`, is written."""
    return "falling(group.active, 3d)" if name == FALLING else f"{name}(7d)"
