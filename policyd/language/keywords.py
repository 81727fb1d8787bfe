"""The words that start declarations and clauses, as far as anything outside the grammar asks."""

from __future__ import annotations

from typing import Final

NAMED_WITH_BODY: Final = frozenset(
    {"policy", "lexicon", "hours", "limit", "ladder", "rule", "exempt", "roster", "switch", "schedule", "sweep",
     "review", "duty", "streak", "tiers"}
)  # fmt: skip
"""Words of declarations of which a name and a body make the head; `DECLARATIONS` are no names there."""
BRACED: Final = NAMED_WITH_BODY | {"test", "group", "appeal"}
"""Words of declarations with a body in braces."""
UNBRACED: Final = frozenset({"attribute", "let", "template", "counter", "setting", "tally"})
DECLARATIONS: Final = BRACED | UNBRACED

CLAUSES: Final[dict[str, frozenset[str]]] = {
    keyword: frozenset(words.split())
    for keyword, words in {
        "policy": "for timezone if platform brake",
        "lexicon": "words file except resist boundary",
        "hours": "every on from except",
        "limit": "at unless then",
        "ladder": "forget together at",
        "rule": "on when unless then otherwise",
        "exempt": "when from",
        "group": "without",
        "roster": "file key",
        "switch": "off",
        "schedule": "every first second third fourth fifth last on when then",
        "sweep": "every first second third fourth fifth last on when unless then",
        "review": "on when unless needs approve by exempt pending refused",
        "duty": "on within due until pause remind late together each even",
        "appeal": "within decided",
        "streak": "each repair at every even",
        "tiers": "every score tier",
        "test": "given at after member moderator event outcome tick each expect",
    }.items()
}
"""The words that start a clause, by the keyword of the declaration."""

ANY_CLAUSE: Final = frozenset[str]().union(*CLAUSES.values())
