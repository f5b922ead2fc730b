"""The doctor before servers that nobody here wrote: healthy ones are healthy, and what is wrong is found."""

from __future__ import annotations

import asyncio

import pytest

from port502.discover.doctor.examine import examine
from port502.discover.doctor.question import Question
from port502.discover.doctor.report import Report
from port502.registers.reference import parse_reference
from port502.transport.url import parse_url

pytestmark = [pytest.mark.interop, pytest.mark.slow]


def looked(port: int, *reads: str, unit: int = 1) -> Report:
    references = tuple(parse_reference(one) for one in reads)
    return asyncio.run(examine(Question(parse_url(f"tcp://127.0.0.1:{port}"), unit, references)))


def test_a_foreign_server_is_healthy_and_looked_at_in_seconds(port: int) -> None:
    report = looked(port)
    assert (report.verdict.main.code, [one.code for one in report.verdict.further]) == ("OK", [])
    assert report.took_s < 6  # two on a machine that has nothing else to do


def test_a_foreign_refusal_is_understood(port: int) -> None:
    assert looked(port, "holding:40001").verdict.main.code == "MB.ADDRESS"
