"""Devices served from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from port502.cli.serve import _described, plan
from port502.client import SyncClient
from port502.errors import GatewayTargetError, UsageError
from port502.protocol.register_access import ReadInputRegistersRequest
from port502.service.call import Call, Session
from port502.site.device_file import DeviceDescription
from port502.transport.url import parse_url
from tests.cli.conftest import Run
from tests.e2e.program import Program

DEVICE = "device: {name}\nunits: {units}\nholding: {{0: [10, 20, 30]}}\n"
ANY = parse_url("tcp://127.0.0.1:0")


def described(name: str, *units: int) -> DeviceDescription:
    return DeviceDescription(name, units or None, tables={"holding": {0: [1, 2]}})


def write(folder: Path, name: str, units: str = "[1]") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(DEVICE.format(name=name, units=units))
    return path


def test_one_device_keeps_its_units() -> None:
    (only,) = plan([described("a", 1, 7)], ANY, None, 1)
    assert (only.units, only.names) == ((1, 7), ("a",))
    assert only.service.units == [0, 1, 7, 255]


def test_a_device_for_any_unit_answers_all() -> None:
    (only,) = plan([described("a")], ANY, None, 1)
    assert only.units is None
    assert len(only.service.units) == 256


def test_several_devices_share_an_address_by_unit() -> None:
    (only,) = plan([described("a", 1), described("b", 2)], ANY, None, 1)
    assert only.units == (1, 2)
    assert only.service.units == [1, 2]


def test_a_unit_on_the_command_line_numbers_the_devices_from_there_on() -> None:
    (only,) = plan([described("a", 1), described("b", 1)], ANY, 5, 1)
    assert only.units == (5, 6)


@pytest.mark.parametrize(
    ("devices", "unit", "said"),
    [
        ([described("a", 1), described("b", 1)], None, "a and b both answer unit 1"),
        ([described("a"), described("b", 1)], None, "both answer unit"),
        ([described("a", 1), described("b", 1)], 255, "behind the last unit id"),
    ],
)
def test_units_that_collide_are_refused(
    devices: list[DeviceDescription], unit: int | None, said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        plan(devices, ANY, unit, 1)
    assert said in str(caught.value)


def test_copies_take_consecutive_ports_and_share_nothing() -> None:
    plans = plan([described("a", 1)], parse_url("tcp://127.0.0.1:2000"), None, 3)
    assert [one.target.port for one in plans] == [2000, 2001, 2002]
    assert len({id(one.service) for one in plans}) == 3


def test_copies_must_have_ports() -> None:
    with pytest.raises(UsageError):
        plan([described("a", 1)], parse_url("tcp://127.0.0.1:65535"), None, 2)
    with pytest.raises(UsageError):
        plan([described("a", 1)], parse_url("rtu:///dev/ttyS0"), None, 2)


def test_wrong_words_end_with_2(run: Run, tmp_path: Path) -> None:
    assert "there is no device file nowhere.yaml" in run("serve", "nowhere.yaml").err
    bad = tmp_path / "bad.yaml"
    bad.write_text("device: x\nholdings: {0: 1}\n")
    done = run("serve", bad)
    assert done.code == 2
    assert "did you mean 'holding'?" in done.err
    assert run("serve", write(tmp_path, "a"), "--listen", "udp://127.0.0.1").code == 2


def test_a_port_that_is_taken_ends_with_3_and_names_the_holder(run: Run, tmp_path: Path, device: str) -> None:
    done = run("serve", write(tmp_path, "a"), "--listen", device)
    assert done.code == 3
    assert "listens there already" in done.err


@pytest.mark.slow
def test_it_says_when_it_listens_and_ends_with_0(tmp_path: Path) -> None:
    with Program("serve", write(tmp_path, "a"), "--listen", "tcp://127.0.0.1:0", "--copies", "2") as program:
        urls = [program.line().removeprefix("listening on ") for _ in range(2)]
        for value, url in enumerate(urls, 1):
            with SyncClient(url) as client:
                client.write_register(0, value)
        for value, url in enumerate(urls, 1):
            with SyncClient(url) as client:
                assert client.read_holding_registers(0) == [value]
        assert program.terminate() == 0
    assert program.rest() == ""


@pytest.mark.slow
def test_ctrl_c_ends_with_130_and_json_tells_who_answers(tmp_path: Path) -> None:
    words = ("--listen", "tcp://127.0.0.1:0", "--unit", "7", "--json")
    with Program("serve", write(tmp_path, "a"), write(tmp_path, "b"), *words) as program:
        told = json.loads(program.line())
        assert (told["devices"], told["units"]) == (["a", "b"], [7, 8])
        with SyncClient(told["listening"], unit=8) as client:
            assert client.read_holding_registers(0, 3) == [10, 20, 30]
            with pytest.raises(GatewayTargetError):
                client.read_holding_registers(0, unit=1)
        assert program.interrupt() == 130


@pytest.mark.slow
def test_connections_bounds_the_clients(tmp_path: Path) -> None:
    words = ("--listen", "tcp://127.0.0.1:0", "--connections", "6")
    with Program("serve", write(tmp_path, "a"), *words) as program:
        url = program.line().removeprefix("listening on ")
        clients = [SyncClient(url) for _ in range(6)]
        for client in clients:
            assert client.read_holding_registers(0) == [10]
        for client in clients:
            assert client.read_holding_registers(0) == [10]
        for client in clients:
            client.close()
        assert program.terminate() == 0


def test_a_maps_name_serves_a_lifelike_device() -> None:
    (only,) = plan([_described("eastron/sdm630")], ANY, None, 1, seed=3)
    assert only.names == ("eastron/sdm630",)
    assert 1 in only.service.units


def test_copies_and_seeds_of_a_map_differ() -> None:
    def values(seed: int) -> list[object]:
        plans = plan([_described("eastron/sdm630")], ANY, None, 2, seed=seed)
        asked = ReadInputRegistersRequest(0, 6)
        return [repr(one.service(Call(Session(transport="tcp"), 1, asked))) for one in plans]

    assert len({*values(1), *values(2)}) == 4


def test_a_map_file_is_served_too(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "map: mine/meter\nmanufacturer: Mine\ncategory: energy_meter\ndefault_unit: 9\n"
        "points:\n  frequency: {ref: input:0, scale: 0.01, unit: Hz, quantity: frequency}\n"
    )
    assert _described(str(path)).units == (9,)


@pytest.mark.slow
def test_a_served_map_is_read_by_its_names(run: Run) -> None:
    with Program("serve", "eastron/sdm630", "--listen", "tcp://127.0.0.1:0") as program:
        url = program.line().removeprefix("listening on ")
        told = run("read", url, "voltage_l1", "frequency", "--map", "eastron/sdm630", "--json").json
        assert program.terminate() == 0
    voltage, frequency = told["values"]
    assert 210 < voltage["value"] < 250
    assert 49.8 < frequency["value"] < 50.2


def test_a_map_that_there_is_not(run: Run) -> None:
    done = run("serve", "eastron/sdm63")
    assert done.code == 2
    assert "did you mean eastron/sdm630" in done.err
