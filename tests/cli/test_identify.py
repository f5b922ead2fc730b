"""``port502 identify``."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.service.units import Units
from port502.site.build import load_site
from tests.cli.conftest import Run
from tests.cli.served import babbler, black_hole, refusing_port, served, solar
from tests.discover.bench import meter
from tests.served import served as served_here

pytestmark = pytest.mark.slow


def test_a_device_is_recognised_with_the_evidence(run: Run) -> None:
    with served(meter()) as url:
        done = run("identify", url)
        told = run("identify", url, "--json").json
        assert run("identify", url, "--quiet").out == "schneider/pm5100\n"
    assert done.code == 0
    assert "vendor          Schneider Electric" in done.out
    assert "holding:69 says 'Schneider Electric'" in done.out
    assert told["target"] == url
    best = told["units"][0]["candidates"][0]
    assert (best["map"], best["confidence"]) == ("schneider/pm5100", "sure")
    assert "names itself Schneider PM5110" in best["evidence"]


def test_a_sunspec_device_describes_itself(run: Run) -> None:
    with served(solar()) as url:
        told = run("identify", url, "--json").json
    unit = told["units"][0]
    assert (unit["map"], unit["sunspec_models"], unit["sunspec_base"]) == ("sunspec", [1, 103, 203], 40000)


@pytest.mark.slow
def test_a_sunspec_device_is_added_with_the_map_that_it_makes_of_itself(run: Run, tmp_path: Path) -> None:
    with served(solar()) as url:
        assert run("identify", url, "--add", "site.yaml").code == 0
        (connection,) = load_site(tmp_path / "site.yaml").connections
        assert {"active_power_total"} <= {point.name for point in connection.devices[0].points}
        ran = run("run", "site.yaml", "--for", "1", "--json")
    assert ran.lines[-1]["good"] > 10


@pytest.mark.slow
def test_the_unit_is_found_where_none_is_named(run: Run) -> None:
    with served(Units({255: meter(), 9: meter()}, silent=True)) as url:
        done = run("identify", url, "--timeout", "0.2", "--json")
    assert [one["unit"] for one in done.json["units"]] == [255]


@pytest.mark.parametrize("words", [[], ["--unit", "1"]])
def test_adding_makes_a_site_that_can_be_run(run: Run, tmp_path: Path, words: list[str]) -> None:
    with served(meter()) as url:
        done = run("identify", url, *words, "--add", "site.yaml", "--yes")
        assert done.code == 0
        site = load_site(tmp_path / "site.yaml")
        assert [device.name for device in site.connections[0].devices] == ["schneider-electric-pm5110"]
        again = run("identify", url, "--add", "site.yaml", "--yes")
        assert (again.code, "already" in again.err) == (0, True)
        named = run("identify", "@schneider-electric-pm5110", "--quiet")
        assert named.out == "schneider/pm5100\n"


def test_a_site_that_is_there_is_not_changed_unasked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("site: mine\n")
    done = run("identify", "10.11.12.13", "--add", "site.yaml")
    assert done.code == 2
    assert (tmp_path / "site.yaml").read_text() == "site: mine\n"
    with served(meter()) as url:
        assert run("identify", url, "--add", "new.yaml").code == 0
    assert len(load_site(tmp_path / "new.yaml").connections) == 1


def test_a_device_behind_a_serial_server_is_identified_too(run: Run) -> None:
    with served_here(meter(), "rtu+tcp://127.0.0.1:0") as server:
        url = server.url
        told = run("identify", url, "--json").json
        assert told["units"][0]["map"] == "schneider/pm5100"
        assert run("identify", url, "--unit", "7", "--timeout", "0.05").code == 4


def test_exit_codes(run: Run) -> None:
    with refusing_port() as port:
        assert run("identify", f"127.0.0.1:{port}").code == 3
    with black_hole() as url:
        silent = run("identify", url, "--timeout", "0.02", "--json")
        assert silent.code == 4
        assert "did not answer anything" in silent.json["error"]
    with babbler(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        web = run("identify", url)
        assert web.code == 5
        assert "HTTP" in web.err
    with served(Units({1: meter()})) as url:
        gateway = run("identify", url, "--unit", "9")
        assert gateway.code == 4
        assert "unit 9" in gateway.err
    assert run("identify", "@nobody").code == 2
    assert run("identify", "127.0.0.1", "--unit", "300").code == 2
