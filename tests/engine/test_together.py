"""Events that come together: the same decisions as one after the other, each told once, whatever fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyd.compile.program import Prepared
from policyd.engine.embedded import finish
from policyd.engine.pipeline import Engine
from policyd.model.decision import Decision
from policyd.model.event import Event
from policyd.model.figures import Count, FiguresAsk, FiguresRead
from policyd.model.problem import EventError
from policyd.model.state import StoreUnavailable
from policyd.state.memory import MemoryStore
from tests.engine.scene import Scene, done

NEAR = """policy club { for every group  timezone "UTC"  if store fails hold }
ladder conduct { at 1 warn "first"  at 2 mute 1h }
lexicon bad { words "spamword" }
counter seen counts message by member within 1h up to 100
tally points by member
rule words { on message, edit  when message.text matches bad  then delete, strike conduct }
rule marks { on message  when message.text contains "odd"  then flag }
rule often { on message  when seen > 1  then notify moderators "often" }
rule thanks { on message  when message.text contains "thanks"  then add 2 to points }
rule admission { on request  when request.text contains "please"  then admit  otherwise hold }
"""
MARKS = """policy club { for every group }
rule marks { on message  when message.text contains "odd"  then flag }
"""
WIDE = (
    NEAR
    + """counter everywhere counts message by member across groups within 1h up to 100
rule roams { on message  when everywhere > 1  then flag }
"""
)
FIGURES = (
    NEAR
    + """rule quiet { on message  when group.active(1d) >= 0  then notify moderators "quiet" }
"""
)
POLICIES = {"near": NEAR, "wide": WIDE, "figures": FIGURES}
TEXTS = ("hello", "spamword", "odd", "thanks", "odd spamword")
VERDICT = {"verdict": {"ticket": "nope", "decision": "approve", "by": "mod", "role": "moderator"}}
KINDS: dict[str, dict[str, Any]] = {
    "message": {}, "edit": {}, "join": {}, "leave": {}, "request": {"request": {"text": "let me in please"}},
    "sanction": {"sanction": {"by": "mod", "action": "warn"}},
    "unclear": {"sanction": {"by": "mod", "action": "warn", "ladder": "nope"}},
    "verdict": VERDICT, "tick": {"member": None, "group": {"id": "g1"}},
}  # fmt: skip
LATER = 1_772_582_400_000
"""2026-03-04, in UTC: a day after the events."""
Drawn = list[tuple[str, str, int, bool]]
"""Kind, text, number of the group, whether the event is a repeat of the one before."""
drawn = st.lists(
    st.tuples(st.sampled_from([*KINDS, "message"]), st.sampled_from(TEXTS), st.integers(0, 2), st.booleans()),
    min_size=1,
    max_size=12,
)


def events(scene: Scene, found: Drawn, first: int, day: int = 2) -> list[Event]:
    """All at one instant, each of a member of its own."""
    made: list[Event] = []
    for number, (kind, text, group, again) in enumerate(found, first):
        if again and made:
            made.append(made[-1])
            continue
        parts = {"member": f"u{number}", "group": {"id": f"g{group}"}, **KINDS[kind]}
        parts["time"] = f"2026-03-{day:02}T12:{first:02}:00Z"
        made.append(scene.event(kind.replace("unclear", "sanction"), text, event_id=f"e{number}", **parts))
    return made


def one_by_one(scene: Scene, asked: list[Event], explain: bool) -> list[object]:
    return [one(scene, event, explain) for event in asked]


def one(scene: Scene, event: Event, explain: bool) -> object:
    try:
        return scene.tell(event, explain=explain)
    except EventError as refused:
        return refused.problem


def together(scene: Scene, asked: list[Event], explain: bool) -> list[object]:
    told: dict[int, object] = {}

    def answered(place: int, found: Decision | EventError) -> None:
        assert place not in told
        told[place] = found.problem if isinstance(found, EventError) else found

    finish(scene.engine.evaluate_many([(event, "") for event in asked], answered, explain=explain))
    return [told[place] for place in range(len(asked))]


failures = st.sampled_from(["", "observe", "commit", "file", "count"])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(POLICIES)), drawn, drawn, failures, st.booleans())
def test_decisions_are_those_of_one_after_the_other(
    which: str, before: Drawn, then: Drawn, fails: str, explain: bool
) -> None:
    alone, beside = Scene(POLICIES[which]), Scene(POLICIES[which])
    for scene in (alone, beside):
        one_by_one(scene, events(scene, before, 1, day=1), False)
        scene.store.fails = {fails} if fails else set()
    # What is asked again is the same, although others have been decided in between.
    for number in (20, 20, 40):
        ours, theirs = events(beside, then, number), events(alone, then, number)
        assert together(beside, ours, explain) == one_by_one(alone, theirs, explain)
    assert figures(beside) == figures(alone)


def figures(scene: Scene) -> list[FiguresRead]:
    return [finish(scene.store.inner.figures(FiguresAsk("", f"g{group}", "UTC", 9, LATER))) for group in range(3)]


def test_figures_of_a_turn_are_counted_by_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    async def count_many(self: MemoryStore, changes: Sequence[Count]) -> list[StoreUnavailable | None]:
        calls.append([(change.event, change.figures) for change in changes])
        return [None] * len(changes)

    monkeypatch.setattr(MemoryStore, "count_many", count_many)
    scene, told = Scene(MARKS), []
    engine = Engine(scene.engine.program, MemoryStore(virtual=True))
    asked = events(scene, [("message", text, 0, False) for text in ("hello", "odd", "hello", "odd")], 1)
    for turn in (asked[:1], asked[1:]):  # the first event of a day goes its own way
        finish(engine.evaluate_many([(event, "") for event in turn], lambda place, _: told.append(place)))
    assert calls == [[("e2", (("d:flag", 1),)), ("e4", (("d:flag", 1),))]]
    assert sorted(told) == [0, 0, 1, 2]


def test_what_is_not_counted_is_told_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    scene = Scene(NEAR)
    scene.store.fails = {"count"}
    told = together(scene, events(scene, [("message", "odd", 0, False)], 1), False)
    assert [done(each) for each in told if isinstance(each, Decision)] == [["flag"]]
    assert "figures_not_counted: group `g0`" in caplog.text


def test_a_mistake_in_one_event_is_raised_and_the_others_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(NEAR)
    program, told = scene.engine.program, []
    decide = type(program).decide

    def mistaken(self: Any, prepared: Prepared, observed: Any) -> Any:
        if prepared.event.message is not None and prepared.event.message.text == "broken":
            raise KeyError("a mistake")
        return decide(self, prepared, observed)

    monkeypatch.setattr(type(program), "decide", mistaken)
    asked = [(scene.event("message", text, at=1, member=text), "") for text in ("odd", "broken", "hello")]
    with pytest.raises(KeyError, match="a mistake"):
        finish(scene.engine.evaluate_many(asked, lambda place, _: told.append(place)))
    assert sorted(told) == sorted(set(told))
