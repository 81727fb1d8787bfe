"""From the bytes of a request to plain values, refusing what two readers could read differently.

JSON must be I-JSON (RFC 7493): no duplicate keys, no lone surrogates, no NaN; nothing nests deeper than `MAX_DEPTH`.
A good document is decoded once, with a cheap proof that it holds no duplicate key; only where the proof fails, or the
document is broken, is it read a second time to find out where.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec

from policyd.model.msgpack_keys import bad_key
from policyd.model.problem import EventError, pointer, problem

Form = Literal["json", "msgpack"]
Path = tuple[str | int, ...]
MAX_DEPTH: Final = 64
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_decode_json: Final = msgspec.json.Decoder().decode
_decode_msgpack: Final = msgspec.msgpack.Decoder().decode
_split_json: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_split_msgpack: Final = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode


def read(body: bytes | memoryview, form: Form = "json") -> Any:
    """The value that `body` holds. Raises `EventError` (400)."""
    try:
        tree = _decode_json(body) if form == "json" else _decode_msgpack(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _malformed(bytes(body), form, error) from None
    keys, depth = _measure(tree)
    if depth > MAX_DEPTH:
        raise _refused(form, f"it nests more than {MAX_DEPTH} levels deep", _deepest(tree))
    if not _surely_unique(body, form, keys, tree):
        found = _bad_key(bytes(body), form)
        if found is not None:
            hint = "two readers would read two different events: send every key once, as a text"
            raise _refused(form, found[1], found[0], hint)
    return tree


def split(body: bytes, form: Form = "json") -> list[bytes | memoryview] | None:
    """The elements of an array, each still encoded; None where `body` is no array. Raises `EventError` (400)."""
    if not _is_array(body, form):
        return None
    try:
        return [memoryview(raw) for raw in (_split_json if form == "json" else _split_msgpack)(body)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _malformed(body, form, error) from None


def check_plain(tree: Any) -> None:
    """Refuses what `read` would refuse, in values that never were bytes. Raises `EventError` (400)."""
    if _measure(tree)[1] > MAX_DEPTH:
        raise _refused("json", f"it nests more than {MAX_DEPTH} levels deep", _deepest(tree))
    found = _unreadable(tree)
    if found is not None:
        raise _refused("json", found[1], found[0])


def _is_array(body: bytes, form: Form) -> bool:
    if form == "json":
        return body.lstrip(b" \t\r\n")[:1] == b"["
    return body[:1] != b"" and (0x90 <= body[0] <= 0x9F or body[0] in (0xDC, 0xDD))


def _measure(tree: Any) -> tuple[int, int]:
    """How many keys all objects hold together, and how deep they nest. Reads level by level, so that depth costs no
    recursion; stops counting below `MAX_DEPTH`."""
    keys = depth = 0
    level = [tree] if type(tree) is dict or type(tree) is list else []
    while level and depth <= MAX_DEPTH:
        depth += 1
        below: list[Any] = []
        for item in level:
            if type(item) is dict:
                keys += len(item)
                below += [value for value in item.values() if type(value) is dict or type(value) is list]
            else:
                below += [value for value in item if type(value) is dict or type(value) is list]
        level = below
    return keys, depth


def _surely_unique(body: bytes | memoryview, form: Form, keys: int, tree: Any) -> bool:
    """A proof, never a guess, that no object repeats a key.

    JSON: the colon of every key follows a quote or white space, so there are at least as many such colons as keys were
    written; if there are no more than keys were kept, none was dropped. MessagePack: no encoding is shorter than
    msgspec's (single-precision floats apart), so a dropped pair shows as a shorter re-encoding."""
    data = bytes(body)
    if form == "msgpack":
        return b"\xca" not in data and len(msgspec.msgpack.encode(tree)) == len(data)
    colons = data.count(b'":') + data.count(b" :")
    return colons + data.count(b"\n:") + data.count(b"\t:") + data.count(b"\r:") == keys


def _bad_key(body: bytes, form: Form) -> tuple[Path, str] | None:
    """The first key that its object repeats: its path, and what is wrong with it."""
    if form == "msgpack":
        return bad_key(body)
    path = next(_repeated(json.loads(body, object_pairs_hook=_Pairs, parse_int=lambda _: 0), ()), None)
    return None if path is None else (path, f"the key `{path[-1]}` occurs twice in one object")


class _Pairs(list[tuple[str, Any]]):
    """An object with its keys as they were written."""


def _repeated(node: Any, path: Path) -> Iterator[Path]:
    if isinstance(node, _Pairs):
        seen: set[str] = set()
        for key, value in node:
            if key in seen:
                yield (*path, key)
            seen.add(key)
            yield from _repeated(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _repeated(value, (*path, index))


def _deepest(tree: Any) -> Path:
    """A path that is one level too deep."""
    level: list[tuple[Path, Any]] = [((), tree)]
    for _ in range(MAX_DEPTH):
        level = [
            ((*path, key), value)
            for path, item in level
            for key, value in (item.items() if isinstance(item, dict) else enumerate(item))
            if isinstance(value, dict | list)
        ]
    return level[0][0]


def _unreadable(tree: Any) -> tuple[Path, str] | None:
    """The first place that is no I-JSON, and why."""
    stack: list[tuple[Path, Any]] = [((), tree)]
    while stack:
        path, item = stack.pop()
        if isinstance(item, float) and not math.isfinite(item):
            return path, "NaN and infinite numbers are not allowed"
        if isinstance(item, str) and _SURROGATE.search(item):
            return path, "the text holds half of a surrogate pair"
        if isinstance(item, dict):
            bad = next((key for key in item if not isinstance(key, str) or _SURROGATE.search(key)), None)
            if bad is not None:
                return path, f"the key {bad!r} is not a text"
            stack += reversed([((*path, key), value) for key, value in item.items()])
        elif isinstance(item, list | tuple):
            stack += reversed([((*path, index), value) for index, value in enumerate(item)])
    return None


def _malformed(body: bytes, form: Form, error: Exception) -> EventError:
    """What is wrong with a body that could not be decoded, and where."""
    if isinstance(error, RecursionError):
        return _refused(form, f"it nests more than {MAX_DEPTH} levels deep", ())
    if form == "msgpack":
        return EventError(problem("malformed_msgpack", str(error)))
    if not body.strip():
        return EventError(problem("malformed_json", "the body is empty", hint="send one event object, or an array"))
    try:
        found = _unreadable(json.loads(body.decode(), parse_int=lambda _: 0))
    except UnicodeDecodeError as bad:
        hint = "encode the body as UTF-8"
        return EventError(problem("malformed_json", f"byte {bad.start} is no UTF-8 ({bad.reason})", hint=hint))
    except json.JSONDecodeError as bad:
        detail = f"line {bad.lineno}, column {bad.colno}: {bad.msg[0].lower()}{bad.msg[1:]}"
        return EventError(problem("malformed_json", detail))
    except RecursionError:
        return _refused(form, f"it nests more than {MAX_DEPTH} levels deep", ())
    return _refused(form, found[1], found[0]) if found else EventError(problem("malformed_json", str(error)))


def _refused(form: Form, detail: str, path: Path, hint: str | None = None) -> EventError:
    code: Literal["malformed_json", "malformed_msgpack"] = "malformed_json" if form == "json" else "malformed_msgpack"
    return EventError(problem(code, detail, pointer=pointer(path), hint=hint or msgspec.UNSET))
