"""Reloading: a good set is swapped in whole, a bad one changes nothing and says why."""

from __future__ import annotations

import asyncio
from pathlib import Path

from policyd.engine.pipeline import Engine
from policyd.server.reload import Reloader, load_program
from policyd.state.memory import MemoryStore

GOOD = "policy club { for every group }\nrule all { then flag }\n"
BETTER = "policy club { for every group }\nrule all { then delete }\n"
FAILING = BETTER + 'test "is kept" { member u1 says "x"  expect flag }\n'
BAD = "policy club { for every group }\nrule all { then deleet }\n"


def test_a_good_set_is_swapped_in_and_a_bad_one_is_not(tmp_path: Path) -> None:
    said: list[str] = []
    file = tmp_path / "club.policy"
    file.write_text(GOOD)
    engine = Engine(load_program(tmp_path), MemoryStore())
    first = engine.program.revision

    async def reload(text: str) -> str:
        file.write_text(text)
        reloader = Reloader(engine, tmp_path, said.append)
        reloader.request()
        await reloader.done()
        return engine.program.revision

    async def story() -> None:
        assert await reload(GOOD) == first
        assert said[-1] == f"policies unchanged ({first})"
        assert await reload(BAD) == first
        assert "club.policy:2:17" in said[-1] and said[-1].endswith("not reloaded: the ones before stay in force")
        assert await reload(FAILING) == first
        assert said[-1].startswith('club.policy:3: test "is kept": expected `flag`')
        assert "1 test of the policies failed" in said[-1] and said[-1].endswith("the ones before stay in force")
        second = await reload(BETTER)
        assert second != first and said[-1] == f"policies reloaded: {second}"
        file.unlink()
        assert await reload_missing() == second

    async def reload_missing() -> str:
        reloader = Reloader(engine, tmp_path, said.append)
        reloader.request()
        await asyncio.sleep(0)
        for _ in range(4):
            reloader.request()
        await reloader.done()
        return engine.program.revision

    asyncio.run(story())
    assert len(said) == 6, "requests that come while one runs are answered by one more reload"
