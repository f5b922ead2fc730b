"""Work that takes a while, such as a scan: begun by somebody, watched, cancelled, and bounded in number and time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from port502.errors import Port502Error, UsageError

log = logging.getLogger("port502.web")

RUNNING, DONE, FAILED, CANCELLED = "running", "done", "failed", "cancelled"
MOST_RUNNING = 4
MOST_KEPT = 20
MOST_STEPS = 200
LONGEST = 3600.0


@dataclass(eq=False, slots=True)
class Job:
    """One piece of work: ``done`` of ``total`` parts, its newest ``steps`` in words, and its ``result`` at the end.

    ``so_far`` gives what there is of a result while it runs, which is the result where it is cancelled. ``began`` and
    ``ended`` are monotonic seconds. ``holder`` is the tab that it belongs to, and ends with.
    """

    id: str
    kind: str
    target: str
    owner: str
    began: float
    state: str = RUNNING
    steps: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_STEPS))
    done: int = 0
    total: int = 0
    result: Any = None
    error: str = ""
    ended: float = 0.0
    so_far: Callable[[], Any] | None = None
    task: asyncio.Task[None] | None = None
    holder: object = None

    @property
    def seconds(self) -> float:
        """How long it has taken."""
        return (self.ended or time.monotonic()) - self.began

    def say(self, text: str) -> None:
        """Note a step."""
        self.steps.append(text)


Work = Callable[[Job], Awaitable[Any]]


class Jobs:
    """The jobs of all people: one at a time of each, few of all together, the last ones kept with their results."""

    def __init__(self, *, longest: float = LONGEST) -> None:
        self._longest = longest
        self._jobs: dict[str, Job] = {}

    def begin(self, kind: str, target: str, owner: str, work: Work) -> Job:
        """Begin to work; raises UsageError while the owner's last job, or too many of others, are not done."""
        running = [one for one in self._jobs.values() if one.state == RUNNING]
        mine = next((one for one in running if one.owner == owner), None)
        if mine is not None:
            raise UsageError(f"your {mine.kind} of {mine.target} is not done yet: wait for it, or cancel it")
        if len(running) >= MOST_RUNNING:
            raise UsageError(f"{len(running)} people have something looked at already: try again in a moment")
        ended = [one.id for one in self._jobs.values() if one.state != RUNNING]
        for old in ended[: max(0, len(ended) - MOST_KEPT + 1)]:
            del self._jobs[old]
        job = Job(secrets.token_urlsafe(12), kind, target, owner, time.monotonic())
        self._jobs[job.id] = job
        job.task = asyncio.get_running_loop().create_task(self._run(job, work))
        job.task.add_done_callback(lambda _: _end(job))
        return job

    def job(self, number: str, owner: str) -> Job:
        """One's own job; raises UsageError for one that is not, or is forgotten."""
        job = self._jobs.get(number)
        if job is None or job.owner != owner:
            raise UsageError(f"there is no job {number[:40]!r}")
        return job

    def of(self, owner: str) -> list[Job]:
        """Somebody's jobs, the newest first."""
        return [one for one in reversed(self._jobs.values()) if one.owner == owner]

    def cancel(self, job: Job) -> None:
        """End a job early; one that is over already stays as it is."""
        if job.state == RUNNING and job.task is not None:
            job.task.cancel()

    async def close(self) -> None:
        """End all jobs."""
        tasks = [one.task for one in self._jobs.values() if one.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, job: Job, work: Work) -> None:
        try:
            async with asyncio.timeout(self._longest):
                job.result = await work(job)
            job.state = DONE
        except asyncio.CancelledError:
            job.state, job.result = CANCELLED, _so_far(job)
            raise
        except Port502Error as error:
            job.state, job.error = FAILED, str(error)
        except TimeoutError:
            job.state, job.result = FAILED, _so_far(job)
            job.error = f"the time was up after {self._longest:g} s"
        except Exception:
            log.exception("%s of %s failed in a way that nobody thought of", job.kind, job.target)
            job.state, job.error = FAILED, "this is a fault of port502 itself: its log tells more"


def _end(job: Job) -> None:
    job.ended = time.monotonic()
    if job.state == RUNNING:  # cancelled before it began
        job.state = CANCELLED


def _so_far(job: Job) -> Any:
    with contextlib.suppress(Exception):  # half of a result is better than none, and none than an error
        return job.so_far() if job.so_far is not None else None
    return None
