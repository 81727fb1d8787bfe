"""Which groups keep something of a kind, as the names of keys tell it."""

from __future__ import annotations

from typing import Final, Literal
from urllib.parse import unquote

from policyd.state import keys
from policyd.state.maintenance import Reached, pages

Kept = Literal["tickets", "journal", "figures"]
_KEYS: Final[dict[Kept, str]] = {"tickets": "q", "journal": "j", "figures": "oh"}
"""The kinds of keys, any of which a group that keeps something has."""


def group_names(store: Reached, tenant: str, kind: Kept) -> tuple[list[str], int]:
    """Their ids, sorted, and how many more have ids too long for a key, which cannot be told."""
    encoded = {name for key in _KEYS[kind] for name in _names(store, tenant, key)}
    names = sorted(unquote(name) for name in encoded if not name.startswith("!"))
    return names, len(encoded) - len(names)


def _names(store: Reached, tenant: str, key: str) -> set[str]:
    """As the keys spell them."""
    start = f":{key}:"
    pattern = f"{keys.PREFIX}{{{keys.encode(tenant)}/*}}{start}*".encode()
    return {key.decode().partition(start)[2] for node in store.nodes for page in pages(node, pattern) for key in page}
