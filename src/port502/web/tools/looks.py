"""Looking at devices from the dashboard: identify, doctor, scan; each asked for in words, each a job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any

from port502.client.settings import check_unit
from port502.discover.doctor.examine import Examination
from port502.discover.doctor.expect import parse_expected
from port502.discover.doctor.question import DEEP, Pace, Question, parse_read
from port502.discover.doctor.report import Report, StepDone
from port502.discover.estimate import Estimate, estimate
from port502.discover.examine import Knowledge
from port502.discover.found import FoundDevice, FoundUnit, Inventory
from port502.discover.identify import identify_at, told_apart_by
from port502.discover.scanner import Progress, Scanner
from port502.discover.settings import PORTS, ScanSettings
from port502.discover.targets import Targets, parse_numbers, parse_targets, read_list
from port502.errors import UsageError
from port502.registers.maps.model import MapPoint
from port502.site.build import Site
from port502.transport.url import Target, parse_url
from port502.web.tools.jobs import Job

MOST_ADDRESSES = 65_536
MOST_READS = 20
PLAIN_PORTS = ",".join(map(str, PORTS))

Running = Callable[[Job], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Identified:
    """A device, the unit that was meant, and what would tell its likely products apart."""

    device: FoundDevice
    unit: FoundUnit
    apart: tuple[tuple[str, MapPoint], ...]


def place_of(target: str, site: Site | None, *, beside: bool = False) -> Target:
    """Where a target is, on the network and not in use by the running site; raises UsageError.

    ``beside`` allows a second connection to where the site has one already.
    """
    target = target.strip()
    if target.startswith("@"):
        if site is None:
            raise UsageError(
                f"{target[:60]} is a name of a site file, and there is no site here: name its host"
            )
        raise UsageError(
            f"the running site keeps the connection of {target[:60]}, and a device may take one only: its page under"
            " Devices tells how it fares, and has the traffic"
        )
    place = parse_url(target)
    if place.is_serial:
        raise UsageError("serial lines are looked at from the command line: port502 identify, port502 read")
    if site is not None and not beside and (place.host, place.port) in _taken(site):
        raise UsageError(
            f"the running site keeps a connection to {place}, and a device may take one only;"
            " choose 'Beside the running site' where a second one is meant"
        )
    return place


def _taken(site: Site) -> set[tuple[str, int]]:
    places = [parse_url(one.url) for one in site.connections]
    return {(place.host, place.port) for place in places if not place.is_serial}


def identifying(
    target: str, unit: int | None, timeout: float | None, site: Site | None, *, beside: bool
) -> Running:
    """The work of identifying a device; raises UsageError for what cannot be asked."""
    place = place_of(target, site, beside=beside)
    if unit is not None:
        check_unit(unit)

    async def work(job: Job) -> Identified:
        job.say(f"asks {place} what it is")
        device, found = await identify_at(str(place), unit, timeout=timeout)
        return Identified(device, found, tuple(told_apart_by(found)))

    return work


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the doctor is asked: the target, reads that fail, values that somebody expects, in words."""

    target: str
    unit: int = 1
    reads: str = ""
    expected: str = ""
    deep: bool = False
    beside: bool = False


def examining(complaint: Complaint, site: Site | None) -> Running:
    """The work of the doctor; raises UsageError for what cannot be asked."""
    place = place_of(complaint.target, site, beside=complaint.beside)
    reads = complaint.reads.replace(",", " ").split()
    expected = [line for line in complaint.expected.splitlines() if line.strip()]
    if len(reads) + len(expected) > MOST_READS:
        raise UsageError(f"at most {MOST_READS} reads and values at a time")
    question = Question(
        place,
        check_unit(complaint.unit),
        reads=tuple(parse_read(one) for one in reads),
        expected=tuple(parse_expected(one) for one in expected),
        deep=complaint.deep,
        pace=DEEP if complaint.deep else Pace(),
    )

    async def work(job: Job) -> Report:
        def done(step: StepDone) -> None:
            job.done += 1
            job.say(f"{step.name}: {step.result}")

        examination = Examination(question, on_step=done)
        job.so_far = lambda: examination.report(interrupted=True)
        return await examination.run()

    return work


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a scan is asked, in words: ``public`` says that addresses which are not private are meant."""

    ranges: str
    exclude: str = ""
    units: str = ""
    ports: str = PLAIN_PORTS
    fast: bool = False
    public: bool = False
    beside: bool = False


@dataclass(frozen=True, slots=True)
class SweepPlan:
    """What a scan will do: ``public`` are places that are not known to be private, ``spared`` those of the site."""

    targets: Targets
    settings: ScanSettings
    estimate: Estimate
    public: tuple[str, ...]
    spared: tuple[str, ...]


def planned(sweep: Sweep, site: Site | None) -> SweepPlan:
    """What a scan will do and cost, before anything is sent; raises UsageError for what cannot be asked."""
    words = read_list(sweep.ranges.splitlines())
    if not words:
        raise UsageError("name what to scan: an address, a network such as 192.168.1.0/24, or a range")
    own = [] if sweep.beside or site is None else sorted({host for host, _ in _taken(site)})
    targets = parse_targets(words, [*read_list(sweep.exclude.splitlines()), *own])
    if targets.wide:
        raise UsageError(f"{targets.wide[0]} is too wide to be tried address by address: name addresses")
    if len(targets) > MOST_ADDRESSES:
        raise UsageError(f"{len(targets):,} addresses; from here at most {MOST_ADDRESSES:,} at a time")
    if not len(targets):
        raise UsageError(
            "nothing is left to scan" + (": the running site keeps connections there" if own else "")
        )
    settings = ScanSettings.fast() if sweep.fast else ScanSettings()
    settings = replace(settings, ports=parse_numbers(sweep.ports, "port", 1, 65535))
    if sweep.units.strip():
        settings = replace(settings, units=parse_numbers(sweep.units, "unit id", 0, 255))
    public = (*targets.public(), *targets.names)
    everything = parse_targets(words)
    spared = tuple(host for host in own if _is_among(host, everything))
    return SweepPlan(targets, settings, estimate(targets, 0, settings, on_link=False), public, spared)


def _is_among(host: str, targets: Targets) -> bool:
    try:
        return ip_address(host) in targets
    except ValueError:
        return host in targets.names


def scanning(sweep: Sweep, site: Site | None) -> Running:
    """The work of a scan; raises UsageError for what cannot be asked, or was not meant."""
    plan = planned(sweep, site)
    if plan.public and not sweep.public:
        some = ", ".join(plan.public[:3]) + (", ..." if len(plan.public) > 3 else "")
        raise UsageError(f"{some}: not known to be private; scan only what you may, and say so")

    async def work(job: Job) -> Inventory:
        def found(device: FoundDevice) -> None:
            titles = ", ".join(unit.title or "does not say" for unit in device.devices[:4])
            job.say(f"{device.url}: {titles or 'no unit that was asked answers itself'}")

        def moved(progress: Progress) -> None:
            job.done, job.total = progress.probed, progress.total

        scanner = Scanner(plan.targets, plan.settings, Knowledge.of(), found=found, moved=moved)
        job.total = scanner.progress.total
        job.so_far = scanner.inventory
        return await scanner.run()

    return work
