"""The commands that look after a store, as an operator runs them."""

from __future__ import annotations
