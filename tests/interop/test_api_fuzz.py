"""schemathesis against the HTTP API: whatever is asked, the answer is one that the description promises."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.peers import need_module
from tests.web.serving import serving

pytestmark = [pytest.mark.interop, pytest.mark.slow]

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
LEFT_OUT = (
    "/api/v1/session",
    "/api/v1/live",
    "/api/v1/connections/{name}/traffic",
    "/api/v1/tools/scan",
    "/api/v1/tools/doctor",
    "/api/v1/tools/identify",
)
"""What makes those wait who guess, goes on for as long as somebody listens, or would call strangers."""


@pytest.mark.timeout(180)
@pytest.mark.parametrize("role", ["", "admin"])
async def test_every_answer_is_one_that_is_described(tmp_path: Path, role: str) -> None:
    need_module("schemathesis", "PyPI: schemathesis")
    async with serving(tmp_path) as served:
        token = ["-H", f"Authorization: Bearer {served.tokens[role]}"] if role else []
        left_out = [word for path in LEFT_OUT for word in ("--exclude-path", path)]
        process = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", "schemathesis.cli", "run", f"{served.web.url}/api/v1/openapi.json"],
            *["--checks", CHECKS, "--phases", "coverage,fuzzing", "--max-examples", "8", "--no-shrink"],
            *["--generation-deterministic", "--max-time", "40", "--no-color", *left_out, *token],
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=tmp_path,
        )
        told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()[-4000:]
