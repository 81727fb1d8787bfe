"""`policyd restore`: a backup, back into a store."""

from __future__ import annotations
