"""Tables of people, as spreadsheets write them."""

from __future__ import annotations

import pytest

from policyd.check import resolved as r
from policyd.check.load import load_texts
from policyd.language.types import BOOL, TEXT
from tests.check.reading import HEADER

READ = """attribute member.phone : text
roster students { file "students.csv"  key phone }
rule r { when member.phone in students and students(member.phone).class != "B"  then flag }
rule s { when member.phone not in students  then flag }
"""
PHONE = r.AttributeFact("member", "phone", TEXT)


def loaded(table: str | bytes, text: str = READ) -> tuple[r.PolicySet | None, list[tuple[str, str, int]]]:
    """The set, and code, file and line of all findings."""
    policies, found = load_texts({"p.policy": HEADER + text}, {"students.csv": table})
    return policies, [(each.code, each.span.source.name, each.span.line) for each in found]


@pytest.mark.parametrize(
    "table",
    [
        "phone,class\n1,A\n2,B\n",
        "phone,class\r\n1,A\r\n2,B",
        "\ufeffphone,class\n1,A\n2,B\n".encode(),
        "phone;class\n1;A\n2;B\n",
        "phone\tclass\n1\tA\n2\tB\n",
        '"phone","class"\n"1","A"\n"2","B"\n',
        " phone , class \n 1 , A \n 2 ,B\n",
        "\nphone,class\n\n1,A\n,\n2,B\n",
        "class,phone,\nA,1,\nB,2,\n",
    ],
)
def test_tables_that_say_the_same(table: str | bytes) -> None:
    policies, found = loaded(table)
    assert policies is not None and found == []
    (roster,) = policies.policies[0].rosters
    assert (roster.name, roster.key, sorted(roster.columns)) == ("p.students", "phone", ["class", "phone"])
    assert roster.rows == {"1": {"phone": "1", "class": "A"}, "2": {"phone": "2", "class": "B"}}


def test_how_conditions_read_one() -> None:
    policies, _ = loaded("phone,class\n1,A\n")
    assert policies is not None
    first, second = policies.policies[0].rules
    cell = r.RosterField(PHONE, "p.students", "class", TEXT)
    assert first.when == r.And(
        (r.InRoster(PHONE, "p.students", False, BOOL), r.Compare("!=", cell, r.Const("B", TEXT), BOOL)), BOOL
    )
    assert second.when == r.InRoster(PHONE, "p.students", True, BOOL)
    assert not first.reads_state


def test_a_cell_may_hold_separators_and_line_ends() -> None:
    policies, found = loaded('phone,class\n1,"A, or\nB"\n2,C\n2,D\n')
    assert policies is not None and policies.policies[0].rosters[0].rows["1"]["class"] == "A, or\nB"
    assert found == [("W561", "students.csv", 5)]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("", [("C560", "p.policy", 3)]),
        ("phone,class\n1\n2,B,C\n3,C\n", [("C561", "students.csv", 2), ("C561", "students.csv", 3)]),
        ("phone,class,class\n1,A,B\n", [("C563", "students.csv", 1)]),
        ("tel,class\n1,A\n", [("C562", "p.policy", 3)]),
        ("phone,grade\n1,A\n", [("C562", "p.policy", 4)]),
        ("phone,class\n1,A\n,B\n1,C\n", [("W560", "students.csv", 3), ("W561", "students.csv", 4)]),
        ("phone,class\n1,A\rB,C\n", [("C566", "students.csv", 2)]),
        ("phone,class\n1.38001E+10,A\n138001,E+1\n", [("W562", "students.csv", 2)]),
        (" ,, \nphone,class\n1,A\n", []),
        ("手机,class\n".encode("gb18030"), [("C004", "p.policy", 3)]),
    ],
)
def test_what_is_wrong_and_where(table: str | bytes, expected: list[tuple[str, str, int]]) -> None:
    assert loaded(table)[1] == expected


def test_the_first_of_equal_rows_counts() -> None:
    policies, _ = loaded("phone,class\n1,A\n1,B\n")
    assert policies is not None and policies.policies[0].rosters[0].rows["1"]["class"] == "A"


def test_only_the_first_of_many_bad_lines_are_shown() -> None:
    lines = "\n".join("1" for _ in range(50))
    assert [line for _, _, line in loaded(f"phone,class\n{lines}\n")[1]] == [2, 3, 4, 5, 6]


def test_the_table_is_part_of_the_revision() -> None:
    one, two, three = (loaded(f"phone,class\n1,{cell}\n")[0] for cell in ("A", "A", "C"))
    assert one and two and three
    assert one.revision == two.revision != three.revision


def test_a_table_lies_beside_the_policy_that_names_it() -> None:
    texts = {"course/p.policy": HEADER + READ}
    policies, found = load_texts(texts, {"course/students.csv": "phone,class\n1,A\n"})
    assert policies is not None and not found


def test_a_table_of_a_library_is_read_once() -> None:
    texts = {"library.policy": READ} | {f"{name}.policy": f"policy {name} {{ for every group }}" for name in "ab"}
    policies, found = load_texts(texts, {"students.csv": "phone,class\n1,A\n"})
    assert policies is not None and {each.code for each in found} <= {"W540"}
    first, second = (each.rosters[0] for each in policies.policies)
    assert (first.name, second.name) == ("a.students", "b.students")
    assert first.rows is second.rows


def test_hours_and_rosters_of_one_name() -> None:
    text = """attribute member.phone : text
        hours here { every day 09:00-18:00 }
        roster there { file "students.csv"  key phone }
        rule r { when now in here and member.phone in there  then flag }"""
    policies, found = loaded("phone,class\n1,A\n", text)
    assert policies is not None and found == []
