"""Numbers, accounts, addresses and links: found, and not made of dates, prices and file names."""

from __future__ import annotations

import pytest

from policyd.text.contacts import contacts, domains, emoji, fingerprint, links


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("打我电话138-0013-8000", "number", "138-0013-8000"),
        ("微信：9⓿二肆⁹₈", "account", "9⓿二肆⁹₈"),
        ("加我薇 abc_12345 吧", "account", "abc_12345"),
        ("tg: Somebody88", "account", "Somebody88"),
        ("+v ｘｙｚ１２３４", "account", "ｘｙｚ１２３４"),
        ("写信到 me@example.org。", "email", "me@example.org"),
        ("找 @some_body 咨询", "handle", "@some_body"),
        ("看https://example.com/a?b=c吧", "link", "https://example.com/a?b=c"),
        ("打开 example。com 看", "link", "example。com"),
        ("在 10.0.0.1 上", "link", "10.0.0.1"),
        ("看 a.cn", "link", "a.cn"),
        ("看 𝐚。ｃn", "link", "𝐚。ｃn"),
        ("微信ab___", "account", "ab___"),
        ("@a____", "handle", "@a____"),
    ],
)
def test_contacts_are_found_where_they_stand(text: str, kind: str, found: str) -> None:
    assert [(c.kind, c.text, text[c.start : c.end]) for c in contacts(text)] == [(kind, found, found)]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02 20:00 开课",
        "一二三四五六七八九",
        "哈哈233333333",
        "图片 1.jpg 和 readme.md 在附件里",
        "原价 1,299,000 元",
        "共 12345678 元",
        "the line between romantic and hungry",
        "你我.他你",
        "",
    ],
)
def test_dates_prices_counting_and_files_are_no_contacts(text: str) -> None:
    assert contacts(text) == ()


def test_domains_are_the_registered_ones_each_once() -> None:
    text = "https://a.example.co.uk/x 和 www.example.com、b.example.com"
    assert [link.text for link in links(text)] == ["https://a.example.co.uk/x", "www.example.com", "b.example.com"]
    assert domains(text) == ("example.co.uk", "example.com")


def test_copies_with_small_edits_have_one_fingerprint() -> None:
    assert fingerprint("【特价】網課 50 元!!") == fingerprint("特价网课99元~") == "特价网课元"


def test_a_family_a_flag_and_a_keycap_are_one_emoji_each() -> None:
    assert emoji("👨\u200d👩\u200d👧 🇨🇳 1️⃣ ❤️ 👍🏽😀 plain") == 6
