"""From a plant file to a plant, and everything that can be wrong with one."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.client import Client
from port502.errors import ServerDeviceBusyError
from port502.simulate import effects
from port502.simulate.plant import Place
from port502.site.check import check_file
from port502.site.faults import SiteFileError
from port502.site.plant_file import PlantDescription, load_plant
from port502.site.schema import json_schema

EXAMPLE = """\
plant: pump-hall
seed: 7
devices:
  meter:  {map: eastron/sdm630, copies: 50, listen: "tcp://127.0.2.{n}:1502"}
  plc:    {file: plc.yaml, listen: "tcp://127.0.3.1:1502", personality: strict-plc}
  hall:   {gateway: "tcp://127.0.4.1:1502", baud: 19200, units: {1: eastron/sdm120, 5: eastron/sdm630}}
faults:
  - {device: meter-7, effect: silent, from: 30s, for: 20s}
  - {device: plc, function: 3, address: 100-110, probability: 0.1, effect: {delay: 200ms..2s}}
  - {device: plc, client: 127.0.0.9, nth: 5, effect: {exception: 6}}
"""
PLC = "device: boiler-plc\nholding: {0: [10, 20, 30]}\n"
HEAD = "plant: p\ndevices:\n"


def described(tmp_path: Path, text: str) -> PlantDescription:
    (tmp_path / "plc.yaml").write_text(PLC)
    path = tmp_path / "plant.yaml"
    path.write_text(text)
    return load_plant(path, {})


def faults_of(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(SiteFileError) as caught:
        described(tmp_path, text)
    return [str(fault).removeprefix(f"{tmp_path}/plant.yaml:") for fault in caught.value.faults]


def place(plant: PlantDescription, name: str) -> Place:
    return next(one for one in plant.places if one.name == name)


def test_the_example_of_the_page(tmp_path: Path) -> None:
    plant = described(tmp_path, EXAMPLE)
    assert len(plant.places) == 52
    assert place(plant, "meter-7").url == "tcp://127.0.2.7:1502"
    assert [one.effect for one in place(plant, "meter-7").rules] == [effects.Silent()]
    assert (place(plant, "meter-7").rules[0].when.start, place(plant, "meter-7").rules[0].when.duration) == (
        30,
        20,
    )
    assert place(plant, "meter-8").rules == ()
    delay, busy, *character = place(plant, "plc").rules
    assert delay.effect == effects.Delay(0.2, 2.0)
    assert (delay.when.functions, delay.when.addresses, delay.when.probability) == ({3}, range(100, 111), 0.1)
    assert (busy.when.nth, "127.0.0.9" in busy.when.clients) == (5, True)
    assert "ninth connection" in [rule.name for rule in character]
    hall = place(plant, "hall")
    assert sorted(hall.units or {}) == [1, 5]
    assert hall.line is not None
    assert hall.line.baud == 19_200
    assert check_file(tmp_path / "plant.yaml").kind == "plant"


async def test_a_described_plant_runs(tmp_path: Path) -> None:
    text = EXAMPLE.replace(":1502", ":0").replace("nth: 5", "nth: 2").replace("strict-plc", "libmodbus")
    text = text.replace(
        "personality: libmodbus", "polls: [{device: meter-2, points: [frequency], to: holding:100}]"
    )
    plant = described(tmp_path, text).plant()
    async with (
        plant,
        Client(plant.urls["plc"], retries=0, source="127.0.0.9") as client,
        Client(plant.urls["meter-3"]) as meter,
    ):
        assert await client.read_holding_registers(0, 3) == [10, 20, 30]
        with pytest.raises(ServerDeviceBusyError):
            await client.read_holding_registers(0, 3)
        assert len(await client.read_holding_registers(100, 2)) == 2
        assert any(await meter.read_input_registers(0, 6))
        assert len(plant.status()) == 52


def test_copies_and_globs_are_meant_by_their_name(tmp_path: Path) -> None:
    text = HEAD + '  m: {map: eastron/sdm630, copies: 3, listen: "tcp://127.0.2.{n}:0"}\n'
    all_of_them = described(tmp_path, text + "faults: [{device: m, effect: silent}]\n")
    assert [len(one.rules) for one in all_of_them.places] == [1, 1, 1]
    some = described(tmp_path, text + "faults: [{device: 'm-[12]', effect: silent}]\n")
    assert [len(one.rules) for one in some.places] == [1, 1, 0]


def test_copies_differ(tmp_path: Path) -> None:
    plant = described(
        tmp_path, HEAD + '  m: {map: eastron/sdm630, copies: 3, listen: "tcp://127.0.2.{n}:0"}\n'
    )
    assert len({one.seed for one in plant.places}) == 3


def test_the_profile_needs_no_contents(tmp_path: Path) -> None:
    plant = described(tmp_path, HEAD + '  t: {personality: libmodbus, listen: "tcp://127.0.0.1:0"}\n')
    (only,) = plant.places
    assert only.any_unit is not None
    assert len(only.rules) == 7


def test_several_meters_are_polled_behind_each_other(tmp_path: Path) -> None:
    text = HEAD + '  m: {map: eastron/sdm630, copies: 3, listen: "tcp://127.0.2.{n}:0"}\n'
    polls = 'polls: [{device: m, points: [frequency, "voltage_l?"], to: 40101}]'
    text += f'  plc: {{file: plc.yaml, listen: "tcp://127.0.0.1:0", {polls}}}\n'
    found = place(described(tmp_path, text), "plc").polls
    assert [(poll.device, poll.to, len(poll.points)) for poll in found] == [
        ("m-1", 100, 4),
        ("m-2", 108, 4),
        ("m-3", 116, 4),
    ]


def test_the_clock_of_a_plant(tmp_path: Path) -> None:
    device = '  t: {personality: libmodbus, listen: "tcp://127.0.0.1:0"}\n'
    plant = described(tmp_path, HEAD + device + 'clock: {begin: "10:30", speed: 60}\n')
    passed = [5.0]
    clock = plant.clock(lambda: 1_718_884_800.0 + 999, lambda: passed[0])
    assert clock() % 86_400 == 37_800
    passed[0] = 7.0
    assert clock() % 86_400 == 37_920
    usual = described(tmp_path, HEAD + device).clock(lambda: 7.0)
    assert usual() == 7.0


AT = "listen: 'tcp://127.0.0.1:1'"
PLC_AT = f"file: plc.yaml, {AT}"
POLL = "points: ['holding:0'], to: 40001"
FAULT = f"  a: {{{PLC_AT}}}\nfaults: "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"  a: {{map: eastron/sdm63, {AT}}}", "3:12 devices.a.map: no map is called 'eastron/sdm63'"),
        (f"  a: {{{AT}}}", "needs either a map or a file"),
        (f"  a: {{file: none.yaml, {AT}}}", "cannot be read"),
        ("  a: {file: plc.yaml}", "listens nowhere"),
        (f"  a: {{{PLC_AT}, colour: red}}", "colour: unknown key"),
        ("  a: {gateway: 'tcp://127.0.0.1:1'}", "has nobody on its bus"),
        ("  a: {gateway: 'tcp://127.0.0.1:1', units: {1: none/none}}", "devices.a.units.1: no map is called"),
        (f"  a: {{{PLC_AT}, copies: 2, polls: [{{device: a, {POLL}}}]}}", "copies cannot poll"),
        (f"  a: {{{PLC_AT}, polls: [{{device: b, {POLL}}}]}}", "no device is called 'b'"),
        (
            f"  a: {{{PLC_AT}, polls: [{{device: a, points: [power], to: coil:1}}]}}",
            "kept in holding registers",
        ),
        (f"  a: {{{PLC_AT}, polls: [{{device: a, points: [power], to: 40001}}]}}", "polls[0].points"),
        (f"  a: {{{PLC_AT}}}\n  b: {{{PLC_AT}}}", "b listens where a does"),
        (FAULT + "[{device: q, effect: silent}]", "no device is called 'q'"),
        (FAULT + "[{device: a, effect: silent, fro: 3s}]", "did you mean 'from'?"),
        (FAULT + "[{device: a, effect: silent, every: 3s}]", "needs a duration"),
        (FAULT.replace("tcp", "rtu+tcp") + "[{device: a, effect: wrong_id}]", "means nothing on rtu+tcp://"),
    ],
)
def test_faults_have_their_place_and_reason(tmp_path: Path, text: str, expected: str) -> None:
    found = faults_of(tmp_path, f"{HEAD}{text}\n")
    assert any(expected in fault for fault in found), found


def test_all_faults_at_once(tmp_path: Path) -> None:
    text = (
        f"plant: p\nsed: 1\ndevices:\n  a: {{map: no/such, {AT}}}\nfaults:\n  - {{device: a, effect: sing}}\n"
    )
    found = faults_of(tmp_path, text)
    assert len(found) == 3
    assert [fault.partition(":")[0] for fault in found] == ["2", "4", "6"]


def test_an_empty_plant_is_worth_a_warning(tmp_path: Path) -> None:
    assert [fault.message for fault in described(tmp_path, "plant: p\n").warnings] == ["has no devices"]


def test_it_has_a_schema() -> None:
    schema = json_schema("plant")
    assert {"plant", "seed", "clock", "devices", "faults"} == set(schema["properties"])
    assert "from" in schema["$defs"]["FaultEntry"]["properties"]


async def test_several_units_at_one_place_without_a_line(tmp_path: Path) -> None:
    text = (
        HEAD
        + '  a: {listen: "tcp://127.0.0.1:0", units: {0: plc.yaml, 3: eastron/sdm120, 9: eastron/sdm120}}\n'
    )
    plant = described(tmp_path, text)
    assert place(plant, "a").line is None
    async with plant.plant() as running, Client(running.urls["a"]) as client:
        assert await client.read_holding_registers(0, 3, unit=0) == [10, 20, 30]
        first, other = [await client.read_input_registers(0, 2, unit=unit) for unit in (3, 9)]
        assert first != other
