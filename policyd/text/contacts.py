"""Ways to reach somebody elsewhere, in a text: numbers, accounts, e-mail addresses and links.

Everything is looked for in readings of the text that have one character for each of the original, so that offsets
are the original's. A text with few digits and Latin letters costs one pass of a regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final, Literal

from msgspec import Struct

from policyd.text.domains import DOMAIN, registered_domain, top_level
from policyd.text.fold import any_of, table, translator
from policyd.text.lexicon import DEFAULT_RESIST

Kind = Literal["number", "account", "handle", "email", "link"]

MIN_NUMBER: Final = 7
_MOST: Final = 2_000
_NOISE: Final = r"[^\w\n]|_"
_NUMERALS: Final = {
    char: str(value)
    for value, chars in enumerate(
        "零〇洞 一壹幺㈠㊀ 二贰㈡㊁ 三叁㈢㊂ 四肆㈣㊃ 五伍㈤㊄ 六陆㈥㊅ 七柒㈦㊆ 八捌㈧㊇ 九玖㈨㊈".split()
    )
    for char in chars
}
_HAN: Final = "".join(_NUMERALS)
_DIGITS: Final = str.maketrans(_NUMERALS)
_COUNTING: Final = re.compile(f"[{_HAN}]")
_ASCII_DIGITS: Final = frozenset("0123456789")
# The fold table as far as it reads one character as one, digits as digits, and the stops that stand for dots.
_ONE_TO_ONE: Final[dict[int, str]] = {
    code: plain for code, plain in table(DEFAULT_RESIST, numerals=False).items() if len(plain) == 1 and code != ord("_")
} | {ord(written): plain for written, plain in {"。": ".", "．": ".", "：": ":", "／": "/", "＠": "@"}.items()}

_reading: Final = translator(_ONE_TO_ONE)


def _read_as(characters: str) -> re.Pattern[str]:
    """All that is read as one of these, numerals as digits."""
    readings = _ONE_TO_ONE | _DIGITS
    codes = [*map(ord, characters), *[code for code, plain in readings.items() if plain in characters]]
    return re.compile(f"[{any_of(codes)}]")


_OF_NAMES: Final = _read_as("abcdefghijklmnopqrstuvwxyz0123456789_-")
_DOT: Final = _read_as(".")
# How many of these are in the shortest link, `a.cn`, and in what has no dot: most texts have fewer.
_LEAST_IN_LINK: Final = 3
_LEAST: Final = 5
_SHORT: Final = 256
# Without any of these nothing can be found.
_HINT: Final = re.compile(
    rf"[@\d]|[A-Za-zａ-ｚＡ-Ｚ]{{2}}|[\u00b2-\u024f\u2070-\u209c\u2460-\u24ff\u2776-\u2793]|[\U0001d400-\U0001f1ff]"
    rf"|[{_HAN}](?:[^\w]{{0,4}}[{_HAN}]){{4}}"
)
_NUMBER: Final = re.compile(
    rf"(?<![0-9a-z])[0-9](?:(?:{_NOISE}){{0,4}}[0-9]){{{MIN_NUMBER - 1},19}}(?![0-9a-z])(?!\s?(?:元|块|万|人|次|米|美))"
)
# Without so many digits there is none: most texts with any have fewer.
_ENOUGH: Final = re.compile(rf"(?:[0-9][^0-9]*+){{{MIN_NUMBER}}}")
# What is written in digits and reaches nobody: dates, times, amounts, versions, ranges.
_NO_NUMBER: Final = re.compile(
    r"(?<![\d-])(?:(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}(?:\s?[-/.月]\s?\d{1,2}日?)?(?!\d)|\d{1,2}[:：]\d\d(?:[:：]\d\d)?(?!\d)"
    r"|\d{1,3}(?:,\d{3})+(?!\d)|\d+\.\d{1,6}(?![\d.])|\d{1,6}\s?[-~～—–×*]\s?\d{1,6}(?![-\d]))|[$￥¥€]\s?\d+"
)
_CUES: Final = (
    "微信|薇信|威信|卫星|溦信|嶶信|徽信|微|薇|溦|嶶|徽|威|企鹅|扣扣|扣|电报|飞机|纸飞机|群号?|客服|联系|咨询|私信|加我|"
    r"[加＋+➕]\s?v|(?<![a-z])(?:vx|wx|weixin|v信|v|w|qq|q|tg|telegram|whats ?app|line|skype|boss)"
)
_CUE: Final = re.compile(
    rf"(?:{_CUES})(?:号码?|群|我|是|加)?(?:{_NOISE}){{0,6}}"
    r"((?<![a-z])[a-z][a-z0-9_-]{4,19}|[0-9](?:[^\w\n]{0,2}[0-9]){4,14})(?![a-z0-9])"
)
_EMAIL: Final = re.compile(
    r"(?<![a-z0-9.!#$%&'*+/=?^_`{|}~-])[a-z0-9][a-z0-9._%+-]{0,63}@(?:[a-z0-9-]+\.)+[a-z]{2,24}(?![a-z0-9])"
)
_HANDLE: Final = re.compile(r"(?<![a-z0-9._])@[a-z][a-z0-9_]{4,31}(?![a-z0-9_]*[.@])")
_OCTET: Final = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_LINK: Final = re.compile(
    r"(?:https?://|www\.)(?:(?!https?:)[a-z0-9\-._~:/?#\[\]@!$&'*+,;=%])*[a-z0-9/=]"
    rf"|(?:{DOMAIN}|(?<![0-9.])(?:{_OCTET}\.){{3}}{_OCTET}(?!\.?[0-9]))(?::[0-9]+)?(?:/[a-z0-9\-._~/?#@!$&+,;=%]*)?"
)
_SCHEME: Final = re.compile(r"https?://")
_HOST: Final = re.compile(r"[^/?#:@]+")


class Contact(Struct, frozen=True):
    """A contact at `start:end` of the text (code points); `text` is what stands there."""

    kind: Kind
    start: int
    end: int
    text: str


def contacts(text: str) -> tuple[Contact, ...]:
    """All contacts, in order, each place counted once; of very many of one kind the first."""
    if not _may_hold_any(text):
        return ()
    reading = _reading(text)
    places = [*_links(reading), *_addresses(reading), *_accounts(reading)]
    if not places:
        return ()
    found: list[Contact] = []
    taken = bytearray(len(text))
    for kind, start, end in places:
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            found.append(Contact(kind, start, end, text[start:end]))
    return tuple(sorted(found, key=lambda contact: contact.start))


def links(text: str) -> tuple[Contact, ...]:
    """Links with a scheme, beginning with `www.`, of a bare domain that exists, or of an IPv4 address."""
    if not _may_hold_any(text):
        return ()
    return tuple(Contact(kind, start, end, text[start:end]) for kind, start, end in _links(_reading(text)))


def domains(text: str) -> tuple[str, ...]:
    """The registered domains of the links, lower case, each once, in order."""
    found = (registered_domain(_host(_reading(link.text))) for link in links(text))
    return tuple(dict.fromkeys(domain for domain in found if domain))


def _may_hold_any(text: str) -> bool:
    if len(text) <= _SHORT:
        written = len(_OF_NAMES.findall(text))
        if written < _LEAST and (written < _LEAST_IN_LINK or not _DOT.search(text)):
            return False
    return _HINT.search(text) is not None


def _host(link: str) -> str:
    match = _HOST.match(_SCHEME.sub("", link))
    return match[0] if match else ""


def _links(reading: str) -> Iterator[tuple[Kind, int, int]]:
    if "." not in reading:
        return
    for match in islice(_LINK.finditer(reading), _MOST):
        written = match[0]
        bare = not written.startswith(("http://", "https://", "www."))
        if not bare or top_level(_host(written), path="/" in written):
            yield "link", match.start(), match.end()


def _addresses(reading: str) -> Iterator[tuple[Kind, int, int]]:
    if "@" not in reading:
        return
    for match in islice(_EMAIL.finditer(reading), _MOST):
        yield "email", match.start(), match.end()
    for match in islice(_HANDLE.finditer(reading), _MOST):
        yield "handle", match.start(), match.end()


def _accounts(reading: str) -> Iterator[tuple[Kind, int, int]]:
    digits = reading.translate(_DIGITS) if _COUNTING.search(reading) else reading
    for match in islice(_CUE.finditer(digits), _MOST):
        account = match[1]
        if not (account.isascii() and account.isalpha() and match[0][0].isascii()):  # `line` in front of a word
            yield "account", match.start(1), match.end(1)
    if not _ENOUGH.search(digits):
        return
    blank = _NO_NUMBER.sub(lambda match: "\n" * len(match[0]), digits)
    for match in islice(_NUMBER.finditer(blank), _MOST):
        counted = all(char in _NUMERALS for char in reading[match.start() : match.end()])
        if len(set(match[0]) & _ASCII_DIGITS) > 2 and not counted:
            yield "number", match.start(), match.end()


_WITH_DIGITS: Final = table(DEFAULT_RESIST, numerals=False)
_FOLDED: Final = re.compile(f"[{any_of(_WITH_DIGITS)}]")
_fold_but_digits: Final = translator(_WITH_DIGITS)


def fingerprint(text: str) -> str:
    """The folded text without digits and noise: copies with small edits have the same."""
    folded = _fold_but_digits(text) if _FOLDED.search(text) else text
    return folded if folded.isalpha() else "".join(filter(str.isalpha, folded))


_EMOJI: Final = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|[0-9#*]\ufe0f?\u20e3"
    "|(?:[\U0001f300-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a-\u23ff\U0001f004\U0001f0cf\U0001f170-\U0001f19a]"
    "|[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u25aa-\u25fe\u2934\u2935\u3030\u303d\u3297\u3299]\ufe0f)"
    "\ufe0f?[\U0001f3fb-\U0001f3ff]?"
    "(?:\u200d[\U0001f300-\U0001faff\u2600-\u27bf]\ufe0f?[\U0001f3fb-\U0001f3ff]?)*"
)


def emoji(text: str) -> int:
    """How many emoji; a family or a flag is one."""
    return 0 if text.isascii() else sum(1 for _ in _EMOJI.finditer(text))
