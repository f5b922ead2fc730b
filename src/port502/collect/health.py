"""How one unit fares: online, suspect or offline, and when it may be asked again."""

from __future__ import annotations

UNKNOWN = "not yet asked"
ONLINE = "online"
SUSPECT = "suspect"
OFFLINE = "offline"

FAILURES = 3
"""Failed tests in a row before a unit is offline ..."""
SILENCE = 5.0
"""... and seconds since it was first asked in vain; both must be true."""
FIRST_PROBE = 10.0
LAST_PROBE = 60.0
SHARE = 4.0
"""A suspect unit that shares its wire rests this many times as long as its last test took: a fifth of the wire."""


class UnitHealth:
    """What is known about one unit id on one connection; times are monotonic seconds given by the caller.

    A reply of any kind, an exception included, is a sign of life. A unit that gives none is suspect at once and
    offline after ``FAILURES`` tests and ``SILENCE`` seconds; then it gets one probe per period, from 10 s to 60 s.
    ``online`` is True while it answers.
    """

    __slots__ = (
        "failures", "next_test", "online", "patience", "period", "reason", "silent_since", "since", "state",
    )  # fmt: skip

    def __init__(self, now: float) -> None:
        self.state = UNKNOWN
        self.online = False
        self.since = now
        self.silent_since = now
        self.failures = 0
        self.reason = ""
        self.next_test = now
        self.period = 0.0
        self.patience = 0.0

    def may_ask(self, now: float) -> bool:
        """Whether a request may be spent on it now."""
        return self.online or now >= self.next_test

    def timeout(self, full: float, usual: float | None) -> float:
        """How long to wait for its reply: ``full`` while it is trusted, less while it only costs others time.

        ``usual`` is what the slow replies of its neighbours take (None: not known). A doubtful unit gets three
        times that at first and twice as much with each failed test, up to ``full``.
        """
        if not self.failures or usual is None:
            return full
        self.patience = min(full, max(3.0 * usual, 0.2 * full, self.patience))
        return self.patience

    def answered(self, now: float) -> bool:
        """It replied; True when that is news, which it is not while the unit is online."""
        if self.online:
            return False
        self.state = ONLINE
        self.online = True
        self.since = now
        self.failures = 0
        self.reason = ""
        self.period = 0.0
        self.patience = 0.0
        return True

    def failed(self, now: float, reason: str, cost: float, *, shared: bool) -> bool:
        """It did not reply, for ``cost`` seconds of a wire that it may share; True when its state changes."""
        if self.online:
            self.online = False
            self.silent_since = now - cost
        self.failures += 1
        self.reason = reason
        self.patience *= 2.0
        before = self.state
        if before is OFFLINE:
            self.period = min(self.period * 2.0, LAST_PROBE)
        elif self.failures >= FAILURES and now - self.silent_since >= SILENCE:
            self.state = OFFLINE
            self.period = FIRST_PROBE
        else:
            self.state = SUSPECT
        if self.state is OFFLINE:
            self.next_test = now + self.period
        else:
            self.next_test = now + SHARE * cost if shared else now
        if self.state is before:
            return False
        self.since = now
        return True

    def hurry(self, now: float) -> None:
        """The connection was made anew: ask again now, whatever was known before."""
        self.next_test = now
        if self.state is OFFLINE:
            self.period = FIRST_PROBE / 2.0
