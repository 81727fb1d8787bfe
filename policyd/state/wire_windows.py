"""Windows and ladders as `lua/observe.lua` takes them: what is the same for all events that ask for the same."""

from __future__ import annotations

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
_NO_ID: Final = bytes(6)
_MOST: Final = 4096


class Home(NamedTuple):
    """Where windows are kept: in strings with a key of their own those of more than a day and of `lua/counted.lua`, the
    others in a field of the ring. `text`: the place, from 1 on, of a window that has a text as its key, and so a home
    of its own. `figures`: in the figures of the group."""

    key: bool
    member: bool
    text: int = 0
    figures: bool = False


MEMBER_FIELD: Final = Home(False, True)
_FIGURES: Final = Home(True, False, figures=True)


class Shape(Struct):
    """What is the same for all events that ask for windows like these, whatever texts are keys of them: where they are
    kept, in this order, and how they are packed. `of_member`: all of them in the member's field. `texts`: places of
    those that have a text as their key, packed without the id of the cell. `zones`: those of windows that need one,
    packed; `amounts`: how many count a value or an amount; `figures`: some tell figures of the group."""

    windows: tuple[Window, ...]
    homes: tuple[Home, ...]
    of_member: bool
    fields: int
    texts: tuple[int, ...]
    packed: bytes
    zones: bytes
    amounts: int
    figures: bool


class Tail(Struct):
    """Windows of one shape and one tuple of ladders, behind their numbers."""

    shape: Shape
    ladders: tuple[LadderRead, ...]
    packed: bytes


class _Packed(NamedTuple):
    """A window, but for its cell and the place of its home."""

    home: Home
    number: bytes
    zone: bytes
    amounts: int


SHAPES: Final[dict[int, Shape]] = {}
"""By the identity of the tuple of windows, but for windows that are chosen for an event."""
_ALIKE: Final[dict[tuple[object, ...], Shape]] = {}
"""By the windows: the identity of each, or all of one that has a text as its key but the text."""
TAILS: Final[dict[tuple[int, int], Tail]] = {}
"""By the identity of shape and ladders."""


def new_tail(shape: Shape, ladders: tuple[LadderRead, ...]) -> Tail:
    """Kept in `TAILS`, where it is asked for again."""
    packed = NUMBERS.pack(len(shape.windows), len(ladders)) + shape.packed
    packed += b"".join([keys.standing_id(read.ladder) + read.forget.to_bytes(6) for read in ladders])
    if len(TAILS) >= _MOST:
        TAILS.clear()
    tail = TAILS[id(shape), id(ladders)] = Tail(shape, ladders, packed + shape.zones)
    return tail


def ids_of_texts(shape: Shape, windows: tuple[Window, ...]) -> bytes:
    """Their number, and the ids of the cells that the shape leaves out."""
    packed = keys.LENGTHS[len(shape.texts)]
    for place in shape.texts:
        packed += keys.text_cell_id(windows[place].cell)
    return packed


def shape_of(windows: tuple[Window, ...]) -> Shape:
    """Of windows whose tuple is not in `SHAPES`. One that may come again is then kept there."""
    cells = [window.cell for window in windows]
    alike = tuple([
        (window.scope, window.span, window.cap, window.bump, window.per, window.zone, window.form, window.last,
         cells.index(window.cell)) if ":" in window.cell else id(window)
        for window in windows
    ])  # fmt: skip
    shape = _ALIKE.get(alike)
    if shape is None:
        if len(_ALIKE) >= _MOST:
            _ALIKE.clear()
            SHAPES.clear()
        shape = _ALIKE[alike] = _new_shape(windows)
        if not shape.texts:
            SHAPES[id(windows)] = shape
    return shape


def _new_shape(windows: tuple[Window, ...]) -> Shape:
    """It keeps the windows, so that the identities that it is found by are those of no others."""
    cells = [window.cell for window in windows]
    each = [_packed(window, cells.index(window.cell) + 1 if ":" in window.cell else 0) for window in windows]
    homes = list(dict.fromkeys([one.home for one in each]))
    fields = len([home for home in homes if not home.key])
    if 0 < fields < len(homes):
        homes.sort(key=_is_key)
    places = {home: place.to_bytes(2) for place, home in enumerate(homes, 1)}
    packed = b""
    for window, one in zip(windows, each, strict=True):
        packed += _NO_ID if ":" in window.cell else keys.cell_id(window.cell)
        packed += one.number + places[one.home]
    return Shape(
        windows,
        tuple(homes),
        len(homes) == 1 and homes[0] == MEMBER_FIELD,
        fields,
        tuple([place for place, cell in enumerate(cells) if ":" in cell]),
        packed,
        b"".join([one.zone for one in each]),
        sum([one.amounts for one in each]),
        _FIGURES in places,
    )


def _is_key(home: Home) -> bool:
    return home.key


def _packed(window: Window, text: int) -> _Packed:
    code = _PERIODS[window.per] + _FORMS[window.form] + (_LAST if window.last else _BUMPS[window.bump])
    span = window.span if window.per is None else CALENDAR[window.per]
    number = (span << 24) | (window.cap << 8) | code
    home = _home(window, text)
    zone = number_of_zone(window.zone).to_bytes(2) if window.per is not None or home.figures else b""
    return _Packed(home, number.to_bytes(9), zone, window.form in ("distinct", "sum"))


def _home(window: Window, text: int) -> Home:
    if window.form in ("messages", "active"):
        return _FIGURES
    long = window.span > RECEIPTS or window.per is not None or window.form != "events"
    return Home(long, window.scope == "member", text)
