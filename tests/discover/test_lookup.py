"""Names of addresses."""

from __future__ import annotations

import socket
import threading

import pytest

from port502.discover.lookup import Lookup


async def test_a_name_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getnameinfo", lambda place, flags: ("plc-7.plant", "0"))
    assert await Lookup().name_of("10.0.0.7") == "plc-7.plant"


async def test_loopback_is_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getnameinfo", lambda place, flags: pytest.fail("asked"))
    assert await Lookup().name_of("127.0.3.1") == ""


async def test_no_name_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(place: object, flags: int) -> tuple[str, str]:
        raise socket.gaierror(-2, "unknown")

    monkeypatch.setattr(socket, "getnameinfo", fail)
    assert await Lookup().name_of("10.0.0.7") == ""


async def test_a_resolver_that_does_not_answer_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()

    def wait(place: object, flags: int) -> tuple[str, str]:
        free.wait(10)
        return "late", "0"

    monkeypatch.setattr(socket, "getnameinfo", wait)
    assert await Lookup(0.02).name_of("10.0.0.7") == ""
    free.set()
    for thread in threading.enumerate():
        if thread.name == "name of 10.0.0.7":
            thread.join(10)
