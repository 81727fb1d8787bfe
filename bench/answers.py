"""What comes back on a connection that has one request under way."""

from __future__ import annotations

from typing import Final

_ANSWERED: Final = b" 200 "
_REFUSED: Final = b" 429 "


class Answers:
    """Puts the parts of an answer together. `is_refusal`: the last whole one was 429. What is neither 200 nor 429 is
    no answer."""

    def __init__(self) -> None:
        self._buffer = b""
        self._whole = 0
        self.is_refusal = False

    def is_whole(self, data: bytes) -> bool:
        """With what came now. RuntimeError where it is no answer."""
        self._buffer = self._buffer + data if self._buffer else data
        if not self._whole and (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            self._whole = end + 4 + self._length(self._buffer[:end])
        if not self._whole or len(self._buffer) < self._whole:
            return False
        self._buffer, self._whole = b"", 0
        return True

    def _length(self, head: bytes) -> int:
        """Of the body that follows."""
        self.is_refusal = _REFUSED in head[:16]
        if not self.is_refusal and _ANSWERED not in head[:16]:
            raise RuntimeError(head.decode())
        return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
