"""What a scan leaves behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from port502.cli.scan_files import add_to_site, check_save, read_known, save
from port502.commission.discovered import Addition
from port502.discover.found import FoundDevice, FoundUnit, Inventory
from port502.discover.units import UnitClass
from port502.errors import ConfigError, UsageError

UNIT = FoundUnit(1, UnitClass.DEVICE, vendor="Acme", product="B200", map="eastron/sdm630")
FOUND = Inventory((FoundDevice("10.0.0.5", 502, units=(UNIT,)),), probed=1, of=1)


@pytest.mark.parametrize("name", ["found.yaml", "found.yml", "inv.json", "plan.csv", "plan.xlsx"])
def test_every_form_is_saved_by_its_name(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    check_save(path, yes=False)
    save(path, FOUND, yes=True, quiet=False)
    assert path.stat().st_size > 50
    assert f"saved {path}" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["inv.json", "plan.csv", "plan.xlsx"])
def test_what_was_saved_can_be_compared_with(tmp_path: Path, name: str) -> None:
    save(tmp_path / name, FOUND, yes=True, quiet=True)
    (known,) = read_known(tmp_path / name)
    assert (known.place, known.facts["vendor"]) == (("10.0.0.5", 502, 1), "Acme")


@pytest.mark.parametrize("name", ["found.yaml", "inv.json", "plan.csv"])
def test_a_file_that_is_there_is_not_changed_unasked(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    save(path, FOUND, yes=True, quiet=True)
    before = path.read_bytes()
    more = Inventory((*FOUND.devices, FoundDevice("10.0.0.6", 502, units=(UNIT,))), probed=2, of=2)
    with pytest.raises(UsageError, match="--yes"):
        check_save(path, yes=False)
    with pytest.raises(UsageError, match="--yes"):
        save(path, more, yes=False, quiet=True)
    assert path.read_bytes() == before
    save(path, more, yes=True, quiet=True)
    assert b"10.0.0.6" in path.read_bytes()


def test_a_sheet_that_differs_from_what_was_found_is_complained_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("address,unit,name,maker\n10.0.0.5,1,boiler,Other Works\n10.0.0.9,1,pump,\n")
    save(path, FOUND, yes=True, quiet=False, looked_at=lambda place: place[0] == "10.0.0.9")
    said = capsys.readouterr().err
    assert "differs from" in said
    assert "Other Works -> Acme" in said
    assert "gone     10.0.0.9:502 unit 1" in said
    save(path, FOUND, yes=True, quiet=False)
    assert "differs from" not in capsys.readouterr().err


def test_a_change_of_a_site_file_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "site.yaml"
    assert add_to_site(path, [Addition("tcp://10.0.0.5", 1, map="eastron/sdm630")], yes=True, quiet=True)
    new = Addition("tcp://10.0.0.6", 1, "Acme", map="eastron/sdm630")
    assert add_to_site(path, [new], yes=True, quiet=False)
    said = capsys.readouterr().err
    assert "+  acme: {connection: at-10-0-0-6, unit: 1, map: eastron/sdm630}" in said
    assert not add_to_site(path, [new], yes=True, quiet=False)
    assert "already" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["x.pdf", "x", "missing/x.json"])
def test_names_that_say_nothing_are_refused_first(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="--save"):
        check_save(tmp_path / name, yes=True)
    check_save(None, yes=False)


def test_what_cannot_be_compared_with(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_known(tmp_path / "inv.json")
    (tmp_path / "inv.json").write_text("{")
    with pytest.raises(ConfigError, match="no JSON"):
        read_known(tmp_path / "inv.json")
    (tmp_path / "inv.json").write_text(json.dumps({"a": 1}))
    with pytest.raises(ConfigError, match="no inventory"):
        read_known(tmp_path / "inv.json")
    (tmp_path / "site.yaml").write_text("site: x\n")
    with pytest.raises(UsageError, match="an inventory"):
        read_known(tmp_path / "site.yaml")
