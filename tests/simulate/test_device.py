"""A map as a device: what a client decodes is what was meant, and what it writes has consequences."""

from __future__ import annotations

import pytest

from port502.client import Client
from port502.errors import IllegalDataAddressError, IllegalDataValueError, UsageError
from port502.registers.block import Block
from port502.registers.maps.model import DeviceMap
from port502.registers.planner import plan
from port502.registers.reference import Table
from port502.registers.values import Value
from port502.server import Server
from port502.simulate.device import SimulatedDevice
from tests.simulate.maps import Clock, drive_map, meter_map, scaled_map


async def read_all(client: Client, device_map: DeviceMap) -> dict[str, Value]:
    """Every point of a map, in the blocks of the planner."""
    found: dict[str, Value] = {}
    for block in plan(device_map.concrete(), device_map.limits):
        data = await _data(client, block)
        found |= {point.name: value for point, value in block.values(data)}
    return found


async def _data(client: Client, block: Block) -> bytes:
    quantity = block.end - block.address
    if block.table is Table.COIL:
        return bytes(await client.read_coils(block.address, quantity))
    read = client.read_input_registers if block.table is Table.INPUT else client.read_holding_registers
    return b"".join(register.to_bytes(2, "big") for register in await read(block.address, quantity))


async def test_a_client_decodes_what_was_meant() -> None:
    clock = Clock()
    device = SimulatedDevice(meter_map(), seed=7, clock=clock)
    async with Server(device, "tcp://127.0.0.1:0") as server, Client(server.url) as client:
        for _ in range(3):
            clock.time += 60
            read, meant = await read_all(client, meter_map()), device.meant()
            for name in ("voltage_l1", "current_l1", "active_power_total", "energy"):
                assert read[name] == pytest.approx(meant[name], rel=1e-6)
            assert read["frequency"] == pytest.approx(meant["frequency"], abs=0.0051)
            assert read["serial"] == meant["serial"]
            power = read["active_power_l1"]
            assert read["voltage_l1"] * read["current_l1"] >= power * 0.999
            assert read["active_power_total"] * 1000 > power


async def test_values_move_with_the_clock_and_stand_still_within_a_moment() -> None:
    clock = Clock()
    device = SimulatedDevice(meter_map(), clock=clock)
    async with Server(device, "tcp://127.0.0.1:0") as server, Client(server.url) as client:
        first = await client.read_input_registers(0, 14)
        clock.time += 0.2
        assert await client.read_input_registers(0, 14) == first
        clock.time += 60
        assert await client.read_input_registers(0, 14) != first


async def test_what_the_map_does_not_let_write_cannot_be_written() -> None:
    device = SimulatedDevice(meter_map(), clock=Clock())
    async with Server(device, "tcp://127.0.0.1:0") as server, Client(server.url) as client:
        await client.write_register(120, 17)
        assert await client.read_holding_registers(120) == [17]
        with pytest.raises(IllegalDataValueError):
            await client.write_register(120, 300)
        with pytest.raises(IllegalDataAddressError):
            await client.write_register(100, 1)
        assert await client.read_holding_registers(120) == [17]


async def test_a_drive_follows_what_is_written() -> None:
    clock = Clock()
    device = SimulatedDevice(drive_map(), clock=clock)
    async with Server(device, "tcp://127.0.0.1:0") as server, Client(server.url) as client:
        await client.write_registers(0, [1, 1000])
        clock.time += 30
        assert await client.read_holding_registers(0, 3) == [1, 1000, 1480]
        assert (await client.read_holding_registers(3))[0] & 0xF0 == 0x50
        await client.write_register(1, 500)
        clock.time += 30
        assert (await client.read_holding_registers(2))[0] == 740
        await client.write_register(0, 0)
        clock.time += 30
        assert (await client.read_holding_registers(2))[0] == 0
        assert (await client.read_holding_registers(3))[0] & 0xF0 == 0
        with pytest.raises(IllegalDataValueError):
            await client.write_register(1, 1001)
        assert await client.read_holding_registers(1) == [500]


async def test_scale_registers_agree_with_their_values() -> None:
    device = SimulatedDevice(scaled_map(), clock=Clock())
    async with Server(device, "tcp://127.0.0.1:0") as server, Client(server.url) as client:
        read = await read_all(client, scaled_map())
    assert read["power"] == pytest.approx(device.meant()["power"], abs=0.51 * 10 ** read["power_sf"])
    assert read["power"] > 1000


def test_seeds_make_devices() -> None:
    one, same, other = (SimulatedDevice(meter_map(), seed=seed, clock=Clock()) for seed in (1, 1, 2))
    assert one.meant() == same.meant()
    assert one.meant() != other.meant()
    assert one.value("serial") != other.value("serial")


def test_values_can_be_asked_for_by_name() -> None:
    device = SimulatedDevice(drive_map(), clock=Clock())
    assert device.value("state") == "running"
    assert device.value("warm") == pytest.approx(device.meant()["warm"], abs=0.051)
    with pytest.raises(UsageError):
        device.value("colour")


def test_it_identifies_itself() -> None:
    assert SimulatedDevice(meter_map(), clock=Clock()).identity.vendor == "Tried"
