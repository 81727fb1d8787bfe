"""Pairs on which the evaluators once differed, kept as files; they run with the tests thereafter."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from tests.equivalence.events import Step

FOLDER = Path(__file__).parent / "cases"


class Case(msgspec.Struct):
    """`policies`: by file name, the declarations. `difference`: what differed when it was found."""

    difference: str
    policies: dict[str, tuple[str, ...]]
    steps: list[Step]


def read(path: Path) -> Case:
    return msgspec.json.decode(path.read_bytes(), type=Case)


def write(case: Case, folder: Path = FOLDER) -> Path:
    """Writes the case under a name that its content gives."""
    bare = msgspec.to_builtins(case)
    bare["steps"] = [_without_unknown(step) for step in bare["steps"]]
    data = msgspec.json.format(msgspec.json.encode(bare), indent=1) + b"\n"
    path = folder / f"{hashlib.blake2b(data, digest_size=5).hexdigest()}.json"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _without_unknown(value: object) -> object:
    """Without what is None: the unknown is left out, as bots do. Items of lists stay."""
    match value:
        case dict():
            return {key: _without_unknown(item) for key, item in value.items() if item is not None}
        case list() | tuple():
            return [_without_unknown(item) for item in value]
    return value
