"""Mistakes in settings, timed declarations, reviews, duties and what they do, in an author's words."""

from __future__ import annotations

import re
from typing import Final

from policyd.language.codes import diagnostic
from policyd.language.diagnostics import Diagnostic, Phrase
from policyd.language.keywords import CLAUSES, DECLARATIONS
from policyd.language.names import RESERVED
from policyd.language.numbers import UNIT_OF_WORD, WELL_FORMED_DURATION, full_width_to_plain
from policyd.language.scan import Token
from policyd.language.source import Span
from policyd.language.trouble import Trouble
from policyd.language.types import EVENT_KIND
from policyd.language.vocabulary import DAYS, other_words

_TIMED: Final = ("schedule", "sweep")
_EDGES: Final = ("opens", "closes")
_LASTS: Final = ("lock", "unlock")
_NOT_PROPOSED: Final = frozenset({"hold", "propose", "add"})
_DAILY: Final = frozenset({"at", "daily", "everyday", "每天", "每日"})
_NAME: Final = re.compile(r"[^\W\d_]\w*")
_QUOTES: Final = '"\u201c\u201d\uff02'


def quoted_name(trouble: Trouble) -> Diagnostic | None:
    """`needs "licence"`, `without "flood"`, `key "phone"`."""
    token, accepted = trouble.token, trouble.accepted
    if token.kind != "string" or "STRING" in accepted or not {"NAME", "FIELD"} & accepted:
        return None
    name = token.text.strip(_QUOTES)
    if _NAME.fullmatch(name) and name not in RESERVED:
        want = Phrase(f"write `{name}`", f"请写 `{name}`")
    else:
        want = Phrase(
            "write a name: letters, digits and `_`, the first one a letter",
            "请写一个名称:由文字、数字和 `_` 组成,以文字开头",
        )
    return diagnostic("P165", trouble.span, got=token.text, want=want)


def setting_of_group(trouble: Trouble) -> Diagnostic | None:
    """`longest: 500`, `longest = 500,` and `setting longest = 500` in a `group`."""
    token, after = trouble.token, trouble.neighbour(1)
    value = trouble.neighbour(2)
    if token.is_sign(":") and "IS" in trouble.accepted and not (value is not None and value.is_sign("=")):
        return diagnostic("P141", trouble.span, got=token.text, want="=")
    if trouble.piece.keyword != "group" or after is None:
        return None
    if token.is_sign(",") and "RBRACE" in trouble.accepted:
        return diagnostic("P153", trouble.span, got=token.text)
    before = trouble.neighbour(-1)
    if "IS" not in trouble.accepted or before is None or token.kind != "word":
        return None
    span = Span(trouble.source, before.start, before.end)
    if before.text == "setting":
        return diagnostic("P153", span, got=before.text)
    if "without" in other_words(before.text):
        return diagnostic("P141", span, got=before.text, want="without")
    return None


def bound_of_limit(trouble: Trouble) -> Diagnostic | None:
    """`at most messages by member`, `at most longest by member`."""
    most, before = trouble.neighbour(-2), trouble.neighbour(-1)
    if most is None or before is None or most.text != "most" or before.kind != "word" or "KIND" not in trouble.accepted:
        return None
    kind = before.text.removesuffix("s") in EVENT_KIND.members
    span = Span(trouble.source, before.start, before.end)
    return diagnostic("P154", span, got=before.text, want=f"5 {before.text}" if kind else f"{before.text} messages")


def switched(trouble: Trouble) -> Diagnostic | None:
    """`set lockdown on`, `set lockdown off`."""
    words = [word.text if word else "" for word in map(trouble.neighbour, (-3, -2, -1))]
    if words[1] == "set" and trouble.token.text == "off":
        return diagnostic("P141", trouble.span, got="off", want="for 0s")
    before = trouble.neighbour(-1)
    if words[0] == "set" and words[2] == "on" and "KIND" in trouble.accepted and before is not None:
        return diagnostic("P153", Span(trouble.source, before.start, before.end), got="on")
    return None


def event_with_condition(trouble: Trouble) -> Diagnostic | None:
    """`until message.length > 10`."""
    first, event, field = trouble.neighbour(-2), trouble.neighbour(-1), trouble.neighbour(1)
    if first is None or event is None or field is None or "WHERE" not in trouble.accepted:
        return None
    if first.text not in ("on", "until") or not trouble.token.is_sign("."):
        return None
    fact = f"{event.text}.{field.text}"
    span = Span(trouble.source, event.start, field.end)
    return diagnostic("P154", span, got=fact, want=f"{event.text} where {fact}")


def interval(trouble: Trouble) -> Diagnostic | None:
    """`every 2h`, `every 2 hours`, `every hour`, `every month 15`."""
    token, before, after = trouble.token, trouble.neighbour(-1), trouble.neighbour(1)
    if before is None or before.text != "every" or trouble.piece.keyword not in _TIMED:
        return None
    plain = full_width_to_plain(token.text).lower()
    if plain == "month":
        return diagnostic("P141", _two(trouble, before), got="every month", want="every month on")
    counted = token.kind == "number" and after is not None and after.text.lower() in UNIT_OF_WORD
    if counted and after is not None:
        return diagnostic("P166", trouble.span_to(after), got=f"every {token.text} {after.text}")
    if WELL_FORMED_DURATION.fullmatch(plain) or (plain in UNIT_OF_WORD and plain not in DAYS["day"].split()):
        return diagnostic("P166", trouble.span, got=f"every {token.text}")
    return None


def timing(trouble: Trouble) -> Diagnostic | None:
    """`daily 09:00`, `mon 09:00`, `on mon 09:00`, `first mon 20:00`, `due 24:00` and `due 24h`."""
    token, before, after = trouble.token, trouble.neighbour(-1), trouble.neighbour(1)
    plain, accepted = full_width_to_plain(token.text), trouble.accepted
    if "EVERY_MONTH_ON" in accepted and token.text in _DAILY and after is not None and after.kind == "number":
        return diagnostic("P141", trouble.span, got=token.text, want="every day")
    if "EVERY_MONTH_ON" in accepted and _day(token):
        return diagnostic("P154", trouble.span, got=token.text, want=f"every {_day(token)}")
    month = trouble.neighbour(-2)
    in_month = month is not None and month.text == "month"
    timed_on = before is not None and before.text == "on" and trouble.piece.keyword in _TIMED
    if before is not None and timed_on and not in_month and token.kind == "word":
        return _not_a_date(trouble, before)
    if token.kind != "number":
        return None
    if "OF_MONTH" in accepted:
        return diagnostic("P154", trouble.span, got=token.text, want=f"of month {token.text}")
    if before is not None and before.text == "due" and WELL_FORMED_DURATION.fullmatch(plain):
        return diagnostic("P141", _two(trouble, before), got=f"due {token.text}", want=f"within {plain}")
    if "DAY" in accepted and ":" in plain:
        return diagnostic("P154", trouble.span, got=token.text, want=f"day {token.text}")
    return None


def _not_a_date(trouble: Trouble, before: Token) -> Diagnostic:
    """For `on mon` and `on message` of what has times."""
    day = _day(trouble.token)
    if day:
        return diagnostic("P141", _two(trouble, before), got=f"on {trouble.token.text}", want=f"every {day}")
    want = Phrase("delete it; it comes at times, not with events", "请删除它;它按时间执行,与事件无关")
    span = Span(trouble.source, before.start, before.end)
    return diagnostic("P170", span, got="on", declaration=trouble.piece.keyword, want=want)


def _day(token: Token) -> str:
    """The day of the week, or `day`, that a word means; nothing for any other."""
    written = token.text.lower()
    return written if written in DAYS else next((word for word in other_words(written) if word in DAYS), "")


def _two(trouble: Trouble, before: Token) -> Span:
    return Span(trouble.source, before.start, trouble.token.end)


def edge_of_hours(trouble: Trouble) -> Diagnostic | None:
    """`when night opens` in a rule."""
    before = trouble.neighbour(-1)
    if trouble.token.text not in _EDGES or before is None or before.kind != "word":
        return None
    if trouble.piece.keyword in _TIMED or trouble.piece.keyword not in DECLARATIONS:
        return None
    edge = f"{before.text} {trouble.token.text}"
    return diagnostic("P167", _two(trouble, before), got=edge, declaration=trouble.piece.keyword)


def proposal(trouble: Trouble) -> Diagnostic | None:
    """`propose to remove`, `propose hold`."""
    before = trouble.neighbour(-1)
    if before is None or before.text != "propose" or "REMOVE" not in trouble.accepted:
        return None
    if trouble.token.text in _NOT_PROPOSED:
        return diagnostic("P168", trouble.span, got=trouble.token.text)
    return diagnostic("P153", trouble.span, got=trouble.token.text) if trouble.token.text == "to" else None


def lasting(trouble: Trouble) -> Diagnostic | None:
    """`lock for 8h`."""
    before, after = trouble.neighbour(-1), trouble.neighbour(1)
    if before is None or before.text not in _LASTS or after is None or after.kind != "number":
        return None
    if trouble.token.text != "for" or "COMMA" not in trouble.accepted:
        return None
    other = "unlock" if before.text == "lock" else "lock"
    return diagnostic("P169", trouble.span_to(after), got=before.text, other=other)


def named_appeal(trouble: Trouble) -> Diagnostic | None:
    """`appeal bans { … }`."""
    if trouble.piece.keyword != "appeal" or trouble.index != 1 or trouble.token.kind not in ("word", "string"):
        return None
    return diagnostic("P153", trouble.span, got=trouble.token.text)


def clause_of_another(trouble: Trouble) -> Diagnostic | None:
    """A clause that this declaration does not have: `needs` in a rule, `when` in a duty."""
    word, keyword = trouble.token.text, trouble.piece.keyword
    clauses = CLAUSES.get(keyword)
    if clauses is None or keyword == "test" or word in clauses or "RBRACE" not in trouble.accepted:
        return None
    others = [other for other, words in CLAUSES.items() if word in words and other != "test"]
    if not others:
        return None
    if keyword == "duty" and word == "when":
        want = Phrase("write `where` behind the event: `on join where …`", "请在事件后面写 `where`:`on join where …`")
    elif keyword == "tiers" and word == "then":
        want = Phrase(
            "write a rule for it: `rule NAME { on tier then … }`", "请另写规则:`rule 名称 { on tier then … }`"
        )
    else:
        quoted = [f"`{other}`" for other in others]
        want = Phrase(f"delete it; it belongs to {', '.join(quoted)}", f"请删除它;它属于 {'、'.join(quoted)}")
    return diagnostic("P170", trouble.span, got=word, declaration=keyword, want=want)
