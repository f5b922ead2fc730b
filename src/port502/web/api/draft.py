"""The site file: read, checked as a draft, and put in place."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from port502.errors import UsageError
from port502.site.faults import Fault, SiteFileError
from port502.site.forecast import ConnectionForecast
from port502.web.api.models import Model
from port502.web.api.problems import ProblemError
from port502.web.api.who import Admin, Engineer, Host, Site
from port502.web.tools.draft import MOST_TEXT, Checked, digest_of

router = APIRouter(tags=["site file"])

DraftText = Annotated[str, Field(max_length=MOST_TEXT)]


class SiteText(Model):
    """The site file as it lies there; ``digest`` goes with a draft that is made of it. Secrets stay names."""

    name: str
    text: str
    digest: str


class Draft(Model):
    """A text to be checked."""

    text: DraftText


class Order(Draft):
    """A text to be put in place of the one with this digest."""

    basis: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class FaultThere(Model):
    """A fault; line and column count from 1, 0 is the file as a whole."""

    line: int
    column: int
    path: str
    message: str
    hint: str
    severity: str

    @classmethod
    def of(cls, fault: Fault) -> FaultThere:
        """A fault as the API tells it."""
        return cls(
            line=fault.line,
            column=fault.column,
            path=fault.key_path,
            message=fault.message,
            hint=fault.hint,
            severity=fault.severity,
        )


class Group(Model):
    """Points of one device with one interval: so many reads fetch them in each cycle."""

    device: str
    interval_s: float
    points: int
    reads: int
    registers: int


class Planned(Model):
    """What a connection will be asked; ``response_s`` was measured while it ran, or is assumed."""

    name: str
    reads_per_second: float
    load: float
    response_s: float
    measured: bool
    groups: list[Group]

    @classmethod
    def of(cls, one: ConnectionForecast) -> Planned:
        """A forecast as the API tells it."""
        groups = [
            Group(
                device=each.device,
                interval_s=each.interval,
                points=each.points,
                reads=each.reads,
                registers=each.registers,
            )
            for each in one.groups
        ]
        return cls(
            name=one.name,
            reads_per_second=round(one.rate, 4),
            load=round(one.load, 4),
            response_s=one.response,
            measured=one.measured,
            groups=groups,
        )


class CheckedDraft(Model):
    """What is to be said of a draft; ``change`` is what a reload would start and stop, ``diff`` a unified diff."""

    valid: bool
    digest: str
    faults: list[FaultThere]
    plan: list[Planned]
    change: str
    diff: list[str]

    @classmethod
    def of(cls, text: str, checked: Checked) -> CheckedDraft:
        """A check as the API tells it."""
        return cls(
            valid=checked.valid,
            digest=digest_of(text),
            faults=[FaultThere.of(one) for one in checked.faults],
            plan=[Planned.of(one) for one in checked.plan],
            change=str(checked.change) if checked.change is not None else "",
            diff=list(checked.diff),
        )


class Applied(Model):
    """What was started and stopped, and the digest of the file that is in place now."""

    change: str
    digest: str


@router.get("/site/file")
async def site_file(site: Site, who: Engineer) -> SiteText:
    """The site file."""
    found = await site.site_text()
    return SiteText(name=found.name, text=found.text, digest=found.digest)


@router.post("/site/check")
async def check(draft: Draft, site: Site, who: Engineer) -> CheckedDraft:
    """What is wrong with a draft of the site file, and what it would do; nothing is changed."""
    return CheckedDraft.of(draft.text, await site.check(draft.text))


@router.put("/site/file")
async def apply(order: Order, site: Site, who: Admin, host: Host) -> Applied:
    """Put a draft in place of the site file, and run it; the old file is kept beside it. All or nothing."""
    try:
        change = await site.apply(order.text, order.basis, who, host)
    except SiteFileError as error:
        faults = [f"{one.line}:{one.column} {one.message}" for one in error.faults[:20]]
        raise ProblemError(422, "the draft is not valid: " + "; ".join(faults)) from error
    except UsageError as error:
        raise ProblemError(409, str(error)) from error
    return Applied(change=str(change), digest=digest_of(order.text))
