"""A policy file in force before something that stands: read when it begins, and again whenever SIGHUP asks for it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Self

from port502.cli.exits import message
from port502.cli.output import say
from port502.errors import Port502Error, UsageError
from port502.guard.gate import Gate
from port502.guard.guard import SWEEP
from port502.guard.layer import policy_layer
from port502.guard.settings import AuditSettings
from port502.service.call import Layer
from port502.site.policy_file import load_policy


class Policed:
    """The gate that a policy file makes; as a context its audit log is swept, and ended at the end.

    Raises ConfigError for a faulty policy, and for an audit log that cannot be written.
    """

    def __init__(self, path: Path, audit: Path | None = None) -> None:
        self.path = path
        policy = load_policy(path)
        self.gate = Gate(policy, AuditSettings(path=audit).auditor())
        self._sweeper: asyncio.TimerHandle | None = None

    @property
    def layer(self) -> Layer:
        """What judges every request before it goes on."""
        return policy_layer(self.gate)

    def reload(self) -> None:
        """Read the file again; a faulty one changes nothing, and is told."""
        try:
            self.gate.replace(load_policy(self.path), str(self.path))
        except Port502Error as error:
            say(f"port502: nothing was changed: {message(error)}")
        else:
            say(f"port502: {self.path} was read again: {len(self.gate.policy.rules)} rules are in force")

    async def __aenter__(self) -> Self:
        self._sweep()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
        self.gate.auditor.close()

    def _sweep(self) -> None:
        self.gate.auditor.sweep()
        self._sweeper = asyncio.get_running_loop().call_later(SWEEP, self._sweep)


def policed(policy: Path | None, audit: Path | None) -> Policed | None:
    """What the options --policy and --audit ask for; raises UsageError for a log of nothing."""
    if policy is None:
        if audit is not None:
            raise UsageError("--audit keeps what a policy lets through and refuses: give --policy too")
        return None
    return Policed(policy, audit)
