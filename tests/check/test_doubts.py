"""Where doubts about workflows begin and end: the cases on both sides of each line."""

from __future__ import annotations

import pytest

from policyd.check.load import load_texts
from tests.check.reading import codes

HOURS = "hours night { every day 22:00-08:00 }\n"


def of(code: str, text: str) -> int:
    """How often this is said, of findings that are nothing worse than warnings."""
    found = codes(text)
    assert all(each.startswith("W") for each, _ in found), found
    return sum(each == code for each, _ in found)


@pytest.mark.parametrize(
    ("deadline", "after", "late"),
    [
        ("within 1h", "59m", 0),
        ("within 1h", "1h", 1),
        ("within 1h in night, 3h otherwise", "2h", 0),
        ("within 1h in night, 3h otherwise", "3h", 1),
        ("due sun 24:00", "6d", 0),
        ("due sun 24:00", "7d", 1),
        ("due mon, wed 09:00", "4d", 0),
        ("due mon, wed 09:00", "5d", 1),
        ("due day 09:00", "23h", 0),
        ("due day 09:00", "24h", 1),
    ],
)
def test_reminders_that_come_too_late(deadline: str, after: str, late: int) -> None:
    text = f'duty d {{ on join  {deadline}  until message  remind after {after} then reply "x" }}'
    hours = HOURS + "rule r { when now in night  then flag }\n"
    assert of("W342", hours + text) == late


@pytest.mark.parametrize(
    ("windows", "covered"),
    [
        ("every day 00:00-24:00", True),
        ("every mon-fri 00:00-24:00  every sat, sun 00:00-24:00", True),
        ("every day 08:00-20:00, 20:00-08:00", True),
        ("every day 08:00-07:00  every day 06:00-08:00", True),
        ("every day 00:00-23:59", False),
        ("every mon-sat 00:00-24:00", False),
        ("every day 00:00-24:00  except 2999-01-01..2999-01-02", False),
        ("every day 00:00-24:00  from 2999-01-01 to 2999-12-31", False),
    ],
)
def test_hours_that_leave_no_time(windows: str, covered: bool) -> None:
    text = f'hours h {{ {windows} }}\nduty d {{ on join  within 1h  until message  pause in h  late then reply "x" }}'
    assert ("C583" in {code for code, _ in codes(text)}) is covered
    edge = f'hours h {{ {windows} }}\nschedule s {{ when h opens  then lock }}'
    assert of("W340", edge) == covered


@pytest.mark.parametrize(
    ("when", "past"),
    [
        ("on 2020-01-01 09:00", 1),
        ("on 2999-01-01 09:00", 0),
        ("on 2020-01-01 09:00  every day 09:00", 1),
        ("on 2020-01-01 09:00, 10:00", 2),
    ],
)
def test_dates_that_have_passed(when: str, past: int) -> None:
    text = f"schedule s {{ {when}  then lock }}"
    found = load_texts({"p.policy": f'policy p {{ for every group  timezone "Asia/Shanghai" }}\n{text}'})[1]
    assert [each.code for each in found] == ["W340"] * past
    assert all("2020-01-01" in each.message(language) for each in found for language in ("en", "zh"))


@pytest.mark.parametrize(
    ("hours", "over"),
    [
        ("on 2020-07-01..2020-07-07 09:00-12:00", 1),
        ("on 2020-07-01..2999-07-07 09:00-12:00", 0),
        ("every day 09:00-12:00  from 2020-01-01 to 2020-12-31", 1),
        ("every day 09:00-12:00  from 2020-01-01 to 2999-12-31", 0),
        ("every day 09:00-12:00  on 2020-01-01", 0),
    ],
)
def test_hours_that_are_over(hours: str, over: int) -> None:
    assert of("W340", f"hours h {{ {hours} }}\nschedule s {{ when h closes  then lock }}") == over


@pytest.mark.parametrize(
    ("valid", "per", "short"),
    [("1d", "day", 0), ("23h", "day", 1), ("6d", "week", 1), ("7d", "week", 0), ("27d", "month", 1),
     ("28d", "month", 0)],
)  # fmt: skip
def test_approvals_that_lapse_before_their_quota(valid: str, per: str, short: int) -> None:
    text = f"review a {{ when message.links > 0  approve at most 2 per {per}, valid {valid} }}"
    assert of("W346", text) == short


@pytest.mark.parametrize(
    ("clauses", "alike"),
    [
        ("", 0),
        ("pending then hold", 0),
        ("pending then delete", 1),
        ("refused then hold", 1),
        ('pending then hold, warn "a"  refused then hold, warn "a"', 1),
        ('pending then hold, warn "a"  refused then hold, warn "b"', 0),
    ],
)
def test_reviews_that_make_no_difference(clauses: str, alike: int) -> None:
    assert of("W345", f"review a {{ when message.links > 0  {clauses} }}") == alike


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("rule r { when s  then flag }\nrule q { when not s  then set s }", set()),
        ("rule r { when s  then flag }", {"W347"}),
        ("rule r { then set s }", {"W348"}),
        ("rule r { then set s, reply \"{s}\" }", set()),
        ("let busy = s\nrule q { when busy  then flag }\nschedule r { every day 09:00  then set s }", set()),
        ("rule q { then flag }", {"W347"}),
    ],
)
def test_switches(rules: str, said: set[str]) -> None:
    assert {code for code, _ in codes("switch s { off after 1h }\n" + rules)} == said


def braked(brake: str, rules: str) -> list[str]:
    header = f'policy p {{ for every group  timezone "Asia/Shanghai"  {brake} }}'
    _, found = load_texts({"p.policy": f"{header}\n{rules}"})
    return [each.code for each in found]


@pytest.mark.parametrize(
    ("brake", "then", "said"),
    [
        ("", "remove", ["W330"]),
        ("", "remove, ban", ["W302", "W330"]),
        ("", "propose remove", []),
        ("", "hold for 3d then remove", ["W330"]),
        ("", "mute 1h", []),
        ("brake at most 3 remove within 1h", "remove", []),
        ("brake at most 3 ban within 1h", "remove", ["W330", "W331"]),
        ("brake at most 3 remove within 1h", "propose remove", ["W331"]),
        ("brake at most 3 mute within 1h", "mute 1h", []),
    ],
)
def test_brakes(brake: str, then: str, said: list[str]) -> None:
    assert sorted(braked(brake, f"rule r {{ when message.links > 0  then {then} }}")) == said


def test_steps_of_ladders_are_braked_too() -> None:
    rules = "ladder l { at 1 ban }\nrule r { when message.links > 0  then strike l }"
    assert braked("", rules) == ["W330"]
    assert braked("brake at most 3 ban within 1h", rules) == []


@pytest.mark.parametrize(
    ("platforms", "then", "said"),
    [
        ("telegram", "mute 30s", []),
        ("telegram", "mute 29s", ["W352"]),
        ("telegram", "mute 366d", []),
        ("telegram", "mute 367d", ["W352"]),
        ("discord", "mute 29d", ["W352"]),
        ("discord, telegram", "mute 29d", ["W352"]),
        ("feishu", "mute 1h", ["W351"]),
        ("feishu, wechat", "mute 1h", ["W351", "W351"]),
        ("wechat", "flag, notify owner \"x\", reply \"y\"", []),
        ("wechat", "propose mute 1h", ["W351"]),
        ("Telegram", "flag", ["W350"]),
        ("飞书", "flag", ["W350"]),
    ],
)
def test_what_platforms_can_do(platforms: str, then: str, said: list[str]) -> None:
    assert braked(f"platform {platforms}", f"rule r {{ when message.links > 0  then {then} }}") == said


def test_a_mute_is_measured_by_the_platform_that_is_named() -> None:
    assert of("W323", "rule r { when message.links > 0  then mute 60d }") == 1
    assert braked("platform telegram", "rule r { when message.links > 0  then mute 60d }") == []


@pytest.mark.parametrize(
    ("clause", "fact", "known"),
    [
        ('remind after 1h then reply "{%s}"', "duty.left", True),
        ('remind after 1h then reply "{%s}"', "duty.members", True),
        ('remind after 1h then reply "{%s}"', "ticket.id", False),
        ('late then propose remove saying "{%s}"', "duty.members", True),
    ],
)
def test_what_is_known_when_a_duty_comes_due(clause: str, fact: str, known: bool) -> None:
    text = f"duty d {{ on join  within 1d  until message  {clause % fact} }}"
    assert of("W307", text) == (not known)


@pytest.mark.parametrize(
    ("clause", "known"),
    [('pending then hold, warn "{ticket.id}"', True), ('refused then delete, warn "{ticket.id}"', False)],
)
def test_tickets_are_known_while_a_review_waits(clause: str, known: bool) -> None:
    assert of("W307", f"review a {{ when message.links > 0  {clause} }}") == (not known)


@pytest.mark.parametrize(
    ("times", "when", "never"),
    [
        ("every day 12:00", "now in night", 1),
        ("every day 12:00, 23:00", "now in night", 0),
        ("every day 22:00", "now in night", 0),
        ("every day 08:00", "now in night", 1),
        ("every day 07:59", "not now in night", 1),
        ("every day 07:59", "now not in night", 1),
        ("every day 07:59", "now in night", 0),
        ("every mon 09:00", "now.weekday == tue", 1),
        ("every mon 09:00", "now.weekday == mon and now.hour == 9", 0),
        ("every sun 24:00", "now.weekday == mon and now.hour == 0", 0),
        ("every sun 24:00", "now.weekday == sun", 1),
        ("every mon-fri 09:00", "now.weekday in [sat, sun] and group.size > 3", 1),
        ("every mon-fri 09:00", "now.weekday not in [sat, sun]", 0),
        ("every mon-fri 09:00", "now.hour > 9 or group.size > 3", 0),
        ("every mon-fri 09:00  first day of month 09:00", "now.weekday in [sat, sun]", 0),
        ("every day 09:00", "now in camp", 0),
    ],
)
def test_conditions_that_are_never_true_at_its_times(times: str, when: str, never: int) -> None:
    hours = HOURS + "hours camp { every day 12:00-13:00  from 2999-01-01 to 2999-12-31 }\n"
    reader = "rule r { when now in night or now in camp  then flag }\n"
    assert of("W340", f"{hours}{reader}schedule s {{ {times}  when {when}  then lock }}") == never
