"""Which groups keep something of a kind, as the names of keys tell it."""

from __future__ import annotations

from typing import Final, Literal
from urllib.parse import unquote

from policyd.state import keys
from policyd.state.maintenance import Reached, pages

_KEYS: Final = {"tickets": "q", "journal": "j"}


def group_names(store: Reached, tenant: str, kind: Literal["tickets", "journal"]) -> tuple[list[str], int]:
    """Their ids, sorted, and how many more have ids too long for a key, which cannot be told."""
    start = f":{_KEYS[kind]}:"
    pattern = f"{keys.PREFIX}{{{keys.encode(tenant)}/*}}{start}*".encode()
    encoded = {
        key.decode().partition(start)[2] for node in store.nodes for page in pages(node, pattern) for key in page
    }
    names = sorted(unquote(name) for name in encoded if not name.startswith("!"))
    return names, len(encoded) - len(names)
