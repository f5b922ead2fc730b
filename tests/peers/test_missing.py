"""A peer that is not installed is named: its tests skip and the run says so, or fail where peers are required."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEST = "tests/interop/test_peers.py::test_mbpoll_says_why_it_failed"

pytestmark = [pytest.mark.slow, pytest.mark.interop]


def run_without_programs(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """One test of a peer, run where no program can be found."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PORT502_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", TEST],
        cwd=ROOT,
        env={**clean, "PATH": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_missing_peer_is_named_at_the_end_of_the_run(tmp_path: Path) -> None:
    done = run_without_programs(tmp_path)
    assert done.returncode == 0, done.stdout
    assert "tests skipped for want of a peer" in done.stdout
    assert "1 × mbpoll (Debian package mbpoll)" in done.stdout


def test_a_missing_peer_fails_where_peers_are_required(tmp_path: Path) -> None:
    done = run_without_programs(tmp_path, PORT502_PEERS="required")
    assert done.returncode == 1, done.stdout
    assert "peer missing: mbpoll (Debian package mbpoll)" in done.stdout
