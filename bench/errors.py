"""Why something was not measured."""

from __future__ import annotations


class NotMeasured(Exception):  # noqa: N818 - it is an outcome, not a fault
    """A contestant cannot run here, or did not do its work; the text says why."""
