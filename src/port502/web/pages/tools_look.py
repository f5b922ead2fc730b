"""What the pages that look at devices share: a job bound to the tab, its progress, and its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import ui

from port502.site.build import Site
from port502.web.api.looking import owner_of
from port502.web.pages.acting import act
from port502.web.pages.frame import Visit
from port502.web.pages.tooling import complaint
from port502.web.pages.words import age_text
from port502.web.roles import Role
from port502.web.tools.jobs import CANCELLED, FAILED, RUNNING, Job, Jobs, Work

REFRESH = 0.3
STEPS_SHOWN = 30


def site_of(visit: Visit) -> Site | None:
    """The site that runs, if there is one."""
    return visit.site.running.site if visit.site is not None else None


class Look:
    """A job of this tab: begun with a button, watched, cancelled with another or with the tab; then its result."""

    def __init__(self, visit: Visit, jobs: Jobs, kind: str, show: Callable[[Job, Any], None]) -> None:
        self._visit = visit
        self._jobs = jobs
        self._kind = kind
        self._show = show
        self._job: Job | None = None
        self._seen = 0
        with ui.column().classes("p5-card").props('role="status"') as self._progress:
            with ui.row().classes("items-center w-full no-wrap"):
                self._said = ui.label().classes("p5-title").style("flex: 1; overflow-wrap: anywhere")
                ui.button("Cancel", on_click=self.cancel).props("flat no-caps")
            self._bar = ui.linear_progress(0, show_value=False).props('aria-label="Progress"')
            self._steps = ui.column().classes("p5-steps")
        self._progress.set_visibility(False)
        self._result = ui.column().classes("p5-found")
        self._timer = ui.timer(REFRESH, self._refresh, active=False)
        ui.context.client.on_delete(self._leave)
        mine = (one for one in jobs.of(owner_of(visit.identity)) if one.kind == kind and one.state == RUNNING)
        if (job := next(mine, None)) is not None:
            self._hold(job)  # the page was loaded again, or moved to another screen

    async def begin(self, target: str, work: Callable[[], Work]) -> None:
        """Begin; what cannot be asked is said."""

        def deed() -> None:
            self._hold(self._jobs.begin(self._kind, target, owner_of(self._visit.identity), work()))

        await act(self._visit, Role.ENGINEER, deed)

    def _hold(self, job: Job) -> None:
        """Show a job from now on; it ends with this tab."""
        self._job = job
        job.holder = self
        self._result.clear()
        self._steps.clear()
        self._seen = 0
        self._progress.set_visibility(True)
        self._timer.activate()
        self._refresh()

    def cancel(self) -> None:
        """End it early; what was found until then is shown."""
        if self._job is not None:
            self._jobs.cancel(self._job)

    def _leave(self) -> None:
        if self._job is not None and self._job.holder is self:
            self.cancel()

    def _refresh(self) -> None:
        job = self._job
        if job is None:
            return
        if job.state != RUNNING:
            self._end(job)
            return
        of = f", {job.done:,} of {job.total:,}" if job.total else ""
        self._said.set_text(f"{self._kind} {job.target}: {age_text(job.seconds)}{of}")
        self._bar.set_visibility(bool(job.total))
        if job.total:
            self._bar.set_value(job.done / job.total)
        if len(job.steps) != self._seen:
            self._seen = len(job.steps)
            self._steps.clear()
            with self._steps:
                for step in list(job.steps)[-STEPS_SHOWN:]:
                    ui.label(step).classes("p5-quiet").style("overflow-wrap: anywhere")

    def _end(self, job: Job) -> None:
        self._timer.deactivate()
        self._progress.set_visibility(False)
        with self._result:
            if job.state == FAILED:
                complaint(job.error)
            if job.state == CANCELLED:
                ui.label("Ended early: this is what was found until then.").classes("p5-quiet")
            if job.result is not None:
                self._show(job, job.result)


def beside_switch(visit: Visit) -> ui.switch:
    """The switch that allows a second connection to where the running site has one; hidden without a site."""
    made = ui.switch("Beside the running site")
    made.tooltip("Allows a second connection to a device that the site is connected to; it may take one only")
    made.set_visibility(visit.site is not None)
    return made
