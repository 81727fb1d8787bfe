"""One text for one meaning of a definition, wherever it stands and whatever its lets are called."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass

from policyd.check import resolved as r


def canonical(value: object, lets: Mapping[str, r.Let]) -> str:
    """The definition without places. `lets` by qualified name are put in as digests of what they stand for."""
    return _write(value, lets, {})


def _write(value: object, lets: Mapping[str, r.Let], digests: dict[str, str]) -> str:
    match value:
        case r.LetValue(let=name):
            if name not in digests:
                found = lets.get(name)
                written = _write(found.value, lets, digests) if found else ""
                digests[name] = hashlib.blake2b(written.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
            return digests[name]
        case r.Fact(name=name) | r.CounterValue(counter=name) | r.Strikes(ladder=name) | r.SettingValue(setting=name):
            return name
        case tuple():
            return f"({' '.join(_write(item, lets, digests) for item in value)})"
        case r.Const(value=constant):
            return _write(constant, lets, digests) if isinstance(constant, tuple) else repr(constant)
        case _ if is_dataclass(value):
            parts = [getattr(value, field.name) for field in fields(value) if field.name not in ("type", "span")]
            return f"({type(value).__name__} {' '.join(_write(part, lets, digests) for part in parts)})"
        case _:
            return repr(value)
