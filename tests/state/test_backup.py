"""A backup gives back what was there, or nothing is touched."""

from __future__ import annotations
