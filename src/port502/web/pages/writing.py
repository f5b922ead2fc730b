"""Writing a point: what it is now, what it would be, what would be sent; confirmed, sent once, read back."""

from __future__ import annotations

import re

from nicegui import ui

from port502.collect.sample import Value
from port502.errors import UsageError
from port502.web.pages.acting import act
from port502.web.pages.frame import Visit
from port502.web.pages.words import age_text, now_text, value_text
from port502.web.points import PointInfo
from port502.web.roles import Role

REFRESH = 0.5
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]*)?")
"""Numbers as they stand on these pages, 1,500; where a comma is the decimal sign that is one and a half."""
NOTHING_SENT = "; nothing was sent"
"""What refusals of writes end with; while somebody types, nothing could have been."""


def write_dialog(visit: Visit, name: str) -> None:
    """Open the dialog for a point that the site file opens for writes."""
    info = visit.station.point(name)
    if info.writable:
        _Writing(visit, info).open()


class _Writing:
    def __init__(self, visit: Visit, info: PointInfo) -> None:
        self._visit = visit
        self._info = info
        self._value: Value = None
        with ui.dialog().props("no-backdrop-dismiss") as self._dialog, ui.card().classes("p5-dialog"):
            ui.label(f"Write {info.name}").classes("p5-title")
            ui.label(_limits(info)).classes("p5-quiet")
            with ui.element("div").classes("p5-facts"):
                ui.label("now").classes("p5-quiet")
                self._now = ui.label("-")
                ui.label("sends").classes("p5-quiet")
                self._sends = ui.label("-").classes("p5-mono")
            self._new = ui.input(f"New value{f', {info.unit_of_measure}' if info.unit_of_measure else ''}")
            self._new.props("autofocus outlined dense").classes("w-full").on_value_change(self._look)
            self._name = ui.input(f"This point is critical: type {info.name} to go on")
            self._name.props("outlined dense").classes("w-full").on_value_change(self._look)
            self._name.set_visibility(info.critical)
            self._result = ui.label().style("overflow-wrap: anywhere").props('role="status"')
            with ui.row().classes("w-full justify-end"):
                ui.button("Close", on_click=self._dialog.close).props("flat no-caps")
                self._send = ui.button("Write", on_click=self._write).props("unelevated no-caps")
        self._dialog.props["aria-label"] = f"Write {info.name}"
        self._timer = ui.timer(REFRESH, self._refresh)
        self._dialog.on("hide", self._end)

    def open(self) -> None:
        self._refresh()
        self._look()
        self._dialog.open()

    def _end(self) -> None:
        self._timer.cancel()
        self._dialog.delete()

    def _refresh(self) -> None:
        now = self._visit.station.now(self._info.name)
        reason = f", {now.reason}" if now.reason else ""
        self._now.set_text(
            f"{now_text(now, self._info.unit_of_measure)} ({now.quality}{reason}, {age_text(now.age)} ago)"
        )

    def _look(self) -> None:
        """Show what would be sent, and let the button be pressed only when that can be."""
        self._send.disable()
        try:
            self._value = parsed(self._new.value or "", self._info)
            preview = self._visit.station.preview(self._info.name, self._value)
        except UsageError as error:
            self._say(
                f"■ {str(error).removesuffix(NOTHING_SENT)}" if self._new.value else "-",
                bool(self._new.value),
            )
            return
        registers = " ".join(f"{one:04X}" for one in preview.registers)
        self._say(f"{preview.text} ({registers})")
        if not self._info.critical or self._name.value == self._info.name:
            self._send.enable()

    def _say(self, text: str, wrong: bool = False) -> None:
        self._sends.set_text(text)
        self._sends.classes(replace="p5-fault" if wrong else "p5-mono")

    async def _write(self) -> None:
        self._send.disable()
        self._result.set_text("Sent; waiting for the device ...")
        station, name, value = self._visit.station, self._info.name, self._value

        async def write() -> None:
            result = await station.write(name, value, self._visit.identity, self._visit.host)
            before, after = value_text(result.before), value_text(result.after)
            verdict = "● Verified" if result.verified else f"■ Not verified: {result.note}"
            self._result.set_text(f"{verdict}: was {before}, reads back {after}.")

        if not await act(self._visit, Role.OPERATOR, write):
            self._result.set_text("■ Not written.")
        self._name.set_value("")
        self._refresh()


def parsed(text: str, info: PointInfo) -> Value:
    """The value that somebody typed; raises UsageError for none, and for one that has two meanings."""
    text = text.strip()
    if info.table == "coil":
        words = {"on": True, "1": True, "true": True, "off": False, "0": False, "false": False}
        if text.lower() not in words:
            raise UsageError("a coil is on or off")
        return words[text.lower()]
    if _GROUPED.fullmatch(text):
        whole, point = text.replace(",", ""), text.replace(",", ".", 1)
        also = f" or {point}" if text.count(",") == 1 and "." not in text else ""
        raise UsageError(f"{text} can mean two numbers: type {whole}{also}")
    for kind in (int, float):
        try:
            return kind(text.replace(",", "."))
        except ValueError:
            continue
    if not text:
        raise UsageError("type a value")
    return text


def _limits(info: PointInfo) -> str:
    place = f"{info.table}:{info.address} ({info.reference}), unit {info.unit}, {info.type}"
    if info.least is None and info.most is None:
        return place
    low = "any" if info.least is None else f"{info.least:g}"
    high = "any" if info.most is None else f"{info.most:g}"
    return f"{place}; allowed: {low} to {high} {info.unit_of_measure}".rstrip()
