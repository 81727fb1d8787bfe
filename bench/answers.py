"""What comes back on a connection that has one request under way."""

from __future__ import annotations


class Answers:
    """Puts the parts of an answer together. Only 200 is an answer."""

    def __init__(self) -> None:
        self._buffer = b""
        self._whole = 0

    def is_whole(self, data: bytes) -> bool:
        """With what came now. RuntimeError where the answer is not 200."""
        self._buffer = self._buffer + data if self._buffer else data
        if not self._whole and (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            self._whole = end + 4 + _length(self._buffer[:end])
        if not self._whole or len(self._buffer) < self._whole:
            return False
        self._buffer, self._whole = b"", 0
        return True


def _length(head: bytes) -> int:
    """Of the body that follows."""
    if b" 200 " not in head[:16]:
        raise RuntimeError(head.decode())
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
