"""Forms of events as `lua/forms.lua` takes them: what is the same for all events that ask for the same."""

from __future__ import annotations

from struct import Struct as Layout
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import astuple

from policyd.model.state import LadderRead, Window
from policyd.state import keys
from policyd.state.retention import CALENDAR, RECEIPTS
from policyd.state.zones import UTC, number_of_zone

PRESENCES: Final = {"": 0, "message": 1, "join": 2, "leave": 3, "request": 4}
"""What an event is to the figures of its group."""
SOMEBODY: Final = 8
"""Added to it where the presence of a member is kept."""

_HEAD: Final = Layout(">BBHBHHH")

_BUMPS: Final = {"never": 0, "new": 1, "edit": 2, "always": 3}
_PERIODS: Final = {None: 0, "day": 4, "week": 8, "month": 12}
_FORMS: Final = {"events": 0, "distinct": 16, "sum": 32, "messages": 48, "active": 64}
_LAST: Final = 128
_NO_ID: Final = bytes(6)
_MOST: Final = 4096


class Home(Struct, frozen=True):
    """Where windows are kept: in strings with a key of their own those of more than a day and of `lua/counted.lua`, the
    others in a field of the ring. `text`: the place, from 1 on, of a window that has a text as its key, and so a home
    of its own."""

    key: bool
    member: bool
    text: int = 0


MEMBER_FIELD: Final = Home(False, True)


class Shape(Struct):
    """What is the same for all events that ask for windows like these, whatever texts are keys of them: where they are
    kept, in this order, and how they are packed. `of_member`: all of them in the member's field. `texts`: place and
    span of those that have a text as their key, packed without the id of the cell. `zones`: of windows that need one,
    packed; `amounts`: how many count a value or an amount; `figures`: some tell figures of the group."""

    windows: tuple[Window, ...]
    homes: tuple[Home, ...]
    of_member: bool
    fields: int
    texts: tuple[tuple[int, bytes], ...]
    packed: bytes
    zones: bytes
    amounts: int
    figures: bool


class Form(Struct):
    """What is the same for all events of one shape that ask for the same ladders and further facts."""

    shape: Shape
    ladders: tuple[LadderRead, ...]
    packed: bytes


class _Packed(NamedTuple):
    """A window, but for its cell and the place of its home; that of one which tells figures of the group is none."""

    home: Home | None
    number: bytes
    zone: bytes
    amounts: int


SHAPES: Final[dict[int, Shape]] = {}
"""By the identity of the tuple of windows, but for windows that are chosen for an event."""
_ALIKE: Final[dict[tuple[object, ...], Shape]] = {}
"""By what `_alike` says of the windows."""
_FIELDS: Final = len(Window.__struct_fields__)
FORMS: Final[dict[tuple[int, int, int, int, str], Form]] = {}
"""By the identity of shape and ladders, and the rest of what `new_form` takes."""


def new_form(shape: Shape, ladders: tuple[LadderRead, ...], flags: int, presence: int, zone: str, strings: int) -> Form:
    """Kept in `FORMS`, where it is asked for again. `zone`: of the group's days, if it has any; `strings`: how many of
    its keys are, but those of records."""
    counted_in = number_of_zone(zone or UTC) if presence or (shape.figures and zone) else 0
    packed = _HEAD.pack(flags, shape.fields, strings, presence, counted_in, len(shape.windows), len(ladders))
    packed += shape.packed
    packed += b"".join([keys.standing_id(read.ladder) + read.forget.to_bytes(6) for read in ladders])
    packed += shape.zones
    if len(FORMS) >= _MOST:
        FORMS.clear()
    form = FORMS[id(shape), id(ladders), flags, presence, zone] = Form(shape, ladders, len(packed).to_bytes(3) + packed)
    return form


def ids_of_texts(shape: Shape, windows: tuple[Window, ...]) -> bytes:
    """What the form leaves out."""
    packed = b""
    for place, span in shape.texts:
        packed += keys.text_cell_id(windows[place].cell) + span
    return packed


def shape_of(windows: tuple[Window, ...]) -> Shape:
    """Of windows whose tuple is not in `SHAPES`. One that may come again is then kept there."""
    alike = _alike(windows)
    shape = _ALIKE.get(alike)
    if shape is None:
        if len(_ALIKE) >= _MOST:
            _ALIKE.clear()
            SHAPES.clear()
        shape = _ALIKE[alike] = _new_shape(windows)
        if not shape.texts:
            SHAPES[id(windows)] = shape
    return shape


def _alike(windows: tuple[Window, ...]) -> tuple[object, ...]:
    """The identity of each, or all of one that has a text as its key but the text."""
    cells: list[str] = []
    alike: list[object] = []
    for window in windows:
        cell = window.cell
        if ":" in cell:
            cells.append(cell)
            alike += astuple(window)
            alike[-_FIELDS] = cells.index(cell)
        else:
            alike.append(id(window))
    return tuple(alike)


def _new_shape(windows: tuple[Window, ...]) -> Shape:
    """It keeps the windows, so that the identities that it is found by are those of no others."""
    cells = [window.cell for window in windows]
    each = [_packed(window, cells.index(window.cell) + 1 if ":" in window.cell else 0) for window in windows]
    homes = list(dict.fromkeys([one.home for one in each if one.home is not None]))
    fields = len([home for home in homes if not home.key])
    if 0 < fields < len(homes):
        homes.sort(key=_is_key)
    places = {home: place.to_bytes(2) for place, home in enumerate(homes, 1)}
    packed = b""
    for window, one in zip(windows, each, strict=True):
        packed += _NO_ID if ":" in window.cell else keys.cell_id(window.cell)
        packed += one.number + (bytes(2) if one.home is None else places[one.home])
    return Shape(
        windows,
        tuple(homes),
        len(homes) == 1 and homes[0] == MEMBER_FIELD,
        fields,
        tuple([(place, each[place].number[:6]) for place, cell in enumerate(cells) if ":" in cell]),
        packed,
        b"".join([one.zone for one in each]),
        sum([one.amounts for one in each]),
        any([one.home is None for one in each]),
    )


def _is_key(home: Home) -> bool:
    return home.key


def _packed(window: Window, text: int) -> _Packed:
    code = _PERIODS[window.per] + _FORMS[window.form] + (_LAST if window.last else _BUMPS[window.bump])
    span = window.span if window.per is None else CALENDAR[window.per]
    number = (span << 24) | (window.cap << 8) | code
    home = _home(window, text)
    zone = number_of_zone(window.zone).to_bytes(2) if window.per is not None or home is None else b""
    return _Packed(home, number.to_bytes(9), zone, window.form in ("distinct", "sum"))


def _home(window: Window, text: int) -> Home | None:
    if window.form in ("messages", "active"):
        return None
    long = window.span > RECEIPTS or window.per is not None or window.form != "events"
    return Home(long, window.scope == "member", text)
