"""The frame decoder: paste bytes in any spelling, and see what they say and what is wrong with them."""

from __future__ import annotations

from nicegui import ui
from starlette.requests import Request

from port502.errors import Port502Error
from port502.registers.maps.library import Library
from port502.web.pages.frame import Visit, card, visit_of
from port502.web.pages.frame_view import show_frame
from port502.web.pages.tooling import complaint, keep_in_url, tool
from port502.web.tools.frames import MOST_FRAMES, MOST_TEXT, Asked, explained

MOST_SHOWN = 20
LONGEST_URL = 1500
EXAMPLE = "00 01 00 00 00 06 06 03 00 6B 00 02\n00 01 00 00 00 07 06 03 04 43 67 00 00"
FRAMINGS = {
    "": "find out",
    "mbap": "Modbus TCP",
    "rtu": "RTU",
    "ascii": "ASCII",
    "pdu": "PDU alone",
}
DIRECTIONS = {"": "find out", "request": "request", "response": "response"}


@ui.page("/tools")
def decode(request: Request) -> None:
    """Bytes in, meaning out."""
    _Decoder(visit_of(request), dict(request.query_params)).show()


class _Decoder:
    def __init__(self, visit: Visit, said: dict[str, str]) -> None:
        self._visit = visit
        self._said = said
        with tool(visit, "Decode frames"):
            with card("Decode frames"):
                ui.label(
                    "Hexadecimal in any spelling, dumps, and the logs of most programs. A response after its request"
                    " is told where its values lie."
                ).classes("p5-quiet")
                self._text = ui.textarea("Bytes", value=said.get("hex", "")[:MOST_TEXT])
                self._text.props(
                    f'outlined autogrow debounce=300 maxlength={MOST_TEXT} input-class="p5-mono"'
                ).classes("w-full")
                with ui.row().classes("p5-tools"):
                    self._framing = self._choice("Framing", FRAMINGS, "framing")
                    self._direction = self._choice("Direction", DIRECTIONS, "direction")
                    self._at = ui.input("Data starts at", value=said.get("at", ""), placeholder="40108")
                    self._at.props("outlined dense debounce=300").classes("p5-choice")
                    self._map = ui.input(
                        "Map", value=said.get("map", ""), placeholder="eastron/sdm630", autocomplete=_maps()
                    )
                    self._map.props("outlined dense debounce=300").classes("p5-find")
                    self._every = ui.switch("All types", value=said.get("every") == "1")
                    ui.button("Example", on_click=lambda: self._text.set_value(EXAMPLE)).props("flat no-caps")
            self._found = ui.column().classes("p5-found").props('aria-live="polite"')
        for control in (self._text, self._framing, self._direction, self._at, self._map, self._every):
            control.on_value_change(self.show)

    def _choice(self, label: str, choices: dict[str, str], key: str) -> ui.select:
        value = self._said.get(key, "")
        made = ui.select(choices, label=label, value=value if value in choices else "")
        return made.props("outlined dense options-dense").classes("p5-choice")

    def show(self) -> None:
        """Explain what stands in the field now."""
        asked = Asked(
            self._text.value or "",
            self._framing.value or "",
            self._direction.value or "",
            (self._at.value or "").strip(),
            (self._map.value or "").strip(),
            bool(self._every.value),
        )
        self._remember(asked)
        self._found.clear()
        if not asked.text.strip():
            return
        with self._found:
            try:
                frames = explained(asked)
            except Port502Error as error:
                complaint(error)
                return
            for one in frames[:MOST_SHOWN]:
                show_frame(one)
            if not frames:
                complaint("There is no frame in it.")
            if len(frames) > MOST_SHOWN:
                many = f"{len(frames)}" if len(frames) < MOST_FRAMES else f"{MOST_FRAMES} or more"
                ui.label(f"The first {MOST_SHOWN} of {many} frames.").classes("p5-quiet")

    def _remember(self, asked: Asked) -> None:
        keep_in_url(
            self._visit.path,
            {
                "hex": asked.text if len(asked.text) <= LONGEST_URL else "",
                "framing": asked.framing,
                "direction": asked.direction,
                "at": asked.at,
                "map": asked.map,
                "every": "1" if asked.every else "",
            },
        )


def _maps() -> list[str]:
    return Library.default().names()
