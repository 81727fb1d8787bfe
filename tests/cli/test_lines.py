"""Lines come whole, whatever the pieces in which they were read."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyd.cli import lines


@given(st.lists(st.binary(max_size=9).filter(lambda line: b"\n" not in line), max_size=9), st.booleans())
def test_lines_are_what_was_written(written: list[bytes], ended: bool) -> None:
    text = b"\n".join(written) + (b"\n" if ended else b"")
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_CHUNK", 4)
        path = Path(folder, "lines")
        path.write_bytes(text)
        came = [line for batch in lines.batches(str(path)) for line in batch]
    expected = text.split(b"\n")
    assert came == (expected[:-1] if not expected[-1] else expected)


@pytest.mark.parametrize(
    ("line", "event"), [(b'{"id": "e1", "kind": 5}', "e1"), (b'{"id": 5}', None), (b"{", None), (b"[]", None)]
)
def test_the_id_of_what_was_refused(line: bytes, event: str | None) -> None:
    assert lines.read_id(line) == event
