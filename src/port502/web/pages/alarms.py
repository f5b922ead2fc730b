"""Alarms: what is active, what waits for somebody, what is silent, and what happened."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote

from nicegui import ui
from starlette.requests import Request

from port502.collect.alarms import AlarmEvent, AlarmState
from port502.collect.alarms.alarm import LONGEST_COMMENT, WAITING
from port502.transport.clock import utc
from port502.web.pages.acting import act
from port502.web.pages.frame import Visit, card, framed, visit_of
from port502.web.pages.words import age_text, alarm_mark, value_text
from port502.web.roles import Role

REFRESH = 0.5
MOST_ROWS = 300
MOST_EVENTS = 100
SHELVES = {"15 minutes": 900, "1 hour": 3600, "8 hours": 28_800, "1 day": 86_400, "1 week": 604_800}

CALLS = """
window.p5Alarm = (text, sound, notify) => {
  if (sound) {
    const context = new AudioContext(), tone = context.createOscillator(), volume = context.createGain();
    tone.frequency.value = 880; volume.gain.value = 0.15;
    tone.connect(volume).connect(context.destination);
    tone.start(); tone.stop(context.currentTime + 0.35);
  }
  if (notify && Notification.permission === "granted") new Notification("Alarm", {body: text});
};
"""


@ui.page("/alarms")
def alarms(request: Request) -> None:
    """The page."""
    visit = visit_of(request)
    with framed(visit, "Alarms"):
        ui.add_body_html(f"<script>{CALLS}</script>")
        _Calls(visit)
        board = _Board(visit)
        history = _History(visit)
    board.refresh()
    ui.timer(REFRESH, board.refresh)
    ui.timer(0.1, history.refresh, once=True)
    ui.timer(5.0, history.refresh)


class _Calls:
    """Sound and notifications for new alarms, where somebody wants them."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._known = {one.alarm for one in _loud(visit.station.alarms())}
        with ui.row().classes("items-center").style("gap: 16px"):
            self._sound = ui.switch("Sound")
            self._notify = ui.switch("Notifications", on_change=self._ask)
            ui.label("of new alarms, while this page is open").classes("p5-quiet p5-small")
        ui.timer(REFRESH, self._look)

    def _ask(self) -> None:
        if self._notify.value:
            ui.run_javascript("Notification.requestPermission()")

    def _look(self) -> None:
        loud = _loud(self._visit.station.alarms())
        fresh = [one for one in loud if one.alarm not in self._known]
        self._known = {one.alarm for one in loud}
        if fresh and (self._sound.value or self._notify.value):
            sound, notify = ("true" if one.value else "false" for one in (self._sound, self._notify))
            ui.run_javascript(f"p5Alarm({_quoted(fresh[0].text)}, {sound}, {notify})")


class _Board:
    """The alarms in three lists; a list is built anew only when something in it has changed."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._shown: tuple[object, ...] = ()
        self._ages: list[tuple[ui.label, float]] = []
        with card("Active, or waiting for somebody"):
            self._all = ui.button("Acknowledge all", on_click=self._acknowledge_all).props(
                "outline dense no-caps"
            )
            self._active = ui.element("div").classes("p5-rows")
        with card("Silent: shelved or suppressed"):
            self._silent = ui.element("div").classes("p5-rows")
        with card("Normal"):
            self._normal = ui.element("div").classes("p5-rows")

    def refresh(self) -> None:
        """Show what has changed."""
        now = time.time()
        for label, since in self._ages:
            label.set_text(f"for {age_text(now - since)}")
        states = self._visit.station.alarms()
        shown = tuple((one.alarm, one.state, one.text, one.silent, one.since, one.comment) for one in states)
        if shown == self._shown:
            return
        self._shown = shown
        self._ages = []
        silent = [one for one in states if one.silent]
        active = [one for one in states if not one.silent and one.state != "normal"]
        normal = [one for one in states if not one.silent and one.state == "normal"]
        self._all.set_visibility(
            self._visit.may(Role.OPERATOR) and any(one.state in WAITING for one in active)
        )
        self._fill(self._active, active, "Nothing: all is well.")
        self._fill(self._silent, silent, "None.")
        self._fill(self._normal, normal, "None.")

    def _fill(self, rows: ui.element, states: Sequence[AlarmState], none: str) -> None:
        rows.clear()
        with rows:
            for state in states[:MOST_ROWS]:
                self._row(state)
            if not states:
                ui.label(none).classes("p5-quiet")
            elif len(states) > MOST_ROWS:
                ui.label(f"and {len(states) - MOST_ROWS} more").classes("p5-quiet")

    def _row(self, state: AlarmState) -> None:
        mark = alarm_mark(state.priority, quiet=not state.active or state.silent)
        with ui.element("div").classes("p5-row p5-alarm"):
            ui.label(str(mark)).classes(mark.classes)
            with ui.element("div").style("min-width: 0"):
                title = _title(state)
                ui.label(title).style("overflow-wrap: anywhere")
                if detail := _detail(state, title):
                    ui.label(detail).classes("p5-quiet").style("font-size: 0.85rem; overflow-wrap: anywhere")
            self._ages.append((ui.label().classes("p5-quiet p5-mono").tooltip(utc(state.since)), state.since))
            with ui.element("div").classes("p5-buttons"):
                self._buttons(state)

    def _buttons(self, state: AlarmState) -> None:
        if state.points:
            moment = state.raised or state.since
            target = f"/trends?{'&'.join(f'point={one}' for one in state.points[:4])}&around={moment:.0f}"
            ui.link("Trend", target).classes("p5-quiet")
        elif state.device:
            ui.link("Device", f"/device/{quote(state.device)}").classes("p5-quiet")
        if not self._visit.may(Role.OPERATOR):
            return
        if state.state in WAITING:
            ui.button("Acknowledge", on_click=lambda: self._acknowledge([state.alarm])).props(
                "dense no-caps unelevated"
            )
        if state.shelved_until is not None:
            ui.button("Unshelve", on_click=lambda: self._unshelve(state.alarm)).props("flat dense no-caps")
        elif not state.suppressed:
            ui.button("Shelve", on_click=lambda: self._shelve(state.alarm)).props("flat dense no-caps")

    def _acknowledge_all(self) -> None:
        waiting = [
            one.alarm for one in self._visit.station.alarms() if one.state in WAITING and not one.silent
        ]
        if waiting:
            self._acknowledge(waiting)

    def _acknowledge(self, names: list[str]) -> None:
        what = names[0] if len(names) == 1 else f"{len(names)} alarms"
        visit = self._visit

        async def done(comment: str) -> None:
            await act(visit, Role.OPERATOR, lambda: visit.station.acknowledge(names, visit.identity, comment))
            self.refresh()

        _ask(f"Acknowledge {what}", done)

    def _shelve(self, name: str) -> None:
        visit = self._visit
        with ui.dialog() as dialog, ui.card().style("min-width: min(22rem, 90vw)"):
            dialog.props["aria-label"] = f"Shelve {name}"
            ui.label(f"Shelve {name}").classes("p5-title")
            span = ui.select(list(SHELVES), value="1 hour", label="For").classes("w-full")
            comment = ui.input("Comment").props(f"maxlength={LONGEST_COMMENT}").classes("w-full")

            async def shelve() -> None:
                seconds = SHELVES[str(span.value)]
                text = comment.value
                dialog.close()
                await act(
                    visit, Role.OPERATOR, lambda: visit.station.shelve(name, seconds, visit.identity, text)
                )
                self.refresh()

            _buttons("Shelve", shelve, dialog.close)
        dialog.open()

    async def _unshelve(self, name: str) -> None:
        visit = self._visit
        await act(visit, Role.OPERATOR, lambda: visit.station.unshelve(name, visit.identity))
        self.refresh()


class _History:
    """What happened, newest first."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._newest: int | None = -1
        with card("What happened"):
            self._rows = ui.element("div").classes("p5-rows")

    async def refresh(self) -> None:
        """Show what has happened since."""
        events = await self._visit.station.alarm_history(most=MOST_EVENTS)
        newest = events[0][0] if events else None
        if newest == self._newest:
            return
        self._newest = newest
        self._rows.clear()
        with self._rows:
            for _, event in events:
                self._row(event)
            if not events:
                ui.label("Nothing yet.").classes("p5-quiet")

    def _row(self, event: AlarmEvent) -> None:
        with ui.element("div").classes("p5-row p5-event"):
            ui.label(utc(event.time).replace("T", " ")[:19]).classes("p5-quiet p5-mono")
            ui.label(event.what)
            said = f"{event.text or event.alarm}{f' - {event.comment}' if event.comment else ''}"
            ui.label(said).style("overflow-wrap: anywhere")
            ui.label(event.by).classes("p5-quiet")


def _ask(title: str, done: Callable[[str], Awaitable[None]]) -> None:
    """Ask for a comment, and go on with it."""
    with ui.dialog() as dialog, ui.card().style("min-width: min(22rem, 90vw)"):
        dialog.props["aria-label"] = title
        ui.label(title).classes("p5-title")
        comment = ui.input("Comment").props(f"autofocus maxlength={LONGEST_COMMENT}").classes("w-full")

        async def finish() -> None:
            text = comment.value
            dialog.close()
            await done(text)

        comment.on("keydown.enter", finish)
        _buttons("Acknowledge", finish, dialog.close)
    dialog.open()


def _buttons(word: str, do: Callable[[], object], close: Callable[[], object]) -> None:
    with ui.row().classes("w-full justify-end"):
        ui.button("Cancel", on_click=close).props("flat no-caps")
        ui.button(word, on_click=do).props("unelevated no-caps")


def _loud(states: Sequence[AlarmState]) -> list[AlarmState]:
    return [one for one in states if one.active and not one.silent]


def _title(state: AlarmState) -> str:
    return state.text if state.text and state.state != "normal" else state.alarm


def _detail(state: AlarmState, title: str) -> str:
    """How an alarm stands, in words; without what its title and the list it is in tell."""
    said = [state.alarm] if title != state.alarm else []
    if state.state != "normal":
        said.append(state.state)
    if state.active and state.value is not None:
        said.append(f"at {value_text(state.value)}")
    if state.acknowledged_by:
        said.append(f"seen by {state.acknowledged_by}")
    if state.comment:
        said.append(f"“{state.comment}”")
    if state.shelved_until is not None:
        by = f" by {state.shelved_by}" if state.shelved_by else ""
        said.append(f"shelved{by} until {utc(state.shelved_until)[:16].replace('T', ' ')} UTC")
    if state.suppressed:
        said.append("suppressed by design")
    if not state.known:
        said.append("cannot be told now")
    return ", ".join(said)


def _quoted(text: str) -> str:
    return json.dumps(text).replace("<", "\\u003c")
