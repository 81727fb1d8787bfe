"""Rebuilds policyd/text/data/fold.tsv: which code points the matcher reads as which others.

    .venv/bin/python -m scripts.fold_table > policyd/text/data/fold.tsv

Every row is one step, `technique TAB character TAB what it is read as`; policyd composes the steps. An empty third
column drops the character. Sources: the interpreter's `unicodedata` (Unicode licence), the Unicode confusables of
`confusable-homoglyphs` (MIT; data under the Unicode licence) and OpenCC's character tables (Apache-2.0).
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from importlib.metadata import version
from itertools import chain
from typing import Any

import opencc
from confusable_homoglyphs.confusables import confusables_data

LOOKALIKE_SCRIPTS = (
    "LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "DESERET", "OSAGE", "WARANG", "GOTHIC",
    "OLD ITALIC", "LYCIAN", "CARIAN", "LYDIAN", "TIFINAGH", "RUNIC", "CANADIAN", "VAI", "GEORGIAN", "MIAO", "ELBASAN",
    "OUTLINED",
)  # fmt: skip
# Letters that fonts draw alike and the confusables file does not join.
OWN_LOOKALIKES = {"ĸ": "k", "ο": "o", "ʍ": "m"}
STYLED_LETTER = re.compile(
    r"(?:(?:NEGATIVE |CROSSED NEGATIVE |DOUBLE )?(?:CIRCLED|SQUARED|PARENTHESIZED) (?:ITALIC )?LATIN (?:CAPITAL|SMALL)"
    r" LETTER|REGIONAL INDICATOR SYMBOL LETTER|LATIN LETTER SMALL CAPITAL) ([A-Z])"
)
BARRED_LETTER = re.compile(r"LATIN (?:CAPITAL|SMALL) LETTER ([A-Z]) WITH .*")
# Written for the second by people and converters, though the first has a use of its own in simplified Chinese or is
# a variant that OpenCC leaves alone.
OWN_VARIANTS = {
    "瞭": "了",
    "著": "着",
    "寜": "宁",
    "甯": "宁",
    "妳": "你",
    "喫": "吃",
    "牠": "它",
    "藉": "借",
    "谘": "咨",
}
# One character that is read as a whole sentence would make a long text many times longer.
LONGEST = 4
FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
HAN = (0x3007, *range(0x3400, 0xA000), *range(0xF900, 0xFB00), *range(0x20000, 0x32400))


def code_points() -> Iterator[str]:
    return map(chr, chain(range(0x80, 0xD800), range(0xE000, 0x32400), range(0xE0000, 0xE0200)))


def dropped(char: str) -> bool:
    """A mark or format character that has no width of its own. Marks of combining class 0 are letters of their
    scripts (vowel signs of Devanagari or Thai) unless they enclose or select a variation."""
    category = unicodedata.category(char)
    if category in ("Cf", "Me") or char in FILLERS or unicodedata.name(char, "").find("VARIATION SELECTOR") >= 0:
        return True
    return category == "Mn" and unicodedata.combining(char) != 0


def kept(text: str) -> str:
    """The letters, digits and lasting marks of a decomposition: of `(1)` only `1` is read."""
    return "".join(
        c for c in text if unicodedata.category(c)[0] in "LN" or (unicodedata.category(c)[0] == "M" and not dropped(c))
    )


def lookalike(char: str) -> str:
    """The ASCII letter that confusables know for the character: for its lower case first, then for its upper case."""
    if unicodedata.category(char)[0] != "L" or not unicodedata.name(char, "").startswith(LOOKALIKE_SCRIPTS):
        return ""
    for form in (char.lower(), char, char.upper()):
        if own := OWN_LOOKALIKES.get(form):
            return own
        known: list[dict[str, Any]] = confusables_data.get(form, [])
        for candidate in known:
            plain = kept(unicodedata.normalize("NFD", candidate["c"]))
            if len(plain) == 1 and plain.isascii() and plain.isalpha():
                return plain.lower()
    return ""


def digit(char: str) -> str:
    """A decimal digit of another script, or a ringed number; Han numerals are no digits here."""
    if unicodedata.category(char) not in ("Nd", "No", "So") or unicodedata.name(char, "").startswith("CJK"):
        return ""
    value = unicodedata.numeric(char, None)
    return str(int(value)) if value is not None and value == int(value) and 0 <= value <= 50 else ""


def styled(char: str) -> str:
    """What a letter or digit in fancy dress stands for, or an empty string."""
    if 0xAC00 <= ord(char) < 0xD7A4:
        return ""
    decomposition = unicodedata.decomposition(char)
    if decomposition and not decomposition.startswith("<"):
        plain = "".join(c for c in unicodedata.normalize("NFD", char) if not dropped(c))
        return "" if plain == char else plain
    if found := lookalike(char):
        return found
    if decomposition:
        plain = unicodedata.normalize("NFC", kept(unicodedata.normalize("NFKD", char)))
        return plain if len(plain) <= LONGEST else ""
    name = unicodedata.name(char, "")
    if match := STYLED_LETTER.fullmatch(name):
        return match[1].lower()
    if found := digit(char):
        return found
    match = BARRED_LETTER.fullmatch(name)
    return match[1].lower() if match else ""


def steps() -> Iterator[tuple[str, str, str]]:
    for char in map(chr, range(0x41, 0x5B)):
        yield "case", char, char.lower()
    for char in code_points():
        if dropped(char):
            yield "styled" if unicodedata.combining(char) or unicodedata.category(char) == "Me" else "noise", char, ""
        elif unicodedata.decomposition(char).startswith(("<wide>", "<narrow>")):
            if wide := kept(unicodedata.normalize("NFKC", char)):
                yield "width", char, wide
        elif plain := styled(char):
            yield "styled", char, plain
        elif (lower := char.casefold()) != char and unicodedata.category(char)[0] == "L":
            yield "case", char, lower
    yield from simplifications()


def in_gb2312(char: str) -> bool:
    """Whether the character is one of everyday simplified Chinese: such a one is never read as another."""
    try:
        return bool(char.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def simplifications() -> Iterator[tuple[str, str, str]]:
    to_simplified, from_japanese = opencc.OpenCC("t2s"), opencc.OpenCC("jp2t")
    variants = regional_variants() | OWN_VARIANTS
    for char in map(chr, HAN):
        if unicodedata.decomposition(char):
            continue
        simplified = to_simplified.convert(char)
        if simplified == char and not in_gb2312(char):
            simplified = to_simplified.convert(from_japanese.convert(char))
            if not in_gb2312(simplified):
                simplified = char
        if simplified == char:
            simplified = variants.get(char, char)
        if simplified != char and len(simplified) == 1:
            yield "script", char, simplified


def regional_variants() -> dict[str, str]:
    """What Taiwan, Hong Kong and Japan write for characters of GB 2312, and the way back does not know."""
    variants: dict[str, str] = {}
    for name in ("s2t", "s2tw", "s2hk", "t2jp"):
        converter = opencc.OpenCC(name)
        for char in filter(in_gb2312, map(chr, HAN)):
            written = converter.convert(char)
            if len(written) == 1 and not in_gb2312(written):
                variants.setdefault(written, char)
    return variants


def mark_ranges() -> str:
    """Marks and strokes that are letters to the matcher, not noise: pairs `first-last` in hexadecimal."""
    marks = [ord(c) for c in code_points() if unicodedata.category(c)[0] == "M" and not dropped(c)]
    marks += range(0x31C0, 0x31F0)  # the strokes into which characters are taken apart
    marks.sort()
    ranges: list[list[int]] = []
    for mark in marks:
        if ranges and ranges[-1][1] == mark - 1:
            ranges[-1][1] = mark
        else:
            ranges.append([mark, mark])
    return " ".join(f"{first:x}-{last:x}" for first, last in ranges)


def table() -> str:
    """The whole file."""
    head = (
        f"# generated by scripts/fold_table.py: Unicode {unicodedata.unidata_version}, confusable-homoglyphs "
        f"{version('confusable-homoglyphs')}, OpenCC {version('OpenCC')}\n"
    )
    rows = "".join(f"{technique}\t{char}\t{plain}\n" for technique, char, plain in steps())
    return f"{head}marks\t{mark_ranges()}\t\n{rows}"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(table())
