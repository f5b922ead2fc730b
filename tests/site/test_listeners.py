from __future__ import annotations

from pathlib import Path

import pytest

from port502.gateway.cache import AgeOf, Ages
from port502.gateway.share import ShareSettings
from port502.gateway.spans import Span
from port502.guard.auditor import WhenFull
from port502.site.build import load_site, understand_site
from port502.site.document import read_document
from port502.site.faults import SiteFileError

SITE = """
site: station
timezone: Europe/Oslo
connections:
  plc: {{url: tcp://127.0.0.1:15020, response_timeout: 2s}}
devices:
  pump: {{connection: plc, points: {{speed: {{ref: 40001}}}}}}
listeners:
{listeners}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(
        "default: deny\nrules:\n  - {functions: [read], during: '07:00-17:00'}\n"
    )
    (tmp_path / "plc.yaml").write_text("device: plc\nholding: {0: [1, 2]}\n")
    return tmp_path


def written(folder: Path, *lines: str) -> Path:
    path = folder / "site.yaml"
    path.write_text(SITE.format(listeners="\n".join(f"  {line}" for line in lines)))
    return path


def test_listeners_are_what_the_file_says(folder: Path) -> None:
    path = written(
        folder,
        "safe: {url: tcp://127.0.0.1:1, policy: policy.yaml, guard: {connection: plc, age: 5s},"
        " audit: {keep: 3, when_full: stop_writes, syslog: udp://127.0.0.1}}",
        "station: {url: tcp://127.0.0.1:2, units: any, allow: 10.0.0.0/8, limits: {connections: 2},"
        " serve: {points: {holding:0: pump.speed/float32, input:5: pump.speed}}}",
        "own: {url: tcp://127.0.0.1:3, units: [1, 2], serve: plc.yaml}",
    )
    safe, station, own = load_site(path).listeners
    assert (safe.connection, safe.timeout, safe.age) == ("plc", 2.0, 5.0)
    assert safe.policy is not None
    assert safe.policy.rules[0].during is not None
    assert safe.policy.rules[0].during.timezone == "Europe/Oslo"
    assert safe.audit.path == folder / "data" / "audit" / "safe.jsonl"
    assert (safe.audit.keep, safe.audit.when_full, safe.audit.syslog) == (
        3,
        WhenFull.STOP_WRITES,
        ("127.0.0.1", 514),
    )
    assert (station.units, station.allow, station.limits.connections, station.limits.per_client) == (
        None,
        ("10.0.0.0/8",),
        2,
        2,
    )
    assert [(point.address, point.type, name) for point, name in station.points] == [
        (0, "float32", "pump.speed"),
        (5, "uint16", "pump.speed"),
    ]
    assert station.audit.path is None
    assert own.units == (1, 2)
    assert own.device is not None
    assert own.device.name == "plc"


def test_a_connection_is_shared(folder: Path) -> None:
    path = written(
        folder,
        "shared: {url: tcp://127.0.0.1:1, share: {connection: plc, cache: 500ms, ages: {holding:0*10: 5s},"
        " client_timeout: 3s, pending: 7}}",
        "fresh: {url: tcp://127.0.0.1:2, share: {connection: plc}}",
    )
    shared, fresh = load_site(path).listeners
    assert shared.share == ShareSettings(2.0, 3.0, 7, Ages(0.5, (AgeOf(Span(3, 0, 10), 5.0),)))
    assert (shared.connection, shared.policy) == ("plc", None)
    assert fresh.share is not None
    assert not fresh.share.ages.keeps


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("x: {url: tcp://127.0.0.1:1}", "needs exactly one of 'serve', 'gateway', 'share' and 'guard'"),
        ("x: {url: tcp://127.0.0.1:1, serve: plc.yaml, guard: {connection: plc}}", "needs exactly one of"),
        ("x: {url: tcp://127.0.0.1:1, guard: {connection: plc}}", "needs a 'policy'"),
        ("x: {url: tcp://127.0.0.1:1, share: {connection: plk}}", "unknown connection 'plk'"),
        ("x: {url: tcp://127.0.0.1:1, share: {connection: plc, ages: {nowhere: 5s}}}", "nowhere"),
        (
            "x: {url: tcp://127.0.0.1:1, share: {connection: plc, ages: {holding:0*5: 5s, holding:4: 1s}}}",
            "two ages",
        ),
        (
            "x: {url: tcp://127.0.0.1:1, policy: policy.yaml, guard: {connection: plk}}",
            "unknown connection 'plk'; did you mean 'plc'?",
        ),
        ("x: {url: tcp://127.0.0.1:1, policy: missing.yaml, serve: plc.yaml}", "the policy cannot be used"),
        ("x: {url: tcp://8.8.8.8:1, serve: plc.yaml}", "is a public address"),
        ("x: {url: rtu:///dev/ttyS0, allow: 10.0.0.1, serve: plc.yaml}", "has no meaning on a serial line"),
        (
            "x: {url: tcp://127.0.0.1:1, serve: plc.yaml, long_frames: [{from: 10.0.0.5, function: 16}]}",
            "name a maker's own function",
        ),
        (
            "x: {url: tcp://127.0.0.1:1, serve: plc.yaml, long_frames: [{function: 90}]}",
            "from: is missing",
        ),
        (
            "x: {url: tcp://127.0.0.1:1, serve: {points: {holding:0: pump.sped}}}",
            "no point is called 'pump.sped'; did you mean 'pump.speed'?",
        ),
        (
            "x: {url: tcp://127.0.0.1:1, serve: {points: {holding:0: pump.speed/float32, holding:1: pump.speed}}}",
            "is taken by",
        ),
        (
            "x: {url: tcp://127.0.0.1:1, serve: {points: {nowhere: pump.speed}}}",
            "listeners.x.serve.points.nowhere",
        ),
        ("x: {url: tcp://127.0.0.1:1, serve: {}}", "needs either 'points' or a device file"),
        ("x: {url: tcp://127.0.0.1:1, serve: nofile.yaml}", "cannot be read"),
        ("x: {url: tcp://127.0.0.1:1, serve: plc.yaml, key: a.key}", "has a meaning on tls:// only"),
        ("x: {url: tls://127.0.0.1:1, serve: plc.yaml, key: a.key}", "certificate and authority missing"),
        ("x: {url: tcp://127.0.0.1:1, serve: plc.yaml, audit: {syslog: tcp://x}}", "is no syslog server"),
        (
            "x: {url: tcp://127.0.0.1:7, serve: plc.yaml}\n  y: {url: tcp://127.0.0.1:7, serve: plc.yaml}",
            "listens there already",
        ),
    ],
)
def test_faults_have_their_place(folder: Path, line: str, told: str) -> None:
    site, faults = understand_site(read_document(written(folder, line)))
    assert site is None
    assert any(told in str(fault) for fault in faults), [str(fault) for fault in faults]


def test_faults_of_a_policy_are_faults_of_its_site(folder: Path) -> None:
    (folder / "policy.yaml").write_text("default: deny\nrules: [{functions: [reed]}]\n")
    line = "x: {url: tcp://127.0.0.1:1, policy: policy.yaml, serve: plc.yaml}"
    _, faults = understand_site(read_document(written(folder, line)))
    assert any(fault.file.endswith("policy.yaml") and fault.line == 2 for fault in faults)


def test_bits_for_quality_lie_where_they_can(folder: Path) -> None:
    points = "points: {holding:0: pump.speed, discrete:3: pump.speed}"
    path = written(folder, f"s: {{url: tcp://127.0.0.1:2, serve: {{{points}, status: discrete:4}}}}")
    assert load_site(path).listeners[0].status == 4
    for status, message in (
        ("holding:9", "is no discrete input"),
        ("discrete:3*2", "is no discrete input"),
        ("discrete:2", "meet"),
        ("discrete:65535", "no room for 2 bits"),
    ):
        path = written(folder, f"s: {{url: tcp://127.0.0.1:2, serve: {{{points}, status: '{status}'}}}}")
        with pytest.raises(SiteFileError, match=message):
            load_site(path)
    path = written(folder, "s: {url: tcp://127.0.0.1:2, serve: {device: plc.yaml, status: discrete:0}}")
    with pytest.raises(SiteFileError, match="belongs to 'points'"):
        load_site(path)
