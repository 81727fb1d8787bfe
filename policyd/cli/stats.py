"""`policyd stats`: what the store holds."""

from __future__ import annotations
