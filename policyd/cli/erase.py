"""`policyd erase`: removes a member from every key of the store."""

from __future__ import annotations
