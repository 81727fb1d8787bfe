"""How events count in counters: the windows that are observed, and what an event adds to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from msgspec.structs import replace

from policyd.check.resolved import Counter
from policyd.compile.link import Code
from policyd.compile.plan import OF_GROUP
from policyd.model.state import Bump, Observed, Window, value_of

_AS_EDIT: Final = Observed(now=0, edit=True)
"""Stands for what is observed where a counter of edits asks for the event's kind before that is known."""

_DIGEST: Final = blake2b(digest_size=8)
"""To be copied, which takes less than making one."""

Memos = tuple[dict[int, Any], dict[int, Any]]
"""What lets came out as: for counters of other events, and for those of edits."""


@dataclass(frozen=True)
class Counting:
    """How the event counts in one counter. `where`, `key` and `value` are generated functions; `value` only where the
    event may count; `observed` is what they take for observed. `weighed`: the window's form asks for an amount."""

    counter: str
    counts: Window
    reads: Window
    where: Callable[..., Any] | None
    key: Callable[..., Any] | None
    value: Callable[..., Any] | None
    weighed: bool
    as_edit: bool
    observed: Observed | None

    @property
    def is_chosen(self) -> bool:
        """Whether the window differs from event to event; else it is `counts`."""
        return self.where is not None or self.key is not None

    def window(self, prepared: Any, memos: Memos) -> Window | None:
        """The window to observe for this event; None where its key is unknown."""
        observed, memo, window = self.observed, memos[self.as_edit], self.counts
        if self.where is not None and not self.where(prepared, observed, None, None, memo):
            window = self.reads
        if self.key is None:
            return window
        key = self.key(prepared, observed, None, None, memo)
        if key is None:
            return None
        digest = _DIGEST.copy()
        digest.update(key.encode())
        return replace(window, cell=f"{window.cell}:{digest.hexdigest()}")

    def amount(self, window: Window, prepared: Any, memos: Memos) -> int:
        """What the event adds in `window`: for `distinct` what stands for its value; 0 for nothing."""
        if self.value is None or window.bump == "never":
            return 0
        value = self.value(prepared, self.observed, None, None, memos[self.as_edit])
        if value is None:
            return 0
        if window.form == "sum":
            return max(0, min(int(value), window.cap))
        return value_of(value if isinstance(value, str) else str(value))


def counting(counter: Counter, last: bool, kind: str, zones: tuple[str, str], code: Code) -> Counting:
    """How an event of `kind` counts. `last`: what is read is the last complete period. `zones`: the policy's, and that
    of the group's days."""
    names = code.counters[counter.name]
    of_group = counter.form in OF_GROUP
    bump: Bump = "never" if last or of_group else _bump(counter.kind, kind)
    counts = Window(
        cell=counter.identity,
        scope="member" if "member" in counter.keys else "group",
        span=counter.within,
        cap=counter.cap,
        bump=bump,
        per=counter.per,
        zone="" if counter.per is None else zones[of_group],
        form=counter.form,
        last=last,
    )

    def of_counting(name: str | None) -> Callable[..., Any] | None:
        return code.functions[name] if name is not None and bump != "never" else None

    return Counting(
        counter=counter.name,
        counts=counts,
        reads=replace(counts, bump="never"),
        where=of_counting(names.where),
        key=code.functions[names.key] if names.key is not None else None,
        value=of_counting(names.value),
        weighed=counter.form in ("distinct", "sum"),
        as_edit=counter.kind == "edit",
        observed=_AS_EDIT if counter.kind == "edit" else None,
    )


def is_weighed(countings: Iterable[Counting]) -> bool:
    """Whether what is added differs from event to event."""
    return any(one.weighed and (one.value is not None or one.key is not None) for one in countings)


def _bump(counted: str, kind: str) -> Bump:
    """When an event of `kind` counts among events of kind `counted`."""
    if kind == "message":
        return {"message": "new", "edit": "edit"}.get(counted, "never")  # type: ignore[return-value]
    return "always" if counted == kind else "never"
