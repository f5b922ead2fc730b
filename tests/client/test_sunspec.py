"""SunSpec devices behind both clients, on a real wire."""

from __future__ import annotations

import pytest

from port502.client import Client, SyncClient
from port502.client.sunspec import sunspec_map
from port502.errors import NoReplyError, UsageError
from port502.registers.sunspec.compose import Part, compose_device
from port502.registers.sunspec.discovery import NotSunSpecError
from port502.registers.sunspec.shelf import known_models
from port502.server import Server
from port502.service.call import Call
from port502.service.device import Device
from port502.service.units import Units
from tests.registers.sunspec.chains import example
from tests.served import served

CHAINS = {
    "inverter": (1, 103, 160, 120, 121, 122, 123),
    "meter": (1, 203),
    "storage": (1, 101, 124),
    "battery": (1, 802, 803),
    "der": (1, 701, 702, 703, 705, 707, 711, 713, 714),
}


def parts_of(name: str) -> list[Part]:
    return [example(model_id) for model_id in CHAINS[name]]


def wanted_of(parts: list[Part]) -> dict[str, object]:
    return {
        f"{part.model}.{path}": value
        for part in parts
        for path, value in part.values.items()
        if not path.upper().endswith("_SF")
    }


@pytest.mark.parametrize("base", [40000, 50000, 0, 39999, 40001])
@pytest.mark.parametrize("name", CHAINS)
async def test_the_asynchronous_client_reads_what_is_served(name: str, base: int) -> None:
    parts = parts_of(name)
    device = Device(holding={base: compose_device(parts)})
    async with Server(device, "tcp://127.0.0.1:0") as server, Client(server.url) as client:
        found = await client.sunspec()
        assert found.base == base
        assert tuple(one.id for one in found.models) == CHAINS[name]
        assert found.faults == ()
        assert found.common is not None
        assert found.common.manufacturer == parts[0].values["Mn"]
        read = {one.sunspec: one.value for one in await found.read()}
        assert read == wanted_of(parts)


@pytest.mark.parametrize("name", CHAINS)
def test_the_blocking_client_reads_the_same(name: str) -> None:
    parts = parts_of(name)
    with served(Device(holding={40000: compose_device(parts)})) as server, SyncClient(server.url) as client:
        found = client.sunspec()
        assert {one.sunspec: one.value for one in found.read()} == wanted_of(parts)
        assert found.to_map().points.keys() == found.points.keys()


@pytest.mark.slow
async def test_every_model_is_read_over_one_connection() -> None:
    units = dict(enumerate(known_models(), 1))
    parts = {number: [Part(1), example(model_id)] for number, model_id in units.items()}
    service = Units({number: Device(holding={40000: compose_device(parts[number])}) for number in units})
    async with Server(service, "tcp://127.0.0.1:0") as server, Client(server.url) as client:
        for number, model_id in units.items():
            found = await client.sunspec(unit=number)
            tag = f"{model_id}#2" if model_id == 1 else str(model_id)
            read = {one.sunspec: one.value for one in await found.read(f"{tag}.*")}
            scales = {one.sunspec for one in found.points.values()}
            wanted = {f"{tag}.{path}": value for path, value in parts[number][1].values.items()}
            assert read == {name: value for name, value in wanted.items() if name in scales}


async def test_points_are_read_by_name() -> None:
    device = Device(holding={40000: compose_device(parts_of("inverter"))})
    async with Server(device, "tcp://127.0.0.1:0") as server, Client(server.url) as client:
        found = await client.sunspec(max_registers=60)
        values = await found.read("active_power_total", "160.module.1.DCA", timeout=5)
        assert [one.name for one in values] == ["active_power_total", "mppt_module_1_dc_current"]
        with pytest.raises(UsageError):
            await found.read("no_such_point")
        made = await sunspec_map(client)
        assert made.point("active_power_total").quantity == "active_power"


async def test_a_device_without_marker_is_no_sunspec_device() -> None:
    async with (
        Server(Device(holding={0: [1] * 100}), "tcp://127.0.0.1:0") as server,
        Client(server.url) as client,
    ):
        with pytest.raises(NotSunSpecError):
            await client.sunspec()
        with pytest.raises(NotSunSpecError):
            await client.sunspec(base=3)
        assert await client.read_holding_registers(0) == [1]


def test_a_device_that_is_silent_is_told_apart() -> None:
    def silent(call: Call) -> None:
        return None

    with (
        served(silent) as server,
        SyncClient(server.url, response_timeout=0.02, retries=0) as client,
        pytest.raises(NoReplyError),
    ):
        client.sunspec()
