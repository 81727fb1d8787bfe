"""What a report on labelled messages says of lists, views and entries."""

from __future__ import annotations

from policyd.text.lexicon import Entry, Lexicon
from policyd.text.report import Count, Culprit, report

ADS = Lexicon("ads", (Entry("代理", "ads.txt", 1), Entry("优惠", "ads.txt", 2), Entry("加微信", "ads.txt", 3)))
RUDE = Lexicon("rude", (Entry("笨蛋", "rude.txt", 4),))
MESSAGES = [
    ("招代理", True),
    ("招 代.理,有优惠", True),
    ("別的廣告", True),
    ("我是代理律师", False),
    ("优惠力度", False),
    ("优惠给代理", False),
    ("你好", False),
]


def test_recall_and_false_hits_are_counted_by_message() -> None:
    found = report([ADS, RUDE], MESSAGES)
    assert (found.wanted, found.innocent) == (3, 4)
    assert found.all == Count("all", found=2, false=3)
    assert found.lexicons == (Count("ads", found=2, false=3), Count("rude", found=0, false=0))
    assert found.views == (Count("plain", found=2, false=3), Count("noise", found=1, false=0))
    assert found.recall(found.all) == 2 / 3
    assert found.false_share(found.all) == 3 / 4


def test_the_entries_that_spoil_most_come_first_with_their_lines() -> None:
    found = report([ADS, RUDE], MESSAGES)
    assert found.culprits == (
        Culprit("ads", ADS.entries[1], found=1, false=2, alone=1),
        Culprit("ads", ADS.entries[0], found=2, false=2, alone=1),
    )
    assert report([ADS, RUDE], MESSAGES, worst=1).culprits == found.culprits[:1]


def test_a_report_on_nothing_has_no_shares() -> None:
    found = report([ADS], [])
    assert (found.recall(found.all), found.false_share(found.all), found.culprits) == (None, None, ())
