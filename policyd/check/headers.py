"""What a policy's header says: its time zone."""

from __future__ import annotations

import re
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from policyd.check.draft import PolicyDraft
from policyd.check.suggest import did_you_mean
from policyd.language.diagnostics import Phrase

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")
_OF_THE_MACHINE: Final = frozenset({"localtime", "posixrules", "Factory"})
_MEANT: Final = {
    "asia/beijing": "Asia/Shanghai", "beijing": "Asia/Shanghai", "china": "Asia/Shanghai", "cst": "Asia/Shanghai",
    "shanghai": "Asia/Shanghai", "asia/shenzhen": "Asia/Shanghai", "asia/guangzhou": "Asia/Shanghai",
    "gmt+8": "Asia/Shanghai", "utc+8": "Asia/Shanghai", "utc+08:00": "Asia/Shanghai", "+8": "Asia/Shanghai",
    "+08:00": "Asia/Shanghai", "北京": "Asia/Shanghai", "北京时间": "Asia/Shanghai", "上海": "Asia/Shanghai",
    "中国": "Asia/Shanghai", "东八区": "Asia/Shanghai", "香港": "Asia/Hong_Kong", "台北": "Asia/Taipei",
    "澳门": "Asia/Macau", "新加坡": "Asia/Singapore", "东京": "Asia/Tokyo", "new york": "America/New_York",
    "est": "America/New_York", "pst": "America/Los_Angeles", "london": "Europe/London", "berlin": "Europe/Berlin",
}  # fmt: skip
"""What people write for a time zone, in small letters."""


def headers(policy: PolicyDraft) -> None:
    """Takes the zone over where it exists; otherwise times are checked as if in UTC."""
    written = policy.header.timezone
    if written is None:
        return
    if zone_exists(written.text):
        policy.zone = written.text
        return
    nothing = Phrase("use a name of the IANA list, such as `Asia/Shanghai` or `Europe/Berlin`",
                     "请用 IANA 时区名,如 `Asia/Shanghai`、`Asia/Singapore`")  # fmt: skip
    meant = _MEANT.get(written.text.strip().lower())
    candidates = [meant] if meant else sorted(available_timezones())
    hint = Phrase(f"did you mean `{meant}`?", f"是否想写 `{meant}`?") if meant else None
    policy.report("C540", written.span, name=written.text, hint=hint or did_you_mean(written.text, candidates, nothing))


def zone_exists(name: str) -> bool:
    """Whether it is a zone of the IANA list, the same on every machine."""
    if not _NAME.fullmatch(name) or name in _OF_THE_MACHINE:
        return False
    try:
        ZoneInfo(name)
    except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError on some paths of the machine
        return False
    except KeyError:
        return False
    return True
