"""Where policies and word files come from: a directory or texts in memory, read whole, nothing outside (law L4)."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from policyd.check.resolved_workflows import Roster
from policyd.language.diagnostics import FieldValue, Phrase
from policyd.language.read import decode
from policyd.language.source import Source

LARGEST: Final = 16 * 2**20
"""Bytes of the largest file that is read."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class FileProblem(Exception):
    """A file that cannot be taken: the code of the finding and its fields, but for the file's name."""

    def __init__(self, code: str, **fields: FieldValue) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields


class Reader(Protocol):
    """Names are relative, parts joined by `/`."""

    def policies(self) -> list[str]:
        """Names of the `.policy` files, sorted. FileProblem where there is no such directory."""
        ...

    def read(self, name: str) -> bytes:
        """FileProblem where it is missing, a link, no file, too large or unreadable."""
        ...

    def beside(self, name: str) -> list[str]:
        """Names of the files in the folder in which `name` would be."""
        ...


class Directory:
    """A directory on disk, with all below it but hidden folders."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def policies(self) -> list[str]:
        if not self.root.is_dir():
            raise FileProblem("C002", path=str(self.root))
        found: list[str] = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            paths = (Path(folder, name) for name in files if name.endswith(".policy") and not name.startswith("."))
            found.extend(path.relative_to(self.root).as_posix() for path in paths)
        return sorted(found)

    def read(self, name: str) -> bytes:
        path = self.root
        try:
            for part in name.split("/"):
                path = path / part
                status = os.lstat(path)
                if stat.S_ISLNK(status.st_mode):
                    raise FileProblem("C007")
            if not stat.S_ISREG(status.st_mode):
                raise FileProblem("C009", cause=Phrase("it is not a plain file", "它不是普通文件"))
            if status.st_size > LARGEST:
                raise FileProblem("C008", size=f"{status.st_size / 2**20:.1f} MB")
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise FileProblem("C005") from None
        except OSError as error:
            raise FileProblem("C009", cause=error.strerror or str(error)) from None

    def beside(self, name: str) -> list[str]:
        folder, slash, _ = name.rpartition("/")
        try:
            return [f"{folder}{slash}{entry.name}" for entry in os.scandir(self.root / folder) if entry.is_file()]
        except OSError:
            return []


class InMemory:
    """Texts by name; `words` are files that only lexicons name."""

    def __init__(self, texts: Mapping[str, str | bytes], words: Mapping[str, str | bytes]) -> None:
        self._files = {
            name: text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
            for name, text in (*words.items(), *texts.items())
        }
        self._policies = sorted(texts)

    def policies(self) -> list[str]:
        return self._policies

    def read(self, name: str) -> bytes:
        if name not in self._files:
            raise FileProblem("C005")
        data = self._files[name]
        if len(data) > LARGEST:
            raise FileProblem("C008", size=f"{len(data) / 2**20:.1f} MB")
        return data

    def beside(self, name: str) -> list[str]:
        return [other for other in self._files if other.rpartition("/")[0] == name.rpartition("/")[0]]


class Files:
    """Reads through a reader, every file once, and remembers a digest of all."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._digests: dict[str, bytes] = {}
        self._texts: dict[str, str | FileProblem] = {}
        self._sources: dict[str, Source] = {}
        self.rosters: dict[tuple[str, str], Roster] = {}
        """Tables by file and key, each read once, in however many policies it is."""

    def text(self, name: str) -> str:
        """The text of a file, its BOM stripped. FileProblem where it cannot be had."""
        if name not in self._texts:
            try:
                self._texts[name] = self._read(name)
            except FileProblem as problem:
                self._texts[name] = problem
        found = self._texts[name]
        if isinstance(found, FileProblem):
            raise found
        return found

    def _read(self, name: str) -> str:
        if not _inside(name):
            raise FileProblem("C006")
        data = self.reader.read(name)
        self._digests[name] = hashlib.sha256(data).digest()
        source, found = decode(name, data)
        if found:
            raise FileProblem("C004", **dict(found[0].fields))
        return source.text

    def source(self, name: str) -> Source:
        """A file that was read, for showing places in it."""
        if name not in self._sources:
            self._sources[name] = Source(name, self.text(name))
        return self._sources[name]

    def revision(self) -> str:
        """`sha256:` and a digest of the names and bytes of all files that were read."""
        whole = hashlib.sha256()
        for name, digest in sorted(self._digests.items()):
            whole.update(f"{len(name.encode())}:{name}".encode() + digest)
        return f"sha256:{whole.hexdigest()}"


def _inside(name: str) -> bool:
    """Whether a name stays inside the policy directory by its look (law L4)."""
    if not name or _CONTROL.search(name) or "\\" in name or re.match(r"[A-Za-z]:", name):
        return False
    return all(part not in ("", ".", "..") for part in name.split("/"))
