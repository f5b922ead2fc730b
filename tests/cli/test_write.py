"""Writing from the command line: nothing goes out that was not asked for and agreed to."""

from __future__ import annotations

from pathlib import Path

from port502.errors import IllegalDataValueError
from tests.cli.conftest import Run
from tests.cli.served import boiler, refusing_port, served

SITE = """
site: test
connections: {{plc: {{url: "{url}"}}}}
devices:
  boiler:
    connection: plc
    writes: {writes}
    points:
      level: {{ref: 40001, scale: 0.1}}
      setpoint: {{ref: 40002, scale: 0.1, write: {{min: 0, max: 50}}}}
"""


def test_json_is_to_the_letter(run: Run, device: str) -> None:
    done = run("write", device, "holding:2=42", "--yes", "--json")
    assert done.code == 0
    assert done.json == {
        "writes": [{"ref": "holding:2", "before": 30, "sent": [42], "after": 42, "verified": True}]
    }


def test_every_kind_of_value_is_encoded_and_read_back(run: Run, device: str) -> None:
    words = ["coil:3=on", "holding:300/float32:cdab=2.5", "holding:0*2=7,8", "holding:310/string[4]=OFF"]
    done = run("write", device, *words, "--yes", "--json")
    writes = {one["ref"]: one for one in done.json["writes"]}
    assert writes["coil:3"] == {
        "ref": "coil:3",
        "before": False,
        "sent": [1],
        "after": True,
        "verified": True,
    }
    assert writes["holding:300/float32:cdab"]["sent"] == [0x0000, 0x4020]
    assert writes["holding:0*2"] | {"ref": ""} == {
        "ref": "",
        "before": [10, 20],
        "sent": [7, 8],
        "after": [7, 8],
        "verified": True,
    }
    assert writes["holding:310/string[4]"]["after"] == "OFF"


def test_the_table_shows_before_and_after(run: Run, device: str) -> None:
    done = run("write", device, "holding:2=42", "--yes")
    assert done.out.split() == ["ref", "before", "after", "holding:2", "30", "42", "verified"]
    assert done.err.split()[-4:] == ["holding:2", "30", "42", "002A"]


def test_without_a_terminal_and_without_yes_nothing_is_sent(run: Run) -> None:
    device = boiler()
    with served(device) as url:
        done = run("write", url, "holding:0=1", stdin="y\n")
    assert done.code == 2
    assert "--yes" in done.err
    assert device.holding[0] == 10
    assert device.counters.plain == 0


def test_all_values_are_checked_before_the_first_is_sent(run: Run) -> None:
    device = boiler()
    with served(device) as url:
        for bad in (
            "holding:1=70000",
            "holding:1",
            "input:0=1",
            "coil:0=maybe",
            "holding:1*2=1",
            "discrete:0=1",
        ):
            done = run("write", url, "holding:0=1", bad, "--yes")
            assert done.code == 2, bad
            assert done.err.count("\n") == 1
    assert device.holding[0] == 10


def test_a_refused_write_ends_with_1(run: Run, device: str) -> None:
    done = run("write", device, "holding:100=1", "--yes", "--json")
    assert done.code == 1
    assert (done.json["function"], done.json["exception"]) == (6, 2)


def test_what_was_written_before_a_failure_is_told(run: Run, device: str) -> None:
    done = run("write", device, "holding:0=1", "holding:100=1", "--yes", "--json")
    assert done.code == 1
    assert [one["ref"] for one in done.json["writes"]] == ["holding:0"]
    assert done.json["exception"] == 2
    again = run("write", device, "holding:1=1", "holding:100=1", "--yes")
    assert "holding:1" in again.out


def test_without_verification_nothing_is_read_back(run: Run) -> None:
    device = boiler()
    with served(device) as url:
        done = run("write", url, "holding:0=1", "--yes", "--json", "--no-verify")
    assert done.json == {"writes": [{"ref": "holding:0", "before": 10, "sent": [1]}]}
    assert device.counters.plain == 2


def test_a_value_that_reads_back_different_ends_with_6(run: Run) -> None:
    device = boiler()
    device.holding.on_read(lambda address, quantity: [10] * quantity, within=range(1))
    with served(device) as url:
        done = run("write", url, "holding:0=42", "--yes", "--json")
    assert done.code == 6
    assert done.json["writes"][0] | {"before": 0} == {
        "ref": "holding:0",
        "before": 0,
        "sent": [42],
        "after": 10,
        "verified": False,
    }
    assert "holds 10 after 42 was written to it" in done.err


def test_a_register_that_can_only_be_written_is_written(run: Run) -> None:
    device = boiler()

    def secret(address: int, quantity: int) -> None:
        raise IllegalDataValueError(3)

    device.holding.on_read(secret, within=range(1))
    with served(device) as url:
        done = run("write", url, "holding:0=42", "--yes", "--json")
    assert done.code == 6
    assert done.json["writes"][0]["before"] is None
    assert device.holding[0] == 42


def test_nobody_there_ends_with_3(run: Run) -> None:
    with refusing_port() as port:
        assert run("write", f"127.0.0.1:{port}", "holding:0=1", "--yes").code == 3


def test_points_are_written_in_their_units_within_their_limits(run: Run, device: str, tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(SITE.format(url=device, writes="true"))
    done = run("write", "@boiler", "setpoint=47.5", "--yes", "--json")
    assert done.json["writes"] == [
        {"ref": "setpoint", "before": 2.0, "sent": [475], "after": 47.5, "verified": True}
    ]
    for bad, said in {
        "setpoint=50.1": "outside its limits, 0 to 50",
        "level=1": "may not be written: its description has no 'write'",
        "holding:1=1": "no point 'holding:1'",
    }.items():
        refused = run("write", "@boiler", bad, "--yes")
        assert refused.code == 2
        assert said in refused.err
    path.write_text(SITE.format(url=device, writes="false"))
    assert "set 'writes: true'" in run("write", "@boiler", "setpoint=1", "--yes").err


MAP = """\
map: mine/boiler
manufacturer: Me
category: plc
points:
  level: {ref: 40001, quantity: level, unit: "%"}
  mode: {ref: 40002, quantity: mode_setting, enum: {0: eco, 1: boost}, write: {}}
  limit: {ref: 40003, scale: 0.1, quantity: limit, write: {min: 1, max: 5, function: 16}}
"""


def test_a_map_lets_names_and_labels_be_written_within_limits(run: Run, device: str, tmp_path: Path) -> None:
    (tmp_path / "boiler.yaml").write_text(MAP)
    done = run("write", device, "mode=boost", "limit=2.5", "--map", "boiler.yaml", "--yes", "--json")
    assert done.code == 0
    assert [(one["sent"], one["after"], one["verified"]) for one in done.json["writes"]] == [
        ([1], "boost", True),
        ([25], 2.5, True),
    ]
    for wrong in ("limit=5.1", "level=1", "mode=turbo"):
        assert run("write", device, wrong, "--map", "boiler.yaml", "--yes").code == 2


def test_a_fraction_is_refused_where_a_register_holds_whole_numbers(run: Run, device: str) -> None:
    done = run("write", device, "holding:5=1.5", "--yes")
    assert done.code == 2
    assert done.err == "port502: holding:5 is uint16 and holds whole numbers, got 1.5\n"


def test_what_is_shown_as_new_is_what_the_registers_will_mean(run: Run, device: str, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE.format(url=device, writes="true"))
    done = run("write", "@boiler", "setpoint=4.26", "--yes")
    assert done.err.split()[-4:] == ["setpoint", "2.0", "4.3", "002B"]
