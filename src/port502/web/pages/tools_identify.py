"""Identify: what is this device?"""

from __future__ import annotations

import json

from nicegui import ui
from starlette.requests import Request

from port502.discover.found import FoundUnit
from port502.protocol.codes import function_name
from port502.registers.maps.words import place_of
from port502.web.api.looking import result_json
from port502.web.gate import STATE
from port502.web.pages.frame import Visit, card, visit_of
from port502.web.pages.frame_view import table, wide
from port502.web.pages.tooling import keep_in_url, needs, said, tool
from port502.web.pages.tools_look import Look, beside_switch, site_of
from port502.web.pages.words import Mark
from port502.web.roles import Role
from port502.web.tools.jobs import Job, Jobs
from port502.web.tools.looks import Identified, identifying

UNKNOWN = Mark("◆", "unknown", "medium")


@ui.page("/tools/identify")
def identify(request: Request) -> None:
    """A host in, a product out."""
    visit = visit_of(request)
    with tool(visit, "Identify"):
        if needs(visit, Role.ENGINEER, "Asking devices"):
            _Identify(visit, request.scope[STATE].jobs, request.query_params.get("target", "")[:300])


class _Identify:
    def __init__(self, visit: Visit, jobs: Jobs, target: str) -> None:
        self._visit = visit
        with card("Identify a device"):
            ui.label(
                "What it says of itself, and which known products fit. Everything is read, nothing is written."
            ).classes("p5-quiet")
            with ui.row().classes("p5-tools"):
                self._target = ui.input("Host", value=target, placeholder="192.168.1.10 or plc.local:1502")
                self._target.props("outlined dense autofocus").classes("p5-find").on(
                    "keydown.enter", self._begin
                )
                self._unit = ui.number("Unit", min=0, max=255, placeholder="find out")
                self._unit.props("outlined dense clearable").classes("p5-choice")
                self._beside = beside_switch(visit)
                ui.button("Identify", on_click=self._begin).props("unelevated no-caps")
        self._look = Look(visit, jobs, "identify", show_identified)

    async def _begin(self) -> None:
        target = (self._target.value or "").strip()
        keep_in_url(self._visit.path, {"target": target})
        unit = None if self._unit.value is None else int(self._unit.value)
        beside = bool(self._beside.value)
        await self._look.begin(
            target, lambda: identifying(target, unit, None, site_of(self._visit), beside=beside)
        )


def show_identified(job: Job, found: Identified) -> None:
    """The verdict first, then what it rests on."""
    unit = found.unit
    with card(unit.title or "It says nothing of itself"):
        best = unit.candidates[0] if unit.candidates else None
        if best is not None and unit.map:
            said(Mark("●", best.confidence), f"{best.manufacturer} {best.product}".strip())
            ui.link(f"Its map: {unit.map}", f"/tools/maps?map={unit.map}")
        else:
            said(UNKNOWN, "No product that is known fits well enough to name its map.")
        wide(table(("what", "it says"), _facts(found)), "What it said")
        if unit.candidates:
            ui.label("What fits, best first").classes("p5-title")
            rows = [
                (
                    one.confidence,
                    f"{one.manufacturer} {one.product}".strip(),
                    one.map,
                    "; ".join(one.evidence),
                )
                for one in unit.candidates
            ]
            wide(table(("how sure", "product", "map", "evidence"), rows), "Candidates")
        if found.apart:
            ui.label("What would tell the first of them apart: only it answers at").classes("p5-title")
            wide(
                table(("map", "place", "point"), [(m, place_of(p), p.name) for m, p in found.apart]), "Apart"
            )
        content = json.dumps(result_json(found), indent=2, ensure_ascii=False)
        ui.button(
            "JSON", on_click=lambda: ui.download.content(content, "device.json", "application/json")
        ).props("flat no-caps")


def _facts(found: Identified) -> list[tuple[str, ...]]:
    unit, device = found.unit, found.device
    took = f", answers in {unit.response_ms:.2f} ms" if unit.response_ms else ""
    rows = [("where", f"{device.url}, unit {unit.unit}{took}"), *unit.objects.items()]
    rows += [("server id", unit.server_id)] if unit.server_id else []
    if unit.sunspec_base is not None:
        models = ", ".join(map(str, unit.models)) or "none"
        rows.append(("SunSpec", f"models {models} from holding:{unit.sunspec_base} on"))
    rows += [("serial number", unit.serial)] if unit.serial else []
    rows += [("functions", _functions(unit))] if unit.functions else []
    rows += [("MAC", f"{device.mac} {device.maker}".strip())] if device.mac else []
    rows += [("note", quirk) for quirk in (*unit.quirks, *device.quirks)]
    return list(rows)


def _functions(unit: FoundUnit) -> str:
    return ", ".join(f"{number} {function_name(number)}" for number in unit.functions)
