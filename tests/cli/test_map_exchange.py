"""Importing and exporting maps on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.mark.parametrize("kind", ["csv", "telegraf", "home-assistant", "markdown", "yaml"])
def test_every_format_holds_the_points(run: Run, kind: str) -> None:
    done = run("maps", "export", "eastron/sdm630", "--format", kind)
    assert done.code == 0
    assert "voltage_l1" in done.out
    assert done.err == ""


def test_what_a_format_cannot_say_is_named(run: Run) -> None:
    done = run("maps", "export", "solaredge/inverter", "--format", "telegraf")
    assert done.code == 0
    assert "left out" in done.err
    assert run("maps", "export", "solaredge/inverter", "--format", "telegraf", "--quiet").err == ""


@pytest.mark.parametrize(
    ("kind", "name"), [("csv", "m.csv"), ("telegraf", "m.toml"), ("home-assistant", "m.yaml")]
)
def test_what_was_exported_can_be_imported_and_used(run: Run, tmp_path: Path, kind: str, name: str) -> None:
    assert run("maps", "export", "eastron/sdm630", "--format", kind, "--out", name).out == ""
    done = run(
        "maps",
        "import",
        name,
        "--name",
        "mine/meter",
        "--category",
        "energy_meter",
        "--out",
        "mine/meter.yaml",
    )
    assert done.code == 0
    assert done.out == ""
    assert "85 points" in done.err
    assert run("maps", "check", "mine/meter.yaml").code == 0
    assert "voltage_l1" in run("maps", "show", "mine/meter.yaml", "voltage_l1").out


def test_without_out_the_map_goes_to_stdout(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("name,ref,unit\nlevel,40001,%\n")
    done = run("maps", "import", "p.csv", "--name", "mine/p", "--maker", "Me", "--quiet")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[:2] == ["map: mine/p", "manufacturer: Me"]


def test_a_file_that_gives_no_map_writes_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("name,ref,type\nlevel,40001,uint99\n")
    done = run("maps", "import", "p.csv", "--name", "mine/p", "--out", "p.yaml")
    assert done.code == 6
    assert "unknown type" in done.err
    assert not (tmp_path / "p.yaml").exists()


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["export", "eastron/sdm630", "--format", "pdf"], "there are csv"),
        (["export", "eastron/sdm630", "--out", "/"], "cannot be written"),
        (["import", "p.csv", "--name", "../x"], "no name of a map"),
        (["import", "p.csv", "--name", "a/b", "--format", "pdf"], "there are sheet"),
        (["import", "p.csv", "--name", "a/b", "--category", "toaster"], "there are energy_meter"),
        (["import", "p.pdf", "--name", "a/b"], "nothing tells what file this is"),
    ],
)
def test_wrong_words_are_refused(run: Run, words: list[str], hint: str) -> None:
    done = run("maps", *words)
    assert done.code == 2
    assert hint in done.err
