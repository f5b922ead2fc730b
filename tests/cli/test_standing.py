"""Standing until the time is up, with lines or with a table."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from port502.cli.policed import Policed
from port502.cli.standing import stand

events: list[str] = []


@asynccontextmanager
async def standing() -> AsyncIterator[None]:
    events.append("begins")
    yield
    events.append("ends")


async def test_it_tells_when_clients_can_come_and_gives_the_status_before_the_end() -> None:
    events.clear()

    def status() -> str:
        events.append("status")
        return "well"

    told = await stand(standing(), 0.01, status=status, tell=lambda: events.append("told"))
    assert told == "well"
    assert events == ["begins", "told", "status", "ends"]


async def test_a_table_is_drawn_instead(capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[int] = []

    def draw(width: int, room: int) -> str:
        rows.append(room)
        return f"a table on {room} rows"

    await stand(standing(), 0.05, status=str, tell=lambda: pytest.fail("the screen tells"), draw=draw)
    assert rows


async def test_a_hangup_reads_the_rules_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("default: deny\n")
    rules = Policed(policy)
    task = asyncio.create_task(
        stand(standing(), None, status=str, tell=lambda: events.append("told"), rules=rules)
    )
    events.clear()
    async with asyncio.timeout(10):
        while "told" not in events:
            await asyncio.sleep(0)
        policy.write_text("default: deny\nrules: [{functions: [read]}]\n")
        os.kill(os.getpid(), signal.SIGHUP)
        while not rules.gate.policy.rules:
            await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGTERM)
        await task
    assert "1 rules are in force" in capsys.readouterr().err
