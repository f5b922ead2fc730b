from __future__ import annotations

import asyncio

import pytest

from port502.errors import NoReplyError, UsageError
from port502.web.tools.jobs import CANCELLED, DONE, FAILED, MOST_KEPT, MOST_RUNNING, MOST_STEPS, Job, Jobs


async def forever(job: Job) -> None:
    job.so_far = lambda: "half"
    await asyncio.Event().wait()


async def quick(job: Job) -> str:
    for number in range(MOST_STEPS + 5):
        job.say(f"step {number}")
    return "all"


async def ended(job: Job) -> None:
    assert job.task is not None
    await asyncio.wait([job.task])


async def test_a_job_ends_with_its_result_and_its_last_steps() -> None:
    jobs = Jobs()
    job = jobs.begin("scan", "here", "ann", quick)
    await ended(job)
    assert (job.state, job.result, len(job.steps)) == (DONE, "all", MOST_STEPS)
    assert jobs.job(job.id, "ann") is job
    with pytest.raises(UsageError, match="no job"):
        jobs.job(job.id, "bob")


async def test_one_at_a_time_of_each_and_few_of_all() -> None:
    jobs = Jobs()
    first = jobs.begin("scan", "here", "ann", forever)
    with pytest.raises(UsageError, match="your scan of here is not done yet"):
        jobs.begin("scan", "there", "ann", forever)
    for number in range(MOST_RUNNING - 1):
        jobs.begin("scan", "here", f"bob {number}", forever)
    with pytest.raises(UsageError, match="try again"):
        jobs.begin("scan", "here", "eve", forever)
    await asyncio.sleep(0)
    jobs.cancel(first)
    await ended(first)
    assert (first.state, first.result) == (CANCELLED, "half")
    jobs.begin("scan", "here", "eve", forever)
    await jobs.close()
    assert {one.state for one in jobs.of("eve")} == {CANCELLED}


async def test_what_goes_wrong_is_said() -> None:
    async def nobody(job: Job) -> None:
        raise NoReplyError("nobody is there")

    async def wrong(job: Job) -> None:
        raise ZeroDivisionError

    jobs = Jobs()
    for work, error in ((nobody, "nobody is there"), (wrong, "a fault of port502")):
        job = jobs.begin("identify", "x", "ann", work)
        await ended(job)
        assert job.state == FAILED
        assert error in job.error


async def test_no_job_goes_on_for_ever() -> None:
    job = Jobs(longest=0.0).begin("scan", "here", "ann", forever)
    await ended(job)
    assert (job.state, job.result) == (FAILED, "half")
    assert "time was up" in job.error


async def test_few_ended_jobs_are_kept() -> None:
    jobs = Jobs()
    for _ in range(MOST_KEPT * 2):
        await ended(jobs.begin("scan", "here", "ann", quick))
    assert len(jobs.of("ann")) == MOST_KEPT
