"""Ending what goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from port502.cli.finish import finish
from port502.cli.stopping import stoppable, unless_stopped, wait


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops(number: signal.Signals) -> None:
    with stoppable() as stopped:
        os.kill(os.getpid(), number)
        await wait(stopped, 20)
        assert stopped.is_set()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_only_ctrl_c_is_an_interruption(number: signal.Signals, code: int) -> None:
    async def goes_on() -> None:
        with stoppable() as stopped:
            os.kill(os.getpid(), number)
            await wait(stopped, 20)

    with pytest.raises(SystemExit) as ended, finish():
        asyncio.run(goes_on())
    assert ended.value.code == code


async def test_time_that_is_up_stops() -> None:
    with stoppable() as stopped:
        await wait(stopped, 0.001)
        assert not stopped.is_set()


async def test_a_hangup_asks_to_read_again() -> None:
    asked: list[int] = []
    with stoppable(lambda: asked.append(1)) as stopped:
        os.kill(os.getpid(), signal.SIGHUP)
        await wait(stopped, 0.05)
    assert asked == [1]
    assert not stopped.is_set()


GOES_ON = """
import asyncio
from port502.cli.stopping import stoppable, wait

async def main():
    with stoppable(lambda: print("again", flush=True)) as stopped:
        print("ready", flush=True)
        await wait(stopped)
    print("stopped", flush=True)

asyncio.run(main())
"""


def test_a_hangup_ends_what_has_lost_its_terminal() -> None:
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", GOES_ON], stdin=theirs, stdout=subprocess.PIPE, text=True
    ) as process:
        os.close(theirs)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGHUP)
        assert process.stdout.readline() == "again\n"
        os.close(ours)
        process.send_signal(signal.SIGHUP)
        assert process.stdout.readline() == "stopped\n"
        assert process.wait(20) == 0


async def test_signals_mean_afterwards_what_they_meant_before() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    with stoppable(lambda: None):
        pass
    assert {number: signal.getsignal(number) for number in before} == before


async def test_work_ends_by_itself_or_by_a_signal() -> None:
    ended = asyncio.Event()

    async def short() -> int:
        return 42

    async def long() -> int:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.Event().wait()
        finally:
            ended.set()
        return 43

    async def failing() -> int:
        raise ValueError("broken")

    assert await unless_stopped(short()) == 42
    assert await unless_stopped(long()) is None
    assert ended.is_set()
    with pytest.raises(ValueError, match="broken"):
        await unless_stopped(failing())
