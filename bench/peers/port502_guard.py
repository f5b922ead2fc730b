"""port502's guard before a device, with its policy, its limits, and an audit log in a file."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.peers.loops import run, until_input_ends
from bench.peers.policies import policy
from port502.guard.gate import Gate
from port502.guard.guard import Guard
from port502.guard.settings import AuditSettings, GuardSettings
from port502.server import Limits

CONNECTIONS = 100


async def stand(port: int, rules: int, window: int, audit: Path) -> None:
    """Let through what is allowed until standard input ends."""
    auditor = AuditSettings(path=audit).auditor()
    guard = Guard(
        "tcp://127.0.0.1:0",
        f"tcp://127.0.0.1:{port}",
        Gate(policy(rules), auditor),
        settings=GuardSettings(window=window),
        limits=Limits(connections=CONNECTIONS, per_client=CONNECTIONS),
        allow=["127.0.0.0/8"],
    )
    try:
        async with guard:
            await until_input_ends(guard.server.port)
    finally:
        auditor.close()


if __name__ == "__main__":
    run(stand(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])), uvloop=False)
