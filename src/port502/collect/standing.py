"""Where a connection stands, since when, and how it has spent its time until now."""

from __future__ import annotations

from port502.transport.states import LinkState


class Standing:
    """The state of a connection in the course of time; ``now`` is monotonic seconds."""

    __slots__ = ("_entered", "_spent", "since", "state")

    def __init__(self, now: float) -> None:
        self.state = LinkState.IDLE
        self.since = now
        self._spent: dict[LinkState, float] = {}
        self._entered: dict[LinkState, int] = {LinkState.IDLE: 1}

    def turn(self, state: LinkState, now: float) -> None:
        """It is in another state from now on."""
        self._spent[self.state] = self.spent(self.state, now)
        self._entered[state] = self.entered(state) + (state is not self.state)
        self.state, self.since = state, now

    def spent(self, state: LinkState, now: float) -> float:
        """Seconds in a state, all its stays together."""
        past = self._spent.get(state, 0.0)
        return past + now - self.since if state is self.state else past

    def entered(self, state: LinkState) -> int:
        """How often it came to a state."""
        return self._entered.get(state, 0)
