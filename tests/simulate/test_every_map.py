"""Every map of the library, served and polled once through a real socket: what was meant is what is decoded."""

from __future__ import annotations

import pytest

from port502.client import Client
from port502.registers.maps.library import Library
from port502.registers.maps.model import DeviceMap
from port502.registers.planner import plan
from port502.registers.values import NotAvailableError, Value
from port502.server import Server
from port502.service.units import Units
from port502.simulate.device import SimulatedDevice
from port502.simulate.source import Source, Told
from tests.simulate.maps import Clock

LIBRARY = Library.default()


async def polled(client: Client, device_map: DeviceMap) -> dict[str, Value | Exception]:
    """Every point, with the fewest requests that the map's gaps and the device's limits allow."""
    blocks = plan(device_map.concrete(), device_map.limits)
    answers = await client.read_many([block.request for block in blocks], unit=device_map.default_unit)
    return {
        point.name: value
        for block, answer in zip(blocks, answers, strict=True)
        for point, value in block.values(answer.data)
    }


@pytest.mark.parametrize("name", LIBRARY.names())
async def test_a_client_decodes_what_was_meant(name: str) -> None:
    device_map = LIBRARY.load(name)
    device = SimulatedDevice(device_map, seed=7, clock=Clock())
    units = Units({device_map.default_unit: device})
    async with Server(units, "tcp://127.0.0.1:0") as server, Client(server.url, retries=0) as client:
        read = await polled(client, device_map)
    assert read.keys() == device_map.points.keys()
    meant = device.meant()
    for source in device.sources:
        value, told = read[source.point.name], meant[source.point.name]
        assert not isinstance(value, Exception), f"{source.point.name}: {value!r}"
        assert fits(source, value, told), f"{source.point.name}: meant {told!r}, read {value!r}"


def fits(source: Source, value: Value, told: Told) -> bool:
    """Whether a decoded value says what was meant, as exactly as its registers can."""
    if source.point.point.count > 1 or not isinstance(told, float | int) or isinstance(value, str | tuple):
        return value == source.plain.decode(_registers(source, told))
    if isinstance(value, bool):
        return value == bool(told)
    step = abs(source.plain.scale)
    if abs(value - told) <= 0.51 * step + 1e-3 * abs(told) * (source.plain.type == "float16") + 2e-7 * abs(
        told
    ):
        return True
    return value == source.plain.decode(_registers(source, told))


def _registers(source: Source, told: Told) -> bytes:
    """What a value at the end of its range, a label or a text is by the map itself."""
    raw = source.raw_of(told, Clock()())
    meaning = source.point.point.meaning
    if meaning is not None and meaning.mask and isinstance(raw, int):
        raw <<= meaning.shift
    if meaning is not None and meaning.encoding:
        return bytes(source.plain.encode(raw))
    if isinstance(raw, tuple) and source.plain.type != "bits":
        return b"".join(source.plain.encode_raw(one) for one in raw)
    if source.plain.table.is_bits:
        return b"\xff" * 32 if raw else bytes(32)
    return source.plain.encode_raw(raw) * source.plain.count


def test_nothing_is_missing_by_chance() -> None:
    """A value that says of itself that it is not there would be no round trip."""
    for name in LIBRARY.names()[::10]:
        device = SimulatedDevice(LIBRARY.load(name), clock=Clock())
        for source in device.sources:
            try:
                device.value(source.point.name)
            except NotAvailableError:
                pytest.fail(f"{name}: {source.point.name} is served as not available")
