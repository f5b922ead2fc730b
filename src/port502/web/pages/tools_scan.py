"""Scan: who speaks Modbus on a network, and what they are."""

from __future__ import annotations

import csv
import io
import json

from nicegui import ui
from starlette.requests import Request

from port502.discover.found import FoundDevice, FoundUnit, Inventory
from port502.discover.inventory import inventory_json
from port502.discover.units import UnitClass
from port502.errors import Port502Error
from port502.history.export import safe_text
from port502.transport.probe.interfaces import own_networks
from port502.web.gate import STATE
from port502.web.pages.frame import Visit, card, visit_of
from port502.web.pages.frame_view import table, wide
from port502.web.pages.tooling import WELL, complaint, keep_in_url, needs, said, tool
from port502.web.pages.tools_look import Look, beside_switch, site_of
from port502.web.pages.words import age_text, counted
from port502.web.roles import Role
from port502.web.tools.jobs import Job, Jobs
from port502.web.tools.looks import PLAIN_PORTS, Sweep, SweepPlan, planned, scanning

COLUMNS = ("address", "port", "unit", "product", "revision", "map", "answers in ms", "MAC", "notes")


@ui.page("/tools/scan")
def scan(request: Request) -> None:
    """Networks in, devices out."""
    visit = visit_of(request)
    with tool(visit, "Scan"):
        if needs(visit, Role.ENGINEER, "Asking devices"):
            _Scan(visit, request.scope[STATE].jobs, request.query_params.get("ranges", "")[:300])


class _Scan:
    def __init__(self, visit: Visit, jobs: Jobs, ranges: str) -> None:
        self._visit = visit
        with card("Find devices"):
            ui.label(
                "Gentle: eight hosts at a time, one request in flight to each. Everything is read, nothing is written."
            ).classes("p5-quiet")
            with ui.row().classes("p5-tools"):
                self._ranges = ui.input("Addresses", value=ranges, placeholder=_offer())
                self._ranges.props("outlined dense autofocus debounce=300").classes("p5-find").on(
                    "keydown.enter", self._begin
                )
                self._exclude = ui.input("Leave out").props("outlined dense debounce=300")
                self._exclude.classes("p5-choice")
                self._ports = ui.input("Ports", value=PLAIN_PORTS).props("outlined dense debounce=300")
                self._ports.classes("p5-choice")
                self._units = ui.input("Units", placeholder="the usual").props("outlined dense debounce=300")
                self._units.classes("p5-choice")
            with ui.row().classes("p5-tools"):
                self._fast = ui.switch("Fast").tooltip("As fast as the network and the devices are")
                self._beside = beside_switch(visit)
                ui.space()
                ui.button("Scan", on_click=self._begin).props("unelevated no-caps")
            self._cost = ui.column().classes("w-full").props('role="status"')
        for control in (self._ranges, self._exclude, self._ports, self._units, self._fast, self._beside):
            control.on_value_change(self._tell)
        self._look = Look(visit, jobs, "scan", show_inventory)
        self._tell()

    def _sweep(self, *, public: bool = False) -> Sweep:
        return Sweep(
            (self._ranges.value or "").strip(),
            self._exclude.value or "",
            self._units.value or "",
            self._ports.value or "",
            bool(self._fast.value),
            public,
            bool(self._beside.value),
        )

    def _tell(self) -> None:
        """What it would cost, before anything is sent."""
        sweep = self._sweep()
        keep_in_url(self._visit.path, {"ranges": sweep.ranges})
        self._cost.clear()
        if not sweep.ranges:
            return
        with self._cost:
            try:
                plan = planned(sweep, site_of(self._visit))
            except Port502Error as error:
                complaint(error)
                return
            cost = plan.estimate
            ui.label(
                f"{_addresses(cost.addresses)}: at most {cost.packets:,} packets if nobody is there, in about"
                f" {age_text(cost.seconds)}; each device found adds about {age_text(cost.device_seconds)}."
            ).classes("p5-quiet")
            if plan.spared:
                some = ", ".join(plan.spared[:4]) + (", ..." if len(plan.spared) > 4 else "")
                ui.label(f"Left out, as the running site keeps connections there: {some}").classes("p5-quiet")

    async def _begin(self) -> None:
        sweep, site = self._sweep(), site_of(self._visit)
        try:
            plan = planned(sweep, site)
        except Port502Error as error:
            ui.notify(str(error), type="negative", multi_line=True)
            return
        if plan.public:
            if not await self._consent(plan):
                return
            sweep = self._sweep(public=True)
        await self._look.begin(sweep.ranges[:100], lambda: scanning(sweep, site))

    async def _consent(self, plan: SweepPlan) -> bool:
        """Ask before places are scanned that may be somebody else's."""
        some = ", ".join(plan.public[:5]) + (", ..." if len(plan.public) > 5 else "")
        with ui.dialog() as dialog, ui.card().classes("p5-dialog"):
            ui.label("Not known to be private").classes("p5-title")
            ui.label(f"{some}: scan only what you may.").style("overflow-wrap: anywhere")
            with ui.row().classes("w-full justify-end"):
                ui.button("Do not scan", on_click=lambda: dialog.submit(False)).props("flat no-caps")
                ui.button("I may: scan", on_click=lambda: dialog.submit(True)).props("unelevated no-caps")
        answer = await dialog
        dialog.delete()
        return bool(answer)


def show_inventory(job: Job, inventory: Inventory) -> None:
    """How many of what, then a row for each unit that answers itself."""
    units = sum(len(device.devices) for device in inventory.devices)
    where = (
        f"{inventory.probed:,} addresses"
        if inventory.is_complete
        else f"{inventory.probed:,} of {inventory.of:,}"
    )
    with card(f"{counted(len(inventory.devices), 'device')}, {counted(units, 'unit')}"):
        said(WELL, f"Looked at {where} in {age_text(inventory.took)}.")
        rows = rows_of(inventory)
        if rows:
            wide(table(COLUMNS, rows), "Devices")
        for other in inventory.others[:20]:
            place = f"{other.address}:{other.port}" if other.port else other.address
            ui.label(f"No Modbus at {place}: {other.says}").classes("p5-quiet")
        if len(inventory.others) > 20:
            ui.label(f"and {len(inventory.others) - 20} more ports without Modbus").classes("p5-quiet")
        with ui.row():
            ui.button(
                "CSV", on_click=lambda: ui.download.content(csv_of(inventory), "devices.csv", "text/csv")
            ).props("outline no-caps")
            ui.button(
                "Inventory",
                on_click=lambda: ui.download.content(
                    json.dumps(inventory_json(inventory), indent=2, ensure_ascii=False),
                    "inventory.json",
                    "application/json",
                ),
            ).props("flat no-caps").tooltip("JSON, which port502 scan --diff compares with")


def rows_of(inventory: Inventory) -> list[tuple[str, ...]]:
    """A row for each unit that answers itself, and for each device of which none does."""
    return [_row(device, unit) for device in inventory.devices for unit in device.devices or (None,)]


def _row(device: FoundDevice, unit: FoundUnit | None) -> tuple[str, ...]:
    mac = f"{device.mac} {device.maker}".strip()
    notes = [*device.quirks, *(("a gateway",) if device.gateway else ())]
    if unit is None:
        return (
            device.address,
            str(device.port),
            "",
            "no unit that was asked answers",
            "",
            "",
            "",
            mac,
            "; ".join(notes),
        )
    number = "any" if unit.kind is UnitClass.ANY_UNIT else str(unit.unit)
    took = "" if unit.response_ms is None else f"{unit.response_ms:.1f}"
    said_ = "; ".join([*notes, *unit.quirks])
    title = unit.title or "does not say"
    return (device.address, str(device.port), number, title, unit.revision, unit.map, took, mac, said_)


def csv_of(inventory: Inventory) -> str:
    """The same as CSV; text that a spreadsheet would run is made harmless."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([safe_text(cell) for cell in row] for row in rows_of(inventory))
    return out.getvalue()


def _offer() -> str:
    """What could be scanned: this host's own network."""
    own = own_networks()
    return str(own[0]) if own else "192.168.1.0/24"


def _addresses(count: int) -> str:
    return counted(count, "address").replace("addresss", "addresses")
