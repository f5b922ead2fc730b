from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import pytest

from port502.errors import LinkError
from port502.outputs.notice import Notice
from port502.outputs.notifier import MOST_WAITING, Notifier, Recipient
from tests.outputs.test_notice import EVENT


class Ear:
    """A way that keeps what it is told, after failing a few times."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.heard: list[Notice] = []
        self.tried = 0
        self.go_on = threading.Event()
        self.go_on.set()

    def send(self, notice: Notice) -> None:
        self.go_on.wait(20)
        self.tried += 1
        if self.failures:
            self.failures -= 1
            raise LinkError("not now")
        self.heard.append(notice)


async def until(notifier: Notifier, done: int) -> None:
    async with asyncio.timeout(20):
        while sum(one.sent + one.dropped for one in notifier.status()) < done:
            await asyncio.sleep(0)


async def test_each_is_told_what_it_wants() -> None:
    ear, other = Ear(), Ear()
    recipients = [
        Recipient("ear", ear),
        Recipient("other", other, frozenset({"raised"}), frozenset({"critical"})),
    ]
    notifier = Notifier("s", recipients)
    notifier.start()
    events = [
        EVENT,
        replace(EVENT, priority="critical"),
        replace(EVENT, what="shelved"),
        replace(EVENT, silent=True),
    ]
    notifier.tell(events)
    await until(notifier, 3)
    await notifier.stop()
    assert [one.event.priority for one in ear.heard] == ["high", "critical"]
    assert [one.event.priority for one in other.heard] == ["critical"]


async def test_a_failure_is_tried_again_and_given_up_in_the_end() -> None:
    ear = Ear(failures=4)
    notifier = Notifier("s", [Recipient("ear", ear)], waits=(0.0, 0.0))
    notifier.start()
    notifier.tell([EVENT, replace(EVENT, time=1.0)])
    await until(notifier, 2)
    (status,) = notifier.status()
    await notifier.stop()
    assert (status.sent, status.dropped, status.last_error) == (1, 1, "not now")
    assert ear.tried == 5


@pytest.mark.slow
async def test_what_is_dead_takes_no_more_than_its_queue_and_delays_nobody() -> None:
    dead, ear = Ear(), Ear()
    dead.go_on.clear()
    notifier = Notifier("s", [Recipient("dead", dead), Recipient("ear", ear)])
    notifier.start()
    await asyncio.sleep(0)
    for number in range(MOST_WAITING + 50):
        notifier.tell([replace(EVENT, time=float(number))])
        async with asyncio.timeout(20):
            while notifier.status()[1].sent <= number:
                await asyncio.sleep(0)
    first, second = notifier.status()
    assert second.sent == MOST_WAITING + 50
    assert first.waiting == MOST_WAITING
    assert first.dropped == 49
    await notifier.stop()
    dead.go_on.set()
