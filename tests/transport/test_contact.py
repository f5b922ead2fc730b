"""The contact with a peer, without anything to say to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from port502.errors import ConnectError, LinkClosedError, Port502Error
from port502.transport.contact import Contact
from port502.transport.link_settings import LinkCounters, LinkSettings
from port502.transport.states import LinkState
from port502.transport.stream import Stream
from port502.transport.url import Target
from tests.virtual_loop import VirtualLoop

TARGET = Target("tcp", "127.0.0.1", 502)


class FakeStream:
    """A stream that only knows whether it is open."""

    def __init__(self) -> None:
        self.open = True

    def write(self, data: bytes) -> None:
        raise AssertionError("nobody writes here")

    def has_news(self) -> bool:
        return False

    def detach(self) -> None:
        self.open = False

    async def wait_closed(self) -> None:
        assert not self.open


class FakeUser:
    """Whoever the contact is kept for."""

    def __init__(self) -> None:
        self.needs_contact = False
        self.in_use = False
        self.states: list[LinkState] = []
        self.streams: list[Stream] = []
        self.refusals: list[Port502Error] = []
        self.lost: list[Port502Error] = []
        self.contact: Contact

    def turned(self, state: LinkState, why: str) -> None:
        self.states.append(state)

    def connected(self, stream: Stream) -> None:
        self.streams.append(stream)

    def refused(self, error: Port502Error) -> None:
        self.refusals.append(error)

    def lose(self, error: Port502Error) -> None:
        self.lost.append(error)
        self.contact.lost(error, blameless=True)

    def stream_received(self, stream: Stream, data: bytes) -> None:
        raise AssertionError("nothing arrives here")

    def stream_lost(self, stream: Stream, error: Exception | None) -> None:
        raise AssertionError("the stream does not end by itself")


class Rig:
    """A contact on a loop without real time; ``peer`` False refuses."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
        self.loop = VirtualLoop()
        self.user = FakeUser()
        self.counters = LinkCounters()
        self.peer = True
        self.dialled: list[float] = []
        monkeypatch.setattr("port502.transport.contact.dial", self._dial)
        self.contact = self.run(self._make(LinkSettings(**settings)))
        self.user.contact = self.contact

    async def _make(self, settings: LinkSettings) -> Contact:
        return Contact(TARGET, settings, self.counters, self.user)

    async def _dial(self, target: Target, receiver: object, **_: object) -> FakeStream:
        self.dialled.append(self.loop.time())
        await asyncio.sleep(0.001)
        if not self.peer:
            raise ConnectError("refused")
        return FakeStream()

    def run(self, coroutine: Any) -> Any:
        return self.loop.run_until_complete(coroutine)

    def finish(self) -> None:
        async def end() -> None:
            if self.contact.state is not LinkState.CLOSED:
                self.contact.end(LinkClosedError("the end"))
            await self.contact.ended()

        self.run(end())
        self.loop.close()


@pytest.fixture
def rigs(monkeypatch: pytest.MonkeyPatch) -> Any:
    made: list[Rig] = []

    def make(**settings: Any) -> Rig:
        made.append(Rig(monkeypatch, **settings))
        return made[-1]

    yield make
    for rig in made:
        rig.finish()


Rigs = Callable[..., Rig]


def test_opening_connects_once_however_many_ask(rigs: Rigs) -> None:
    rig = rigs()

    async def together() -> None:
        await asyncio.gather(rig.contact.open(), rig.contact.open())
        await rig.contact.open()

    rig.run(together())
    assert rig.user.states == [LinkState.CONNECTING, LinkState.READY]
    assert len(rig.user.streams) == rig.counters.connects == 1


def test_it_settles_before_it_is_ready(rigs: Rigs) -> None:
    rig = rigs(settle=2.0)
    began = rig.loop.time()
    rig.run(rig.contact.open())
    assert rig.loop.time() - began >= 2.0
    assert rig.user.states == [LinkState.CONNECTING, LinkState.SETTLING, LinkState.READY]


def test_a_refusal_is_told_to_who_opened_and_to_the_user_and_the_delays_grow(rigs: Rigs) -> None:
    rig = rigs(reconnect_first=1.0, reconnect_max=8.0)
    rig.peer = False
    with pytest.raises(ConnectError, match="refused"):
        rig.run(rig.contact.open())
    assert rig.contact.state is LinkState.BACKING_OFF
    assert rig.contact.retry_at > rig.loop.time()
    rig.contact.keep()
    rig.loop.run_for(60.0)
    gaps = [later - earlier for earlier, later in zip(rig.dialled, rig.dialled[1:], strict=False)]
    assert all(0.8 * 2**step <= gap <= 1.3 * 2**step for step, gap in enumerate(gaps[:3]))
    assert all(6.4 <= gap <= 9.7 for gap in gaps[3:])
    assert len(rig.user.refusals) == len(rig.dialled) == rig.counters.failures


def test_nobody_connects_where_nobody_wants_to(rigs: Rigs) -> None:
    rig = rigs()
    rig.peer = False
    rig.contact.make()
    rig.loop.run_for(60.0)
    assert len(rig.dialled) == 1
    assert rig.contact.state is LinkState.IDLE
    rig.user.needs_contact = rig.peer = True
    rig.contact.make()
    rig.loop.run_for(1.0)
    assert rig.contact.state is LinkState.READY


def test_a_lost_stream_is_closed_and_made_again_at_once_where_nobody_is_to_blame(rigs: Rigs) -> None:
    rig = rigs()
    rig.run(rig.contact.open())
    first = rig.user.streams[0]
    rig.contact.lost(LinkClosedError("idle for too long"), blameless=True)
    assert not first.open
    rig.loop.run_for(0.01)
    assert rig.contact.state is LinkState.READY
    assert rig.counters.failures == 0
    rig.contact.lost(LinkClosedError("reset"), blameless=False)
    rig.loop.run_for(0.01)
    assert rig.contact.state is LinkState.BACKING_OFF
    assert rig.counters.last_error == "reset"


def test_it_rests_until_it_is_needed(rigs: Rigs) -> None:
    rig = rigs(keep_open=False)
    rig.contact.make()
    rig.loop.run_for(1.0)
    rig.contact.rest("nothing to do")
    rig.loop.run_for(60.0)
    assert rig.contact.state is LinkState.IDLE
    assert not rig.user.streams[0].open
    assert len(rig.dialled) == 1


def test_the_end_is_told_to_who_waits_and_is_final(rigs: Rigs) -> None:
    rig = rigs()

    async def cut_short() -> None:
        opening = asyncio.get_running_loop().create_task(rig.contact.open())
        await asyncio.sleep(0)
        rig.contact.end(LinkClosedError("closed by its owner"))
        await rig.contact.ended()
        with pytest.raises(LinkClosedError):
            await opening
        with pytest.raises(LinkClosedError):
            await rig.contact.open()

    rig.run(cut_short())
    rig.contact.make()
    rig.loop.run_for(10.0)
    assert rig.contact.state is LinkState.CLOSED
    assert not rig.user.streams


def test_what_nobody_thought_of_is_a_refusal_too(rigs: Rigs, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = rigs()

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("port502.transport.contact.dial", broken)
    with pytest.raises(ConnectError, match="ZeroDivisionError"):
        rig.run(rig.contact.open())
