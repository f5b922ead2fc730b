"""A site is recorded while it polls, learned, replayed and polled again: the same values under the same names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.program import Program, port502
from tests.peers.ports import free_port

pytestmark = pytest.mark.slow

PLANT = """\
plant: hall
devices:
  hall: {{listen: "tcp://127.0.0.1:{device}", units: {{3: eastron/sdm120, 9: plc.yaml}}}}
"""
PLC = "device: plc\nholding: {0: [10, 20, 30, 40, 50, 60]}\ncoil: {5: [true, false]}\n"
SITE = """\
site: hall
connections:
  hall: {{url: "tcp://127.0.0.1:{shared}", response_timeout: 90ms}}
devices:
  meter:
    connection: hall
    unit: 3
    map: eastron/sdm120
    groups: {{live: {{interval: 250ms, points: [voltage, current, active_power_total, frequency]}}}}
  plc:
    connection: hall
    unit: 9
    interval: 500ms
    points: {{setpoints: {{ref: "holding:0*6"}}, first: {{ref: coil:5}}, second: {{ref: coil:6}}}}
"""
METER, PLC_NAME = "sdm120-127-0-0-1-unit-3", "device-127-0-0-1-unit-9"


def values(site: Path, points: str) -> dict[str, list[object]]:
    """The good values that were kept of some points, by their names."""
    done = port502("history", "query", points, "--site", site, "--json", code=0)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return {
        one["point"].partition(".")[2]: [
            sample["value"] for sample in one["samples"] if sample["quality"] == "good"
        ]
        for one in told
    }


@pytest.mark.timeout(180)
def test_learned_replayed_and_polled_again(tmp_path: Path) -> None:
    device, shared, replay = free_port(), free_port(), free_port()
    (tmp_path / "plc.yaml").write_text(PLC)
    (tmp_path / "plant.yaml").write_text(PLANT.format(device=device))
    site = tmp_path / "site.yaml"
    site.write_text(SITE.format(shared=shared))
    target, listen = f"127.0.0.1:{device}", f"tcp://127.0.0.1:{shared}"
    with Program("simulate", "plant.yaml", cwd=tmp_path) as plant:
        plant.line()
        with Program("share", target, "--listen", listen, "--record", "hall.pcap", cwd=tmp_path) as share:
            share.line()
            port502("run", site, "--for", 5, cwd=tmp_path, code=0)
            port502("write", f"127.0.0.1:{shared}", "holding:3=44", "--unit", 9, "--yes", code=0)
            assert share.terminate() == 0
        assert plant.terminate() == 0

    learned = tmp_path / "learned"
    words = ("--out", learned, "--port", shared, "--filter", f"tcp.port == {shared}", "--replay-at")
    told = json.loads(
        port502("learn", tmp_path / "hall.pcap", *words, f"127.0.0.1:{replay}", "--json", code=0).stdout
    )
    assert [one["map"] for one in told["servers"][0]["units"]] == ["eastron/sdm120", None]
    assert [(one["place"], one["lowest"]) for one in told["written"]] == [("holding:3", 44)]
    for path in learned.rglob("*.yaml"):
        port502("check", path, code=0)

    again = learned / "site-replay.yaml"
    with Program("simulate", learned / "plant.yaml") as plant:
        plant.line()
        port502("run", again, "--for", 4, code=0)
        assert plant.terminate() == 0

    seen, replayed = values(site, "meter.*"), values(again, f"{METER}.*")
    gaps = {
        name: replayed.pop(name) for name in ("input_2_to_5", "input_8_to_11")
    }  # read along with the rest
    assert all(gaps.values())
    assert all(one == [0, 0, 0, 0] for kept in gaps.values() for one in kept)
    assert set(replayed) == set(seen)
    for name, kept in replayed.items():
        assert len(kept) > 8
        assert set(kept) <= set(seen[name]), name
        assert len(set(kept)) > 2, name
    plc = values(again, f"{PLC_NAME}.*")
    assert {tuple(map(str, set(kept))) for name, kept in plc.items() if name == "coil_5"} == {("True",)}
    assert set(map(str, plc["coil_6"])) == {"False"}
    assert {name: set(kept) for name, kept in plc.items() if name.startswith("holding")} == {
        f"holding_{address}": {value} for address, value in enumerate((10, 20, 30, 40, 50, 60))
    }
