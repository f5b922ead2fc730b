"""The look for things left behind really finds them."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading

import pytest

from tests import strays
from tests.strays import Snapshot, stray_tasks


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strays, "GRACE", 0.0)


def test_a_quiet_test_leaves_nothing() -> None:
    assert Snapshot.take().strays() == []


def test_an_open_socket_is_found() -> None:
    before = Snapshot.take()
    with socket.socket():
        assert [stray.split(":")[0] for stray in before.strays()] == ["open socket"]
    assert before.strays() == []


def test_a_running_thread_is_found() -> None:
    before = Snapshot.take()
    end = threading.Event()
    thread = threading.Thread(target=end.wait, name="forgotten")
    thread.start()
    assert before.strays() == ["thread 'forgotten'"]
    end.set()
    thread.join()
    assert before.strays() == []


def test_a_child_process_is_found_until_it_is_waited_for() -> None:
    before = Snapshot.take()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert [stray.split(":")[0] for stray in before.strays()] == [f"child process {child.pid}"]
    child.communicate(b"\n")
    assert before.strays() == []


async def test_a_pending_task_is_found() -> None:
    task = asyncio.create_task(asyncio.Event().wait(), name="forgotten")
    assert [stray.split(":")[0] for stray in stray_tasks()] == ["task forgotten"]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stray_tasks() == []
