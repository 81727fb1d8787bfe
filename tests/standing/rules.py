"""What the rules of the plans ask for, in plain words, beside their text in `plans`."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.standing.happenings import Happening
from tests.standing.plans import Plan, shown

Value = int | str | None
Asked = tuple[str, str | None, int]
"""Tally, whose, amount."""


@dataclass
class Asks:
    """By rule."""

    verdict: str = "allow"
    adds: dict[str, list[Asked]] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)


def asks(plan: Plan, it: Happening, kind: str, values: dict[str, Value]) -> Asks:
    """`kind`: edit, where a message is one after all."""
    found = Asks()
    own = it.member if it.role != "bot" else None
    if kind in ("message", "edit"):
        _on_content(found, plan, it, kind, own)
    if kind == "message":
        _on_messages(found, plan, values, own)
    elif kind == "mark":
        _on_marks(found, plan, it, values, own)
    elif kind == "join":
        found.adds["invited"] = [("points", it.inviter, plan.invited), ("points", own, 1)]
    elif kind == "leave":
        found.adds["gone"] = [("points", own, -1)]
    elif kind == "request":
        found.verdict = "admit" if "好" in (it.text or "") else "hold"
        found.adds["asked"] = [("points", own, 3), ("quality", own, -1)]
    return found


def punishing(plan: Plan, it: Happening, kind: str) -> set[str]:
    """Rules that ask for something that may be taken back."""
    if kind not in ("message", "edit"):
        return set()
    text = it.text or ""
    found = {rule for rule, word in (("bad", "坏"), ("doubt", "疑")) if word in text}
    return found | {"harsh"} if "凶" in text and (kind == "message" or plan.edits) else found


def _on_content(found: Asks, plan: Plan, it: Happening, kind: str, own: str | None) -> None:
    text = it.text or ""
    found.verdict = "delete" if "坏" in text else "hold" if "疑" in text else "allow"
    if kind == "message" or plan.edits:
        if "分" in text:
            found.adds["spoke"] = [("points", own, plan.amount)]
        if "双" in text:
            found.adds["twice"] = [("points", own, 2), ("points", it.member, 3)]
            found.says["twice"] = f"twice {it.member}"
        if "凶" in text:
            found.adds["harsh"] = [("points", own, -2), ("quality", own, 4), ("points", it.member, 1)]
    if "罚" in text:
        found.adds["fined"] = [("points", own, -plan.amount)]


def _on_messages(found: Asks, plan: Plan, values: dict[str, Value], own: str | None) -> None:
    if at_least(values["points"], plan.rich):
        found.says["rich"] = f"rich {values['points']}"
    for counter in plan.counters:
        if at_least(values.get(counter.name), plan.many):
            found.says[f"many_{counter.name}"] = f"many {values[counter.name]}"
            found.adds[f"many_{counter.name}"] = [("quality", own, 1)]


def _on_marks(found: Asks, plan: Plan, it: Happening, values: dict[str, Value], own: str | None) -> None:
    if it.mark == "quality":
        found.adds["praised"] = [("quality", own, 2), ("points", it.by, 1)]
    if it.mark == "probe":
        text = shown(plan)
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", "" if value is None else str(value))
        found.says["show"] = text


def at_least(value: Value, least: int) -> bool:
    return isinstance(value, int) and value >= least
