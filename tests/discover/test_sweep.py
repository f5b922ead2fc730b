"""Many units over one connection."""

from __future__ import annotations

import asyncio

import pytest

from port502.discover.sweep import WIDTH, Sweep, ask
from port502.discover.units import Patience, UnitClass
from port502.errors import LinkClosedError
from port502.service.units import Units
from tests.discover.bench import Gateway, line_to, meter, serving
from tests.scripted import registers, reply, request, scripted

DEVICE, SILENT, NOBODY = UnitClass.DEVICE, UnitClass.SILENT, UnitClass.GATEWAY_SILENT


async def test_every_unit_is_asked_once_and_classed() -> None:
    heard: list[int] = []
    async with serving(Units({1: meter(), 5: meter()})) as port, line_to(port) as line:
        sweep = Sweep(line, Patience(1.0, 0.1), on_answer=lambda one: heard.append(one.unit))
        answers = await sweep.run(range(1, 8))
    assert {unit: one.kind for unit, one in answers.items()} == {
        unit: DEVICE if unit in (1, 5) else NOBODY for unit in range(1, 8)
    }
    assert heard == list(range(1, 8))
    assert line.requests == 7


@pytest.mark.slow
async def test_a_device_that_takes_several_is_asked_several_at_once() -> None:
    most = 0
    waiting: list[tuple[bytes, int, bytes]] = []

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers what has come in, whenever nothing more is coming; unit 1 and every tenth are there."""
        nonlocal most
        while True:
            waiting.append(await request(reader))
            most = max(most, len(waiting))
            await asyncio.sleep(0)
            if reader._buffer:  # type: ignore[attr-defined]
                continue
            for number, unit, pdu in waiting:
                if unit == 1 or unit % 10 == 0:
                    writer.write(reply(number, unit, registers(pdu)))
            waiting.clear()

    async with scripted(slow) as port, line_to(port) as line:
        answers = await Sweep(line, Patience(1.0, 0.15), pipelined=True).run(range(1, 60))
    assert {unit for unit, one in answers.items() if one.kind is DEVICE} == {1, 10, 20, 30, 40, 50}
    assert all(answers[unit].kind is SILENT for unit in (2, 11, 59))
    assert 1 < most <= WIDTH


@pytest.mark.slow
async def test_a_gateway_that_says_so_is_asked_one_by_one_and_nothing_is_missed() -> None:
    async with serving(Gateway({1: meter(), 30: meter()}, 0.01)) as port, line_to(port) as line:
        answers = await Sweep(line, Patience(1.0, 0.1), pipelined=True).run(range(1, 33))
    assert {unit for unit, one in answers.items() if one.kind is DEVICE} == {1, 30}
    assert all(answers[unit].kind is NOBODY for unit in range(2, 30))


@pytest.mark.slow
async def test_a_gateway_that_swallows_its_errors_hides_no_device() -> None:
    """Its units wait behind those that are not there, for longer than is waited for any of them."""
    gateway = Gateway({1: meter(), 12: meter()}, 0.05, tells=False)
    async with serving(gateway) as port, line_to(port) as line:
        answers = await Sweep(line, Patience(0.4, 0.05), pipelined=True).run(range(1, 14))
    assert {unit for unit, one in answers.items() if one.kind is DEVICE} == {1, 12}


async def test_who_answers_after_his_time_is_asked_again() -> None:
    asked: list[int] = []

    async def slow_two(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held: list[bytes] = []
        while True:
            number, unit, pdu = await request(reader)
            asked.append(unit)
            answer = reply(number, unit, registers(pdu))
            if unit == 2 and asked.count(2) == 1:
                held.append(answer)
                continue
            writer.write(b"".join([*held, answer]))
            held.clear()

    async with scripted(slow_two) as port, line_to(port) as line:
        answers = await Sweep(line, Patience(0.05, 0.05)).run((1, 2, 3))
    assert {one.kind for one in answers.values()} == {DEVICE}
    assert asked == [1, 2, 3, 2]


async def test_a_connection_that_ends_leaves_what_was_known() -> None:
    async def three(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(3):
            number, unit, pdu = await request(reader)
            writer.write(reply(number, unit, registers(pdu)))

    async with scripted(three) as port, line_to(port) as line:
        answers = await Sweep(line, Patience(1.0, 0.1)).run(range(1, 20))
        assert list(answers) == [1, 2, 3]
        try:
            await ask(line, 1, Patience(1.0, 0.1))
        except LinkClosedError:
            return
    raise AssertionError("a line that is closed answered")


async def test_the_pause_is_no_part_of_the_time_that_an_answer_takes() -> None:
    async with serving(meter()) as port, line_to(port, pause=0.2) as line:
        patience = Patience(5.0, 0.1)
        first, second = [await ask(line, 1, patience) for _ in range(2)]
    assert first.took < 0.2
    assert second.took < 0.2
    assert patience.slowest < 0.2
