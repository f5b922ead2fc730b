from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.web.serving import SITE, Serving, serving

pytestmark = pytest.mark.slow


async def test_prometheus_reads_the_figures(served: Serving) -> None:
    async with served.client() as client:
        answer = await client.get("/metrics")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    assert families["port502_polls"].samples[0].value > 0
    assert families["port502_connection_up"].samples[0].labels == {"connection": "plc"}
    assert families["port502_connection_up"].samples[0].value == 1
    states = {sample.labels["state"]: sample.value for sample in families["port502_unit_state"].samples}
    assert states["online"] == 1
    assert sum(states.values()) == 1
    took = families["port502_response_seconds"]
    assert took.type == "histogram"
    counts = [one.value for one in took.samples if one.name.endswith("_bucket")]
    assert counts == sorted(counts)
    found = {one.name: one.value for one in took.samples if one.labels.get("le", "+Inf") == "+Inf"}
    assert (
        found["port502_response_seconds_bucket"] == found["port502_response_seconds_count"] == counts[-1] > 0
    )
    assert 0 < found["port502_response_seconds_sum"] < 10 * counts[-1]


async def test_alive_and_ready(served: Serving) -> None:
    async with served.client() as client:
        assert (await client.get("/healthz")).json() == {"status": "alive"}
        assert (await client.get("/readyz")).json() == {"status": "ready"}


async def test_a_site_without_a_connection_is_alive_and_not_ready(tmp_path: Path) -> None:
    async with (
        serving(tmp_path, SITE.replace('"{url}"', '"tcp://127.0.0.1:1"')) as served,
        served.client() as client,
    ):
        assert (await client.get("/healthz")).status_code == 200
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
