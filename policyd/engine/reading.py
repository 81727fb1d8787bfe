"""What the rules of a policy set read, as far as decisions show it: lexicons, and what a mask hides."""

from __future__ import annotations

from msgspec import Struct

from policyd.check import resolved as r
from policyd.compile.program import Fired, Prepared
from policyd.engine.clauses import Branch, branch
from policyd.engine.phrases import Phrase, phrase
from policyd.engine.rungs import Rungs
from policyd.model.match import Match
from policyd.reference.environment import text_key
from policyd.reference.reading import own_expressions, parts

Matched = dict[str, frozenset[str]]
"""Lexicons by the key of the text fact in which they are looked for."""
_LINKS = ("message.links", "message.domains")
_MOST = 10_000
"""So many tuples of policies are remembered."""


class Sources(Struct, frozen=True):
    """`matched` maps the key of each text fact that a rule matches to the lexicons it matches there. `contacts`,
    `links`: it reads those of the message; `patterns` of its `like` on `message.text`."""

    matched: dict[str, frozenset[str]]
    contacts: bool
    links: bool
    patterns: tuple[str, ...]


class Reading:
    """What is known of policies before any event. Worked out for a rule when it is first needed, and kept. Safe between
    threads: the same answer is stored twice at worst."""

    def __init__(self, policies: r.PolicySet) -> None:
        self._policies = policies
        self.zones = {policy.name: policy.zone for policy in policies.policies}
        self.across_groups = any(ladder.across_groups for ladder in policies.ladders.values())
        self.braked = frozenset(do for policy in policies.policies for brake in policy.brakes for do in brake.actions)
        self.rungs = {name: Rungs(ladder) for name, ladder in policies.ladders.items()}
        self._rules: dict[str, Sources] = {}
        self._branches: tuple[dict[str, Branch], dict[str, Branch]] = ({}, {})
        self._phrases: dict[int, tuple[r.Text, Phrase]] = {}
        self._kinds: dict[tuple[int, str], tuple[tuple[r.Policy, ...], Matched]] = {}

    def sources(self, rule: r.Rule) -> Sources:
        """What the rule's own expressions read, through lets too."""
        found = self._rules.get(rule.name)
        if found is None:
            found = self._rules[rule.name] = _sources(rule, self._policies)
        return found

    def branch(self, fired: Fired) -> Branch:
        """What a rule that fired asks for."""
        rule, known = fired.rule, self._branches[fired.otherwise]
        found = known.get(rule.name)
        if found is None:
            found = known[rule.name] = branch(rule, otherwise=fired.otherwise)
        return found

    def phrase(self, text: r.Text) -> Phrase:
        """A text of these policies, made ready. Kept by its identity, as comparing texts would cost more."""
        found = self._phrases.get(id(text))
        if found is None:
            found = self._phrases[id(text)] = text, phrase(text)
        return found[1]

    def facts(self, policies: tuple[r.Policy, ...], kind: str) -> Matched:
        """The text facts that rules of these policies match on events of this kind, each with all lexicons of the
        policies that match it. Kept by the identity of the tuple, which is that of a route."""
        known = self._kinds.get((id(policies), kind))
        if known is None:
            if len(self._kinds) >= _MOST:
                self._kinds = {}
            known = self._kinds[id(policies), kind] = policies, _union([self._facts(each, kind) for each in policies])
        return known[1]

    def _facts(self, policy: r.Policy, kind: str) -> dict[str, frozenset[str]]:
        lexicons = frozenset(lexicon.name for lexicon in policy.lexicons)
        return {key: lexicons for rule in policy.rules if kind in rule.kinds for key in self.sources(rule).matched}


def matches(wanted: dict[str, frozenset[str]], prepared: Prepared) -> list[Match]:
    """The hits of these lexicons on these facts, leftmost first, equal ones once; lexicons under their plain names."""
    found: list[Match] = []
    for key, lexicons in wanted.items():
        hits = prepared.hits.get(key)
        if hits is not None and hits.bits:
            found += hits.matches(lexicons)
    if len(found) == 1:
        return [_plainly(found[0])]
    distinct: dict[tuple[int, int, str, str], Match] = {}
    for match in map(_plainly, found):
        distinct.setdefault((match.start, match.end, match.lexicon, match.word), match)
    return [distinct[place] for place in sorted(distinct)]


def _plainly(match: Match) -> Match:
    return Match(match.lexicon.rpartition(".")[2], match.word, match.text, match.start, match.end, match.view)


def _union(many: list[dict[str, frozenset[str]]]) -> dict[str, frozenset[str]]:
    keys = {key for one in many for key in one}
    return {key: frozenset().union(*(one.get(key, frozenset()) for one in many)) for key in sorted(keys)}


def _sources(rule: r.Rule, policies: r.PolicySet) -> Sources:
    read = [part for expr in own_expressions(rule) for part in parts(expr, policies)]
    matched: dict[str, frozenset[str]] = {}
    for part in read:
        if isinstance(part, r.Matches):
            key = text_key(part.fact)
            matched[key] = matched.get(key, frozenset()) | frozenset(part.lexicons)
    facts = {part.name for part in read if isinstance(part, r.Fact)}
    patterns = [part.pattern for part in read if isinstance(part, r.Like) and _is_message_text(part.subject)]
    return Sources(
        matched, "message.contacts" in facts, any(name in facts for name in _LINKS), tuple(dict.fromkeys(patterns))
    )


def _is_message_text(expr: r.Expr) -> bool:
    return isinstance(expr, r.Fact) and expr.name == "message.text"
