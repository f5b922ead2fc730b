from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from port502.site.web_model import WebSettings
from port502.web import entrance
from port502.web.api.problems import ProblemError
from port502.web.entrance import MOST_WAITING, Entrance
from port502.web.gate import Door
from port502.web.roles import Identity, Role
from port502.web.sessions import Sessions
from port502.web.throttle import FREE
from port502.web.users import Users


class People(Users):
    """Whose passwords are tried as quickly as one likes."""

    def __init__(self) -> None:
        super().__init__({})
        self.tried = 0
        self.priority = 0
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def with_password(self, name: str, password: str) -> Identity | None:
        self.tried += 1
        if sys.platform == "linux":
            self.priority = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        self.may_go_on.wait(20)
        return Identity(name, Role.OPERATOR, "password") if password == "right" else None


@pytest.fixture
def people() -> People:
    return People()


@pytest.fixture
async def door(people: People) -> AsyncIterator[Entrance]:
    made = Entrance(Door(WebSettings(), people, Sessions()))
    yield made
    people.may_go_on.set()
    made.close()


async def status(door: Entrance, name: str, password: str = "wrong", host: str = "10.0.0.1") -> int:
    try:
        await door.enter(name, password, host)
    except ProblemError as error:
        return error.status
    return 200


async def test_guesses_that_come_all_at_once_are_not_tried_either(door: Entrance, people: People) -> None:
    statuses = Counter(await asyncio.gather(*(status(door, "ann") for _ in range(200))))
    assert statuses == {401: FREE, 429: 200 - FREE}
    assert people.tried == FREE


@pytest.mark.parametrize(
    "hosts",
    [["10.0.0.1"], ["2001:db8::1", "2001:db8::2:1", "2001:db8::ff:1"], ["::ffff:10.0.0.1", "10.0.0.1"]],
)
async def test_other_names_and_other_addresses_of_the_same_network_buy_no_guesses(
    door: Entrance, people: People, hosts: list[str]
) -> None:
    for number in range(30):
        await status(door, f"user{number}", host=hosts[number % len(hosts)])
    assert people.tried == FREE


async def test_an_own_login_in_between_buys_no_guesses_of_others(door: Entrance, people: People) -> None:
    statuses = []
    for number in range(8):
        statuses.append(await status(door, f"user{number}"))
        statuses.append(await status(door, "mallory", "right"))
    assert statuses.count(401) == FREE
    assert statuses[-1] == 429


async def test_guessing_elsewhere_keeps_nobody_out_who_has_been_in(door: Entrance) -> None:
    assert await status(door, "ann", "right", "10.0.0.1") == 200
    for number in range(2 * FREE):
        await status(door, "ann", host=f"10.6.6.{number}")
    assert await status(door, "ann", "right", "10.6.6.99") == 429
    assert await status(door, "ann", "right", "10.0.0.1") == 200
    for _ in range(FREE):
        assert await status(door, "ann", host="10.0.0.1") == 401
    assert await status(door, "ann", "right", "10.0.0.1") == 429


async def test_a_crowd_waits_outside_and_who_is_known_goes_in(door: Entrance, people: People) -> None:
    assert await status(door, "ann", "right", "10.0.0.1") == 200
    people.may_go_on.clear()
    crowd = [
        asyncio.ensure_future(status(door, f"user{number}", host=f"10.6.{number}.1")) for number in range(100)
    ]
    known = asyncio.ensure_future(status(door, "ann", "right", "10.0.0.1"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    people.may_go_on.set()
    assert Counter(await asyncio.gather(*crowd)) == {401: MOST_WAITING, 503: 100 - MOST_WAITING}
    assert await known == 200


async def test_who_is_remembered_is_bounded(door: Entrance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrance, "MOST_KNOWN", 3)
    for number in range(9):
        assert await status(door, f"user{number}", "right", f"10.0.{number}.1") == 200
    assert len(door._known) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread has no priority of its own")
async def test_passwords_are_tried_when_nothing_else_wants_to_run(door: Entrance, people: People) -> None:
    await status(door, "ann")
    assert people.priority == 10
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) < 10
