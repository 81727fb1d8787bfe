"""How many keys a store holds and how many bytes they take, by kind."""

from __future__ import annotations
