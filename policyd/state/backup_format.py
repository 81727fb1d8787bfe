"""The file of a backup: what stands in it, and how it is known to be whole."""

from __future__ import annotations
