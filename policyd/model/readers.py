"""Small readers, each from one plain value to one checked value; the codec composes them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, TypeVar

from policyd.model.event import MAX_COUNT, MAX_ID, MAX_SECONDS, AttributeValue

T = TypeVar("T")
Reader = Callable[[Any], T]
MAX_REFERENCE: Final = 2048
RESERVED: Final = "~"
"""Ids of the events that policyd makes of what comes due begin so (`model.records.timed_id`)."""
MOST_LENGTHS: Final = 1000
"""Videos or voices whose lengths are not known."""
MOST_SLIPS: Final = 32
"""Unknown keys of one object that are looked at for misspellings: the search costs, and a bot chooses the keys."""
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f]")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


class Unfit(Exception):
    """A value is not what is expected. `path` leads to it, innermost key first."""

    def __init__(self, expected: str, came: str, hint: str | None = None, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(expected)
        self.expected = expected
        self.came = came
        self.hint = hint
        self.path: list[str | int] = list(path)


def describe(value: object) -> str:
    """What came, for a message."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}" if abs(value) < 1e21 else "a very large number"
    if isinstance(value, str):
        return f"the text {_shortened(value)}"
    if isinstance(value, dict):
        return "an object"
    return "an array" if isinstance(value, list | tuple) else f"a value of type {type(value).__name__}"


def _shortened(text: str) -> str:
    return '"' + (text if len(text) <= 40 else text[:37] + "...") + '"'


def read_text(value: Any) -> str:
    if type(value) is str:
        return value
    raise Unfit("a text", describe(value))


def read_id(value: Any) -> str:
    """Ids are texts of 1 to `MAX_ID` characters, none of them a control character."""
    if type(value) is not str:
        hint = f'write it as a text: "{value}"' if type(value) is int and abs(value) < 1e21 else None
        raise Unfit("an id (a text)", describe(value), hint)
    if not 0 < len(value) <= MAX_ID:
        raise Unfit(f"an id of 1 to {MAX_ID} characters", f"a text of {len(value)} characters")
    if not value.isprintable() and _CONTROL.search(value):
        raise Unfit("an id without control characters", f"the text {ascii(value)[:60]}")
    return value


def read_event_id(value: Any) -> str:
    """An event's own id."""
    found = read_id(value)
    if found[0] == RESERVED:
        raise Unfit(f"an id that does not begin with `{RESERVED}`", describe(value), "such ids are policyd's own")
    return found


def read_reference(value: Any) -> str:
    """Where something is kept: a short text."""
    found = read_text(value)
    if len(found) > MAX_REFERENCE:
        raise Unfit(f"a text of at most {MAX_REFERENCE} characters", f"a text of {len(found)} characters")
    return found


def read_bool(value: Any) -> bool:
    if type(value) is bool:
        return value
    raise Unfit("true or false", describe(value))


def read_count(value: Any) -> int:
    if type(value) is int and 0 <= value <= MAX_COUNT:
        return value
    raise Unfit("a whole number that is not negative", describe(value))


def read_seconds(value: Any) -> int:
    """A length of time, of some centuries at most."""
    if type(value) is int and 0 <= value <= MAX_SECONDS:
        return value
    raise Unfit(f"whole seconds up to {MAX_SECONDS}", describe(value))


def read_time(value: Any) -> int:
    """RFC 3339 with an offset, as ms since the epoch; not before it."""
    instant = _instant(value) if type(value) is str else None
    if instant is None:
        raise Unfit("a time like 2026-03-02T20:00:00+08:00, with its offset", describe(value))
    return instant


@lru_cache(maxsize=4096)
def _instant(text: str) -> int | None:
    """Remembered, as the same members come again and again, and many events within a second."""
    if len(text) < 20 or not text[4] == text[7] == "-" or text[10] not in "Tt ":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    instant = (moment - _EPOCH) // _MILLISECOND
    return instant if instant >= 0 else None


def read_lengths(value: Any) -> tuple[float | None, ...]:
    """Seconds of each video or voice, or how many there are: then no length is known."""
    if type(value) is int and 0 <= value <= MOST_LENGTHS:
        return (None,) * value
    if type(value) is not list and type(value) is not tuple:
        raise Unfit(f"a list of lengths in seconds, or a number up to {MOST_LENGTHS}", describe(value))
    for index, item in enumerate(value):
        number = type(item) is int or type(item) is float
        if item is not None and not (number and 0 <= item <= MAX_COUNT):
            raise Unfit("a length in seconds", describe(item), path=(index,))
    return tuple(None if item is None else float(item) for item in value)


def read_choice(choices: Iterable[str]) -> Reader[str]:
    known = frozenset(choices)
    listed = ", ".join(f"`{choice}`" for choice in choices)

    def read(value: Any) -> str:
        if type(value) is str and value in known:
            return value
        near = near_miss(value, known) if type(value) is str else None
        raise Unfit(f"one of {listed}", describe(value), near and f"did you mean `{near}`?")

    return read


def read_known(known: frozenset[str]) -> Reader[str]:
    """Texts that are known; others are passed over, unless they look like a slip of the pen."""

    def read(value: Any) -> str:
        found = read_text(value)
        if found not in known:
            near = near_miss(found, known)
            if near is not None:
                raise Unfit(f"`{near}`", describe(value), f"did you mean `{near}`?")
        return found

    return read


def read_list(reader: Reader[T], *, least: int = 0, most: int | None = None) -> Reader[tuple[T, ...]]:
    def read(value: Any) -> tuple[T, ...]:
        if type(value) is not list and type(value) is not tuple:
            raise Unfit("a list", describe(value))
        if len(value) < least or (most is not None and len(value) > most):
            bounds = f"{least} to {most}" if least else f"at most {most}"
            raise Unfit(f"a list of {bounds}", f"one of {len(value)}")
        return tuple([read_item(reader, index, item) for index, item in enumerate(value)])

    return read


def read_item(reader: Reader[T], key: str | int, value: Any) -> T:
    """`reader(value)`, with `key` added to the path of what it finds."""
    try:
        return reader(value)
    except Unfit as unfit:
        unfit.path.append(key)
        raise


def read_attributes(value: Any) -> dict[str, AttributeValue]:
    """Free names; values are scalars or lists of scalars. What is null is left out."""
    return _mapping(_read_attribute, value)


def read_answers(value: Any) -> dict[str, str]:
    return _mapping(read_text, value)


def _mapping(reader: Reader[T], value: Any) -> dict[str, T]:
    if type(value) is not dict:
        raise Unfit("an object", describe(value))
    for key in value:
        if type(key) is not str:
            raise Unfit("a text as key", describe(key))
    return {key: read_item(reader, key, item) for key, item in value.items() if item is not None}


def _read_attribute(value: Any) -> AttributeValue:
    kind = type(value)
    if kind is str or kind is int or kind is bool or (kind is float and math.isfinite(value)):
        return value  # type: ignore[no-any-return]
    if kind is list or kind is tuple:
        return [read_item(_read_scalar, index, item) for index, item in enumerate(value)]
    raise Unfit("a text, a number, true or false, or a list of them", describe(value))


def _read_scalar(value: Any) -> bool | int | float | str | None:
    if value is None or type(value) in (str, int, bool) or (type(value) is float and math.isfinite(value)):
        return value  # type: ignore[no-any-return]
    raise Unfit("a text, a number, true or false", describe(value))


def read_part(build: Callable[..., T], readers: Mapping[str, Reader[Any]], required: Iterable[str] = ()) -> Reader[T]:
    """A reader of an object with these keys. Null is as if left out; unknown keys are passed over, unless they look
    like a slip of the pen."""
    known = frozenset(readers)
    needed = tuple(required)

    def read(value: Any) -> T:
        if type(value) is not dict:
            raise Unfit("an object", describe(value))
        found = {}
        strangers = 0
        for key, item in value.items():
            reader = readers.get(key)
            if reader is None:
                strangers += 1
                if strangers <= MOST_SLIPS:
                    refuse_slip(key, known)
            elif item is not None:
                try:
                    found[key] = reader(item)
                except Unfit as unfit:
                    unfit.path.append(key)
                    raise
        for key in needed:
            if key not in found:
                raise Unfit("a value", "null" if key in value else "nothing", path=(key,))
        return build(**found)

    return read


def refuse_slip(key: Any, known: frozenset[str]) -> None:
    """Raises `Unfit` where an unknown key looks like a misspelled one."""
    if type(key) is not str:
        raise Unfit("a text as key", describe(key))
    near = near_miss(key, known)
    if near is not None:
        raise Unfit(f"the key `{near}`", f"`{key[:60]}`", f"did you mean `{near}`?", path=(key,))


@lru_cache(maxsize=4096)
def near_miss(word: str, known: frozenset[str]) -> str | None:
    """The known word that `word` misspells: the same but for case and separators, or one edit away (two from eight
    letters on). Words under four letters are too short to tell."""
    if len(word) > 40:
        return None
    plain = _plain(word)
    for candidate in sorted(known):
        if _plain(candidate) == plain:
            return candidate
        allowed = 0 if len(candidate) < 4 else 1 if len(candidate) < 8 else 2
        if abs(len(candidate) - len(word)) <= allowed and _edits(word.lower(), candidate) <= allowed:
            return candidate
    return None


def _plain(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")


def _edits(left: str, right: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, char in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(right, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != other))
            if i > 1 and j > 1 and char == right[j - 2] and left[i - 2] == other:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1]
