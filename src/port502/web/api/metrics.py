"""For machines that watch: Prometheus metrics, and whether the site is alive and ready."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from port502.web.api.problems import problem
from port502.web.api.who import Site, Viewer
from port502.web.figures import SiteFigures

router = APIRouter(tags=["monitoring"])


@router.get("/metrics", response_class=Response)
async def metrics(site: Site, who: Viewer) -> Response:
    """Everything that can be counted, for Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(SiteFigures(site))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Whether the process answers at all."""
    return {"status": "alive"}


@router.get("/readyz", response_model=dict[str, str])
async def readyz(site: Site) -> Response | dict[str, str]:
    """Whether the site collects: 503 while no connection stands."""
    connections = site.status().collector.connections
    if connections and not any(one.state == "ready" for one in connections):
        return problem(503, "no connection stands")
    return {"status": "ready"}
