"""Ten thousand connections that say nothing, or next to nothing, or nonsense, and one client that works (H73)."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from port502.client import SyncClient
from tests.hostile.crowd import descriptors
from tests.hostile.raw import VALUES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

MANY = 10_000
DEADLINE = 5.0
"""Seconds within which the client is answered, whatever others do: its deadline, on a busy machine."""

MOST_BYTES = 16_384
"""Of memory for each connection that says nothing."""

Ask = Callable[[str], str]


@contextlib.contextmanager
def process(*words: object) -> Iterator[tuple[str, Ask]]:
    """A part of the crowd: the first line that it prints, and how to make it print another one."""
    made = subprocess.Popen(
        [sys.executable, "-m", "tests.hostile.crowd", *map(str, words)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert made.stdin is not None
    assert made.stdout is not None
    stdin, stdout = made.stdin, made.stdout

    def ask(line: str) -> str:
        stdin.write(f"{line}\n")
        stdin.flush()
        return stdout.readline()

    try:
        yield stdout.readline().strip(), ask
    finally:
        stdin.close()
        made.wait(30)
        stdout.close()


def longest_answer(client: SyncClient, times: int = 200) -> float:
    longest = 0.0
    for number in range(times):
        began = time.monotonic()
        assert client.read_holding_registers(number % 100, 2) == VALUES[number % 100 :][:2]
        longest = max(longest, time.monotonic() - began)
    return longest


@pytest.fixture(autouse=True)
def room() -> None:
    if not descriptors(MANY + MANY // 10):
        pytest.skip(f"a process may not have {MANY + MANY // 10} descriptors here (ulimit -Hn)")
    try:
        Path("/proc/self/statm").read_text()
    except OSError:
        pytest.skip("this system does not tell how much memory a process has (/proc/self/statm)")


@pytest.mark.parametrize("kind", ["server", "guard"])
def test_h073_ten_thousand_idle_connections_and_a_client_that_is_served(kind: str) -> None:
    with process(kind, MANY) as (port, ask_server):
        url = f"tcp://127.0.0.1:{port}"

        def told() -> dict[str, Any]:
            found: dict[str, Any] = json.loads(ask_server("how are you"))
            return found

        with SyncClient(url, response_timeout=DEADLINE, retries=0) as client:
            client.read_holding_registers(0)
            alone = told()
            with process("callers", port, MANY) as (count, ask_callers):
                assert int(count) == MANY
                assert longest_answer(client) < DEADLINE
                crowded = told()
                assert crowded["held"] == MANY
                assert crowded["bytes"] - alone["bytes"] < MANY * MOST_BYTES

                assert ask_callers("first bytes") == "done\n"
                assert longest_answer(client) < DEADLINE
                slow = told()
                assert slow["bytes"] - crowded["bytes"] < MANY * MOST_BYTES

                assert ask_callers("more") == "done\n"
                assert longest_answer(client) < DEADLINE
                full = told()
                assert full["held"] == MANY
                assert full["causes"]["made room"] >= MANY // 10
                assert full["bytes"] - slow["bytes"] < MANY // 10 * MOST_BYTES

                assert ask_callers("garbage") == "done\n"
                assert longest_answer(client) < DEADLINE
                until(lambda: told()["held"] <= MANY - MANY // 10)
            until(lambda: told()["held"] == 1)
            assert longest_answer(client, 20) < DEADLINE
            assert told()["working"] == alone["working"], "it never had to make room"


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that happens soon; each question is a round trip to another process."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
