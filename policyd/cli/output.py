"""What every command prints through: the reader's language, colour, and quiet."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Final, Literal, TextIO

from policyd.language.diagnostics import Language, Phrase

Style = Literal["bold", "dim", "red", "green", "yellow", "cyan"]
_CODES: Final[dict[Style, str]] = {
    "bold": "1", "dim": "2", "red": "1;31", "green": "32", "yellow": "1;33", "cyan": "36",
}  # fmt: skip


def reader_language(environment: Mapping[str, str] | None = None) -> Language:
    """Chinese where the locale is Chinese: the first of LC_ALL, LC_MESSAGES and LANG that is set decides."""
    found = os.environ if environment is None else environment
    locale = next((found[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if found.get(name)), "")
    return "zh" if locale.lower().startswith("zh") else "en"


class Output:
    """Results go to stdout, everything said beside them to stderr, nothing is wrapped. `quiet` leaves out what is not
    a finding. Colour only on a terminal, and never where NO_COLOR is set."""

    def __init__(self, language: Language | None = None, quiet: bool = False) -> None:
        self.language: Language = language or reader_language()
        self.quiet = quiet
        for stream in (sys.stdout, sys.stderr):
            _never_fail(stream)

    def text(self, phrase: Phrase) -> str:
        return phrase.in_language(self.language)

    def line(self, text: str = "") -> None:
        """A line of the result."""
        sys.stdout.write(text + "\n")

    def lines(self, texts: Iterable[str]) -> None:
        """Lines of the result."""
        for text in texts:
            self.line(text)

    def note(self, phrase: Phrase) -> None:
        """Something said beside the result, unless quiet."""
        if not self.quiet:
            sys.stderr.write(self.text(phrase) + "\n")

    def problem(self, text: str) -> None:
        """Why the command could not do what was asked."""
        sys.stdout.flush()
        sys.stderr.write(f"{self.style('policyd:', 'red', sys.stderr)} {text}\n")

    def style(self, text: str, style: Style, stream: TextIO | None = None) -> str:
        if os.environ.get("NO_COLOR") or not (stream or sys.stdout).isatty():
            return text
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m"


def _never_fail(stream: TextIO) -> None:
    """A terminal that cannot show a character shows its number."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure:
        reconfigure(errors="backslashreplace")
