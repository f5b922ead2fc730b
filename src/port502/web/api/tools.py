"""Tools that ask nobody: frames explained and built, topics explained, the library of device maps."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from port502.commission.topics import all_topics, topic_of
from port502.errors import UsageError
from port502.registers.maps.library import Library
from port502.web.api.models import Model
from port502.web.api.problems import ProblemError
from port502.web.api.who import Viewer
from port502.web.tools.frames import MOST_TEXT, Asked, Wanted, built, explained
from port502.web.tools.library import csv_of, map_of, rows_of

router = APIRouter(tags=["tools"], prefix="/tools")

Framing = Literal["mbap", "rtu", "ascii", "pdu"]


class DecodeOrder(Model):
    """Bytes in any spelling, and what is known of them; ``at`` is where a lone response's data starts."""

    text: Annotated[str, Field(max_length=MOST_TEXT)]
    framing: Framing | Literal[""] = ""
    direction: Literal["", "request", "response"] = ""
    at: Annotated[str, Field(max_length=100)] = ""
    map: Annotated[str, Field(max_length=200)] = ""
    every: bool = False


class EncodeOrder(Model):
    """A function with its words: ``{"function": "3", "words": "107 3", "unit": 6}``."""

    function: Annotated[str, Field(max_length=100)]
    words: Annotated[str, Field(max_length=MOST_TEXT)] = ""
    framing: Framing = "mbap"
    kind: Literal["request", "response", "exception"] = "request"
    unit: Annotated[int, Field(ge=0, le=255)] = 1
    transaction: Annotated[int, Field(ge=0, le=0xFFFF)] = 1
    exception: Annotated[int, Field(ge=1, le=255)] | None = None


class TopicName(Model):
    """A topic's id, by which it is asked for, and what it is about."""

    id: str
    title: str


class Topic(TopicName):
    """A topic: ``text`` is Markdown, ``commands`` are what to try, ``see`` other topics."""

    text: str
    commands: list[str]
    see: list[str]


class MapName(Model):
    """A map of the library."""

    name: str
    manufacturer: str
    models: list[str]
    category: str
    points: int
    status: str


class Maps(Model):
    """A page of maps; ``next`` is the offset of the next one."""

    total: int
    next: int | None
    maps: list[MapName]


class MapRow(Model):
    """A point of a map: ``ref`` counts from 0, ``reference`` is its number as manuals have it."""

    point: str
    ref: str
    reference: str
    type: str
    unit: str
    quantity: str
    remarks: str


class DeviceMap(MapName):
    """A map with its points."""

    rows: list[MapRow]


@router.post("/decode")
async def decode(order: DecodeOrder, who: Viewer) -> dict[str, Any]:
    """Explain frames: fields with offsets, values, and what is wrong."""
    return {"frames": [one.record() for one in explained(Asked(**order.model_dump()))]}


@router.post("/encode")
async def encode(order: EncodeOrder, who: Viewer) -> dict[str, Any]:
    """Build a frame, and explain it."""
    text, one = built(Wanted(**order.model_dump()))
    return {"text": text, "frame": one.record()}


@router.get("/explain")
async def explain_all(who: Viewer) -> list[TopicName]:
    """All topics, what is found in devices and in traffic among them."""
    return [TopicName(id=one.id, title=one.title) for one in all_topics()]


@router.get("/explain/{topic}")
async def explain(topic: str, who: Viewer) -> Topic:
    """One topic, by its id or whatever it is called: exception-2, ``fc 3``, TCP.REFUSED_RST."""
    try:
        found = topic_of(topic)
    except UsageError as error:
        raise ProblemError(404, str(error)) from error
    return Topic(
        id=found.id,
        title=found.title,
        text=found.text,
        commands=list(found.commands),
        see=list(found.see),
    )


@router.get("/maps")
async def maps(
    who: Viewer,
    q: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Maps:
    """The maps of the library, or those that a few words mean, the best first."""
    library = Library.default()
    found = library.search(q) if q else library.list()
    after = offset + limit
    return Maps(
        total=len(found),
        next=after if after < len(found) else None,
        maps=[_name(one) for one in found[offset:after]],
    )


@router.get("/maps/{maker}/{name}")
async def one_map(
    maker: str, name: str, who: Viewer, q: Annotated[str, Query(max_length=200)] = ""
) -> DeviceMap:
    """A map with its points, or those in which all of some words stand."""
    known = _map(maker, name)
    rows = [MapRow(**asdict(row)) for row in rows_of(known, q)]
    return DeviceMap(
        name=known.name,
        manufacturer=known.manufacturer,
        models=list(known.models),
        category=known.category,
        points=len(known.points),
        status=known.status,
        rows=rows,
    )


@router.get("/maps/{maker}/{name}/csv", response_class=Response)
async def map_csv(maker: str, name: str, who: Viewer) -> Response:
    """A map's points as CSV."""
    return Response(csv_of(_map(maker, name)), media_type="text/csv; charset=utf-8")


def _map(maker: str, name: str) -> Any:
    try:
        return map_of(f"{maker}/{name}")
    except UsageError as error:
        raise ProblemError(404, str(error)) from error


def _name(one: Any) -> MapName:
    return MapName(
        name=one.name,
        manufacturer=one.manufacturer,
        models=list(one.models),
        category=one.category,
        points=one.points,
        status=one.status,
    )
