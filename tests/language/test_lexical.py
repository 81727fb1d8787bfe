"""Characters, numbers, texts and names as LANGUAGE.md §2 has them."""

from __future__ import annotations

from datetime import date

import pytest

from policyd.language.nodes import Compare, Constant, In, Let, ListOf, Name, Placeholder, Rule, Template, Text
from tests.language.reading import expression, found, one, read

HOUR = 3_600_000


@pytest.mark.parametrize(
    ("written", "unit", "value"),
    [
        ("5", "int", 5),
        ("0", "int", 0),
        ("0.3", "number", 0.3),
        ("15%", "number", 0.15),
        ("2.5%", "number", 0.025),
        ("10s", "duration", 10_000),
        ("5m", "duration", 300_000),
        ("24h", "duration", 24 * HOUR),
        ("30d", "duration", 30 * 24 * HOUR),
        ("2w", "duration", 14 * 24 * HOUR),
        ("36525d", "duration", 36_525 * 24 * HOUR),
        ("1000000000000000", "int", 10**15),
        ("1h30m", "duration", HOUR + HOUR // 2),
        ("2026-10-01", "date", date(2026, 10, 1)),
        ("true", "bool", True),
        ("false", "bool", False),
        ('"网赌"', "text", "网赌"),
        ("“网赌”", "text", "网赌"),
        ("\uff02网赌\uff02", "text", "网赌"),
        (r'"a\"b\\c\nd\u{1F600}"', "text", 'a"b\\c\nd\U0001f600'),
        (r"“a\”b”", "text", "a”b"),
        ('"#{x} //"', "text", "#{x} //"),
        ('"""a "b"\nc"""', "text", 'a "b"\nc'),
        ("\uff15\uff10", "int", 50),
        ("\uff11\uff10m", "duration", 600_000),
    ],
)
def test_constants(written: str, unit: str, value: object) -> None:
    constant = expression(written)
    assert constant == Constant(unit, value)  # type: ignore[arg-type]
    assert type(constant.value) is type(value)
    assert constant.span.text == written


@pytest.mark.parametrize(
    ("full_width", "plain"),
    [
        ("a\uff0eb", "a.b"),
        ("f\uff08a\uff0cb\u3001c\uff09", "f(a, b, c)"),
        ("a in \uff3ba\uff0cb\uff3d", "a in [a, b]"),
        ("a in 【a,b】", "a in [a, b]"),
        ("a \uff1d\uff1d b", "a == b"),
        ("a \uff01\uff1d b", "a != b"),
        ("a ≠ b", "a != b"),
        ("a \uff1c b", "a < b"),
        ("a ≥ b", "a >= b"),
        ("a ≤ b", "a <= b"),
        ("a \uff0b b \uff0d c × d ÷ e", "a + b - c * d / e"),
        ("a\u3000and\u3000b", "a and b"),
        ("a \uff03 and b\n or c", "a or c"),
        ("\uff21\uff22.\uff43", "AB.c"),
    ],
)
def test_full_width_means_plain(full_width: str, plain: str) -> None:
    assert expression(full_width) == expression(plain)


def test_a_policy_in_full_width_punctuation() -> None:
    written = "rule 广告 “加微信” \uff5b when message.text contains “微信” then delete、warn “请勿发广告” \uff5d"
    plain = 'rule 广告 "加微信" { when message.text contains "微信" then delete, warn "请勿发广告" }'
    assert one(written) == one(plain)


def test_full_width_braces_part_declarations() -> None:
    written = "rule a \uff5b then delete \uff5d junk rule b \uff5b then delete\nrule c \uff5b then flag \uff5d\uff5d"
    assert found(written) == [("P130", "junk"), ("P131", "\uff5b"), ("P132", "\uff5d")]


def test_a_byte_order_mark_and_every_line_break() -> None:
    assert [name for text in ("\ufefflet a = b", "let a =\r\n b", "let a =\r b") for name in [one(text)]] == [
        Let("a", Name(("b",)))
    ] * 3


@pytest.mark.parametrize(
    "name",
    ["网赌", "VIP群", "QQ群", "名前", "はい_1", "спам", "κανόνας", "이름VIP", "café", "ラーメンVIP", "ЁжТест", "ㄅㄆA"],
)
def test_names_of_any_script(name: str) -> None:
    assert one(f"let {name} = 1") == Let(name, Constant("int", 1))


@pytest.mark.parametrize(
    ("text", "code", "underlined"),
    [
        ("let p\u0430y = 1", "P104", "p\u0430y"),
        ("let aα = 1", "P104", "aα"),
        ("let 网α = 1", "P104", "网α"),
        ("let 網한あ = 1", "P104", "網한あ"),
        ("let a = b\u200bc", "P103", "\u200b"),
        ("let a = 1 # \u2060", "P103", "\u2060"),
        ('let a = "x\u202ey"', "P102", "\u202e"),
        ("let a = 1 # \u2066 x", "P102", "\u2066"),
        ("let a = 1 \u200f", "P102", "\u200f"),
        ("let a = 5messages", "P109", "5messages"),
        ("let a = 24hours", "P110", "24hours"),
        ("let a = 24小时", "P110", "24小时"),
        ("let a = 1.5h", "P110", "1.5h"),
        ("let a = 2026-02-30", "P111", "2026-02-30"),
        ("hours a { every day 9:60-10:00 }", "P112", "9:60"),
        ("hours a { every day 22:00-24:01 }", "P112", "24:01"),
        ("let a = 1000000000000001", "P113", "1000000000000001"),
        ("let a = " + "9" * 5000, "P113", "9" * 5000),
        ("let a = 99999w", "P113", "99999w"),
        ("let a = 36525d1s", "P113", "36525d1s"),
        ("let a = " + "9" * 5000 + "s", "P113", "9" * 5000 + "s"),
        ('let a = "x', "P106", '"x'),
        ("let a = 'x'", "P120", "'x'"),
        ("let a = 「x」", "P120", "「x」"),
        (r'let a = "\d"', "P108", r"\d"),
        (r'let a = "\u{110000}"', "P108", r"\u{110000}"),
        (r'let a = "\u{D800}"', "P108", r"\u{D800}"),
        ("let a = b @ c", "P105", "@"),
        ("let a = b && c", "P105", "&&"),
        ("let a = b like /c", "P115", "/"),
    ],
)
def test_lexical_findings(text: str, code: str, underlined: str) -> None:
    assert found(text) == [(code, underlined)]


def test_joiners_stay_in_texts() -> None:
    assert expression('"👩\u200d💻"') == Constant("text", "👩\u200d💻")


def test_a_long_text_without_end_hides_only_its_declaration() -> None:
    file, findings = read('rule a { then warn """欢迎 {x\n各位 "b then }\n}\nrule b { then delete }')
    assert [(finding.code, finding.span.text) for finding in findings] == [("P107", '"""')]
    assert file.declarations == (one("rule b { then delete }"),)


def test_reserved_words_are_fields_but_not_names() -> None:
    assert expression("member.when.not.in") == Name(("member", "when", "not", "in"))
    for word in ("when", "within", "until", "and", "contains", "because"):
        assert found(f"let {word} = 1") == [("P134", word)]


def test_words_that_only_sometimes_mean_something_are_names() -> None:
    for word in ("day", "mon", "text", "role", "owner", "file", "rule", "limit", "delete", "times", "every"):
        assert one(f"let {word} = {word}") == Let(word, Name((word,)))


# ---------------------------------------------------------------- message texts


def message(text: str) -> tuple[str | Placeholder, ...]:
    template = one(f"template t = {text}")
    assert isinstance(template, Template)
    return template.text.parts


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ('"a"', ("a",)),
        ('""', ()),
        ('"{member.name}"', (Placeholder(Name(("member", "name"))),)),
        ('"你好 { member . name }!"', ("你好 ", Placeholder(Name(("member", "name"))), "!")),
        (r'"{{{a}\n}"', ("{", Placeholder(Name(("a",))), "\n}")),
        ('"""\n    一\n      二 {a}\n    """', ("一\n  二 ", Placeholder(Name(("a",))))),
        ('"""\r\n  一\r\n  二"""', ("一\n二",)),
        ('"""一\n  二"""', ("一\n  二",)),
        ('"""\n\n    a\n\n    """', ("\na\n",)),
    ],
)
def test_message_texts(written: str, parts: tuple[object, ...]) -> None:
    assert message(written) == parts


@pytest.mark.parametrize("broken", ["{", "{}", "{1}", "{a b}", "{a.}", "{a", "{a + b}", "{.a}"])
def test_placeholders_name_a_fact(broken: str) -> None:
    assert found(f'template t = "x {broken}"') == [("P116", broken)]


def test_wide_braces_are_only_warned_of() -> None:
    file, (finding,) = read('template t = "x \uff5bmember.name\uff5d"')
    assert (finding.code, finding.severity, finding.span.text) == ("P121", "warning", "\uff5bmember.name\uff5d")
    assert finding.help() == "write `{member.name}`"
    assert len(file.declarations) == 1


def test_spans_of_placeholders() -> None:
    placeholder = message('"""\n   a\n   b { x . y }"""')[1]
    assert isinstance(placeholder, Placeholder)
    assert (placeholder.span.text, placeholder.name.span.text) == ("{ x . y }", "x . y")


# ---------------------------------------------------------------- comments and patterns


def test_patterns_may_hold_anything() -> None:
    rule = one(r"rule a { when message.text like /^#打卡\/\s{2}“}/ then delete } # } rule b {")
    assert isinstance(rule, Rule)
    assert found("let x = a like //") == [("P133", "//")]


def test_dates_are_not_subtractions() -> None:
    assert expression("now in [2026-10-01]") == In(
        Name(("now",)), ListOf((Constant("date", date(2026, 10, 1)),)), False
    )
    assert isinstance(expression("2026 - 10 - 1 > 3"), Compare)


def test_texts_are_kept_apart_from_plain_texts() -> None:
    assert one('rule a { then assign "{x}" }') == one('rule a { then assign "{ x }" }')
    assert one('let a = "{x}"') == Let("a", Constant("text", "{x}"))
    assert isinstance(message("“{x}”")[0], Placeholder)
    assert Text(("a",)) == Text(("a",))
