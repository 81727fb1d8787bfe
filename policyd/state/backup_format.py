"""The file of a backup: what stands in it, and how it is known to be whole.

A line of JSON that says what it is (`Head`). Then frames: 4 bytes length (big-endian), so many bytes of zlib, in them
a msgpack array of entries. Then a length of 0, 8 bytes number of keys, and 32 bytes BLAKE2b of all before them.
Values and types stand there as such, not as the server's own dump, which is bound to its version.
"""

from __future__ import annotations

import errno
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, Final, Literal

import msgspec
from msgspec import Struct

from policyd.state.keys import PREFIX

VERSION: Final = 2
FRAME: Final = 256 << 10
"""Bytes of keys and values after which a frame ends."""

_LARGEST_FRAME: Final = 1 << 30
_LONGEST_HEAD: Final = 4096
_DIGEST: Final = 32
_LEVEL: Final = 1

Type = Literal["string", "hash", "zset"]


class DamagedBackup(Exception):
    """The file is no backup, not whole, or made by a later policyd; the message says which, and what to do."""


class Head(Struct, frozen=True):
    """`policyd_backup` is the version of the format, `made` RFC 3339, `store` the server that was read, `cells` into
    how many its groups are cut."""

    policyd_backup: int
    made: str
    store: str
    cells: int


class Entry(Struct, frozen=True, array_like=True):
    """A key, or a part of a large one. `start`: what was there under this key before, also in this file, is to go.
    `expires` in ms since the epoch, 0 for never. `parts`: the string, or fields and their values in turn, or
    members of a sorted set and their scores."""

    key: bytes
    type: Type
    expires: int
    start: bool
    parts: list[bytes]

    @property
    def size(self) -> int:
        return len(self.key) + sum(map(len, self.parts))


_entries: Final = msgspec.msgpack.Decoder(list[Entry])


class Writer:
    """Writes entries as they come. The file is a backup only after `finish`."""

    def __init__(self, file: BinaryIO, head: Head) -> None:
        self.keys = 0
        self._file = file
        self._digest = blake2b(digest_size=_DIGEST)
        self._waiting: list[Entry] = []
        self._size = 0
        self._write(msgspec.json.encode(head) + b"\n")

    def add(self, entry: Entry) -> None:
        self.keys += entry.start
        self._waiting.append(entry)
        self._size += entry.size
        if self._size >= FRAME:
            self._flush()

    def finish(self) -> None:
        self._flush()
        self._write(bytes(4) + self.keys.to_bytes(8))
        self._file.write(self._digest.digest())

    def _flush(self) -> None:
        if self._waiting:
            frame = zlib.compress(msgspec.msgpack.encode(self._waiting), _LEVEL)
            self._write(len(frame).to_bytes(4) + frame)
            self._waiting.clear()
            self._size = 0

    def _write(self, data: bytes) -> None:
        self._digest.update(data)
        self._file.write(data)


class Reader:
    """Reads a backup from its beginning. `keys`, after the last entry, is how many keys it holds."""

    def __init__(self, file: BinaryIO) -> None:
        """Raises `DamagedBackup`."""
        self.keys = 0
        self._file = file
        self._digest = blake2b(digest_size=_DIGEST)
        self.head = self._read_head()

    def __iter__(self) -> Iterator[list[Entry]]:
        """Some entries at a time. Raises `DamagedBackup`; only the end shows whether all of it was whole."""
        while length := int.from_bytes(self._take(4)):
            entries = _read_frame(self._take(length))
            self.keys += sum(entry.start for entry in entries)
            yield entries
        number = int.from_bytes(self._take(8))
        expected = self._digest.digest()
        if self._file.read(_DIGEST + 1) != expected:
            raise DamagedBackup("its checksum differs: something in it was changed, or its end is missing")
        if number != self.keys:
            raise DamagedBackup(f"it says that it holds {number} keys, and holds {self.keys}")

    def _read_head(self) -> Head:
        line = self._file.readline(_LONGEST_HEAD)
        self._digest.update(line)
        try:
            version = msgspec.json.decode(line, type=dict[str, object]).get("policyd_backup")
        except (msgspec.DecodeError, UnicodeDecodeError):
            version = None
        if type(version) is int and version > VERSION:
            raise DamagedBackup(f"it has format {version}, of a later policyd; this one reads up to format {VERSION}")
        try:
            return msgspec.json.decode(line, type=Head)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise DamagedBackup("it does not begin like a backup of policyd") from None

    def _take(self, length: int) -> bytes:
        if length > _LARGEST_FRAME:
            raise DamagedBackup("a part of it has no possible length: something in it was changed")
        data = self._file.read(length)
        if len(data) < length:
            raise DamagedBackup(f"it ends too early, after {self._file.tell()} bytes; its end is missing")
        self._digest.update(data)
        return data


def _read_frame(frame: bytes) -> list[Entry]:
    try:
        unpacking = zlib.decompressobj()
        entries = _entries.decode(unpacking.decompress(frame, _LARGEST_FRAME))
    except (zlib.error, msgspec.DecodeError) as error:
        raise DamagedBackup(f"a part of it cannot be read: {error}") from None
    if not all(map(_is_sound, entries)):
        raise DamagedBackup("it holds a key that is not of policyd's state")
    return entries


def _is_sound(entry: Entry) -> bool:
    number = len(entry.parts)
    fits = number == 1 if entry.type == "string" else number > 0 and number % 2 == 0
    return fits and entry.expires >= 0 and entry.key.startswith(PREFIX.encode())


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` when it is whole and on disk, and is gone where anything fails before.
    Raises OSError; only a regular file can be replaced."""
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "this is no file that can be replaced", str(path))
    if not path.parent.is_dir():
        raise OSError(errno.ENOENT, "there is no such folder", str(path.parent))
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
