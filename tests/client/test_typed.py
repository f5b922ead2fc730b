"""Devices by their map, behind both clients, on a real wire."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from port502.client import Client, SyncClient
from port502.errors import ConfigError, IllegalDataAddressError, UsageError
from port502.registers.maps.categories import Capabilities
from port502.registers.maps.model import DeviceMap, MapPoint, Repeat
from port502.registers.maps.write_rule import WriteRule
from port502.registers.meaning import Meaning, ScaleRegister
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.server import Server
from port502.service.call import Call, Reply
from port502.service.device import Device
from port502.service.units import Units
from tests.served import served

HOLDING, COIL = Table.HOLDING, Table.COIL
POINTS = [
    MapPoint(Point("voltage_l1", HOLDING, 0, scale=0.1, unit="V", quantity="voltage"), unit="V"),
    MapPoint(Point("voltage_l2", HOLDING, 1, scale=0.1, unit="V", quantity="voltage"), unit="V"),
    MapPoint(
        Point("power", HOLDING, 2, "int16", unit="W", meaning=Meaning(scale_register=ScaleRegister(4))),
        write=WriteRule(-100, 5000),
    ),
    MapPoint(Point("state", HOLDING, 5, meaning=Meaning(enum=((0, "off"), (1, "on")))), write=WriteRule()),
    MapPoint(Point("outside", HOLDING, 6, "int16", scale=0.1, unit="°C", meaning=Meaning(nan=(-32768,)))),
    MapPoint(Point("field", HOLDING, 7, meaning=Meaning(mask=0x00F0)), write=WriteRule(0, 3)),
    MapPoint(Point("field_by_6", HOLDING, 7, meaning=Meaning(mask=0x0F00)), write=WriteRule(function=6)),
    MapPoint(Point("limit", HOLDING, 8, scale=0.1), write=WriteRule(6, 32, 0.5, 16)),
    MapPoint(Point("run", COIL, 3), write=WriteRule()),
    MapPoint(Point("missing", HOLDING, 12)),
    MapPoint(Point("n", HOLDING, 20)),
    *(
        MapPoint(Point(f"string_{index}_current", HOLDING, 20 + index), group="string", index=index)
        for index in (1, 2, 3)
    ),
]  # fmt: skip
MAP = DeviceMap.of(
    "acme/m1",
    POINTS,
    own_capabilities=Capabilities(max_registers=20, gap=8),
    repeats=(Repeat("string", 3, 1, "n"),),
)
REGISTERS = {0: [2301, 2302, 150, 0, 0xFFFF, 1, 0x8000, 0xABCD, 160], 20: [2, 11, 22, 33]}


class Watched:
    """A device that notes the functions it is asked for."""

    def __init__(self) -> None:
        self.device = Device(holding={at: list(words) for at, words in REGISTERS.items()}, coil={3: False})
        self.functions: list[int] = []

    def __call__(self, call: Call) -> Reply:
        self.functions.append(call.request.function)
        reply = self.device(call)
        assert not asyncio.iscoroutine(reply)
        return reply  # type: ignore[return-value]

    def register(self, address: int) -> int:
        words = self.device.holding[address : address + 1]
        return int(words[0])


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def blocking(watched: Watched) -> Iterator[SyncClient]:
    with served(Units({7: watched})) as server, SyncClient(server.url) as client:
        yield client


async def test_values_with_units_by_name_and_glob(watched: Watched) -> None:
    async with Server(Units({7: watched}), "tcp://127.0.0.1:0") as server, Client(server.url) as client:
        device = client.device(MAP, unit=7)
        found = await device.read("voltage_*", "state", "power")
        assert [(one.name, one.value, one.unit) for one in found] == [
            ("voltage_l1", 230.1, "V"),
            ("voltage_l2", 230.2, "V"),
            ("power", 15.0, "W"),
            ("state", "on", ""),
        ]
        assert [str(one) for one in found][:1] == ["voltage_l1 = 230.1 V"]
        assert found[0].quantity == "voltage"
        assert found[2].registers == (150,)
        assert watched.functions == [3]


async def test_all_points_of_a_device_and_why_some_have_no_value(watched: Watched) -> None:
    async with Server(Units({7: watched}), "tcp://127.0.0.1:0") as server, Client(server.url) as client:
        found = {one.name: one for one in await client.device(MAP, unit=7).read()}
        assert (found["outside"].value, found["outside"].reason) == (None, "not available")
        assert (found["missing"].value, found["missing"].reason) == (
            None,
            "exception 2: illegal data address",
        )
        assert str(found["missing"]) == "missing: exception 2: illegal data address"
        assert found["field"].value == 0xC
        assert found["run"].value is False
        assert (found["string_1_current"].value, found["string_2_current"].value) == (11, 22)
        assert "string_3_current" not in found  # the device says that it has two


def test_the_blocking_client_reads_and_writes_the_same(blocking: SyncClient, watched: Watched) -> None:
    device = blocking.device(MAP, unit=7)
    assert [one.value for one in device.read("voltage_l1", "outside")] == [230.1, None]
    assert device.write("limit", 10.5) == (105,)
    assert watched.register(8) == 105
    assert watched.functions[-1] == 16


@pytest.mark.parametrize(
    ("name", "value", "sent", "address", "after", "function"),
    [
        ("state", "off", (0,), 5, 0, 6),
        ("power", 30, (300,), 2, 300, 6),
        ("field", 3, (0x30,), 7, 0xAB3D, 22),
        ("field_by_6", 2, (0xA2CD,), 7, 0xA2CD, 6),
        ("limit", 6, (60,), 8, 60, 16),
    ],
)
def test_writes(
    blocking: SyncClient,
    watched: Watched,
    name: str,
    value: float | str,
    sent: tuple[int, ...],
    address: int,
    after: int,
    function: int,
) -> None:
    assert blocking.device(MAP, unit=7).write(name, value) == sent
    assert watched.register(address) == after
    assert watched.functions[-1] == function


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("voltage_l1", 230, "its map has no 'write'"),
        ("limit", 33, "outside its limits, 6 to 32"),
        ("limit", 5, "outside its limits"),
        ("limit", 6.2, "no multiple of 0.5"),
        ("limit", float("nan"), "outside its limits"),
        ("state", "standby", "no label here; there are off, on"),
        ("state", 70000, r"0\.\.65535"),
        ("field", 4, "outside its limits"),
        ("field_by_6", 99, r"0\.\.15"),
        ("power", 9000, "outside its limits"),
        ("nothing", 1, "no point 'nothing'"),
    ],
)
def test_a_write_outside_of_limits_never_leaves(
    blocking: SyncClient, watched: Watched, name: str, value: float | str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        blocking.device(MAP, unit=7).write(name, value)
    assert watched.functions == []


def test_a_scale_register_without_scale_keeps_the_value_at_home(
    blocking: SyncClient, watched: Watched
) -> None:
    watched.device.holding[4:5] = [0x8000]
    with pytest.raises(UsageError, match="no scale; nothing was sent"):
        blocking.device(MAP, unit=7).write("power", 30)
    assert watched.functions == [3]


def test_a_refusal_of_everything_is_raised(blocking: SyncClient) -> None:
    with pytest.raises(IllegalDataAddressError):
        blocking.device(MAP, unit=7).read("missing")


def test_maps_by_name(blocking: SyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert blocking.device("eastron/sdm630").map.manufacturer == "Eastron"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plc.yaml").write_text(
        "map: my/plc\nmanufacturer: Me\ncategory: plc\n"
        "points: {level: {ref: 40002, scale: 0.1, unit: m, quantity: level}}\n"
    )
    assert [str(one) for one in blocking.device("plc.yaml", unit=7).read()] == ["level = 230.2 m"]
    with pytest.raises(UsageError, match="did you mean"):
        blocking.device("eastron/sdm63")
    with pytest.raises(ConfigError):
        blocking.device("nothing.yaml")


def test_points_that_this_model_has_not(blocking: SyncClient) -> None:
    from port502.registers.maps.conditions import Condition

    known = DeviceMap.of("a/b", [MapPoint(Point("extra", HOLDING, 0), when=Condition(("M2",)))])
    assert blocking.device(known, unit=7, model="M2").read("extra")[0].value == 2301
    with pytest.raises(UsageError, match="this device has none of extra"):
        blocking.device(known, unit=7, model="M1").read("extra")
