"""Options that several commands share are the same words everywhere."""

from __future__ import annotations

import pytest
from typer.main import get_command

from port502.cli.app import COMMANDS, app

SHARED = {
    "read": {"--map", "--unit", "--timeout", "--json", "--quiet", "--site", "--csv", "--verbose"},
    "write": {
        "--map",
        "--unit",
        "--timeout",
        "--json",
        "--quiet",
        "--site",
        "--yes",
        "--no-verify",
        "--verbose",
    },
    "call": {"--unit", "--timeout", "--json", "--quiet", "--site", "--yes", "--data", "--verbose"},
    "serve": {"--listen", "--unit", "--copies", "--connections", "--seed", "--json", "--quiet", "--verbose"},
    "check": {"--schema", "--json", "--quiet"},
    "run": {"--for", "--json", "--quiet", "--verbose"},
    "simulate": {"--for", "--json", "--quiet", "--verbose"},
    "status": {"--json"},
    "firewall": {"--format", "--json"},
    "guard": {
        "--listen",
        "--upstream",
        "--policy",
        "--connections",
        "--timeout",
        "--json",
        "--quiet",
        "--verbose",
    },
    "gateway": {
        "--listen",
        "--bus",
        "--units",
        "--record",
        "--connections",
        "--timeout",
        "--for",
        "--json",
        "--quiet",
        "--verbose",
    },
    "share": {"--listen", "--cache", "--connections", "--timeout", "--for", "--json", "--quiet", "--verbose"},
    "demo": {"--for", "--json", "--quiet", "--verbose"},
    "watch": {"--map", "--unit", "--timeout", "--interval", "--for", "--json", "--site"},
    "scan": {
        "--units",
        "--ports",
        "--rate",
        "--timeout",
        "--save",
        "--diff",
        "--csv",
        "--json",
        "--quiet",
        "--yes",
    },
    "identify": {"--unit", "--timeout", "--json", "--quiet", "--site"},
    "explain": {"--json"},
    "doctor": {"--unit", "--timeout", "--expect", "--deep", "--report", "--json", "--quiet", "--verbose"},
    "audit": {"--live", "--report", "--json", "--quiet", "--verbose", "--yes"},
    "decode": {"--framing", "--map", "--json", "--quiet"},
    "encode": {"--framing", "--unit", "--data", "--json", "--quiet"},
    "inspect": {
        "--filter",
        "--packets",
        "--flows",
        "--values",
        "--stats",
        "--findings",
        "--fail-on",
        "--follow",
        "--write",
        "--map",
        "--csv",
        "--json",
        "--quiet",
    },
    "learn": {"--values", "--out", "--filter", "--json", "--quiet"},
    "web": {"--listen", "--role", "--for", "--json", "--quiet", "--verbose"},
}


@pytest.mark.parametrize("name", SHARED)
def test_a_command_has_the_words_that_are_written_down(name: str) -> None:
    command = get_command(app).commands[name]  # type: ignore[attr-defined]
    words = {word for parameter in command.params for word in parameter.opts}
    assert words >= SHARED[name]


def test_every_command_is_looked_at() -> None:
    assert set(COMMANDS) - {"history", "maps", "pki"} == set(SHARED)
