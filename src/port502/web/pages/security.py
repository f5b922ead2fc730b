"""Security: are writes stopped, who is connected, what looked like an attack or was refused, what ends, who is here."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlencode

from nicegui import ui
from starlette.requests import Request

from port502.guard.record import LOCKED
from port502.site.certificates import CertificateStatus
from port502.site.status import ListenerStatus, SessionStatus
from port502.transport.clock import utc
from port502.web.api.models import LONGEST_COMMENT, Lock
from port502.web.pages.acting import act
from port502.web.pages.decisions import KINDS, moment_of, rows_of
from port502.web.pages.frame import Visit, card, framed, visit_of
from port502.web.pages.rows import Cell, Rows
from port502.web.pages.suspicions import Suspicions
from port502.web.pages.words import Mark, age_text, counted
from port502.web.roles import Role

REFRESH = 1.0
CERTIFICATES_REFRESH = 60.0
MOST_CLIENTS = 100
"""Clients of a listener that are shown; the unexpected ones come first."""

STEP = 50
DAY = 86_400.0


@ui.page("/security")
def security(request: Request, kind: str = "") -> None:
    """The page; what is chosen of the decisions stands in the url."""
    visit = visit_of(request)
    with framed(visit, "Security"):
        parts = [_lock(visit), _listeners(visit), Suspicions(visit).refresh]
        parts.append(_Decisions(visit, kind if kind in KINDS else "").refresh)
        certificates = _certificates(visit)
        parts.append(_logins(visit))
    for part in parts:
        part()
        ui.timer(REFRESH, part)
    ui.timer(0.1, certificates, once=True)
    ui.timer(CERTIFICATES_REFRESH, certificates)


# Writes


def _lock(visit: Visit) -> Callable[[], None]:
    with card("Writes"):
        banner = ui.label().classes("p5-banner").props('role="alert"')
        free = ui.label("● Writes pass, as far as the site file and the policies allow them.").classes(
            "p5-mark"
        )
        free.style("white-space: normal")
        with ui.row():
            stop = ui.button("Stop all writes", on_click=lambda: _stop(visit)).props("no-caps color=negative")
            go = ui.button("Free writes", on_click=lambda: _free(visit)).props("no-caps outline")
        hint = ui.label().classes("p5-quiet p5-small")

    def refresh() -> None:
        why = visit.station.locked
        banner.set_visibility(bool(why))
        free.set_visibility(not why)
        stop.set_visibility(not why and visit.may(Role.OPERATOR))
        go.set_visibility(bool(why) and visit.may(Role.ENGINEER))
        if why:
            banner.set_text(f"■ All writes are stopped: {why}{_since(visit)}")
        needed = Role.ENGINEER if why else Role.OPERATOR
        hint.set_visibility(not visit.may(needed))
        hint.set_text(f"Who may {'free' if why else 'stop'} them: {needed.word} or more.")

    return refresh


def _since(visit: Visit) -> str:
    """Who stopped them and when, where that is remembered."""
    newest = visit.station.decisions(1, events=(LOCKED,))
    if not newest or not newest[0].record.cause:
        return ""
    record = newest[0].record
    return f", by {record.cause}, {age_text(time.time() - moment_of(record))} ago"


def _stop(visit: Visit) -> None:
    async def stop(why: str) -> None:
        wanted = Lock(why=why[:LONGEST_COMMENT]) if why.strip() else Lock()
        await act(
            visit,
            Role.OPERATOR,
            lambda: visit.station.lock(wanted.why, visit.identity),
            "All writes are stopped.",
        )

    _ask(
        "Stop all writes",
        "Of everybody: clients, the command line, this dashboard. Reading goes on.",
        "Why?",
        stop,
    )


def _free(visit: Visit) -> None:
    async def free(_: str) -> None:
        await act(visit, Role.ENGINEER, lambda: visit.station.unlock(visit.identity), "Writes pass again.")

    _ask("Free writes", "Writes pass again, as far as the site file and the policies allow them.", "", free)


def _ask(title: str, text: str, question: str, done: Callable[[str], Awaitable[None]]) -> None:
    with ui.dialog() as dialog, ui.card().classes("p5-dialog"):
        ui.label(title).classes("p5-title")
        ui.label(text)
        answer = (
            ui.input(question or "-").props(f"outlined dense maxlength={LONGEST_COMMENT}").classes("w-full")
        )
        answer.set_visibility(bool(question))

        async def finish() -> None:
            dialog.close()
            await done(str(answer.value or ""))

        answer.on("keydown.enter", finish)
        with ui.row().classes("w-full justify-end"):
            ui.button("Cancel", on_click=dialog.close).props("flat no-caps")
            ui.button(title, on_click=finish).props("unelevated no-caps")
        if question:
            answer.props("autofocus")
    dialog.on("hide", dialog.delete)
    dialog.open()


# Listeners


def _listeners(visit: Visit) -> Callable[[], None]:
    with card("Listeners, and who is connected"):
        body = ui.element("div").classes("w-full")
    shown: list[str] | None = None
    rows: list[Callable[[ListenerStatus, Sequence[SessionStatus]], None]] = []

    def refresh() -> None:
        nonlocal shown
        listeners = visit.station.listeners()
        names = [one.name for one in listeners]
        if names != shown:
            shown = names
            body.clear()
            rows.clear()
            with body:
                rows.extend(_listener(one) for one in listeners)
                if not listeners:
                    ui.label("The site has no listeners: nobody can connect to it.").classes("p5-quiet")
        sessions = visit.station.sessions()
        for show, one in zip(rows, listeners, strict=True):
            show(one, [session for session in sessions if session.listener == one.name])

    return refresh


def _listener(listener: ListenerStatus) -> Callable[[ListenerStatus, Sequence[SessionStatus]], None]:
    with ui.element("section").classes("p5-part") as box:
        box.props["aria-label"] = listener.name
        with ui.element("div").classes("p5-unit"):
            ui.label(listener.name).classes("p5-name")
            mark = ui.label().classes("p5-mark")
            said = ui.label().classes("p5-quiet p5-small")
        clients = Rows(
            "p5-client", "Nobody is connected.", ("who", "from", "for", "requests", "shown certificate")
        )
        more = ui.label().classes("p5-quiet p5-small")

    def refresh(now: ListenerStatus, sessions: Sequence[SessionStatus]) -> None:
        strangers = sum(not session.expected for session in sessions)
        state = (
            Mark("▲", f"{strangers} unexpected", "high")
            if strangers
            else Mark("●", counted(now.clients, "client"))
        )
        if mark.text != str(state):
            mark.set_text(str(state))
            mark.classes(replace=state.classes)
        rate = f", {now.per_second:.1f} per second" if now.per_second else ""
        said.set_text(
            f"{now.answers} at {now.url}; {counted(now.requests, 'request')}{rate}, {now.refused:,} turned away"
        )
        ordered = sorted(sessions, key=lambda session: (session.expected, -session.seconds))
        clients.show([client_row(session) for session in ordered[:MOST_CLIENTS]])
        more.set_visibility(len(ordered) > MOST_CLIENTS)
        more.set_text(f"and {len(ordered) - MOST_CLIENTS} more")

    return refresh


def client_row(session: SessionStatus) -> tuple[Cell, ...]:
    """A client in a line: whether it is expected, from where it comes, since when, and how it showed who it is."""
    if not session.expected:
        who = Mark("▲", "unexpected", "high")
    elif session.role_fault:
        who = Mark("◆", "role does not count", "medium")
    else:
        who = Mark("●", ", ".join(session.names) or "client")
    shown = session.subject
    if session.role is not None:
        shown = f"{shown}, role {session.role}".lstrip(", ")
    if session.role_fault:
        shown = f"{shown}: {session.role_fault}".lstrip(": ")
    where = f"{session.client}:{session.port}" if session.port else session.client or session.transport
    return (
        who,
        where,
        age_text(session.seconds),
        f"{session.requests:,}",
        shown or "none",
    )


# Decisions


class _Decisions:
    """The last decisions, newest first; more of them when asked for."""

    def __init__(self, visit: Visit, kind: str) -> None:
        self._visit = visit
        self._most = STEP
        with card("What was refused, and what else the gates saw"):
            with ui.row().classes("p5-tools"):
                self._kind = (
                    ui.select({key: words for key, (words, _) in KINDS.items()}, value=kind, label="Show")
                    .props("outlined dense options-dense")
                    .classes("p5-choice")
                    .on_value_change(self._choose)
                )
            self._rows = Rows(
                "p5-decision",
                "Nothing, since the site was started.",
                ("when (UTC)", "what", "where", "who", ""),
            )
            self._more = ui.button("More", on_click=self._show_more).props("flat dense no-caps")

    def _choose(self) -> None:
        query = urlencode({"kind": self._kind.value}) if self._kind.value else ""
        ui.navigate.history.replace(f"/security?{query}" if query else "/security")
        self._most = STEP
        self.refresh()

    def _show_more(self) -> None:
        self._most += STEP
        self.refresh()

    def refresh(self) -> None:
        """Show what has come."""
        _, events = KINDS[str(self._kind.value or "")]
        found = self._visit.station.decisions(self._most + 1, events=events)
        now = time.time()
        self._rows.show(rows_of(found[: self._most], now))
        self._more.set_visibility(len(found) > self._most)


# Certificates and logins


def _certificates(visit: Visit) -> Callable[[], Awaitable[None]]:
    with card("Certificates"):
        rows = Rows(
            "p5-certificate", "None: nothing here uses TLS.", ("state", "of", "whose", "ends", "file")
        )

    async def refresh() -> None:
        now = time.time()
        rows.show([certificate_row(one, now) for one in await visit.station.certificates()])

    return refresh


def certificate_row(one: CertificateStatus, now: float) -> tuple[Cell, ...]:
    """A certificate in a line: how it stands, what uses it, whose it is, when it ends, and where it lies."""
    left = one.left(now)
    if one.fault:
        return Mark("■", "cannot be read", "critical"), f"{one.used_by}, {one.what}", one.fault, "-", one.file
    whose = one.subject or f"by {one.issuer}"
    if left is None:
        return Mark("●", "good"), f"{one.used_by}, {one.what}", whose, "-", one.file
    mark = Mark("●", "good")
    if left <= 0:
        mark = Mark("■", "ended", "critical")
    elif left < one.soon:
        mark = Mark("◆", "ends soon", "medium")
    assert one.ends is not None
    days = counted(round(abs(left) / DAY), "day")
    when = f"{utc(one.ends)[:10]}, {f'in {days}' if left > 0 else f'{days} ago'}"
    return mark, f"{one.used_by}, {one.what}", whose, when, one.file


def _logins(visit: Visit) -> Callable[[], None]:
    with card("Logged in to the dashboard"):
        if not visit.may(Role.OPERATOR):
            ui.label(f"Who may see it: {Role.OPERATOR.word} or more.").classes("p5-quiet")
            return lambda: None
        rows = Rows("p5-login", "Nobody.", ("name", "role", "by", "from", "since", "last seen"))

    def refresh() -> None:
        rows.show(
            [
                (
                    one.name,
                    one.role.word,
                    one.way,
                    one.host,
                    age_text(one.seconds),
                    f"{age_text(one.idle)} ago",
                )
                for one in visit.door.sessions.people(time.monotonic())
            ]
        )

    return refresh
