"""Domain names, by the list of public suffixes that tldextract brings along (nothing is fetched)."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tldextract import TLDExtract

# A host as it stands in a sentence, in lower case.
DOMAIN: Final = r"(?<![a-z0-9@.\-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?![a-z0-9\-])"
# Without scheme, `www.` and path only these count: `readme.md`, `main.rs` and `home.my` end like countries.
_COMMON: Final = frozenset(
    "com net org cn cc io info xyz top vip club shop store online site app link live tv ru uk de fr jp kr hk tw biz "
    "pro work fun icu ltd tech space website wang ink mobi me ly la win bet cloud one".split()
)


@cache
def _extract() -> TLDExtract:
    from tldextract import TLDExtract  # slow to import, and many policies never ask for a domain

    return TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=4096)
def registered_domain(host: str) -> str:
    """`example.co.uk` of `www.example.co.uk`; the address itself of an IPv4 address; otherwise an empty string."""
    parts = _extract()(host)
    return parts.top_domain_under_public_suffix or parts.ipv4


def top_level(host: str, *, path: bool) -> bool:
    """Whether a bare host names a site: its end is common on the web or, before a path, a public suffix at all."""
    if path or host[-1:].isdigit():
        return bool(registered_domain(host))
    return host.rpartition(".")[2] in _COMMON
