"""From the bytes of a file to a source."""

from __future__ import annotations

from typing import Final

from policyd.language import lexical_codes
from policyd.language.codes import diagnostic
from policyd.language.diagnostics import Diagnostic, Phrase
from policyd.language.source import Source, Span

CODES: Final = lexical_codes
"""The module whose import registers the kind of finding that is made here."""

_GUESSES: Final = (("gb18030", "GBK"), ("big5", "Big5"), ("utf-16", "UTF-16"))
_NO_GUESS: Final = Phrase("", "")


def decode(name: str, data: bytes) -> tuple[Source, list[Diagnostic]]:
    """The text of a file named `name`, a byte order mark stripped. Where it is not UTF-8 the source is empty."""
    try:
        return Source(name, data.decode("utf-8-sig")), []
    except UnicodeDecodeError as error:
        source = Source(name, "")
        return source, [diagnostic("P101", Span(source, 0, 0), offset=error.start, guess=_guess(data))]


def _guess(data: bytes) -> Phrase:
    encodings = _GUESSES[2:] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else _GUESSES[:2]
    for encoding, called in encodings:
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return Phrase(f"; it looks like {called}", f";看起来是 {called} 编码")
    return _NO_GUESS
