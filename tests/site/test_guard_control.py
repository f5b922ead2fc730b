"""A guard without a site can be locked, and stays so."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from port502.errors import ConnectError, UsageError
from port502.guard.gate import Gate
from port502.guard.policy import Policy
from port502.site.control import AskStatus, ask, short_path
from port502.site.guard_control import GuardControl, _own_place, lock_guard, lock_of, unlock_guard


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


@pytest_asyncio.fixture
async def gate(log: Path) -> AsyncIterator[Gate]:
    gate = Gate(Policy())
    control = GuardControl(gate, log, "tcp://127.0.0.1:502")
    await control.start()
    yield gate
    await control.stop()


async def test_it_is_locked_and_freed_by_the_path_of_its_log(gate: Gate, log: Path) -> None:
    assert await asyncio.to_thread(lock_guard, log, "fire", "anna") == ("tcp://127.0.0.1:502",)
    assert gate.locked == "fire"
    assert lock_of(log).read() == "fire"
    assert await asyncio.to_thread(unlock_guard, log) == ("tcp://127.0.0.1:502",)
    assert (gate.locked, lock_of(log).read()) == ("", "")


async def test_it_answers_nothing_else(gate: Gate, log: Path) -> None:
    with pytest.raises(UsageError, match="locked and unlocked, and nothing else"):
        await asyncio.to_thread(ask, _own_place(log), AskStatus())


async def test_a_lock_outlives_the_guard(log: Path) -> None:
    lock_of(log).write("fire")
    gate = Gate(Policy())
    control = GuardControl(gate, log, "guard")
    await control.start()
    await control.stop()
    assert gate.locked == "fire"


async def test_where_others_may_write_its_socket_is_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o1777)
    gate = Gate(Policy())
    control = GuardControl(gate, folder / "audit.jsonl", "guard")
    await control.start()
    try:
        place = _own_place(folder / "audit.jsonl")
        assert place == short_path(folder / "audit.jsonl.control")
        assert place.stat().st_mode & 0o777 == 0o600
        await asyncio.to_thread(lock_guard, folder / "audit.jsonl", "fire")
        assert gate.locked == "fire"
    finally:
        await control.stop()
    assert sorted(os.listdir(folder)) == ["audit.jsonl.locked"]


async def test_a_folder_too_deep_for_a_socket_will_do(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 30)
    folder.mkdir()
    gate = Gate(Policy())
    control = GuardControl(gate, folder / "audit.jsonl", "guard")
    await control.start()
    try:
        await asyncio.to_thread(lock_guard, folder / "audit.jsonl", "fire")
    finally:
        await control.stop()
    assert gate.locked == "fire"


def test_without_a_guard_nobody_is_locked(log: Path) -> None:
    for call in (lambda: lock_guard(log, "fire"), lambda: unlock_guard(log)):
        with pytest.raises(ConnectError, match=r"no guard that writes .* is running"):
            call()
    assert lock_of(log).read() == ""
