"""What a scenario of the bench is: something real that is broken in one way, and the finding it must lead to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from port502.discover.doctor.question import Pace, Question
from port502.transport.url import parse_url
from tests.peers.namespaces import Host

QUICK = Pace(
    connect=2.0,
    timeout=0.3,
    patience=1.0,
    pause=0.0,
    early=0.1,
    settle=(0.2, 0.6),
    connections=4,
    deadline=60.0,
)
"""As the doctor's own pace, but in tenths of a second: everything is near."""

Hosts = dict[str, Host]
Loopback = Callable[[Any], AbstractAsyncContextManager[Question]]
Networked = Callable[[Hosts], AbstractContextManager[Question]]


@dataclass(frozen=True)
class Scenario:
    """``code`` must be the verdict when ``built`` is what stands there; ``networks`` where it needs namespaces."""

    code: str
    built: str
    loopback: Loopback | None = None
    networked: Networked | None = None

    @property
    def id(self) -> str:
        return f"{self.code}: {self.built}"


def asked(url: str, *, deep: bool = False, pace: Pace = QUICK, **more: Any) -> Question:
    """The question about a url, at the bench's pace."""
    settings = {name: more.pop(name) for name in list(more) if name in Pace.__dataclass_fields__}
    return Question(parse_url(url), deep=deep, pace=replace(pace, **settings), **more)


async def forever() -> AsyncIterator[None]:
    """Wait until cancelled."""
    await asyncio.Event().wait()
    yield


LOOPBACK: list[Scenario] = []
NETWORKED: list[Scenario] = []


def on_loopback(code: str, built: str) -> Callable[[Loopback], Loopback]:
    """Enter a scenario that needs nothing but the loopback."""

    def enter(make: Loopback) -> Loopback:
        LOOPBACK.append(Scenario(code, built, loopback=make))
        return make

    return enter


def on_networks(code: str, built: str) -> Callable[[Networked], Networked]:
    """Enter a scenario that needs hosts and networks of its own."""

    def enter(make: Networked) -> Networked:
        NETWORKED.append(Scenario(code, built, networked=make))
        return make

    return enter


def scenarios() -> Iterator[Scenario]:
    """Every scenario there is."""
    from tests.discover.doctor.bench import devices, gateways, networks, secured, wires  # noqa: F401

    yield from LOOPBACK
    yield from NETWORKED
