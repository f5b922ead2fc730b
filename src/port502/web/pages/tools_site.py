"""The site file in an editor: checked as one types, with what it will ask and change before it is applied."""

from __future__ import annotations

import asyncio

from nicegui import ui
from nicegui.events import GenericEventArguments
from starlette.requests import Request

from port502.errors import Port502Error
from port502.site.faults import ERROR, Fault
from port502.web.pages.acting import act
from port502.web.pages.frame import Visit, card, visit_of
from port502.web.pages.frame_view import table, wide
from port502.web.pages.spread import duration_text
from port502.web.pages.tooling import DOUBT, WELL, WRONG, complaint, needs, said, tool
from port502.web.pages.words import Mark, counted, percent_text
from port502.web.roles import Role
from port502.web.tools.draft import Checked, Text, check, digest_of

PAUSE = 0.5
"""Seconds without a change after which a draft is checked."""

MOST_FAULTS = 50
MOST_ROWS = 60
EXAMPLE = """\
site: pump-station
connections:
  plc: {url: "tcp://192.168.1.10"}
devices:
  pump-1:
    connection: plc
    interval: 1s
    points:
      speed: {ref: 40001, scale: 0.1, unit: Hz}
"""

DARKNESS = """
<script>
window.addEventListener("load", () => {
  let told = null;
  setInterval(() => {
    for (const one of document.querySelectorAll(".cm-content")) one.setAttribute("aria-label", "Site file");
    for (const one of document.querySelectorAll(".cm-scroller")) one.tabIndex = 0;
    const dark = document.body.classList.contains("body--dark");
    if (dark === told || !window.did_handshake || !document.querySelector(".cm-content")) return;
    told = dark;
    emitEvent("p5-dark", dark);
  }, 300);
});
</script>
"""
"""Tells whether the page is dark, which the editor's colours follow, and names the editor for who cannot see it."""


@ui.page("/tools/site")
async def site_file(request: Request) -> None:
    """A draft of the site file."""
    visit = visit_of(request)
    ui.add_head_html(DARKNESS)  # before anything is waited for: later scripts are not run
    with tool(visit, "Site file"):
        if not needs(visit, Role.ENGINEER, "Editing the site file"):
            return
        try:
            found = await visit.site.site_text() if visit.site is not None else None
        except Port502Error as error:
            complaint(error)
            return
        editor = _Editor(visit, found or Text("", EXAMPLE, digest_of(EXAMPLE)))
    await editor.check()


class _Editor:
    def __init__(self, visit: Visit, found: Text) -> None:
        self._visit = visit
        self._basis = found.digest
        self._checking = asyncio.Lock()
        self._checked: Checked | None = None
        self._text = found.text
        ui.on("p5-dark", self._dark)
        with ui.element("div").classes("p5-draft"):
            with card(found.name or "A site file, to try"):
                hint = (
                    "Secrets stay names here. Nothing is changed before it is applied."
                    if visit.site is not None
                    else "No site runs here: what is written here is checked and planned, and kept nowhere."
                )
                ui.label(hint).classes("p5-quiet")
                self._code = ui.codemirror(found.text, language="YAML", theme="vscodeLight", indent="  ")
                self._code.classes("p5-editor")
                with ui.row().classes("w-full items-center"):
                    self._state = ui.label().classes("p5-quiet").style("flex: 1").props('role="status"')
                    if visit.site is not None:
                        self._applying(visit)
            with ui.column().classes("p5-found"):
                with card("Checks"):
                    self._faults = ui.column().classes("w-full")
                self._change = ui.column().classes("p5-found")
                self._plan = ui.column().classes("p5-found")
        self._timer = ui.timer(PAUSE, self.check, active=False)
        self._code.on_value_change(self._typed)

    def _dark(self, event: GenericEventArguments) -> None:
        self._code.run_method("setTheme", "vscodeDark" if event.args else "vscodeLight")

    def _applying(self, visit: Visit) -> None:
        ui.button("Discard", on_click=lambda: ui.navigate.reload()).props("flat no-caps")
        self._apply = ui.button("Apply", on_click=self._confirm).props("unelevated no-caps")
        self._apply.disable()
        if not visit.may(Role.ADMIN):
            self._apply.tooltip("This needs the role admin")

    def _typed(self) -> None:
        self._state.set_text("...")
        if self._visit.site is not None:
            self._apply.disable()
        self._timer.deactivate()
        self._timer.activate()

    async def check(self) -> None:
        """Check what stands in the editor now, and show what it would do."""
        self._timer.deactivate()
        if not self._visit.stands(used=True):
            self._state.set_text("Your login has ended: log in again.")
            return
        async with self._checking:
            text = self._code.value or ""
            site = self._visit.site
            try:
                found = await (site.check(text) if site is not None else check(text))
            except Port502Error as error:
                self._state.set_text(str(error))
                return
            if text == (self._code.value or ""):  # else somebody typed on, and another check follows
                self._text, self._checked = text, found
                self._show(found)

    def _show(self, found: Checked) -> None:
        errors = [one for one in found.faults if one.severity == ERROR]
        self._state.set_text("Valid" if found.valid else counted(len(errors), "fault"))
        self._mark(errors)
        self._faults.clear()
        with self._faults:
            if found.valid:
                said(WELL, "It can be used.")
            for fault in found.faults[:MOST_FAULTS]:
                self._fault(fault)
            if len(found.faults) > MOST_FAULTS:
                ui.label(f"and {len(found.faults) - MOST_FAULTS} more").classes("p5-quiet")
        for part, show in (
            (self._change, _show_change if found.diff else None),
            (self._plan, _show_plan if found.plan else None),
        ):
            part.clear()
            part.set_visibility(show is not None)
            if show is not None:
                with part:
                    show(found)
        if self._visit.site is not None:
            self._apply.set_enabled(found.valid and bool(found.diff) and self._visit.may(Role.ADMIN))

    def _mark(self, errors: list[Fault]) -> None:
        """Colour the lines with faults.

        Methods of the editor are called for this and its theme: an update of the element would put the text that was
        checked in the place of what has been typed since.
        """
        lines = len(self._text.splitlines())
        marked = {one.line for one in errors[:MOST_FAULTS] if 0 < one.line <= lines}
        specs = [{"kind": "line", "line": line, "class": "p5-faulty-line"} for line in sorted(marked)]
        self._code.run_method("setDecorations", specs)
        told = {one.line: one.message for one in reversed(errors) if one.line in marked}
        self._code.run_method("setLineTooltips", told)

    def _fault(self, fault: Fault) -> None:
        mark = WRONG if fault.severity == ERROR else DOUBT
        with ui.row().classes("p5-said items-baseline"):
            ui.label(str(mark)).classes(mark.classes)
            with ui.column().style("gap: 0; min-width: 0"):
                about = f"{fault.key_path}: " if fault.key_path else ""
                ui.label(f"{about}{fault.message}").style("overflow-wrap: anywhere")
                if fault.hint:
                    ui.label(fault.hint).classes("p5-quiet")
            ui.space()
            if fault.line:
                place = f"line {fault.line}:{fault.column}"
                button = ui.button(place, on_click=lambda: self._code.reveal_line(fault.line))
                button.props("flat dense no-caps").style("white-space: nowrap")

    async def _confirm(self) -> None:
        """Show once more what will happen, and do it only then."""
        checked, text = self._checked, self._text
        if checked is None or not checked.valid:
            return
        with ui.dialog() as dialog, ui.card().classes("p5-dialog"):
            ui.label("Apply this site file?").classes("p5-title")
            ui.label(f"{checked.change}.").style("overflow-wrap: anywhere")
            ui.label("What does not change runs on. The file as it was is kept beside it.").classes(
                "p5-quiet"
            )
            busy = [one.name for one in checked.plan if not one.fits]
            if busy:
                said(DOUBT, f"little time is left on {', '.join(busy[:5])}")
            with ui.row().classes("w-full justify-end"):
                ui.button("Back", on_click=lambda: dialog.submit(False)).props("flat no-caps")
                ui.button("Apply", on_click=lambda: dialog.submit(True)).props("unelevated no-caps")
        answer = await dialog
        dialog.delete()
        if answer:
            await self._do(text)

    async def _do(self, text: str) -> None:
        station, identity, host = self._visit.station, self._visit.identity, self._visit.host
        self._apply.disable()
        if await act(
            self._visit,
            Role.ADMIN,
            lambda: station.apply(text, self._basis, identity, host),
            "The site runs with this file now.",
        ):
            self._basis = digest_of(text)
        await self.check()


def _show_plan(found: Checked) -> None:
    """Reads per second and the load, for each connection, the busiest first."""
    plan = found.plan
    ordered = sorted(plan, key=lambda one: -one.load)
    rows = []
    for one in ordered[:MOST_ROWS]:
        mark = Mark("●", "fits") if one.fits else Mark("◆", "busy")
        intervals = ", ".join(f"{each:g}" for each in sorted({each.interval for each in one.groups}))
        reads = f"{sum(each.points for each in one.groups):,} every {intervals} s"
        answer = f"{duration_text(one.response)}{'' if one.measured else ', assumed'}"
        cells = (one.name, f"{one.rate:,.2f}", f"{mark}, {percent_text(one.load)}", answer)
        rows.append((*cells, reads if one.groups else "nothing"))
    with card("What it will ask"):
        wide(table(("connection", "reads per s", "load", "answers in", "points"), rows), "Plan").classes(
            "p5-lines"
        )
        more = f"; {len(plan) - MOST_ROWS} more connections are less busy" if len(plan) > MOST_ROWS else ""
        total = sum(one.rate for one in plan)
        ui.label(f"{total:,.2f} reads per second in all{more}").classes("p5-quiet")


def _show_change(found: Checked) -> None:
    """What a reload would do, and the lines that differ from the file that runs."""
    with card("What would change"):
        if found.change is not None:
            ui.label(f"{found.change}.").style("overflow-wrap: anywhere")
        with (
            ui.element("div")
            .classes("p5-diff p5-mono")
            .props('tabindex=0 role="region" aria-label="Difference"')
        ):
            for line in found.diff:
                kind = {"+": "is-new", "-": "is-gone", "@": "is-place"}.get(line[:1], "")
                ui.label(line or " ").classes(kind)
