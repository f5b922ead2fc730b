"""``port502 simulate``: a plant of devices with moving values and faults."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from port502.cli import loop, options
from port502.cli.board import count
from port502.cli.expecting import expecting
from port502.cli.lasting import For, seconds_of
from port502.cli.logs import logging_to
from port502.cli.output import console, printable, put, put_json, say, table
from port502.cli.run import on_screen
from port502.cli.stopping import stoppable, wait
from port502.errors import UsageError
from port502.simulate.plant import PlaceStatus, Plant
from port502.site.file_kind import PLANT
from port502.site.plant_file import PlantDescription, load_plant

app = typer.Typer(rich_markup_mode=None, add_completion=False)

REFRESH = 0.5


@app.command()
def simulate(
    plant: Annotated[Path, typer.Argument(metavar="PLANT", help="The plant file.")],
    for_: For = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Be a plant: any number of devices, each at an address of its own, with moving values and faults.

    On a terminal it shows who is asked how often, and how often each fault struck. Elsewhere it prints one line for
    each address as soon as all can be called, and what it came to at the end. SIGTERM and Ctrl-C end it.

    Example:

        port502 simulate plant.yaml

        port502 simulate plant.yaml --for 60 --json
    """
    if not plant.exists():
        raise UsageError(
            f"there is no plant file {plant}; `port502 check --schema plant` says what stands in one"
        )
    seconds = seconds_of(for_)
    with expecting(plant, PLANT):
        described = load_plant(plant)
    if not quiet:
        for warning in described.warnings:
            say(f"port502: {warning}")
    screen = on_screen(json) and not quiet
    ended = loop.run(_simulate(described, seconds, json=json, quiet=quiet, screen=screen, verbosity=verbose))
    if json:
        put_json(summary(described.name, ended))
    elif not quiet:
        put(words(described.name, ended))


async def _simulate(
    described: PlantDescription,
    seconds: float | None,
    *,
    json: bool,
    quiet: bool,
    screen: bool,
    verbosity: int,
) -> list[PlaceStatus]:
    """Run the plant until its time is up or somebody stops it; gives how each place fared."""
    with logging_to(None, verbosity=verbosity, quiet=quiet), stoppable() as stopped:
        async with described.plant() as plant:
            if not screen:
                _announce(plant, json=json)
                await wait(stopped, seconds)
                return plant.status()
            out = console(sys.stdout)
            with Live(console=out, screen=True, auto_refresh=False, transient=True) as live:
                refreshing = asyncio.get_running_loop().create_task(_refresh(plant, live))
                try:
                    await wait(stopped, seconds)
                finally:
                    refreshing.cancel()
            return plant.status()


def _announce(plant: Plant, *, json: bool) -> None:
    for name, url in plant.urls.items():
        if json:
            put_json({"listening": url, "device": name})
        else:
            put(f"listening on {url}")


async def _refresh(plant: Plant, live: Live) -> None:
    while True:
        live.update(board(plant.name, plant.status(), rows=live.console.size.height), refresh=True)
        await asyncio.sleep(REFRESH)


def board(name: str, places: Sequence[PlaceStatus], *, rows: int) -> RenderableType:
    """The plant on so many rows: whoever has faults or polls first, then whoever is asked most."""
    ordered = sorted(places, key=lambda one: (not one.rules, not one.polls, -one.requests))
    room = max(1, rows - 6)
    made = table("device", "at", "clients", "requests", "faults", "", right=("clients", "requests", "faults"))
    for one in ordered[:room]:
        made.add_row(
            Text(printable(one.name)),
            Text(one.url, "dim"),
            Text(str(one.connections)),
            Text(f"{one.requests:,}"),
            Text(f"{one.hits:,}" if one.rules else "", "yellow" if one.hits else "dim"),
            Text(_detail(one), "dim"),
        )
    below = [Text(f"and {count(len(ordered) - room, 'more device')}", "dim")] if len(ordered) > room else []
    requests = sum(one.requests for one in places)
    head = Text.assemble(
        (printable(name), "bold"), f"   {count(len(places), 'device')}   {count(requests, 'request')}"
    )
    return Group(head, Text(), made, *below, Text(), Text("Ctrl-C ends", "dim"))


def _detail(place: PlaceStatus) -> str:
    """Which faults struck how often, and what was polled."""
    parts = [f"{rule.name} {rule.hits:,}" for rule in place.rules if rule.hits]
    if place.polls:
        parts.append(
            f"polls {place.polls:,}" + (f", {place.failed_polls:,} failed" if place.failed_polls else "")
        )
    return "   ".join(parts)


def summary(name: str, places: Sequence[PlaceStatus]) -> dict[str, object]:
    """How a plant fared, by its field names."""
    return {
        "plant": name,
        "requests": sum(one.requests for one in places),
        "faults": sum(one.hits for one in places),
        "devices": [_device(one) for one in places],
    }


def _device(one: PlaceStatus) -> dict[str, object]:
    told: dict[str, object] = {"device": one.name, "listening": one.url, "requests": one.requests}
    if one.rules:
        told["faults"] = [{"effect": rule.name, "hits": rule.hits} for rule in one.rules]
    if one.polls:
        told |= {"polls": one.polls, "failed_polls": one.failed_polls}
    return told


def words(name: str, places: Sequence[PlaceStatus]) -> str:
    """How a plant fared, in a line."""
    requests, hits = sum(one.requests for one in places), sum(one.hits for one in places)
    asked = f"{count(requests, 'request')} to {count(len(places), 'device')}"
    return f"{name} ended: {asked}, {count(hits, 'fault')} struck"
