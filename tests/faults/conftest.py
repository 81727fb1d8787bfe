"""The servers of the store's tests."""

from __future__ import annotations

from tests.state.conftest import redis7, run, valkey

__all__ = ["redis7", "run", "valkey"]
