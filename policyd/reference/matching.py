"""Words that were found: which are reported, which a text names, and what `mask` hides (law L18)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import re2

from policyd.check import resolved as r
from policyd.model.match import Match
from policyd.reference.environment import Environment, text_key
from policyd.reference.firing import Fired
from policyd.reference.reading import matches_in, own_expressions, parts
from policyd.text import contacts
from policyd.text.mask import mask


def matches_of_rule(rule: r.Rule, env: Environment) -> list[Match]:
    """The matches of the lexicons that the rule itself reads, leftmost first."""
    found = [match for expr in own_expressions(rule) for match in matches_in(expr, env.policies)]
    return _in_order(
        hit
        for key in {text_key(match.fact) for match in found}
        for hit in _found(env, key, {name for match in found if text_key(match.fact) == key for name in match.lexicons})
    )


def matches_of_event(policies: list[r.Policy], environments: dict[str, Environment]) -> list[Match]:
    """All hits of the lexicons of each policy in the texts that its rules for this kind of event match."""
    found: list[Match] = []
    for policy in policies:
        env = environments[policy.name]
        kind = "edit" if env.edit else env.event.kind
        read = [
            text_key(match.fact)
            for rule in policy.rules
            if kind in rule.kinds
            for expr in own_expressions(rule)
            for match in matches_in(expr, env.policies)
        ]
        for key in sorted(set(read)):
            found += _found(env, key, {lexicon.name for lexicon in policy.lexicons})
    return _in_order(found)


def _found(env: Environment, key: str, lexicons: set[str]) -> tuple[Match, ...]:
    hits = env.hits.get(key)
    return hits.matches(frozenset(lexicons)) if hits else ()


def _in_order(matches: Iterable[Match]) -> list[Match]:
    """Leftmost first, the same word of a lexicon at the same place once, lexicons under their plain names."""
    found: dict[tuple[int, int, str, str], Match] = {}
    for match in matches:
        name = match.lexicon.rpartition(".")[2]
        plain = Match(name, match.word, match.text, match.start, match.end, match.view)
        found.setdefault((match.start, match.end, name, match.word), plain)
    return [found[place] for place in sorted(found)]


def masked(masking: list[Fired]) -> str | None:
    """The message's text with all that the masking rules found in it hidden."""
    spans = sorted(span for fired in masking for span in _spans(fired.rule, fired.env))
    for fired in masking:
        message = fired.env.event.message
        if message is not None and message.text is not None:
            return mask(message.text, spans)
    return None


def _spans(rule: r.Rule, env: Environment) -> Iterator[tuple[int, int]]:
    """Where the text holds what the rule's own expressions look for: words, contacts, links, patterns."""
    text = None if env.event.message is None else env.event.message.text
    if text is None:
        return
    for expr in own_expressions(rule):
        for part in parts(expr, env.policies):
            match part:
                case r.Matches(fact=r.Fact(name="message.text")):
                    hits = env.hits.get("message.text")
                    yield from hits.spans(frozenset(part.lexicons)) if hits else ()
                case r.Fact(name="message.contacts"):
                    yield from ((found.start, found.end) for found in contacts.contacts(text))
                case r.Fact(name="message.links" | "message.domains"):
                    yield from ((found.start, found.end) for found in contacts.links(text))
                case r.Like(subject=r.Fact(name="message.text")):
                    yield from (found.span() for found in re2.finditer(part.pattern, text))
