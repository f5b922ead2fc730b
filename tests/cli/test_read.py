"""Reading from the command line."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from tests.cli.conftest import Run
from tests.cli.served import black_hole, boiler, refusing_port, served

SITE = """
site: test
connections: {{plc: {{url: "{url}"}}}}
devices:
  boiler:
    connection: plc
    points:
      level: {{ref: 40001, scale: 0.1, unit: "%"}}
      level_limit: {{ref: 40002}}
      heat: {{ref: holding:300, type: float32, order: cdab}}
"""


def test_json_has_the_documented_shape(run: Run, device: str) -> None:
    done = run("read", device, "holding:0*3", "--json")
    assert done.code == 0
    assert set(done.json) == {"target", "unit", "values", "elapsed_ms"}
    assert (done.json["target"], done.json["unit"]) == (device, 1)
    assert done.json["elapsed_ms"] > 0
    first = done.json["values"][0]
    assert (first["ref"], first["table"], first["address"], first["value"]) == ("holding:0", "holding", 0, 10)
    assert (first["type"], first["registers"], first["quality"]) == ("uint16", [10], "good")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", first["time"])
    assert [one["value"] for one in done.json["values"]] == [10, 20, 30]


def test_every_notation_is_understood_and_the_order_is_that_of_the_words(run: Run, device: str) -> None:
    done = run(
        "read", device, "40003", "coil:3", "holding:300/float32:cdab", "h@310/string[4]", "i:0", "--json"
    )
    found = [(one["ref"], one["value"]) for one in done.json["values"]]
    assert found == [
        ("40003", 30),
        ("coil:3", False),
        ("holding:300/float32:cdab", 21.5),
        ("h@310/string[4]", "BOILER"),
        ("i:0", 7),
    ]


def test_the_table_shows_value_and_registers(run: Run, device: str) -> None:
    done = run("read", device, "holding:0*2", "coil:0")
    lines = [line.split() for line in done.out.splitlines()]
    assert lines == [
        ["ref", "value", "registers"],
        ["holding:0", "10", "000A"],
        ["holding:1", "20", "0014"],
        ["coil:0", "off"],
    ]


def test_quiet_prints_the_bare_values(run: Run, device: str) -> None:
    assert run("read", device, "holding:0*3", "--quiet").out == "10\n20\n30\n"


def test_csv_has_a_heading_and_a_line_per_value(run: Run, device: str) -> None:
    rows = list(csv.DictReader(io.StringIO(run("read", device, "holding:0*2", "coil:1", "--csv").out)))
    assert [(row["ref"], row["value"], row["registers"]) for row in rows] == [
        ("holding:0", "10", "10"),
        ("holding:1", "20", "20"),
        ("coil:1", "false", ""),
    ]


def test_repeated_readings_are_an_object_a_line(run: Run, device: str) -> None:
    done = run("read", device, "holding:0", "--repeat", "0.01", "--samples", "3", "--json")
    assert [one["values"][0]["value"] for one in done.lines] == [10, 10, 10]


def test_repeated_tables_have_one_heading_and_a_time_in_each_row(run: Run, device: str) -> None:
    out = run("read", device, "holding:0", "--repeat", "0.01", "--samples", "3").out
    assert out.count("value") == 1
    assert len(re.findall(r"^\d{4}-.*Z +holding:0 +10", out, re.MULTILINE)) == 3


def test_csv_of_repeated_readings_has_one_heading(run: Run, device: str) -> None:
    out = run("read", device, "holding:0", "--repeat", "0.01", "--samples", "2", "--csv").out
    assert [line.split(",")[1] for line in out.splitlines()] == ["ref", "holding:0", "holding:0"]


def test_a_refusal_ends_with_1_and_names_the_exception(run: Run, device: str) -> None:
    done = run("read", device, "holding:5000", "--json")
    assert done.code == 1
    assert (done.json["exception"], done.json["exception_name"]) == (2, "illegal data address")
    assert (done.json["function"], done.json["exit_code"]) == (3, 1)
    assert done.err.count("\n") == 1
    assert "exception 2, illegal data address" in done.err


def test_what_exists_is_shown_beside_what_does_not(run: Run, device: str) -> None:
    done = run("read", device, "holding:0", "holding:5000", "--json")
    assert done.code == 1
    good, bad = done.json["values"]
    assert (good["value"], good["quality"]) == (10, "good")
    assert (bad["value"], bad["quality"], bad["reason"]) == (None, "bad", "exception 2, illegal data address")
    assert "holding:5000" in done.err


def test_a_value_that_means_nothing_is_bad_and_no_error(run: Run) -> None:
    device = boiler()
    device.holding.write(0, [0xFFFF, 0x7FC0, 0])
    with served(device) as url:
        done = run("read", url, "holding:0/bcd16", "holding:1/float32", "--json")
    assert done.code == 0
    assert [(one["value"], one["quality"]) for one in done.json["values"]] == [(None, "bad"), (None, "bad")]
    assert done.json["values"][1]["reason"] == "not a number"
    assert done.json["values"][1]["registers"] == [0x7FC0, 0]


def test_nobody_there_ends_with_3(run: Run) -> None:
    with refusing_port() as port:
        done = run("read", f"127.0.0.1:{port}", "holding:0")
    assert done.code == 3
    assert re.fullmatch(r"port502: could not connect to tcp://127.0.0.1:\d+: refused;[^\n]+\n", done.err)


def test_no_answer_ends_with_4(run: Run) -> None:
    with black_hole() as url:
        done = run("read", url, "holding:0", "--timeout", "0.05")
    assert done.code == 4
    assert "did not answer" in done.err
    assert "--timeout" in done.err


def test_wrong_words_end_with_2_before_anything_is_sent(run: Run) -> None:
    with refusing_port() as port:
        for words in (["0x0001"], ["holding:0", "--unit", "256"], ["holding:0", "--json", "--csv"], []):
            done = run("read", f"127.0.0.1:{port}", *words)
            assert done.code == 2, done
            assert done.err.startswith("port502: ")
            assert done.err.count("\n") == 1


def test_an_ambiguous_reference_shows_both_spellings(run: Run) -> None:
    assert "write coil:0 for the coil, holding:0x0001 for the register" in run("read", "h", "0x0001").err


def test_a_doubtful_address_is_noted(run: Run, device: str) -> None:
    assert "the reference 40001 is holding:0" in run("read", device, "holding:40001").err


def test_failures_of_repeated_readings_are_told_and_reading_goes_on(run: Run, device: str) -> None:
    done = run("read", device, "holding:5000", "--repeat", "0.01", "--samples", "2", "--json")
    assert done.code == 1
    assert [one["exception"] for one in done.lines] == [2, 2]
    assert done.lines[0]["target"] == device


def test_frames_are_shown_on_stderr(run: Run, device: str) -> None:
    done = run("read", device, "holding:0", "-vv", "--quiet")
    assert done.out == "10\n"
    assert "-> 00 01 00 00 00 06 01 03 00 00 00 01" in done.err
    assert "-> id 1, unit 1: read holding registers: address 0, quantity 1" in done.err
    assert "<- id 1, unit 1: read holding registers: registers 10" in done.err


def test_points_of_a_site_are_read_by_name_and_by_glob(run: Run, device: str, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE.format(url=device))
    done = run("read", "@boiler", "level*", "heat", "holding:2", "--json")
    assert done.json["target"] == "@boiler"
    assert [(one["ref"], one["value"]) for one in done.json["values"]] == [
        ("level", 1.0),
        ("level_limit", 20),
        ("heat", 21.5),
        ("holding:2", 30),
    ]
    assert done.json["values"][0]["name"] == "boiler.level"
    assert done.json["values"][0]["unit_of_measure"] == "%"


MAP = """\
map: mine/boiler
manufacturer: Me
category: plc
points:
  level: {ref: 40001, scale: 0.1, unit: "%", quantity: level}
  level_state: {ref: 40002, quantity: state, enum: {20: "half full"}}
  level_limit: {ref: 40003, quantity: limit, nan: [30]}
  nothing: {ref: 49999, quantity: raw}
"""


def test_a_map_gives_names_to_the_registers(run: Run, device: str, tmp_path: Path) -> None:
    (tmp_path / "boiler.yaml").write_text(MAP)
    done = run("read", device, "level*", "holding:2", "--map", "boiler.yaml", "--json")
    assert done.code == 0
    assert [(one["ref"], one["value"], one.get("unit_of_measure", "")) for one in done.json["values"]] == [
        ("level", 1.0, "%"),
        ("level_state", "half full", ""),
        ("level_limit", None, ""),
        ("holding:2", 30, ""),
    ]
    gone = done.json["values"][2]
    assert (gone["name"], gone["quality"], gone["reason"]) == (
        "mine/boiler.level_limit",
        "bad",
        "not available",
    )


def test_a_point_that_the_device_has_not_spoils_no_other(run: Run, device: str, tmp_path: Path) -> None:
    (tmp_path / "boiler.yaml").write_text(MAP)
    done = run("read", device, "level", "nothing", "--map", "boiler.yaml", "--json")
    assert done.code == 1
    assert [one["quality"] for one in done.json["values"]] == ["good", "bad"]
    assert "refused nothing" in done.err
    assert run("read", device, "nothing", "--map", "boiler.yaml").code == 1


def test_a_map_that_is_none(run: Run, device: str) -> None:
    assert run("read", device, "level", "--map", "../../x").code == 2
    assert run("read", device, "level", "--map", "eastron/sdm999").code == 2
    assert "has its map in the site file" in run("read", "@boiler", "level", "--map", "eastron/sdm630").err
