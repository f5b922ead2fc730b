"""Say a failure once, then count it: one line when it begins, a summary each minute while it lasts."""

from __future__ import annotations

import logging

SUMMARY = 60.0
LIMIT = 4096
"""Causes remembered at one time; beyond it new ones are only counted."""


class Complaints:
    """A log that cannot be flooded; ``now`` is monotonic seconds."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._causes: dict[str, tuple[float, int]] = {}
        self.unsaid = 0

    def say(
        self, cause: str, text: str, now: float, level: int = logging.WARNING, *, trace: bool = False
    ) -> None:
        """Log ``text`` if nothing was said about ``cause`` for a minute, else count it for the next time.

        ``trace`` adds the exception that is being handled.
        """
        said = self._causes.get(cause)
        if said is None:
            if len(self._causes) >= LIMIT:
                self.unsaid += 1
                return
            self._causes[cause] = (now, 0)
            self._log.log(level, "%s", text, exc_info=trace)
        elif now - said[0] < SUMMARY:
            self._causes[cause] = (said[0], said[1] + 1)
        else:
            self._causes[cause] = (now, 0)
            more = f" ({said[1] + 1} times in the last {now - said[0]:.0f} s)" if said[1] else ""
            self._log.log(level, "%s%s", text, more, exc_info=trace)

    def over(self, cause: str, text: str, level: int = logging.INFO) -> None:
        """The failure has ended: say so if its beginning was said, and start afresh."""
        if self._causes.pop(cause, None) is not None:
            self._log.log(level, "%s", text)

    def forget(self, now: float) -> None:
        """Drop the causes that nobody complained about for two minutes."""
        quiet = [cause for cause, (since, _) in self._causes.items() if now - since > 2 * SUMMARY]
        for cause in quiet:
            del self._causes[cause]
