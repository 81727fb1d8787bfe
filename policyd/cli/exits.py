"""How commands end."""

from __future__ import annotations

from typing import Final

FINE: Final = 0
FAULT: Final = 1
USAGE: Final = 2
INVALID: Final = 3
TESTS_FAILED: Final = 4
TOO_SLOW: Final = 5
FINDINGS: Final = 6
INTERRUPTED: Final = 130


class Stop(Exception):
    """Ends the command with `code`; `message`, if any, is printed for the user."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
