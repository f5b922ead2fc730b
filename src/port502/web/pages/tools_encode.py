"""The frame encoder: any request, response or refusal, in any framing."""

from __future__ import annotations

from nicegui import ui
from starlette.requests import Request

from port502.errors import Port502Error
from port502.protocol.codes import EXCEPTION_NAMES, FUNCTION_NAMES
from port502.web.pages.frame import Visit, card, visit_of
from port502.web.pages.frame_view import show_frame
from port502.web.pages.tooling import complaint, keep_in_url, tool
from port502.web.tools.frames import Wanted, built

FRAMINGS = {"mbap": "Modbus TCP", "rtu": "RTU", "ascii": "ASCII", "pdu": "PDU alone"}
KINDS = {"request": "request", "response": "response", "exception": "refusal"}
HINTS = {
    "request": "for reads ADDRESS QUANTITY, for writes ADDRESS VALUE ...; addresses count from 0",
    "response": "what the function carries: for reads the values",
    "exception": "",
}


@ui.page("/tools/encode")
def encode(request: Request) -> None:
    """Words in, bytes out."""
    _Encoder(visit_of(request), dict(request.query_params)).show()


class _Encoder:
    def __init__(self, visit: Visit, said: dict[str, str]) -> None:
        self._visit = visit
        kind, framing = said.get("kind", ""), said.get("framing", "")
        functions = {str(code): f"{code} {name}" for code, name in FUNCTION_NAMES.items()}
        with tool(visit, "Build a frame"):
            with card("Build a frame"):
                with ui.row().classes("p5-tools"):
                    self._kind = ui.select(KINDS, label="What", value=kind if kind in KINDS else "request")
                    function = said.get("function", "3")
                    self._function = ui.select(
                        functions, label="Function", value=function if function in functions else "3"
                    )
                    self._framing = ui.select(
                        FRAMINGS, label="Framing", value=framing if framing in FRAMINGS else "mbap"
                    )
                    self._unit = ui.number("Unit", value=_number(said.get("unit"), 1), min=0, max=255)
                    self._id = ui.number("Transaction", value=_number(said.get("id"), 1), min=0, max=65535)
                    self._exception = ui.select(
                        {code: f"{code} {name}" for code, name in EXCEPTION_NAMES.items()},
                        label="Exception",
                        value=2,
                    )
                    for narrow in (self._kind, self._framing, self._unit, self._id):
                        narrow.props("outlined dense options-dense debounce=300").classes("p5-choice")
                    for wide in (self._function, self._exception):
                        wide.props("outlined dense options-dense").classes("p5-find")
                self._words = ui.input("Arguments", value=said.get("words", "107 3"))
                self._words.props('outlined dense debounce=300 input-class="p5-mono"').classes("w-full")
                self._hint = ui.label().classes("p5-quiet")
            self._found = ui.column().classes("p5-found").props('aria-live="polite"')
        for control in (
            self._kind,
            self._function,
            self._framing,
            self._unit,
            self._id,
            self._exception,
            self._words,
        ):
            control.on_value_change(self.show)

    def show(self) -> None:
        """Build what the fields ask for now."""
        kind = self._kind.value
        self._exception.set_visibility(kind == "exception")
        self._words.set_visibility(kind != "exception")
        self._id.set_visibility(self._framing.value == "mbap")
        self._hint.set_text(HINTS[kind])
        wanted = Wanted(
            self._function.value,
            self._words.value or "",
            self._framing.value,
            kind,
            _within(self._unit.value, 255),
            _within(self._id.value, 0xFFFF),
            int(self._exception.value),
        )
        keep_in_url(
            self._visit.path,
            {
                "kind": kind,
                "function": wanted.function,
                "framing": wanted.framing,
                "unit": str(wanted.unit),
                "words": wanted.words[:1000],
            },
        )
        self._found.clear()
        with self._found:
            try:
                text, one = built(wanted)
            except Port502Error as error:
                complaint(error)
                return
            with card("Bytes"), ui.row().classes("items-center w-full no-wrap"):
                ui.label(text).classes("p5-mono p5-copied").style("overflow-wrap: anywhere; flex: 1")
                ui.button("Copy", on_click=lambda: ui.clipboard.write(text)).props("flat no-caps")
            show_frame(one)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isdigit() and len(text) < 6 else otherwise


def _within(value: float | None, most: int) -> int:
    return min(max(int(value or 0), 0), most)
