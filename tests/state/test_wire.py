"""Asks as the scripts get them: the same bytes whatever was packed before, as much of them is kept between events."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from policyd.model.state import LadderRead, Observe, Window
from policyd.state import keys, wire, wire_windows

_NAMES = keys.group_keys("pd:{t/0}:", "g")
_LADDERS = ((), (LadderRead("p.calm", 0), LadderRead("p.strict", 60_000)))


@st.composite
def windows(draw: Callable[..., object]) -> Window:
    name, text = draw(st.sampled_from("ab")), draw(st.sampled_from(("", ":1", ":2")))
    return Window(
        cell=f"{name}{text}",
        scope=draw(st.sampled_from(("member", "group"))),  # type: ignore[arg-type]
        span=draw(st.sampled_from((1_000, 10**9))),  # type: ignore[arg-type]
        cap=draw(st.sampled_from((1, 300))),  # type: ignore[arg-type]
        bump=draw(st.sampled_from(("never", "new", "always"))),  # type: ignore[arg-type]
        zone="Asia/Shanghai",
        form=draw(st.sampled_from(("events", "distinct", "messages"))),  # type: ignore[arg-type]
    )


@given(st.lists(st.lists(windows(), max_size=4).map(tuple), min_size=2, max_size=8), st.sampled_from(_LADDERS))
def test_what_was_packed_before_does_not_matter(
    asked: list[tuple[Window, ...]], ladders: tuple[LadderRead, ...]
) -> None:  # fmt: skip
    for each in asked:
        ask = Observe("t", "g", "u", "e", b"12345678", "r", windows=each, ladders=ladders)
        first, again = wire.pack_observe(_NAMES, ask), wire.pack_observe(_NAMES, ask)
        alike = wire.pack_observe(_NAMES, replace(ask, windows=tuple(list(each))))
        for kept in (wire_windows.SHAPES, wire_windows.FORMS, wire_windows._ALIKE):
            kept.clear()
        assert first == again == alike == wire.pack_observe(_NAMES, ask)


def test_the_text_of_a_window_is_in_what_is_packed() -> None:
    window = Window("a:1", "member", 1_000, 5, "new")
    other = replace(window, cell="a:2")
    packed = {
        wire.pack_observe(_NAMES, Observe("t", "g", "u", "e", b"12345678", "r", windows=asked))[1]
        for asked in ((window,), (other,), (window, window), (window, other))
    }
    assert len(packed) == 4
