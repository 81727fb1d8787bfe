"""Accounts: what is booked on which day, what is forgotten, and what is taken back."""

from __future__ import annotations

from policyd.check.load import load_texts
from policyd.check.resolved import PolicySet
from policyd.model.records import Account
from policyd.reference.awards import Given, add, take_back
from policyd.reference.state import Records

DAY = 86_400_000
NOON = 20_500 * DAY + DAY // 2
ZONE = "UTC"


def policies() -> PolicySet:
    text = 'policy p { for every group timezone "UTC" }\ntally t by member rule r { then add 1 to t }'
    found, _ = load_texts({"p.policy": text})
    assert found is not None
    return found


def given(records: Records, day: int, amount: int, rule: str = "p.r", event: str | None = None) -> Account:
    """The account after an award on a day, written down under an id of that day."""
    now = NOON + day * DAY
    add(Given("p.t", "u", rule, amount), records, ZONE, event or f"e{day}", now, undoable=True)
    return records.file("u").accounts.get("p.t", Account())


def test_what_is_long_past_is_forgotten() -> None:
    records = Records()
    given(records, 0, 5)
    assert list(given(records, 61, 1).days) == [20_500, 20_561]
    account = given(records, 62, 1)
    assert list(account.days) == [20_561, 20_562]
    assert (account.total, sum(account.months.values())) == (7, 7)
    for month in range(1, 25):
        given(records, 62 + month * 30, 1)
    account = given(records, 62 + 25 * 30, 1)
    assert len(account.months) <= 25
    assert account.total == 32
    assert sum(account.months.values()) < 32


def test_awards_are_kept_for_thirty_days() -> None:
    records = Records()
    given(records, 0, 5)
    assert [one.event for one in given(records, 30, 1).awards] == ["e0", "e30"]
    assert [one.event for one in given(records, 31, 1).awards] == ["e30", "e31"]


def test_rules_of_one_event_are_taken_back_one_by_one() -> None:
    records, known = Records(), policies()
    given(records, 0, 5)
    given(records, 0, 3, "p.s")
    later = NOON + 3 * DAY
    assert take_back("e0", frozenset({"p.s"}), records, known, later) == {"p.t": {"u": 3}}
    account = records.file("u").accounts["p.t"]
    assert (account.total, account.days) == (5, {20_500: 5})
    assert take_back("e0", frozenset({"p.s"}), records, known, later) == {}
    assert take_back("other", None, records, known, later) == {}
    assert take_back("e0", None, records, known, later) == {"p.t": {"u": 5}}
    assert records.file("u").accounts == {}


def test_an_account_in_which_nothing_is_left_goes() -> None:
    records = Records()
    now = NOON
    for amount in (5, -5):
        add(Given("p.t", "u", "p.r", amount), records, ZONE, "e", now, undoable=False)
    assert records.file("u").accounts == {}
