"""What is watched without a site file: read together, refused alone, told in words."""

from __future__ import annotations

import pytest

from port502.cli.target import Asked, peer_for
from port502.cli.watching.adopting import next_type
from port502.cli.watching.book import Book
from port502.errors import UsageError
from port502.server import Server
from port502.service.device import Device


def book_on(url: str, *refs: str) -> Book:
    book = Book(peer_for(Asked(url, timeout=1.0, patient=True)))
    for ref in refs:
        book.add(ref)
    return book


async def test_values_come_with_their_registers(boiler: tuple[Device, str]) -> None:
    book = book_on(boiler[1], "holding:0*3 coil:3", "40301/float32:cdab")
    rows = await book.poll()
    assert [row.value for row in rows] == [10, 20, 30, False, 21.5]
    assert [one.shown.text for one in book.entries] == ["10", "20", "30", "off", "21.5"]
    assert len(book.registers) == 5
    assert (book.tally.polls, book.tally.failed, book.fault) == (1, 0, "")
    await book.close()


async def test_a_refused_value_is_left_out_and_tried_again_alone(boiler: tuple[Device, str]) -> None:
    device, url = boiler
    book = book_on(url, "holding:0", "holding:999", "holding:1")
    await book.poll()
    assert [one.shown.worth for one in book.entries] == [
        "good",
        "bad: exception 2, illegal data address",
        "good",
    ]
    before = device.counters.bus_messages
    assert len(await book.poll()) == 2
    assert device.counters.bus_messages == before + 1
    device.holding.add(999, [5])
    book.entries[1].retry_at = 0.001
    assert len(await book.poll()) == 3
    assert book.entries[1].shown.text == "5"
    await book.close()


async def test_five_hundred_references_take_five_reads() -> None:
    device = Device(holding={range(500): 7})
    async with Server(device, "tcp://127.0.0.1:0") as server:
        book = book_on(server.url, "holding:0*500")
        assert len(await book.poll()) == 500
        assert device.counters.bus_messages == 5
        await book.close()


async def test_all_that_is_refused_is_said_once(boiler: tuple[Device, str]) -> None:
    book = book_on(boiler[1], "holding:999")
    assert await book.poll() == []
    assert book.entries[0].shown.worth == "bad: exception 2, illegal data address"
    assert book.fault == ""
    await book.close()


async def test_nobody_there_is_told_in_words_and_found_when_there(boiler: tuple[Device, str]) -> None:
    device, _ = boiler
    async with Server(device, "tcp://127.0.0.1:0") as other:
        gone = other.url
    book = book_on(gone, "holding:0")
    await book.poll()
    assert "refused" in book.fault
    assert book.entries[0].shown.text == "?"
    assert book.tally.failed == 1
    async with Server(device, gone):
        await book.poll()
        assert (book.fault, book.entries[0].shown.text) == ("", "10")
    await book.poll()
    assert book.fault
    assert (book.entries[0].shown.text, book.entries[0].shown.is_bad) == ("10", True)
    await book.close()


async def test_what_is_watched_changes(boiler: tuple[Device, str]) -> None:
    book = book_on(boiler[1], "holding:0", "holding:1")
    with pytest.raises(UsageError):
        book.add("nonsense")
    with pytest.raises(UsageError, match="nothing says"):
        book.add("  ")
    with pytest.raises(UsageError, match="at most"):
        book.add("holding:0*6000")
    wanted = next_type(book.entries[0].wanted)
    assert wanted is not None
    book.change(book.entries[0], wanted)
    book.remove(book.entries[1])
    book.remove(book.entries[0])
    assert book.entries == []
    assert await book.poll() == []
    await book.close()


async def test_a_value_that_is_overdue_is_said_to_be(boiler: tuple[Device, str]) -> None:
    book = book_on(boiler[1], "holding:0", "holding:1")
    await book.poll()
    book.entries[0].shown.read_at -= 10
    book.grow_stale(1.0)
    assert [one.shown.row.quality for one in book.entries] == ["uncertain", "good"]
    await book.poll()
    assert [one.shown.row.quality for one in book.entries] == ["good", "good"]
    await book.close()
