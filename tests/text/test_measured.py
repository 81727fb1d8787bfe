"""What matching has to reach on real data; skipped where the data are not."""

from __future__ import annotations

import pytest

from bench import evasion_cases, recall
from bench.data import messages, present, rows

pytestmark = pytest.mark.skipif(not present(), reason="the shared data are not beside the repository")


def test_known_evasions_come_out_as_expected_or_otherwise_on_purpose() -> None:
    failed = {row["id"] for row, _ in evasion_cases.failures()}
    assert failed == set(evasion_cases.OTHERWISE)
    assert len(failed) <= 10


def test_random_disguises_are_seen_through() -> None:
    for technique, found in recall.disguises(400).items():
        assert found.found.value >= 0.99, (technique, found)
        assert found.within.value >= 0.99, (technique, found)


def test_disguised_toxic_words_are_found() -> None:
    found = recall.toxic_words()
    assert found["traditional"].value >= 0.99
    assert found["split_chaizi"].value >= 0.97


def test_words_by_sound_are_found_and_hardly_ever_heard_in_safe_messages() -> None:
    found = recall.toxic_words(recall.WITH_SOUND, shortest=3)
    assert found["homophone"].value >= 0.5
    assert found["pinyin_full"].value >= 0.4
    assert recall.sound_false_hits().value <= 0.005


def test_disguises_are_hardly_ever_seen_in_innocent_messages() -> None:
    for corpus in ("cold.dev.jsonl", "spam_zh_telegram.dev.jsonl", "spam_zh_sms10k.dev.jsonl"):
        assert recall.disguise_false_hits(corpus).value <= 0.005


def test_no_english_word_is_hit_by_another_entry() -> None:
    assert recall.english_false_hits() == []


def test_ordinary_words_stay_clean_under_shipped_lists() -> None:
    if not recall.shipped_lists():
        pytest.skip("no word lists are shipped")
    assert recall.shipped_false_hits() == []


def test_advertisements_have_contacts_and_ordinary_chat_has_few() -> None:
    assert rows("spam_zh_telegram.dev.jsonl")
    assert recall.with_contacts(messages("spam_zh_telegram.dev.jsonl", 1)).value >= 0.4
    assert recall.with_contacts(messages("spam_zh_telegram.dev.jsonl", 0)).value <= 0.03
