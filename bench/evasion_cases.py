"""The rows of `evasion_cases.jsonl`, each decided by policyd with the switches that it names."""

from __future__ import annotations

from typing import Any, Final

from bench.data import lexicon, rows
from policyd.text.contacts import contacts, links
from policyd.text.lexicon import DEFAULT_RESIST, Technique
from policyd.text.matcher import Matcher

KINDS: Final = ("evasion", "whitelist", "false_positive", "offset", "extractor", "semantics")
# Rows that policyd decides otherwise on purpose.
OTHERWISE: Final[dict[str, str]] = {
    "c033": "the longest of the words that begin at one place is reported, never the shortest",
    "c036": "the longest of the words that begin at one place is reported, never the shortest",
    "c096": "the text of c095, where the number is wanted; its shortest length is not a switch",
    "c106": "the first two words are found; one character as pinyin among others is left to `resist sound`",
    "c142": "a letter next to a digit is at a word boundary, as c046 and c060 want",
    "c144": "which signs are noise is not for an author to choose",
    "c168": "the doubled character within a longer entry is a repeat, which the default sees through",
    "c171": "the doubled character within a longer entry is a repeat, which the default sees through",
}
_SWITCHES: Final[dict[str, Technique]] = {"skip_chars": "noise", "ignore_repeat": "repeats", "numeral_style": "styled"}


def found(row: dict[str, Any]) -> list[tuple[int, int]]:
    """Where policyd finds something, in order."""
    options, text = row["options"], row["text"]
    if row["kind"] == "extractor" or not row["words"]:
        if row["technique"] == "bare_domain":
            return [(link.end - len(link.text.split("/")[-1]), link.end) for link in links(text)]
        return [(contact.start, contact.end) for contact in contacts(text)]
    resist = DEFAULT_RESIST - {technique for switch, technique in _SWITCHES.items() if options.get(switch) is False}
    boundary = bool(options.get("latin_boundary", True)) and options.get("digit_boundary") is not False
    entries = lexicon(tuple(row["words"]), excepts=tuple(row["allow"]), resist=resist, boundary=boundary)
    overlapping = row["semantics"] == "all_overlapping"
    matches = Matcher.build([entries]).search(text).matches(overlapping=overlapping)
    spans = sorted((match.start, match.end) for match in matches)
    return spans[:1] if row["semantics"] == "first" else spans


def failures(kinds: tuple[str, ...] = KINDS) -> list[tuple[dict[str, Any], list[tuple[int, int]]]]:
    """The rows of these kinds that come out otherwise than expected, with what was found."""
    wrong = []
    for row in rows("evasion_cases.jsonl"):
        if row["kind"] in kinds and (spans := found(row)) != sorted((e["start"], e["end"]) for e in row["expect"]):
            wrong.append((row, spans))
    return wrong
