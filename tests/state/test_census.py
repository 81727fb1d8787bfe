"""Keys and bytes are counted under the right kind."""

from __future__ import annotations
