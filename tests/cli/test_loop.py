"""The event loop of commands that go on."""

from __future__ import annotations

import asyncio
import sys

import pytest

from port502.cli.loop import run


async def which() -> str:
    await asyncio.sleep(0)
    return type(asyncio.get_running_loop()).__module__


def test_work_is_run_to_its_end() -> None:
    assert run(which())


def test_uvloop_is_used_where_it_is_installed() -> None:
    pytest.importorskip("uvloop")
    assert run(which()).startswith("uvloop")


def test_without_uvloop_the_default_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert run(which()).startswith("asyncio")
