"""Pairs on which the evaluators once differed, kept as files; they run with the tests thereafter."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from msgspec.structs import replace

from policyd.model.event import ROLES
from tests.equivalence.events import Step

FOLDER = Path(__file__).parent / "cases"


class Case(msgspec.Struct):
    """`policies`: by file name, the declarations. `difference`: what differed when it was found."""

    difference: str
    policies: dict[str, tuple[str, ...]]
    steps: list[Step]


def read(path: Path) -> Case:
    """What no bot can send, such as the id of nobody, is put in afterwards."""
    bare = msgspec.json.decode(path.read_bytes())
    unusual: list[tuple[int, str, str, str]] = []
    for number, step in enumerate(bare["steps"]):
        for part in ("group", "member"):
            told = step["event"][part]
            if not told["id"]:
                unusual.append((number, part, "id", told["id"]))
                told["id"] = "?"
            if told.get("role", "owner") not in ROLES:
                unusual.append((number, part, "role", told.pop("role")))
    case: Case = msgspec.convert(bare, Case)
    for number, part, name, value in unusual:
        event = case.steps[number].event
        told = replace(getattr(event, part), **{name: value})
        case.steps[number] = replace(case.steps[number], event=replace(event, **{part: told}))
    return case


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
