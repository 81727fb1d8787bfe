"""`policyd backup`: everything that the store keeps, into a file."""

from __future__ import annotations
