"""The words that start declarations and clauses, as far as anything outside the grammar asks."""

from __future__ import annotations

from typing import Final

BRACED: Final = frozenset({"policy", "lexicon", "hours", "limit", "ladder", "rule", "exempt", "test"})
"""Words of declarations with a body in braces."""
NAMED_WITH_BODY: Final = BRACED - {"test"}
"""Words of declarations of which a name and a body make the head; `DECLARATIONS` are no names there."""
UNBRACED: Final = frozenset({"attribute", "let", "template", "counter"})

LATER_BRACED: Final = frozenset(
    {"group", "roster", "switch", "schedule", "sweep", "review", "duty", "streak", "tiers", "appeal"}
)
LATER_UNBRACED: Final = frozenset({"setting", "tally"})
LATER: Final = LATER_BRACED | LATER_UNBRACED
"""Words of declarations that belong to the language and are not supported yet."""

SUPPORTED: Final = tuple(sorted(BRACED | UNBRACED))
DECLARATIONS: Final = BRACED | UNBRACED | LATER
WITH_BRACES: Final = BRACED | LATER_BRACED

CLAUSES: Final[dict[str, frozenset[str]]] = {
    keyword: frozenset(words.split())
    for keyword, words in {
        "policy": "for timezone if brake",
        "lexicon": "words file except resist boundary",
        "hours": "every on from except",
        "limit": "at unless then",
        "ladder": "forget together at",
        "rule": "on when unless then otherwise",
        "exempt": "when from",
        "test": "given at after member moderator event each expect",
    }.items()
}
"""The words that start a clause, by the keyword of the declaration."""

ANY_CLAUSE: Final = frozenset[str]().union(*CLAUSES.values())
