"""How many examples property tests try: all of them, or a few in ``make check`` (``--hypothesis-profile``)."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

USUAL, BRIEF = 100, 15

# Property tests judge results, not speed: a busy machine must not make one fail.
settings.register_profile(
    "patient", max_examples=USUAL, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("brief", settings.get_profile("patient"), max_examples=BRIEF)


def times(factor: float) -> int:
    """As many examples as this test needs where others try ``USUAL``; fewer in a brief run."""
    assert settings.default is not None
    return round(factor * settings.default.max_examples)
