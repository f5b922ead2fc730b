"""The library of maps on the command line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.cli.conftest import Run

OWN = """\
map: mine/plc
manufacturer: Me
category: plc
points:
  level: {ref: 40001, scale: 0.1, unit: "%", quantity: level}
  speed: {ref: 40002, unit: "{rpm}", quantity: speed, write: {min: 0, max: 1500}}
"""


def test_the_last_line_of_the_list_counts_the_maps(run: Run) -> None:
    done = run("maps", "list")
    lines = done.out.splitlines()
    assert done.code == 0
    assert lines[0].split() == ["name", "manufacturer", "models", "category", "points", "status"]
    count, noun = lines[-1].split()
    assert (int(count), noun) == (len(lines) - 2, "maps")
    assert int(count) >= 300


def test_the_list_in_json_has_the_documented_shape(run: Run) -> None:
    found = run("maps", "list", "--category", "energy_meter", "--maker", "eastron", "--json").json["maps"]
    meter = next(one for one in found if one["name"] == "eastron/sdm630")
    assert {"name", "manufacturer", "models", "category", "points", "status"} <= set(meter)
    assert (meter["manufacturer"], meter["category"]) == ("Eastron", "energy_meter")
    assert meter["points"] > 50
    assert {one["manufacturer"] for one in found} == {"Eastron"}


def test_lists_in_other_shapes(run: Run) -> None:
    rows = list(csv.reader(io.StringIO(run("maps", "list", "--maker", "eastron", "--csv").out)))
    assert rows[0][0] == "name"
    assert "eastron/sdm630" in [row[0] for row in rows]
    names = run("maps", "list", "--quantity", "state_of_charge", "--quiet").out.splitlines()
    assert names
    assert all("/" in name for name in names)


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (["--category", "inverters"], "did you mean inverter?"),
        (["--quantity", "activ_power"], "did you mean 'active_power'?"),
        (["--json", "--csv"], "not both"),
    ],
)
def test_a_wrong_choice_is_refused(run: Run, options: list[str], hint: str) -> None:
    done = run("maps", "list", *options)
    assert done.code == 2
    assert hint in done.err


def test_searching_gives_the_best_first(run: Run) -> None:
    found = run("maps", "search", "three phase meter eastron", "--json").json["maps"]
    assert "eastron/sdm630" in [one["name"] for one in found[:3]]
    assert len(run("maps", "search", "meter", "--most", 3, "--json").json["maps"]) == 3
    assert "of" in run("maps", "search", "meter", "--most", 3).out.splitlines()[-1]
    nothing = run("maps", "search", "zzzz", "--quiet")
    assert (nothing.code, nothing.out) == (0, "")
    assert "no map fits" in nothing.err


def test_a_map_as_a_table(run: Run) -> None:
    done = run("maps", "show", "eastron/sdm630")
    assert done.out.startswith("eastron/sdm630  Eastron  SDM630")
    row = next(line.split() for line in done.out.splitlines() if line.startswith("voltage_l1 "))
    assert row[:5] == ["voltage_l1", "input:0", "float32", "V", "voltage"]
    some = run("maps", "show", "eastron/sdm630", "voltage_*", "--quiet").out.splitlines()
    assert all(line.startswith("voltage_") for line in some[1:])


def test_a_map_as_json(run: Run) -> None:
    found = run("maps", "show", "eastron/sdm630", "voltage_l1", "--json", "--plan").json
    assert (found["name"], found["default_port"]) == ("eastron/sdm630", 502)
    assert found["points"][0]["address"] == 0
    assert found["points"][0]["quantity"] == "voltage"
    assert found["requests"] == [
        {"table": "input", "address": 0, "quantity": 2, "function": 4, "bridged": 0, "points": ["voltage_l1"]}
    ]


def test_the_plan_is_drawn(run: Run) -> None:
    lines = run("maps", "show", "eastron/sdm630", "--plan", "--quiet").out.splitlines()
    assert "registers" in lines[0]
    assert set(lines[1].strip()) <= {"█", "░"}
    assert "request" in lines[-1]


def test_a_map_of_ones_own_is_shown_and_checked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "plc.yaml").write_text(OWN)
    assert "may be written 0..1500" in run("maps", "show", "plc.yaml").out
    done = run("maps", "check", "plc.yaml")
    assert (done.code, done.out) == (0, "plc.yaml: a valid map\n")
    assert run("check", "plc.yaml").out == "plc.yaml: a valid map file\n"
    missing = run("maps", "check", "nowhere.yaml")
    assert (missing.code, missing.err) == (2, "port502: there is no map file nowhere.yaml\n")


def test_all_faults_are_told_and_doubts_are_warnings(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(
        OWN.replace('unit: "%"', "unit: percents").replace("ref: 40002", "rev: 40002")
    )
    done = run("maps", "check", "bad.yaml")
    assert done.code == 6
    assert [line.partition(" ")[0] for line in done.out.splitlines()[:-1]] == [
        "bad.yaml:5:41",
        "bad.yaml:6:3",
        "bad.yaml:6:11",
    ]
    assert done.out.splitlines()[-1] == "bad.yaml: 3 faults: it cannot be used"
    (tmp_path / "odd.yaml").write_text(OWN.replace("quantity: level", "quantity: voltage"))
    done = run("maps", "check", "odd.yaml", "--json")
    assert done.code == 0
    assert done.json["valid"] is True
    assert [fault["severity"] for fault in done.json["faults"]] == ["warning"]
    assert "1 warning" in run("maps", "check", "odd.yaml").out


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "a\0b/c", "nobody/knows"])
def test_names_that_are_none(run: Run, name: str) -> None:
    done = run("maps", "show", name)
    assert done.code == 2
    assert done.out == ""
    assert len(done.err.splitlines()) == 1


def test_other_files_are_sent_to_the_other_command(run: Run, tmp_path: Path) -> None:
    (tmp_path / "plc.yaml").write_text("device: plc\nholding: {0: [1]}\n")
    done = run("maps", "check", "plc.yaml")
    assert done.code == 2
    assert "port502 check plc.yaml" in done.err
    assert run("maps", "check", ".").code == 2
    assert run("maps", "check", "gone.yaml").code == 2


def test_the_group_lists_its_commands_in_full_and_in_the_order_of_use(run: Run) -> None:
    lines = run("maps", "--help").out.partition("Commands:")[2].split("\n")[1:]
    assert [line.split()[0] for line in lines if line] == [
        "list",
        "search",
        "show",
        "check",
        "import",
        "export",
    ]
    assert not any(line.endswith("...") for line in lines)
