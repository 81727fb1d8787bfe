"""How an author calls the terminals of the grammar, and words that authors write for those of the language."""

from __future__ import annotations

from typing import Final

from policyd.language.diagnostics import Phrase

_KINDS: Final = {
    "NAME": Phrase("a name", "名称"),
    "FIELD": Phrase("a name", "名称"),
    "NUMBER": Phrase("a number", "数字"),
    "PERCENT": Phrase("a number", "数字"),
    "DURATION": Phrase("a duration such as `10m`", "时长,如 `10m`"),
    "CLOCK": Phrase("a time such as `22:00`", "时间,如 `22:00`"),
    "DATE": Phrase("a date such as `2026-10-01`", "日期,如 `2026-10-01`"),
    "DAY": Phrase("a day such as `mon` or `day`", "星期几,如 `mon`,或每天 `day`"),
    "ANY_DAY": Phrase("a day such as `mon` or `day`", "星期几,如 `mon`,或每天 `day`"),
    "STRING": Phrase("a text in quotes", "引号里的文字"),
    "LONG_STRING": Phrase("a text in quotes", "引号里的文字"),
    "REGEX": Phrase("a pattern between slashes", "两个斜杠之间的模式"),
}
_SIGNS: Final = {
    "LBRACE": "{", "RBRACE": "}", "LPAR": "(", "RPAR": ")", "LSQB": "[", "RSQB": "]", "COMMA": ",", "COLON": ":",
    "DOT": ".", "RANGE": "..", "IS": "=", "EQ": "==", "NE": "!=", "LT": "<", "LE": "<=", "GT": ">", "GE": ">=",
    "PLUS": "+", "DASH": "-", "STAR": "*", "SLASH": "/",
}  # fmt: skip
_ODD_SPELLINGS: Final = {"ANY_DAY": "day"}

_VALUE: Final = frozenset({"NAME", "NUMBER", "TRUE", "FALSE", "STRING", "LPAR", "LSQB", "DURATION", "DATE"})
_VALUE_TERMINALS: Final = _VALUE | {"NOT", "DASH", "PERCENT", "LONG_STRING"}
_SIGN_OPERATORS: Final = frozenset("EQ NE LT LE GT GE PLUS DASH STAR SLASH".split())
_OPERATORS: Final = _SIGN_OPERATORS | frozenset(
    "CONTAINS STARTS_WITH ENDS_WITH IN NOT_IN MATCHES LIKE DEFAULT AND OR".split()
)
_ONE_CONDITION: Final = Phrase("a condition or a value", "条件或值")
_AN_OPERATOR: Final = Phrase("an operator such as `and` or `==`", "运算符,如 `and` 或 `==`")

OTHER_WORDS: Final = {
    "if": "when", "while": "when", "where": "when", "else": "otherwise", "do": "then", "action": "then",
    "actions": "then", "except": "unless", "kick": "remove", "expel": "remove", "block": "ban", "del": "delete",
    "drop": "delete", "silence": "mute", "quiet": "mute", "send": "reply", "say": "reply", "answer": "reply",
    "tell": "notify", "alert": "notify", "approve": "admit", "accept": "admit", "allow": "admit", "reject": "refuse",
    "decline": "refuse", "warning": "warn", "punish": "strike", "pardon": "forgive", "max": "at most",
    "maximum": "at most", "per": "by", "each": "by", "during": "within", "every": "within", "include": "contains",
    "includes": "contains", "startswith": "starts with", "endswith": "ends with", "begins": "starts with",
    "is": "==", "equals": "==", "isnt": "!=", "xor": "or", "event": "on", "events": "on", "policies": "policy",
    "filter": "rule", "rules": "rule", "wordlist": "lexicon", "dictionary": "lexicon", "list": "lexicon",
    "words": "lexicon", "schedule": "hours", "time": "hours", "punishments": "ladder", "def": "let", "const": "let",
    "var": "let", "define": "let", "set": "let", "tz": "timezone", "exception": "exempt", "whitelist": "exempt",
    "when": "when", "regex": "like", "~": "like",
}  # fmt: skip
"""Words by which authors call those of the language, in lower case."""


def spelling(terminal: str) -> str:
    """How a keyword or sign is written; nothing for names, numbers and texts."""
    if terminal in _SIGNS:
        return _SIGNS[terminal]
    if (terminal in _KINDS and terminal not in _ODD_SPELLINGS) or terminal.startswith("$"):
        return ""
    return _ODD_SPELLINGS.get(terminal, terminal.lower().replace("_", " "))


def expected_phrase(accepted: frozenset[str]) -> Phrase:
    """What could stand in a place, most telling first."""
    rest, phrases = set(accepted) - {"$END"}, []
    if _VALUE <= rest:
        rest -= _VALUE_TERMINALS
        phrases.append(_ONE_CONDITION)
    if {"AND", "EQ"} <= rest or {"AND", "OR"} <= rest:
        rest -= _OPERATORS
        phrases.append(_AN_OPERATOR)
    for terminal in sorted(rest, key=lambda t: (t not in _KINDS, t in _SIGNS, t)):
        phrase = _KINDS.get(terminal) or Phrase(f"`{spelling(terminal)}`", f"`{spelling(terminal)}`")
        if phrase not in phrases:
            phrases.append(phrase)
    if not phrases:
        return Phrase("nothing more", "到此结束")
    return Phrase(_joined([p.en for p in phrases], " or "), _joined([p.zh for p in phrases], "或"))


def _joined(words: list[str], last: str) -> str:
    comma = ", " if last.isascii() else "、"
    return words[0] if len(words) == 1 else comma.join(words[:-1]) + last + words[-1]
