"""Looking at devices: identify, doctor and scan, as jobs that are begun, watched and cancelled."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from port502.discover.doctor.page import page
from port502.discover.doctor.report import Report
from port502.discover.found import Inventory
from port502.discover.inventory import device_json, inventory_json
from port502.discover.pages.html import html
from port502.errors import UsageError
from port502.site.build import Site
from port502.web.api.models import Model
from port502.web.api.problems import ProblemError
from port502.web.api.who import Engineer
from port502.web.roles import Identity
from port502.web.station import Station
from port502.web.tools.frames import sayable
from port502.web.tools.jobs import Job, Jobs
from port502.web.tools.looks import (
    PLAIN_PORTS,
    Complaint,
    Identified,
    Sweep,
    examining,
    identifying,
    planned,
    scanning,
)

router = APIRouter(tags=["tools"], prefix="/tools")

Text = Annotated[str, Field(max_length=10_000)]
TargetText = Annotated[str, Field(max_length=300)]


class IdentifyOrder(Model):
    """A device to be identified; without ``unit`` the usual unit ids are tried until one answers."""

    target: TargetText
    unit: Annotated[int, Field(ge=0, le=255)] | None = None
    timeout: Annotated[float, Field(ge=0.01, le=60)] | None = None
    beside: bool = False


class DoctorOrder(Model):
    """A device that does not work; ``beside`` allows a second connection to where the site has one."""

    target: TargetText
    unit: Annotated[int, Field(ge=0, le=255)] = 1
    reads: Text = ""
    expected: Text = ""
    deep: bool = False
    beside: bool = False


class ScanOrder(Model):
    """Addresses, networks, ranges and names to scan; ``public`` says that what is not private is meant."""

    ranges: Text
    exclude: Text = ""
    units: TargetText = ""
    ports: TargetText = PLAIN_PORTS
    fast: bool = False
    public: bool = False
    beside: bool = False


class ScanCost(Model):
    """What a scan will cost; ``public`` are places that are not known to be private, ``spared`` those of the site."""

    addresses: int
    packets: int
    seconds: float
    public: list[str]
    spared: list[str]


class JobState(Model):
    """A job: ``state`` is running, done, failed or cancelled; ``result`` is there once it has ended."""

    id: str
    kind: str
    target: str
    state: str
    done: int
    total: int
    seconds: float
    steps: list[str]
    error: str
    result: dict[str, Any] | None


async def jobs_of(request: Request) -> Jobs:
    """The jobs of the application."""
    jobs: Jobs = request.app.state.jobs
    return jobs


async def site_of(request: Request) -> Site | None:
    """The site that runs, if there is one."""
    station: Station | None = request.app.state.station
    return station.running.site if station is not None else None


All = Annotated[Jobs, Depends(jobs_of)]
MaySite = Annotated[Site | None, Depends(site_of)]


def owner_of(who: Identity) -> str:
    """Whose a job is."""
    return f"{who.way} {who.name}"


@router.post("/identify", status_code=202)
async def identify(order: IdentifyOrder, jobs: All, site: MaySite, who: Engineer) -> JobState:
    """Begin to ask a device what it is."""
    work = identifying(order.target, order.unit, order.timeout, site, beside=order.beside)
    return _state(jobs.begin("identify", order.target, owner_of(who), work))


@router.post("/doctor", status_code=202)
async def doctor(order: DoctorOrder, jobs: All, site: MaySite, who: Engineer) -> JobState:
    """Begin to find out why a device does not work."""
    work = examining(Complaint(**order.model_dump()), site)
    return _state(jobs.begin("doctor", order.target, owner_of(who), work))


@router.post("/scan", status_code=202)
async def scan(order: ScanOrder, jobs: All, site: MaySite, who: Engineer) -> JobState:
    """Begin to look for devices."""
    work = scanning(Sweep(**order.model_dump()), site)
    return _state(jobs.begin("scan", order.ranges[:100], owner_of(who), work))


@router.post("/scan/cost")
async def scan_cost(order: ScanOrder, site: MaySite, who: Engineer) -> ScanCost:
    """What a scan would cost; nothing is sent."""
    plan = planned(Sweep(**order.model_dump()), site)
    return ScanCost(
        addresses=plan.estimate.addresses,
        packets=plan.estimate.packets,
        seconds=plan.estimate.seconds,
        public=list(plan.public),
        spared=list(plan.spared),
    )


@router.get("/jobs")
async def all_jobs(jobs: All, who: Engineer) -> list[JobState]:
    """One's own jobs, the newest first."""
    return [_state(one) for one in jobs.of(owner_of(who))]


@router.get("/jobs/{number}")
async def job(number: str, jobs: All, who: Engineer) -> JobState:
    """How far a job is, and its result once it has ended."""
    return _state(_job(jobs, number, who))


@router.delete("/jobs/{number}", status_code=204)
async def cancel(number: str, jobs: All, who: Engineer) -> None:
    """End a job early; what was found until then is its result."""
    jobs.cancel(_job(jobs, number, who))


@router.get("/jobs/{number}/report", response_class=Response)
async def report(number: str, jobs: All, who: Engineer) -> Response:
    """The doctor's report as a page that one can send."""
    result = _job(jobs, number, who).result
    if not isinstance(result, Report):
        raise ProblemError(404, "only a doctor's job that has ended has a report")
    headers = {"Content-Disposition": 'attachment; filename="report.html"'}
    return Response(html(page(result)), media_type="text/html; charset=utf-8", headers=headers)


def _job(jobs: Jobs, number: str, who: Identity) -> Job:
    try:
        return jobs.job(number, owner_of(who))
    except UsageError as error:
        raise ProblemError(404, str(error)) from error


def result_json(result: object) -> dict[str, Any] | None:
    """What came of a job, as an object of JSON."""
    if isinstance(result, Report):
        return result.json()
    if isinstance(result, Inventory):
        return inventory_json(result)
    if isinstance(result, Identified):
        told = device_json(result.device)
        told["unit"] = result.unit.unit
        if result.apart:
            told["tell_apart"] = [
                {"map": name, "ref": one.point.reference.protocol_form, "name": one.name}
                for name, one in result.apart
            ]
        return told
    return None


def _state(job: Job) -> JobState:
    return JobState(
        id=job.id,
        kind=job.kind,
        target=job.target,
        state=job.state,
        done=job.done,
        total=job.total,
        seconds=round(job.seconds, 3),
        steps=list(job.steps),
        error=job.error,
        result=sayable(result_json(job.result)),
    )
