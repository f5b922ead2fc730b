"""Findings: what looked like an attack, or a fault, in the traffic of the listeners."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from port502.web.api.models import Model
from port502.web.api.who import Site, Viewer

router = APIRouter(tags=["security"])


class Finding(Model):
    """Something suspicious that ``client`` did at ``listener``: ``count`` times, from ``first`` to ``last``.

    ``code`` is stable, and a topic of ``/tools/explain``; ``fix`` is what to do. ``attack`` are techniques of MITRE
    ATT&CK for ICS.
    """

    listener: str
    code: str
    severity: Literal["low", "medium", "high", "critical"]
    title: str
    text: str
    fix: str
    client: str
    unit: int | None = None
    count: int
    first: str
    last: str
    attack: list[str] = Field(default_factory=list)


class Findings(Model):
    """What was found, seen last at the front; nobody looks at the listeners that are ``unwatched``."""

    findings: list[Finding]
    unwatched: list[str]


@router.get("/findings")
async def findings(site: Site, who: Viewer, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Findings:
    """What is suspicious in the traffic of the listeners since they were started, seen last at the front."""
    return Findings(
        findings=[Finding.model_validate(one) for one in site.findings(limit)],
        unwatched=[name for name, watched in site.watching.items() if not watched],
    )
