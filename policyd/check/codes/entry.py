"""Short forms in which the kinds of findings are written down."""

from __future__ import annotations

from typing import Final

from policyd.language.codes import Code, Texts, register

HEADER: Final = 'policy p { for every group  timezone "Asia/Shanghai" }\n'
Words = tuple[str, str, str]
"""Title, message and help."""


def error(code: str, slug: str, en: Words, zh: Words, bad: str, good: str) -> None:
    """Registers an error. The examples stand after a header, unless they have their own."""
    register(Code(code, slug, "error", Texts(*en), Texts(*zh), _whole(bad), _whole(good)))


def warning(code: str, slug: str, en: Words, zh: Words, bad: str, good: str) -> None:
    """Registers a warning, as `error`."""
    register(Code(code, slug, "warning", Texts(*en), Texts(*zh), _whole(bad), _whole(good)))


def _whole(example: str) -> str:
    return example if example.startswith(("policy ", "#")) else HEADER + example
