"""What a benchmark started ends with it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path

import pytest

INNER = """
    import signal, sys
    from pathlib import Path
    from bench.ending import clean_up_on_term
    from bench.http import Generator, running

    clean_up_on_term()
    policies = Path("policies/class_group")
    with running("embedded", Path(sys.argv[1]), policies) as server, Generator() as generator:
        print(server.pid, generator._process.pid, flush=True)
        signal.pause()
"""
OUTER = """
    import sys
    from bench.ending import clean_up_on_term, run

    clean_up_on_term()
    print(run([sys.executable, "-c", *sys.argv[1:]]))
"""
PATIENCE = 30


def test_ended_by_term_it_leaves_nothing_running(tmp_path: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(OUTER), textwrap.dedent(INNER), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            assert process.stdout is not None
            started = [int(pid) for pid in process.stdout.readline().split()]
            process.terminate()
            said, _ = process.communicate(timeout=PATIENCE)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    assert (process.returncode, said) == (128 + signal.SIGTERM, "")
    assert len(started) == 2
    assert not [pid for pid in started if _runs(pid)]
    with socket.socket(socket.AF_UNIX) as store, pytest.raises(OSError):
        store.connect(str(tmp_path / "data" / "store.sock"))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
