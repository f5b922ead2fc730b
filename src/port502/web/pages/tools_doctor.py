"""Doctor: why does it not work?"""

from __future__ import annotations

import json

from nicegui import ui
from starlette.requests import Request

from port502.discover.doctor.findings import Level
from port502.discover.doctor.page import page
from port502.discover.doctor.report import Report
from port502.discover.pages.html import html
from port502.web.gate import STATE
from port502.web.pages.frame import Visit, card, visit_of
from port502.web.pages.frame_view import table, wide
from port502.web.pages.tooling import keep_in_url, needs, tool
from port502.web.pages.tools_look import Look, beside_switch, site_of
from port502.web.pages.words import Mark
from port502.web.roles import Role
from port502.web.tools.jobs import Job, Jobs
from port502.web.tools.looks import Complaint, examining

LEVELS = {
    Level.FAULT: Mark("■", "fault", "critical"),
    Level.NOTICE: Mark("◆", "note", "medium"),
    Level.FINE: Mark("●", "well"),
}


@ui.page("/tools/doctor")
def doctor(request: Request) -> None:
    """A host in, a verdict out."""
    visit = visit_of(request)
    with tool(visit, "Doctor"):
        if needs(visit, Role.ENGINEER, "Asking devices"):
            _Doctor(visit, request.scope[STATE].jobs, dict(request.query_params))


class _Doctor:
    def __init__(self, visit: Visit, jobs: Jobs, given: dict[str, str]) -> None:
        self._visit = visit
        with card("Find out why it does not work"):
            ui.label(
                "Name, route, connection, units, functions, addresses, values and stability are looked at in this"
                " order, until something is sure. Nothing is ever written to the device."
            ).classes("p5-quiet")
            with ui.row().classes("p5-tools"):
                self._target = ui.input(
                    "Host", value=given.get("target", "")[:300], placeholder="192.168.1.10 or plc.local:1502"
                )
                self._target.props("outlined dense autofocus").classes("p5-find").on(
                    "keydown.enter", self._begin
                )
                self._unit = ui.number("Unit", value=1, min=0, max=255).props("outlined dense")
                self._unit.classes("p5-choice")
                self._reads = ui.input(
                    "Reads that fail", value=given.get("reads", "")[:300], placeholder="40001, holding:10*4"
                )
                self._reads.props("outlined dense").classes("p5-find")
            self._expected = ui.textarea(
                "Values that you read off the device", placeholder="holding:0/float32 ~ 231"
            )
            self._expected.props("outlined dense autogrow maxlength=2000").classes("w-full")
            with ui.row().classes("p5-tools"):
                self._deep = ui.switch("Deep").tooltip(
                    "Also what takes minutes or could be in the way of others: other ports and units, time-outs,"
                    " how many connections it takes"
                )
                self._beside = beside_switch(visit)
                ui.space()
                ui.button("Examine", on_click=self._begin).props("unelevated no-caps")
        self._look = Look(visit, jobs, "doctor", show_report)

    async def _begin(self) -> None:
        complaint = Complaint(
            (self._target.value or "").strip(),
            int(self._unit.value or 0),
            self._reads.value or "",
            self._expected.value or "",
            bool(self._deep.value),
            bool(self._beside.value),
        )
        keep_in_url(self._visit.path, {"target": complaint.target, "reads": complaint.reads})
        await self._look.begin(complaint.target, lambda: examining(complaint, site_of(self._visit)))


def show_report(job: Job, report: Report) -> None:
    """The verdict in one sentence, what to do, and below it what it rests on."""
    told = page(report)
    mark = LEVELS[report.verdict.main.finding.level]
    with card(told.title):
        with ui.row().classes("p5-said items-baseline"):
            ui.label(str(mark)).classes(mark.classes)
            ui.label(told.verdict).classes("p5-verdict")
        with ui.row().classes("items-baseline"):
            ui.link(told.code, f"/tools/explain?topic={told.code}")
            ui.label(told.confidence).classes("p5-quiet")
        if report.verdict.main.finding.level is not Level.FINE:
            ui.label(f"Do: {told.fix}").style("overflow-wrap: anywhere")
        with ui.row():
            ui.button(
                "Report",
                on_click=lambda: ui.download.content(html(told), "report.html", "text/html"),
            ).props("outline no-caps").tooltip("A page to send to whoever looks after the device")
            ui.button(
                "JSON",
                on_click=lambda: ui.download.content(
                    json.dumps(report.json(), indent=2, ensure_ascii=False), "report.json", "application/json"
                ),
            ).props("flat no-caps")
    for section in told.sections:
        with card(section.heading):
            if section.text:
                ui.label(section.text).style("overflow-wrap: anywhere")
            if section.rows:
                wide(table(section.columns, section.rows), section.heading)
    ui.label(told.foot).classes("p5-quiet")
