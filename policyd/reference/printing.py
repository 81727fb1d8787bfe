"""How values print in message texts."""

from __future__ import annotations

from policyd.language.types import Type
from policyd.reference.environment import Value
from policyd.reference.hours import local

_UNITS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000))


def show(value: Value, kind: Type, zone: str) -> str:
    """`value` of type `kind` as members read it; the unknown prints as nothing."""
    if value is None:
        return ""
    match kind.kind:
        case "list":
            return ", ".join(show(item, kind.element or kind, zone) for item in value)
        case "bool":
            return "true" if value else "false"
        case "number":
            return show_number(value)
        case "duration":
            return show_duration(value)
        case "time":
            return _show_time(value, zone)
    return str(value)


def show_number(value: float) -> str:
    """At most two decimals, no trailing zeros: `0.5`, `3`."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def show_duration(ms: int) -> str:
    """As the language writes durations: `1h30m`, `24h`, `30d`, `0s`. Days are used from two days on."""
    rest = abs(ms)
    pieces = ["-"] if ms < 0 else []
    for unit, size in _UNITS:
        if unit != "d" or rest >= 2 * size:
            count, rest = divmod(rest, size)
            pieces.append(f"{count}{unit}" if count else "")
    if rest or not ms:
        pieces.append(f"{show_seconds(rest)}s")
    return "".join(pieces)


def show_seconds(ms: int) -> str:
    return f"{ms / 1000:.3f}".rstrip("0").rstrip(".")


def _show_time(instant: int, zone: str) -> str:
    try:
        return local(instant, zone).isoformat(sep=" ", timespec="minutes")[:16]
    except OverflowError:
        return ""
