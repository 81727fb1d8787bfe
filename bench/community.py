"""The policies that services and engines are measured with: `policies/class_group`, and a rule on a public word list
where the data are beside the repository. It is always noon in them, as nobody may speak at night."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.data import FOLDER, present

POLICIES: Final = Path(__file__).resolve().parents[1] / "policies" / "class_group"
HOUBB: Final = "lexicons/houbb_dict_v20240407.txt"
_LISTED: Final = """
policy listed "A public list" {
  for groups tagged "course"
}

lexicon listed { file "words/listed.txt" }

rule listed "A word of the list" {
  on message, edit
  when message.text matches listed
  then flag
}
"""


def community(folder: Path, *, listed: bool = True) -> Path:
    """The directory of the policies, made in `folder`; with the public list or without."""
    policies = folder / "policies"
    shutil.copytree(POLICIES, policies)
    written = policies / "class_group.policy"
    at_noon = re.sub('timezone ".*"', f'timezone "{_noon()}"', written.read_text("utf-8"))
    written.write_text(at_noon, "utf-8")
    if listed and present():
        shutil.copy(FOLDER / HOUBB, policies / "words" / "listed.txt")
        (policies / "listed.policy").write_text(_LISTED, "utf-8")
    return policies


def _noon() -> str:
    """A time zone in which it is about noon now."""
    behind = datetime.now(UTC).hour - 12
    return f"Etc/GMT{behind:+d}" if behind else "UTC"
