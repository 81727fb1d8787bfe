"""What people say: real messages where the machine has them, made-up ones elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Final

SHARED: Final = Path(__file__).resolve().parents[3] / "shared" / "data"
_CORPORA: Final = (
    "spam_zh_telegram.dev.jsonl", "cold.dev.jsonl", "spam_en_uci_sms.dev.jsonl", "spam_zh_sms10k.dev.jsonl",
)  # fmt: skip
_MEANT: Final = ("暗号", "星河", "#介绍", "#提问", "#作业", "#公告", "已阅", "http")
"""Words by which the simulated policies act: only those say them who are to."""
_SYLLABLES: Final = "天地人和日月山水花鸟虫鱼风云雨雪春夏秋冬东西南北红黄蓝绿上下左右前后"


def real_texts(most: int) -> list[str]:
    """Of every corpus alike; nothing where there are none."""
    found: list[str] = []
    for name in _CORPORA:
        path = SHARED / name
        if path.exists():
            lines = path.read_text(encoding="utf-8").splitlines()[: most // len(_CORPORA)]
            found += [text for text in (str(json.loads(line)["text"]) for line in lines) if _is_plain(text)]
    return found


def made_texts(chance: Random, number: int) -> list[str]:
    return ["".join(chance.choices(_SYLLABLES, k=chance.randint(2, 30))) for _ in range(number)]


def unlike(chance: Random) -> str:
    """A text that no other resembles."""
    return "".join(chance.sample(_SYLLABLES, 12))


def _is_plain(text: str) -> bool:
    return bool(text.strip()) and len(text) < 2000 and not any(word in text.lower() for word in _MEANT)
