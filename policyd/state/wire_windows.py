"""Windows and ladders as `lua/observe.lua` takes them: what is the same for all events that ask for the same."""

from __future__ import annotations

from functools import lru_cache
from struct import Struct as Layout
from typing import Final, NamedTuple

from msgspec import Struct

from policyd.model.state import LadderRead, Window
from policyd.state import keys
from policyd.state.retention import CALENDAR, RECEIPTS
from policyd.state.zones import number_of_zone

NUMBERS: Final = Layout(">HH")
"""Of windows, of ladders."""

_BUMPS: Final = {"never": 0, "new": 1, "edit": 2, "always": 3}
_PERIODS: Final = {None: 0, "day": 4, "week": 8, "month": 12}
_FORMS: Final = {"events": 0, "distinct": 16, "sum": 32, "messages": 48, "active": 64}
_LAST: Final = 128
_MOST: Final = 4096


class Home(NamedTuple):
    """Where windows are kept: in strings with a key of their own those of more than a day and of `lua/counted.lua`, the
    others in a field of the ring. `text` is the cell of a window that has a text as its key, and so a place of its own.
    `figures`: in the figures of the group."""

    key: bool
    member: bool
    text: str = ""
    figures: bool = False


MEMBER_FIELD: Final = Home(False, True)
_FIGURES: Final = Home(True, False, figures=True)


class Shape(Struct):
    """What is the same for all events that ask for one tuple of windows: where they are kept, in this order, and how
    they are packed. `of_member`: all of them in the member's field. `zones`: those of windows that need one, packed;
    `amounts`: how many count a value or an amount; `figures`: some tell figures of the group."""

    windows: tuple[Window, ...]
    homes: tuple[Home, ...]
    of_member: bool
    fields: int
    packed: bytes
    zones: bytes
    amounts: int
    figures: bool


class Tail(Struct):
    """The same for events that ask for one tuple of windows and one of ladders: both, behind their numbers."""

    windows: tuple[Window, ...]
    ladders: tuple[LadderRead, ...]
    packed: bytes


class _Packed(NamedTuple):
    """A window, but for the place of its home."""

    home: Home
    packed: bytes
    zone: bytes
    amounts: int


SHAPES: Final[dict[int, Shape]] = {}
TAILS: Final[dict[tuple[int, int], Tail]] = {}
"""By the identity of the tuples, but for windows that are chosen for an event."""


def new_tail(shape: Shape, ladders: tuple[LadderRead, ...]) -> Tail:
    """Kept in `TAILS`, where it is asked for again."""
    windows = shape.windows
    packed = b"".join([keys.standing_id(read.ladder) + read.forget.to_bytes(6) for read in ladders])
    numbers = NUMBERS.pack(len(windows), len(ladders))
    tail = Tail(windows, ladders, numbers + shape.packed + packed + shape.zones)
    if id(windows) in SHAPES:
        if len(TAILS) >= _MOST:
            TAILS.clear()
        TAILS[id(windows), id(ladders)] = tail
    return tail


def new_shape(windows: tuple[Window, ...]) -> Shape:
    """Kept in `SHAPES`, where it is asked for again."""
    each = [_packed(window) for window in windows]
    homes = list(dict.fromkeys([one.home for one in each]))
    fields = len([home for home in homes if not home.key])
    if 0 < fields < len(homes):
        homes.sort(key=_is_key)
    places = {home: place.to_bytes(2) for place, home in enumerate(homes, 1)}
    shape = Shape(
        windows,
        tuple(homes),
        len(homes) == 1 and homes[0] == MEMBER_FIELD,
        fields,
        b"".join([one.packed + places[one.home] for one in each]),
        b"".join([one.zone for one in each]),
        sum([one.amounts for one in each]),
        _FIGURES in places,
    )
    if not any([home.text for home in homes]):
        if len(SHAPES) >= _MOST:
            SHAPES.clear()
        SHAPES[id(windows)] = shape
    return shape


def _is_key(home: Home) -> bool:
    return home.key


@lru_cache(_MOST)
def _packed(window: Window) -> _Packed:
    code = _PERIODS[window.per] + _FORMS[window.form] + (_LAST if window.last else _BUMPS[window.bump])
    span = window.span if window.per is None else CALENDAR[window.per]
    number = (span << 24) | (window.cap << 8) | code
    home = _home(window)
    zone = number_of_zone(window.zone).to_bytes(2) if window.per is not None or home.figures else b""
    return _Packed(home, keys.cell_id(window.cell) + number.to_bytes(9), zone, window.form in ("distinct", "sum"))


def _home(window: Window) -> Home:
    if window.form in ("messages", "active"):
        return _FIGURES
    long = window.span > RECEIPTS or window.per is not None or window.form != "events"
    return Home(long, window.scope == "member", window.cell if ":" in window.cell else "")
