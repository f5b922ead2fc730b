from __future__ import annotations

from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from port502.client import Client
from port502.web.figures import SiteFigures
from tests.web.serving import SITE, serving

LISTENERS = """
listeners:
  shared: {{url: "tcp://127.0.0.1:0", share: {{connection: plc, cache: 1m}}}}
  hall: {{url: "tcp://127.0.0.1:0", gateway: [{{units: 1-4, bus: plc}}]}}
"""


async def test_listeners_and_lines_are_counted(tmp_path: Path) -> None:
    async with serving(tmp_path, SITE + LISTENERS) as served:
        shared, hall = (served.running.listeners.running[name].url for name in ("shared", "hall"))
        async with Client(shared) as client:
            assert await client.read_holding_registers(0) == await client.read_holding_registers(0)
        async with Client(hall, unit=1) as client:
            await client.read_holding_registers(0)
        registry = CollectorRegistry(auto_describe=False)
        registry.register(SiteFigures(served.web.station))
        text = generate_latest(registry).decode()
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["port502_listener_requests_total", "shared"] == 2
    assert found["port502_share_cached_total", "shared"] == 1
    assert found["port502_listener_locked", "shared"] == 0
    assert found["port502_line_requests_total", "plc"] == 1
    assert found["port502_samples_total", "good"] > 0
