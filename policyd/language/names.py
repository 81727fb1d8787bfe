"""Names: which words may not be one, and which scripts may stand together in one (law L1).

The rule is "highly restrictive" of Unicode Technical Standard 39, section 5.2: one script, or Latin with Han and the
other scripts of Chinese, Japanese or Korean.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

RESERVED: Final = frozenset(
    "when unless then otherwise on at by within where until from for with and or not in matches contains like default "
    "true false expect because once saying given".split()
)
"""Words that cannot be names (fields after a dot can be anything). The grammar's NAME excludes the same."""

_TOGETHER: Final = (
    frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "HAN", "BOPOMOFO"}),
    frozenset({"LATIN", "HAN", "HANGUL"}),
)
_ANY_SCRIPT: Final = "COMMON"


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    """The script of a character by the first word of its Unicode name; digits, marks and signs belong to any."""
    if unicodedata.category(character)[0] != "L":
        return _ANY_SCRIPT
    name = unicodedata.name(character, "UNASSIGNED")
    name = name.removeprefix("FULLWIDTH ").removeprefix("HALFWIDTH ")
    first = name.split(" ", 1)[0]
    if name.startswith("KATAKANA-HIRAGANA") or first == "MODIFIER":
        return _ANY_SCRIPT
    return "HAN" if first in ("CJK", "IDEOGRAPHIC") else first


def scripts_that_may_not_mix(name: str) -> tuple[str, ...]:
    """The scripts of `name`, sorted and capitalised, where they may not stand together; else nothing."""
    if name.isascii():
        return ()
    scripts = {_script(character) for character in name} - {_ANY_SCRIPT}
    if len(scripts) < 2 or any(scripts <= together for together in _TOGETHER):
        return ()
    return tuple(sorted(script.capitalize() for script in scripts))


def plain_name(written: str) -> str:
    """A name in the form in which names are compared: full-width letters are the plain ones (NFKC)."""
    return written if written.isascii() else unicodedata.normalize("NFKC", written)
