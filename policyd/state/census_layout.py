"""What the keys of `keys.py` and the values of `lua/` say, read backwards."""

from __future__ import annotations
