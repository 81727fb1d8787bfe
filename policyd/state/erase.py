"""Removes a member from every key of a store."""

from __future__ import annotations
