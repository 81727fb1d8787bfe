"""The collector runs again afterwards, whatever happened."""

from __future__ import annotations

import gc

import pytest

from policyd.language.collector import paused_collector


def test_paused_inside_only() -> None:
    assert gc.isenabled()
    with pytest.raises(KeyError), paused_collector():
        with paused_collector():
            pass
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled()


def test_one_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with paused_collector():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
