"""The first events of a service wait for nothing that could have been there before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LATE = """
import sys
from pathlib import Path
from policyd.engine.embedded import Embedded
from policyd.server.reload import load_program
from policyd.server.warming import warm_up

program = load_program(Path(sys.argv[1]))
warm_up(program)
before = set(sys.modules)
for number, (group, tags) in enumerate((("g1", ["course"]), ("g2", []))):
    Embedded(program).evaluate({
        "id": "e", "kind": "message", "group": {"id": group, "tags": tags}, "member": {"id": "u1"},
        "message": {"id": "m1", "text": "see www.example.com/page"},
    })
print(len(program.policy_set.policies), *sorted(set(sys.modules) - before))
"""
POLICY = """
policy {name} {{ for groups {scope} }}
rule links {{ on message when message.domains contains "example.com" then delete }}
"""


def test_nothing_is_imported_by_an_event(tmp_path: Path) -> None:
    for name, scope in (("courses", 'tagged "course"'), ("one", '"g2"')):
        (tmp_path / f"{name}.policy").write_text(POLICY.format(name=name, scope=scope), "utf-8")
    run = subprocess.run([sys.executable, "-c", LATE, tmp_path], capture_output=True, text=True, timeout=60)
    assert (run.stdout.split(), run.stderr) == (["2"], "")
