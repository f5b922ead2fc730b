"""A plant run from the command line."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from port502.cli.simulate import board, summary, words
from port502.simulate.plant import PlaceStatus, RuleStatus
from tests.cli.conftest import Run

PLANT = """\
plant: hall
devices:
  meter: {map: eastron/sdm630, copies: 2, listen: "tcp://127.0.0.1:0"}
  test: {personality: libmodbus, listen: "tcp://127.0.0.1:0"}
"""

PLACES = [
    PlaceStatus("meter-1", "tcp://127.0.2.1:1502", 1, 0, 7),
    PlaceStatus(
        "plc", "tcp://127.0.3.1:1502", 1, 1, 9, (RuleStatus("silent", 2), RuleStatus("late", 0)), 5, 1
    ),
    PlaceStatus("meter-2", "tcp://127.0.2.2:1502", 1, 0, 1200),
]


def shown(rows: int) -> list[str]:
    out = Console(width=100, record=True)
    with out.capture() as capture:
        out.print(board("hall", PLACES, rows=rows))
    return capture.get().splitlines()


def test_the_board_shows_faults_first_and_then_whoever_is_busy() -> None:
    text = shown(24)
    assert text[0].startswith("hall   3 devices   1,216 requests")
    order = [line.split()[0] for line in text if line.startswith(("meter", "plc"))]
    assert order == ["plc", "meter-2", "meter-1"]
    assert any("silent 2" in line and "polls 5, 1 failed" in line for line in text)
    assert not any("late" in line for line in text)


def test_what_has_no_room_is_counted() -> None:
    assert any("and 2 more devices" in line for line in shown(7))


def test_the_last_line() -> None:
    told = summary("hall", PLACES)
    assert (told["requests"], told["faults"]) == (1216, 2)
    assert told["devices"][1] == {
        "device": "plc",
        "listening": "tcp://127.0.3.1:1502",
        "requests": 9,
        "faults": [{"effect": "silent", "hits": 2}, {"effect": "late", "hits": 0}],
        "polls": 5,
        "failed_polls": 1,
    }
    assert words("hall", PLACES) == "hall ended: 1,216 requests to 3 devices, 2 faults struck"


def test_a_plant_runs_for_a_while(run: Run, tmp_path: Path) -> None:
    (tmp_path / "plant.yaml").write_text(PLANT)
    ended = run("simulate", "plant.yaml", "--for", "0.1", "--json")
    assert ended.code == 0
    *listening, last = ended.lines
    assert [one["device"] for one in listening] == ["meter-1", "meter-2", "test"]
    assert last["plant"] == "hall"
    assert len(last["devices"]) == 3


def test_a_plant_that_cannot_be_used(run: Run, tmp_path: Path) -> None:
    (tmp_path / "plant.yaml").write_text(PLANT.replace("sdm630", "sdm63"))
    ended = run("simulate", "plant.yaml")
    assert ended.code == 2
    assert "did you mean eastron/sdm630" in ended.err
    missing = run("simulate", "none.yaml")
    assert missing.code == 2
    assert "there is no plant file none.yaml" in missing.err
