"""What a socket may say."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from port502.web.pages.hearing import in_order, of_own_page

INSTALLED = """
from nicegui import core
from nicegui.client import Client
from port502.web.pages.hearing import HEARD, install
import nicegui.nicegui

before = dict(core.sio.handlers["/"])
install()
after = core.sio.handlers["/"]
print(all(after[name] is not before[name] for name in (*HEARD, "handshake", "log")), sorted(after) == sorted(before))
print(after["log"]("socket", {"client_id": "x", "level": "error", "message": "spam"}))
"""


@pytest.mark.parametrize(
    "said",
    [
        {"client_id": "another page", "id": 1},
        {"id": 1},
        {"client_id": ["page"]},
        {"client_id": "page"},
        {"client_id": "page", "id": None},
        "page",
        None,
        [],
    ],
)
def test_what_is_of_another_page_or_makes_no_sense_is_dropped(said: Any) -> None:
    heard: list[int] = []

    def handler(socket: str, said: dict[str, Any]) -> None:
        heard.append(said["id"] + 1)

    of_own_page(handler, lambda socket: [socket, "page"])("socket", said)
    of_own_page(handler, lambda socket: [socket, "page"])("socket")
    assert heard == []


async def test_a_handshake_that_makes_no_sense_is_refused() -> None:
    async def handler(socket: str, said: dict[str, Any]) -> bool:
        return bool(said["client_id"])

    shake = in_order(handler)
    assert await shake("socket", {"client_id": "page"}) is True
    wrong: list[tuple[Any, ...]] = [(), ({},), (None,), ("a", "b")]
    for told in wrong:
        assert await shake("socket", *told) is False


def test_what_is_of_the_own_page_is_heard() -> None:
    handler = of_own_page(lambda socket, said: (socket, said["id"]), lambda socket: [socket, "page"])
    assert handler("socket", {"client_id": "page", "id": 7}) == ("socket", 7)


@pytest.mark.slow
def test_it_stands_before_all_that_the_framework_hears() -> None:
    told = subprocess.run([sys.executable, "-c", INSTALLED], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["True", "True", "None"]
