"""Device maps in YAML: what a file says, and every fault with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.registers.maps.library import PACKAGED, Library
from port502.registers.maps.model import Repeat
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.site.check import MAP, check_file
from port502.site.document import Document
from port502.site.faults import SiteFileError
from port502.site.map_file import load_map, understand_map

HEAD = "map: acme/m1\nmanufacturer: Acme\ncategory: energy_meter\n"
FULL = """\
map: eastron/sdm630
manufacturer: Eastron
models: [SDM630, SDM630M]
category: energy_meter
status: corroborated
byte_order: cdab
default_unit: 3
default_port: 1502
capabilities: {max_connections: 2, idle_close: 60s, max_registers: 80, pause: 20ms, settle: 1s, tolerate: []}
provenance: [{source: "volkszaehler/mbmd meters/sdm.go", licence: BSD-3-Clause, page: 12}]
notes: ["what was decided where entries disagree"]
nan: {int16: [0x8000]}
fingerprint:
  - {kind: register_string, table: holding, address: 40, length: 4, contains: SDM}
points:
  voltage_l1: {ref: input:0, type: float32, unit: V, quantity: voltage, phase: l1, poll: fast}
  energy_import:
    {ref: 30073, type: float32, unit: kWh, quantity: active_energy_import, counter: {rollover: 99999999}}
  state: {ref: input:10, quantity: state, enum: {0: stopped, 1: running, 0x10: true}}
  alarms: {ref: input:11, quantity: alarm, flags: {0: overvoltage, 3: fan}}
  mode:
    {ref: holding:5, quantity: mode_setting, mask: 0x00F0, enum: {0: eco, 1: boost}, write: {function: 6, note: x}}
  power:
    {ref: holding:40, type: int16, unit: W, quantity: active_power, scale_register: power_sf, sign: import is positive}
  power_sf: {ref: holding:48, type: int16, quantity: scale_factor}
  serial: {ref: holding:60, type: string, length: 8, encoding: ascii, quantity: serial_number}
  clock: {ref: holding:70, type: uint32, epoch: unix, quantity: clock}
  limit:
    ref: holding:80/int16
    scale: 0.1
    unit: A
    quantity: current_limit
    nan: []
    write: {min: 6, max: 32, step: 0.5}
  strings: {ref: holding:90, quantity: configuration}
  old:
    {ref: holding:95, order: abcd, type: uint32, quantity: raw, when: {models: [SDM630M], firmware: ">=2.0"}}
  run: {ref: coil:3, quantity: digital_output, write: {}}
repeats:
  string:
    count: 3
    count_register: strings
    stride: 10
    points:
      dc_current: {ref: holding:100, type: int16, unit: A, quantity: dc_current, scale_register: sf}
      sf: {ref: holding:101, type: int16, quantity: scale_factor}
"""


def faults(text: str, tmp_path: Path) -> list[str]:
    device_map, found = understand_map(Document(tmp_path / "m.yaml", text, {}))
    assert (device_map is None) == any(fault.severity == "error" for fault in found)
    return [str(fault).removeprefix(f"{tmp_path}/") for fault in found]


@pytest.fixture
def full(tmp_path: Path) -> Path:
    (tmp_path / "m.yaml").write_text(FULL)
    return tmp_path / "m.yaml"


def test_all_that_a_map_can_say(full: Path) -> None:
    known = load_map(full)
    assert (known.name, known.manufacturer, known.models) == (
        "eastron/sdm630",
        "Eastron",
        ("SDM630", "SDM630M"),
    )
    assert (known.category, known.status, known.order) == ("energy_meter", "corroborated", "cdab")
    assert (known.default_unit, known.default_port) == (3, 1502)
    assert (known.capabilities.idle_close, known.capabilities.pause, known.limits.max_registers) == (
        60.0,
        0.02,
        80,
    )
    assert known.provenance[0].page == "12"
    assert known.notes == ("what was decided where entries disagree",)
    assert len(known.fingerprint) == 1
    assert known.repeats == (Repeat("string", 3, 10, "strings"),)
    assert check_file(full).kind == MAP
    assert check_file(full).faults == ()


def test_points_have_the_order_of_the_device_unless_they_say_their_own(full: Path) -> None:
    points = load_map(full).points
    voltage = Point("voltage_l1", Table.INPUT, 0, "float32", "cdab", unit="V", quantity="voltage")
    assert points["voltage_l1"].point == voltage
    assert points["old"].point.order == "abcd"
    assert points["serial"].point.order == "abcd"  # a device's order is about numbers
    assert points["limit"].point.order == "cdab"
    assert points["energy_import"].point.address == 72


def test_what_more_is_known_of_a_point(full: Path) -> None:
    points = load_map(full).points
    assert (points["voltage_l1"].phase, points["voltage_l1"].interval) == ("l1", 1.0)
    assert points["energy_import"].rollover == 99999999
    assert (points["energy_import"].unit, points["energy_import"].point.unit) == ("kW.h", "kWh")
    assert points["power"].sign == "import is positive"
    assert points["mode"].write is not None
    assert (points["mode"].write.function, points["mode"].write.note) == (6, "x")
    limit = points["limit"].write
    assert limit is not None
    assert (limit.minimum, limit.maximum, limit.step) == (6, 32, 0.5)
    assert points["old"].when is not None
    assert points["old"].when.firmware == ">=2.0"
    assert [points[name].poll for name in ("serial", "power", "mode", "clock")] == [
        "static",
        "normal",
        "slow",
        "normal",
    ]


def test_meanings(full: Path) -> None:
    points = {name: one.point for name, one in load_map(full).points.items()}
    assert points["state"].decode(b"\0\x10") == "true"
    assert points["alarms"].decode(b"\0\x09") == ("overvoltage", "fan")
    assert points["mode"].decode(b"\xff\x1f") == "boost"
    assert points["power"].decode(b"\x09\x0d" + bytes(14) + b"\xff\xff") == 231.7
    assert points["power"].meaning is not None
    assert points["power"].meaning.nan == (-32768,)
    assert points["limit"].meaning is None


def test_repeats_lie_a_stride_apart_each_with_its_own_scale(full: Path) -> None:
    points = load_map(full).points
    third = points["string_3_dc_current"]
    assert (third.group, third.index, third.point.address) == ("string", 3, 120)
    assert third.point.meaning is not None
    assert third.point.meaning.scale_register is not None
    assert third.point.meaning.scale_register.address == 121
    assert points["string_1_sf"].point.address == 101


@pytest.mark.parametrize(
    ("points", "fault"),
    [
        ("v: {ref: 40001, typ: int16}", "m.yaml:5:19 points.v.typ: unknown key; did you mean 'type'?"),
        ("v: {type: int16}", "m.yaml:5:3 points.v.ref: is missing"),
        ("v: {ref: 0x0001}", "could be a coil or a hexadecimal address"),
        ("v: {ref: 40001, type: int17}", "unknown type 'int17'; did you mean 'int16'?"),
        ("v: {ref: 40001, unit: kwh}", "unknown unit 'kwh'; did you mean kWh?"),
        ("v: {ref: 40001, quantity: voltag}", "unknown quantity 'voltag'; did you mean 'voltage'?"),
        ("v: {ref: 40001, poll: often}", "unknown poll class 'often'"),
        ("v: {ref: 40001, phase: l4}", "unknown phase 'l4'"),
        ("v: {ref: 40001, enum: {a: b}}", "a whole number expected"),
        ("v: {ref: 40001, flags: {64: b}}", "from 0 to 63"),
        ("v: {ref: 40001, enum: {}}", "at least one"),
        ("v: {ref: 40001, enum: {0: a}, scale: 2}", "a value with enum has no scale"),
        ("v: {ref: 40001, mask: 0x1FFFF}", "a mask picks bits of the 16 there are"),
        ("v: {ref: 40001, nan: [70000]}", "points.v.nan: 70000 is no raw value of uint16"),
        ("v: {ref: 40001, nan: [gone]}", "'gone' is no raw value of uint16"),
        ("v: {ref: 40001, scale_register: sf}", "points.v.scale_register: no point is called 'sf'"),
        ("v: {ref: 40001, type: int16, scale_register: s}\n  s: {ref: 30001}", "lies in the input table"),
        ("v: {ref: 30001, write: {}}", "the input table cannot be written"),
        ("v: {ref: 40001, write: {function: 5}}", "the holding table is written with 6 or 16 or 22"),
        ("v: {ref: 40001, write: {function: 3}}", "a function that writes expected"),
        ("v: {ref: coil:1, write: {max: 3}}", "'bool' values have no 'min', 'max' or 'step'"),
        ("v: {ref: 40001, write: {min: 3, max: 1}}", "'min' 3 is above 'max' 1"),
        ("v: {ref: coil:1, type: int16}", "a coil is a single bit"),
        ("v: {ref: 40001, length: 3}", "only a string has a length"),
        ("v: {ref: 40001, type: string}", "needs its length"),
        ("v: {ref: 'holding:0/int16', type: int32}", "'type' contradicts 'ref'"),
        ("v: {ref: 40001, when: {firmware: new}}", "a firmware condition is like"),
        ("v: {ref: 40001, epoch: mayan}", "unknown epoch"),
        ("v: {ref: 40001, scale: 0}", "a scale is finite and not zero"),
        ("v: {ref: 40001}\n  v: {ref: 40002}", "m.yaml:6:3"),
        ("v w: {ref: 40001}", "is no name"),
        ("v: 40001", "keys with values expected"),
        ("v: {ref: holding:65535, type: uint32}", "beyond the last one"),
    ],
)
def test_faults_of_points(points: str, fault: str, tmp_path: Path) -> None:
    found = faults(f"{HEAD}points:\n  {points}\n", tmp_path)
    assert any(fault in one for one in found), found


@pytest.mark.parametrize(
    ("repeat", "fault"),
    [
        ("{count: 2, points: {v: {ref: 40001}}}", "repeats.s.stride: is missing"),
        ("{stride: 2, points: {v: {ref: 40001}}}", "repeats.s.count: is missing"),
        ("{count: 2, stride: 2, points: {}}", "at least one"),
        ("{count: 900, stride: 100, points: {v: {ref: 40001}}}", "the last of 900 lies at address 89900"),
        ("{count: 2, count_register: n, stride: 2, points: {v: {ref: 40001}}}", "no point is called 'n'"),
        ("{count: 2, stride: 2, points: {v: {ref: 40001, typ: x}}}", "repeats.s.points.v.typ: unknown key"),
        ("{count: 2, stride: 2, points: {v: {ref: 40001, nan: [x]}}}", "repeats.s.points.v.nan"),
    ],
)
def test_faults_of_repeats(repeat: str, fault: str, tmp_path: Path) -> None:
    found = faults(f"{HEAD}repeats:\n  s: {repeat}\n", tmp_path)
    assert len([one for one in found if fault in one]) == 1, found


def test_a_repeat_must_not_make_a_name_that_is_taken(tmp_path: Path) -> None:
    text = (
        HEAD
        + "points: {s_1_v: {ref: 40001}}\nrepeats: {s: {count: 2, stride: 2, points: {v: {ref: 40011}}}}\n"
    )
    assert any("a point is called 's_1_v' already" in one for one in faults(text, tmp_path))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("map: ../../x\nmanufacturer: A\ncategory: plc\n", "m.yaml:1:6 map: '../../x' is no name of a map"),
        ("map: a/b\ncategory: plc\n", "manufacturer: is missing"),
        ("map: a/b\nmanufacturer: A\ncategory: toaster\n", "unknown category 'toaster'"),
        (HEAD + "status: guessed\n", "unknown status 'guessed'"),
        (HEAD + "byte_order: acbd\n", "unknown order 'acbd'"),
        (HEAD + "capabilities: {max_registers: 200}\n", "must be at most 125"),
        (HEAD + "nan: {uint16: [x]}\npoints: {v: {ref: 40001}}\n", "'x' is no raw value of uint16"),
        ("- a\n", "is no device map"),
        ("map: [\n", "m.yaml:2:1"),
    ],
)
def test_faults_of_the_map_itself(text: str, fault: str, tmp_path: Path) -> None:
    found = faults(text, tmp_path)
    assert any(fault in one for one in found), found


def test_all_faults_are_told_at_once_and_nothing_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(HEAD + "points:\n  a: {ref: 1}\n  b: {ref: 40001, unit: volts}\n  c: {ref: 40003}\n")
    with pytest.raises(SiteFileError) as raised:
        load_map(path)
    assert [fault.line for fault in raised.value.faults] == [5, 6]


def test_doubts_are_warnings_at_their_point(tmp_path: Path) -> None:
    found = faults(HEAD + "points:\n  v: {ref: 30001, unit: A, quantity: voltage}\n", tmp_path)
    assert found == ["m.yaml:5:3 points.v: warning: voltage is in V, µV, mV, kV, and it says A"]


@pytest.mark.parametrize(
    ("kind", "said", "raw"),
    [
        ("int16", "0x8000", -32768),
        ("int16", "-32768", -32768),
        ("uint16", "-1", 65535),
        ("uint32", "0xFFFFFFFF", 0xFFFFFFFF),
        ("float32", "-9999", -9999),
        ("string, length: 2", "'n/a'", "n/a"),
    ],
)
def test_sentinels_as_the_type_reads_them(kind: str, said: str, raw: object, tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(f"{HEAD}points: {{v: {{ref: 40001, type: {kind}, nan: [{said}]}}}}\n")
    meaning = load_map(path).point("v").point.meaning
    assert meaning is not None
    assert meaning.nan == (raw,)


@pytest.mark.parametrize("said", ["nan", "0x7FC00000", "0xFFFFFFFF"])
def test_a_float_that_is_no_number_as_sentinel(said: str, tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(f"{HEAD}points: {{v: {{ref: 40001, type: float32, nan: [{said}]}}}}\n")
    meaning = load_map(path).point("v").point.meaning
    assert meaning is not None
    assert meaning.nan[0] != meaning.nan[0]


@pytest.mark.parametrize("name", ["eastron/sdm630"])
def test_a_map_of_the_library_is_what_its_source_says(name: str) -> None:
    assert load_map(PACKAGED / f"{name}.yaml") == Library.default().load(name)
