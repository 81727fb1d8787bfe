"""The store that the settings name, for commands that look after it."""

from __future__ import annotations
