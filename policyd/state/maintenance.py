"""Stores as commands reach them while a service may be running on them."""

from __future__ import annotations
