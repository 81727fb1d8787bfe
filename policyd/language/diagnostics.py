"""What is wrong with a policy, said once: a kind of finding, a place, and the words that stand in its texts.

A diagnostic keeps its fields apart from its texts and is worded late, in the reader's language. The kinds are
registered in `codes.py` and beside the checker.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from policyd.language.source import Span

Severity = Literal["error", "warning"]
Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A few words in both languages, as a field of a diagnostic or the label of a related place."""

    en: str
    zh: str

    def in_language(self, language: Language) -> str:
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Texts:
    """Format strings with named fields. `message` says the cause, `help` the fix (may be empty): lower case, no full
    stop, names in backticks. `title` has no fields."""

    title: str
    message: str
    help: str


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding. `code` is like `P101`; `slug` names it in words; `bad` is a small complete policy that gives
    exactly this finding, `good` the same one mended."""

    code: str
    slug: str
    severity: Severity
    en: Texts
    zh: Texts
    bad: str
    good: str

    def texts(self, language: Language) -> Texts:
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that explains the first, such as the other declaration of a name."""

    span: Span
    label: Phrase


FieldValue = str | int | Phrase


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `fields` fill the named fields of its kind's texts."""

    kind: Code
    span: Span
    fields: tuple[tuple[str, FieldValue], ...] = ()
    related: tuple[Related, ...] = field(default=())

    @property
    def code(self) -> str:
        return self.kind.code

    @property
    def severity(self) -> Severity:
        return self.kind.severity

    def title(self, language: Language = "en") -> str:
        return self.kind.texts(language).title

    def message(self, language: Language = "en") -> str:
        return self._fill(self.kind.texts(language).message, language)

    def help(self, language: Language = "en") -> str:
        return self._fill(self.kind.texts(language).help, language)

    def _fill(self, template: str, language: Language) -> str:
        values = {
            name: value.in_language(language) if isinstance(value, Phrase) else value for name, value in self.fields
        }
        return template.format_map(values)
