"""What the tests of the commands share: a device to talk to, and the program to run in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from port502.cli.app import app
from tests.cli.served import boiler, served


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its one object."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """Its objects, one per line."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``port502`` with these words, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PORT502_SITE", raising=False)

    def ran(*words: object, stdin: str | None = None) -> Ran:
        result = CliRunner().invoke(app, [str(word) for word in words], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return ran


@pytest.fixture
def device() -> Iterator[str]:
    """The url of a fresh device."""
    with served(boiler()) as url:
        yield url
