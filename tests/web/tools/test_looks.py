from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from port502.errors import UsageError
from port502.server import Server
from port502.site.build import Site, load_site
from port502.web.tools.jobs import Job, Jobs
from port502.web.tools.looks import (
    Complaint,
    Running,
    Sweep,
    examining,
    identifying,
    place_of,
    planned,
    scanning,
)
from tests.discover.bench import meter

SITE = """
site: test
connections: {plc: {url: "tcp://127.0.0.9:1502"}}
devices: {pump: {connection: plc, points: {speed: {ref: 40001}}}}
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    path = tmp_path / "site.yaml"
    path.write_text(SITE)
    return load_site(path)


async def done(work: Running) -> Job:
    job = Jobs().begin("look", "there", "ann", work)
    assert job.task is not None
    await asyncio.wait([job.task])
    assert job.error == ""
    return job


def test_what_the_running_site_is_connected_to_is_left_alone(site: Site) -> None:
    for target, message in (
        ("@pump", "keeps the connection of @pump"),
        ("127.0.0.9:1502", "keeps a connection to tcp://127.0.0.9:1502"),
        ("rtu:///dev/ttyUSB0", "from the command line"),
    ):
        with pytest.raises(UsageError, match=message):
            place_of(target, site)
    with pytest.raises(UsageError, match="no site here"):
        place_of("@pump", None)
    assert place_of("127.0.0.9:1502", site, beside=True).port == 1502
    assert place_of("127.0.0.9:502", site).port == 502
    plan = planned(Sweep("127.0.0.8-10"), site)
    assert (len(plan.targets), plan.spared) == (2, ("127.0.0.9",))
    assert len(planned(Sweep("127.0.0.8-10", beside=True), site).targets) == 3
    assert planned(Sweep("127.0.0.1-2"), site).spared == ()


def test_what_is_not_private_is_scanned_only_when_that_is_said() -> None:
    for ranges in ("8.8.8.8", "plc.example"):
        assert planned(Sweep(ranges), None).public
        with pytest.raises(UsageError, match="not known to be private"):
            scanning(Sweep(ranges), None)
        scanning(Sweep(ranges, public=True), None)
    assert planned(Sweep("192.168.1.0/24\n10.0.0.1"), None).public == ()


@pytest.mark.parametrize(
    ("sweep", "message"),
    [
        (Sweep(" "), "name what to scan"),
        (Sweep("10.0.0.0/8"), "addresses"),
        (Sweep("10.0.0.1", exclude="10.0.0.1"), "nothing is left"),
        (Sweep("10.0.0.1", ports="http"), "no port"),
        (Sweep("10.0.0.1", units="256"), "no unit id"),
        (Sweep("fd00::/64"), "too wide"),
    ],
)
def test_what_cannot_be_scanned(sweep: Sweep, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        planned(sweep, None)


def test_what_the_doctor_cannot_be_asked() -> None:
    for complaint, message in (
        (Complaint("host", reads="nowhere"), "nowhere"),
        (Complaint("host", reads="holding:0*200"), "at most 125"),
        (Complaint("host", reads=" ".join(["40001"] * 21)), "at most 20"),
        (Complaint("host", expected="nothing"), "nothing"),
        (Complaint("host", 300), "unit"),
    ):
        with pytest.raises(UsageError, match=message):
            examining(complaint, None)


async def test_a_device_is_identified_examined_and_found() -> None:
    async with Server(meter(), "tcp://127.0.0.1:0") as server:
        place = server.url.removeprefix("tcp://")
        identified = (await done(identifying(place, None, None, None, beside=False))).result
        assert (identified.unit.map, identified.apart) == ("schneider/pm5100", ())
        examined = await done(examining(Complaint(place, reads="holding:60000"), None))
        assert examined.result.verdict.main.code == "MB.ADDRESS"
        assert examined.steps[0].startswith("name: ")
        port = place.rpartition(":")[2]
        scanned = await done(scanning(Sweep("127.0.0.1-2", ports=port), None))
        assert [one.port for one in scanned.result.devices] == [int(port)]
        assert (scanned.done, scanned.total) == (2, 2)
        assert "PM5110" in scanned.steps[0]
