"""What policyd itself says to moderators, where no policy has the words: one line, Chinese and English."""

from __future__ import annotations

from typing import Final

COMPLETE: Final = "材料已齐,请审核 / ready for review: {title} · {name} · {ticket}"
APPEALED: Final = "申诉待处理 / appeal: {name} · {ticket}"
BRAKED: Final = "已超过刹车上限,改为待人工确认 / over the brake, waits for a human: {action} · {name} · {ticket}"
FAILED: Final = "平台未能执行 / the platform did not do it: {action} · {error}"
IMPOSSIBLE: Final = "平台做不到,请人工处理 / the platform cannot do it: {action} · {name}"
