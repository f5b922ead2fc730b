"""Maps from foreign files, checked as any map."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from port502.errors import ConfigError, Port502Error, UsageError
from port502.registers.maps.exchange.telegraf import to_telegraf
from port502.registers.maps.library import Library
from port502.registers.sunspec.compose import Part
from port502.registers.sunspec.discovery import discover
from port502.registers.sunspec.mapping import map_of
from port502.registers.sunspec.shelf import known_models
from port502.site.document import Document
from port502.site.map_file import understand_map
from port502.site.map_import import Head, import_map, kept_map
from tests.registers.sunspec.chains import Wire, example, placed

HEAD = Head("mine/m1", "Me", "plc")
SHEET = """\
name;ref;type;scale;unit;quantity;interval
Speed Set;40001;uint16;0,1;Hz;frequency;5s
level;holding:10*2;float32;;furlong;height;
"""


def test_a_sheet_as_engineers_keep_it(tmp_path: Path) -> None:
    (tmp_path / "plc.csv").write_text(SHEET, encoding="utf-8-sig")
    made = import_map(tmp_path / "plc.csv", HEAD)
    assert made.ok
    assert made.points == 2
    known, _ = understand_map(Document(Path("m.yaml"), made.text, {}))
    assert known is not None
    assert (known.name, known.manufacturer, known.category) == ("mine/m1", "Me", "plc")
    speed = known.point("speed_set")
    assert (speed.point.address, speed.point.scale, speed.point.unit, speed.quantity) == (
        0,
        0.1,
        "Hz",
        "frequency",
    )
    level = known.point("level")
    assert (level.point.count, level.point.unit, level.quantity) == (2, "furlong", "")
    assert made.left_out == ("Speed Set: its interval belongs into a site file",)
    assert known.provenance[0].source == "plc.csv"


def test_a_sheet_with_faults_gives_no_map(tmp_path: Path) -> None:
    (tmp_path / "plc.csv").write_text("name,address\nx,1\n")
    with pytest.raises(Port502Error, match="unknown column 'address'"):
        import_map(tmp_path / "plc.csv", HEAD)


def test_what_cannot_be_a_map_comes_back_with_its_faults(tmp_path: Path) -> None:
    (tmp_path / "plc.csv").write_text("name,ref,type\nx,40001,uint99\n")
    made = import_map(tmp_path / "plc.csv", HEAD)
    assert not made.ok
    assert "unknown type 'uint99'" in str(made.faults[0])


@pytest.mark.parametrize("suffix", [".toml", ".conf"])
def test_telegraf_by_the_ending_of_the_name(suffix: str, tmp_path: Path) -> None:
    known = Library.default().load("eastron/sdm630")
    path = tmp_path / f"telegraf{suffix}"
    path.write_text(to_telegraf(known)[0])
    made = import_map(path, HEAD)
    assert made.ok
    assert made.points == len(known.points)


def test_home_assistant_and_sunspec(tmp_path: Path) -> None:
    (tmp_path / "ha.yaml").write_text(
        "modbus:\n  - {name: h, sensors: [{name: a, address: 1}, {name: b, address: 2, slave: 9}]}\n"
    )
    assert import_map(tmp_path / "ha.yaml", HEAD, unit=9).points == 1
    group = {"name": "m", "points": [{"name": "ID", "type": "uint16"}, {"name": "V", "type": "uint16"}]}
    (tmp_path / "model.json").write_text(json.dumps({"id": 1, "group": group}))
    made = import_map(tmp_path / "model.json", HEAD, base=100)
    assert "ref: holding:101" in made.text
    (tmp_path / "model.txt").write_text(json.dumps({"id": 1, "group": group}))
    assert import_map(tmp_path / "model.txt", HEAD, "sunspec").ok


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("x.pdf", b"", UsageError, "nothing tells what file this is"),
        ("x.toml", b"\xff\xfe", ConfigError, "not UTF-8"),
        ("x.json", b"{}", ConfigError, "no SunSpec model"),
        ("x.yaml", b"a: [", ConfigError, "x.yaml:1"),
        ("x.yaml", b"modbus: [{name: h}]", ConfigError, "no points"),
        ("x.toml", b"x" * (5 << 20), ConfigError, "larger than"),
        ("none.toml", None, ConfigError, "cannot be read"),
    ],
)
def test_files_that_give_no_map(
    name: str, content: bytes | None, error: type[Exception], message: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=message):
        import_map(tmp_path / name, HEAD)


@pytest.mark.slow
@pytest.mark.parametrize("model_id", known_models())
def test_what_a_sunspec_device_says_is_a_valid_map(model_id: int) -> None:
    parts = [
        Part(1, {"Mn": "Acme\x1b[31m", "Md": "two\tlines"}),
        *([example(model_id)] if model_id != 1 else []),
    ]
    known = map_of(Wire(placed(parts)).run(discover())).renamed("sunspec/acme")
    made = kept_map(known, ["one: lost"])
    assert [fault for fault in made.faults if fault.severity == "error"] == []
    assert made.left_out == ("one: lost",)
    assert made.points == len(known.points)
    assert made.text.splitlines()[:3] == [
        "map: sunspec/acme",
        'manufacturer: "Acme [31m"',
        "models: [two lines]",
    ]


def test_a_device_that_says_nothing_of_its_maker_has_a_valid_map() -> None:
    known = map_of(Wire(placed([Part(103)])).run(discover())).renamed("sunspec/device")
    assert kept_map(known).ok
    assert "manufacturer: unknown" in kept_map(known).text
