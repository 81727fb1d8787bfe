"""Keys of a MessagePack document that its maps repeat, which decoders drop without a word."""

from __future__ import annotations

from typing import Final

_FIXED: Final = {
    0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8,
    0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8, 0xD4: 2, 0xD5: 3, 0xD6: 5, 0xD7: 9, 0xD8: 17,
}  # fmt: skip
"""Bytes that follow the marker of a value of fixed size."""
_SIZED: Final = {0xC4: (1, 0), 0xC5: (2, 0), 0xC6: (4, 0), 0xC7: (1, 1), 0xC8: (2, 1), 0xC9: (4, 1),
                 0xD9: (1, 0), 0xDA: (2, 0), 0xDB: (4, 0)}  # fmt: skip
"""Width of the length that follows the marker, and bytes beyond that length."""

Path = tuple[str | int, ...]


class _Container:
    """An array or map that is being read: what is left of it, and the keys seen."""

    def __init__(self, is_map: bool, left: int) -> None:
        self.is_map = is_map
        self.left = left
        self.index = -1
        self.at_key = is_map
        self.key: str | int = ""
        self.seen: set[str] = set()


def bad_key(body: bytes) -> tuple[Path, str] | None:
    """The first key that its map repeats or that is no text: its path, and what is wrong with it. `body` must be a
    document that has been decoded without error."""
    stack = [_Container(False, 1)]
    position = 0
    while stack:
        top = stack[-1]
        if top.left == 0:
            stack.pop()
            continue
        start = position
        position, opened = _value(body, position)
        if top.at_key:
            key = _text(body[start:position])
            path = tuple(_place(container) for container in stack[1:-1])
            if key is None:
                return path, "a key is not a text"
            if key in top.seen:
                return (*path, key), f"the key `{key}` occurs twice in one map"
            top.seen.add(key)
            top.key = key
            top.at_key = False
            continue
        top.left -= 1
        top.index += 1
        top.at_key = top.is_map
        if opened is not None:
            stack.append(opened)
    return None


def _place(container: _Container) -> str | int:
    return container.key if container.is_map else container.index


def _value(body: bytes, position: int) -> tuple[int, _Container | None]:
    """The position after the marker and content of a value; for an array or map after its header, with the
    container that begins there."""
    marker = body[position]
    position += 1
    if marker <= 0x7F or marker >= 0xE0:
        return position, None
    if marker <= 0x9F:
        return position, _Container(marker <= 0x8F, marker & 0x0F)
    if marker <= 0xBF:
        return position + (marker & 0x1F), None
    if marker in _FIXED:
        return position + _FIXED[marker], None
    if marker in _SIZED:
        width, more = _SIZED[marker]
        return position + width + more + int.from_bytes(body[position : position + width], "big"), None
    width = 2 if marker in (0xDC, 0xDE) else 4
    return position + width, _Container(marker >= 0xDE, int.from_bytes(body[position : position + width], "big"))


def _text(raw: bytes) -> str | None:
    """A key as text; None where it is something else."""
    marker = raw[0]
    if 0xA0 <= marker <= 0xBF:
        return raw[1:].decode("utf-8", "replace")
    if 0xD9 <= marker <= 0xDB:
        return raw[1 + _SIZED[marker][0] :].decode("utf-8", "replace")
    return None
