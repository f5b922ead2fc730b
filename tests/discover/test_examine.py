"""One connection: which units, and who are they?"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from port502.discover.examine import Examination, Knowledge
from port502.discover.found import FoundDevice
from port502.discover.line import Line
from port502.discover.settings import ScanSettings
from port502.discover.units import UnitClass
from port502.service.device import Device
from port502.service.units import Units
from port502.transport.url import parse_url
from tests.discover.bench import QUICK, Gateway, meter, serving
from tests.scripted import registers, reply, request, scripted, silent

KNOWLEDGE = Knowledge.of()


async def examined(port: int, settings: ScanSettings = QUICK) -> FoundDevice | None:
    async def again(tolerate: frozenset[str]) -> Line:
        return await Line(parse_url(f"tcp://127.0.0.1:{port}"), tolerate=tolerate).open(timeout=2.0)

    examination = Examination(await again(frozenset()), again, settings, KNOWLEDGE)
    try:
        return await examination.run()
    finally:
        examination.line.close()
        await asyncio.sleep(0)


async def test_a_device_is_found_and_recognised() -> None:
    async with serving(meter()) as port:
        device = await examined(port)
    assert device is not None
    (unit,) = device.units
    assert (unit.unit, unit.kind, unit.map) == (1, UnitClass.DEVICE, "schneider/pm5100")
    assert (unit.vendor, unit.revision) == ("Schneider Electric", "1.4")
    assert {3, 17, 43} <= set(unit.functions)
    assert device.proof == "read answered"
    assert unit.response_ms is not None


async def test_who_answers_any_unit_is_one_device() -> None:
    async with serving(Units({}, any_unit=meter())) as port:
        device = await examined(port, replace(QUICK, units=tuple(range(1, 248)), pipelined=True))
    assert device is not None
    assert [(one.unit, one.kind) for one in device.units] == [(1, UnitClass.ANY_UNIT)]


async def test_a_single_device_that_answers_at_0_and_255_too_is_one_device() -> None:
    async with serving(Units(meter())) as port:
        single = await examined(port, replace(QUICK, units=(0, 1, 255)))
    async with serving(Units({1: meter(), 5: meter(), 255: meter()})) as port:
        several = await examined(port, replace(QUICK, units=(1, 5, 255)))
    assert single is not None
    assert several is not None
    assert {one.unit: str(one.kind) for one in single.units} == {
        0: "same-device",
        1: "device",
        255: "same-device",
    }
    assert [one.unit for one in several.devices] == [1, 5, 255]


@pytest.mark.slow
async def test_another_unit_than_one_is_found_among_the_usual_ones() -> None:
    async with serving(Units({247: meter(), 248: meter()}, silent=True)) as port:
        device = await examined(port, replace(QUICK, first_timeout=0.05, least_timeout=0.05))
    assert device is not None
    assert [one.unit for one in device.units] == [247]
    assert device.silent == (0, 1, 255)


async def test_units_behind_a_gateway_are_classed_and_its_word_is_no_device() -> None:
    async with serving(Gateway({1: meter(), 5: meter("Moxa", "E1214")}, 0.01)) as port:
        device = await examined(port, replace(QUICK, units=(0, 1, 2, 5)))
    assert device is not None
    assert device.gateway  # two units answer behind it
    assert {one.unit: one.kind for one in device.units if one.unit} == {
        1: UnitClass.DEVICE,
        2: UnitClass.GATEWAY_SILENT,
        5: UnitClass.DEVICE,
    }


async def test_a_device_that_says_at_once_who_it_is_not_is_no_gateway() -> None:
    async with serving(Units({1: meter()})) as port:
        alone = await examined(port, replace(QUICK, units=(1, 2)))
    async with serving(Gateway({1: meter()}, 0.06)) as port:
        line = await examined(port, replace(QUICK, units=(1, 2)))
    assert alone is not None
    assert line is not None
    assert (alone.gateway, line.gateway) == (False, True)


async def test_a_device_that_refuses_everything_is_one_all_the_same() -> None:
    async with serving(Device()) as port:
        device = await examined(port)
    assert device is not None
    assert device.units[0].kind is UnitClass.DEVICE
    assert device.units[0].readable == ""


async def test_a_known_fault_of_the_protocol_is_named_and_lived_with() -> None:
    async def without_id(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            _, unit, pdu = await request(reader)
            answer = registers(pdu) if pdu[0] in (3, 4) else bytes((pdu[0] | 0x80, 1))
            writer.write(reply(b"\0\0", unit, answer))

    async with scripted(without_id) as port:
        device = await examined(port)
    assert device is not None
    assert device.tolerate == ("zero_transaction_id",)
    assert any("tolerate zero_transaction_id" in quirk for quirk in device.quirks)


async def test_silence_is_no_modbus() -> None:
    async with scripted(silent) as port:
        assert await examined(port, replace(QUICK, first_timeout=0.02)) is None


async def test_another_protocol_is_left_alone_after_one_question() -> None:
    connections = 0

    async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read()

    async with scripted(web) as port:
        assert await examined(port) is None
    assert connections == 1


async def test_who_hangs_up_while_asked_who_he_is_is_still_found() -> None:
    async def impatient(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(5):
            number, unit, pdu = await request(reader)
            if unit == 1:
                writer.write(
                    reply(number, unit, registers(pdu) if pdu[0] == 3 else bytes((pdu[0] | 0x80, 1)))
                )

    async with scripted(impatient) as port:
        device = await examined(port, replace(QUICK, least_timeout=0.05, response_timeout=0.05))
    assert device is not None
    assert device.units[0].kind is UnitClass.DEVICE
    assert any("while it was asked" in quirk for quirk in device.units[0].quirks)


async def test_without_identification_a_unit_is_only_listed() -> None:
    async with serving(meter()) as port:
        device = await examined(port, replace(QUICK, identify=False))
    assert device is not None
    assert (device.units[0].vendor, device.units[0].map) == ("", "")


async def test_garbage_for_ever_ends_after_a_few_bytes() -> None:
    sent = 0

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        while True:
            writer.write(b"\xde\xad\xbe\xef" * 256)
            sent += 1024
            await writer.drain()

    async with scripted(babble) as port:
        assert await examined(port) is None
    assert sent < 64 << 20


async def test_replies_that_nobody_asked_for_end_the_connection() -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(reply(b"\x77\x77", 1, b"\x03\x02\x00\x01") * 32)
            await writer.drain()

    async with scripted(flood) as port:
        assert await examined(port) is None
