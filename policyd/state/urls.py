"""URLs of stores as they may be shown: without user and password, and without what stands behind the `?`."""

from __future__ import annotations


def shown_server(url: str) -> str:
    """Where the server is."""
    return url.rpartition("@")[2].partition("?")[0]


def why_unreadable(url: str, error: ValueError) -> str:
    """Without what stands before the `@`, of which the error may quote a part too."""
    if "@" not in url:
        return f"store `{shown_server(url)}`: {error}"
    cause = "the URL cannot be read" if "'" in str(error) else str(error)
    hidden = f"store `(hidden)@{shown_server(url)}`: {cause}"
    return f"{hidden}; in a password, write %2F for `/`, %3A for `:` and %40 for `@`"
