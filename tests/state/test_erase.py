"""An erased member is in no key, no value and no file of the store."""

from __future__ import annotations
