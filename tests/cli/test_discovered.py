"""Reading a SunSpec device by the names that it gives itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from port502.cli.discovered import Discovered
from port502.cli.target import Asked, peer_for
from port502.errors import UsageError
from port502.registers.sunspec.compose import Part, compose_device
from port502.service.device import Device
from port502.service.units import Units
from tests.cli.conftest import Run
from tests.cli.served import served, solar


@pytest.fixture
def sun() -> Iterator[str]:
    with served(solar()) as url:
        yield url


def test_points_are_read_by_either_name_in_the_order_of_the_words(run: Run, sun: str) -> None:
    words = ["203.Hz", "active_power_total", "manufacturer", "holding:40000*2", "103.WH"]
    done = run("read", sun, *words, "--map", "sunspec", "--json")
    assert done.code == 0
    assert [(one["ref"], one["value"]) for one in done.json["values"]] == [
        ("meter_frequency", 49.98),
        ("active_power_total", 5120),
        ("manufacturer", "Acme GmbH"),
        ("holding:40000", 0x5375),
        ("holding:40001", 0x6E53),
        ("active_energy_export", 12_345_678),
    ]
    power = done.json["values"][1]
    assert (power["name"], power["registers"]) == ("sunspec.active_power_total", [512])


def test_globs_fit_either_name(run: Run, sun: str) -> None:
    def refs(*words: str) -> list[str]:
        done = run("read", sun, *words, "--map", "sunspec", "--json")
        assert done.code == 0, done.err
        return [one["ref"] for one in done.json["values"]]

    assert refs("active_power_*", "meter_active_power_t*") == [
        "active_power_total",
        "meter_active_power_total",
    ]
    assert refs("103.PhVph?") == ["voltage_l1", "voltage_l2", "voltage_l3"]
    everything = refs()
    assert everything == refs("*")
    assert {"serial_number", "active_power_total", "meter_active_energy_import"} <= set(everything)


def test_what_the_device_does_not_have_is_bad_with_the_reason(run: Run, sun: str) -> None:
    (value,) = run("read", sun, "103.PhVphB", "--map", "sunspec", "--json").json["values"]
    assert (value["value"], value["quality"], value["reason"]) == (None, "bad", "not available")


def test_many_points_take_few_requests(run: Run) -> None:
    device = solar()
    with served(device) as url:
        assert run("read", url, "manufacturer", "--map", "sunspec", "--quiet").out == "Acme GmbH\n"
        before = device.counters.server_messages
        assert run("read", url, "103.*", "--map", "sunspec", "--quiet").code == 0
        assert device.counters.server_messages - before == before


def test_the_unit_is_asked_for_its_chain(run: Run) -> None:
    with served(Units({7: solar()})) as url:
        done = run("read", url, "103.W", "--map", "sunspec", "--unit", "7", "--json")
    assert (done.json["unit"], done.json["values"][0]["value"]) == (7, 5120)


def test_names_that_it_does_not_have_are_refused(run: Run, sun: str) -> None:
    done = run("read", sun, "103.Nothing", "--map", "sunspec")
    assert done.code == 2
    assert run("read", sun, "nothing", "--map", "sunspec").code == 2


def test_a_device_without_a_chain_says_so(run: Run, device: str) -> None:
    done = run("read", device, "frequency", "--map", "sunspec")
    assert done.code == 2
    assert "SunS" in done.err


def test_without_a_device_that_knows_its_points_something_must_be_named(run: Run, device: str) -> None:
    done = run("read", device)
    assert done.code == 2
    assert "nothing says what to read" in done.err


def test_a_write_needs_a_map_that_stays(run: Run, sun: str) -> None:
    done = run("write", sun, "unit_address=3", "--map", "sunspec", "--yes")
    assert done.code == 2
    assert "maps import" in done.err


async def test_points_that_no_read_can_fetch_are_named() -> None:
    chain = [Part(1), Part(11, {"MAC": "00:1b:44:11:3a:b7"})]
    with served(Device(holding={40000: compose_device(chain)})) as url:
        peer = peer_for(Asked(url, map="sunspec"))
        assert isinstance(peer, Discovered)
        async with peer:
            with pytest.raises(UsageError, match="cannot be polled"):
                peer.wanted(["11.MAC"])
