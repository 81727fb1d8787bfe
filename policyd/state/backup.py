"""Backups: a portable file of everything that a store keeps, and back."""

from __future__ import annotations
