from __future__ import annotations

import pytest

from tests.web.serving import Serving

pytestmark = pytest.mark.slow

FILE = "/api/v1/site/file"


async def test_the_site_file_is_read_checked_and_applied(served: Serving) -> None:
    async with served.client("engineer") as engineer, served.client("admin") as admin:
        found = (await engineer.get(FILE)).json()
        assert found["text"] == served.running.site.path.read_text()
        draft = found["text"].replace("twice:", "thrice:")
        checked = (await engineer.post("/api/v1/site/check", json={"text": draft})).json()
        assert checked["valid"]
        assert checked["change"] == "changed: plc"
        assert [line for line in checked["diff"] if line.startswith("+")] != []
        (plan,) = checked["plan"]
        assert (plan["name"], plan["reads_per_second"], plan["measured"]) == ("plc", 20.0, True)
        order = {"text": draft, "basis": found["digest"]}
        assert (await engineer.put(FILE, json=order)).status_code == 403
        applied = await admin.put(FILE, json=order)
        assert applied.json() == {"change": "changed: plc", "digest": checked["digest"]}
        assert "pump.thrice" in served.web.station.points
        again = await admin.put(FILE, json=order)
        assert again.status_code == 409
        assert "changed since you opened it" in again.json()["detail"]
    written = [one.record for one in served.web.station.decisions(events=["site file"])]
    assert [(one.subject, one.outcome) for one in written] == [
        ("admin-program", "refused"),
        ("admin-program", "applied"),
    ]


async def test_a_draft_with_faults_changes_nothing(served: Serving) -> None:
    before = served.running.site.path.read_text()
    async with served.client("admin") as admin:
        found = (await admin.get(FILE)).json()
        text = found["text"].replace("devices:", "device:")
        checked = (await admin.post("/api/v1/site/check", json={"text": text})).json()
        assert not checked["valid"]
        assert checked["faults"][0]["line"] > 0
        refused = await admin.put(FILE, json={"text": text, "basis": found["digest"]})
        assert refused.status_code == 422
        assert "did you mean" in refused.text or "unknown key" in refused.text
    assert served.running.site.path.read_text() == before
