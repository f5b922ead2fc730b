"""The main job, end to end: a site file in, values of devices nobody here wrote out, kept on disk, all right.

``port502 run`` polls pymodbus's server and libmodbus's server for a minute; then every stored sample is compared
with what these servers are known to hold.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from port502.history import History
from tests.peers import libmodbus, pymodbus_peer
from tests.peers.known import COILS, DISCRETE_INPUTS, HOLDING_REGISTERS, INPUT_REGISTERS

pytestmark = [pytest.mark.interop, pytest.mark.slow]

SECONDS = 60

SITE = """
site: end-to-end
history: {{path: data}}
connections:
  pymodbus: {{url: "tcp://127.0.0.1:{pymodbus}", pause: 5ms}}
  libmodbus: {{url: "tcp://127.0.0.1:{libmodbus}"}}
devices:
  first: {{connection: pymodbus, unit: 1, interval: 500ms, points: &points {points}}}
  second: {{connection: libmodbus, unit: 1, interval: 500ms, points: *points}}
"""


def _words(table: list[int], address: int, count: int) -> bytes:
    return struct.pack(f">{count}H", *table[address : address + count])


def expected() -> dict[str, tuple[str, object]]:
    """Point name → its description in the site file, and its value."""
    points: dict[str, tuple[str, object]] = {}
    for address in (*range(10), 100, 117, 200, 319):
        points[f"holding-{address}"] = (f'{{ref: "holding:{address}"}}', HOLDING_REGISTERS[address])
        points[f"input-{address}"] = (
            f'{{ref: "input:{address}", type: int16}}',
            struct.unpack(">h", _words(INPUT_REGISTERS, address, 1))[0],
        )
    for address in (0, 3, 17, 2000):
        points[f"coil-{address}"] = (f'{{ref: "coil:{address}"}}', COILS[address])
        points[f"discrete-{address}"] = (f'{{ref: "discrete:{address}"}}', DISCRETE_INPUTS[address])
    points["wide"] = (
        '{ref: "holding:50", type: uint32, order: cdab}',
        HOLDING_REGISTERS[51] << 16 | HOLDING_REGISTERS[50],
    )
    points["scaled"] = ('{ref: "40121", scale: 0.1}', round(HOLDING_REGISTERS[120] / 10, 1))
    points["long"] = (
        '{ref: "holding:60", type: uint64}',
        int.from_bytes(_words(HOLDING_REGISTERS, 60, 4), "big"),
    )
    points["sum"] = ('{expression: "scaled + wide"}', points["scaled"][1] + points["wide"][1])  # type: ignore[operator]
    return points


def test_every_sample_of_a_minute_is_right(tmp_path: Path) -> None:
    points = expected()
    described = "{" + ", ".join(f"{name}: {text}" for name, (text, _) in points.items()) + "}"
    with pymodbus_peer.server() as one, libmodbus.Server.tcp() as other:
        site = tmp_path / "site.yaml"
        site.write_text(SITE.format(pymodbus=one, libmodbus=other.port, points=described))
        run = subprocess.run(
            [sys.executable, "-m", "port502", "run", str(site), "--for", str(SECONDS), "--json"],
            capture_output=True,
            text=True,
            timeout=SECONDS + 60,
            check=False,
        )
    assert run.returncode == 0, run.stderr
    summary = json.loads(run.stdout.splitlines()[-1])
    assert summary["bad"] == 0, run.stderr
    assert summary["lost"] == 0

    stored = list(History(tmp_path / "data" / "history.sqlite").query(["*"]))
    kept = [sample for sample in stored if not sample.reason.endswith("not yet read")]
    assert len(kept) >= summary["good"] > 0
    counts = Counter(sample.point for sample in kept)
    for device in ("first", "second"):
        for name, (_, value) in points.items():
            samples = [sample for sample in kept if sample.point == f"{device}.{name}"]
            assert {sample.quality for sample in samples} == {"good"}, name
            assert {sample.value for sample in samples} == {value}, name
            assert counts[f"{device}.{name}"] >= SECONDS * 2 * 0.9, "a poll every 500 ms"
