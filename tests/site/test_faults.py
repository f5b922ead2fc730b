"""Faults: their text, their order, and the nearest spelling."""

from __future__ import annotations

from port502.errors import ConfigError
from port502.site.faults import WARNING, Fault, Report, SiteFileError, in_order, key_path_text, nearest

UNKNOWN_KEY = Fault(
    "site.yaml", 12, 7, "devices.pump-1.points.speed.typ", "unknown key", "did you mean 'type'?"
)


def test_a_fault_reads_file_place_path_reason_and_hint() -> None:
    text = "site.yaml:12:7 devices.pump-1.points.speed.typ: unknown key; did you mean 'type'?"
    assert str(UNKNOWN_KEY) == text
    assert str(Fault("site.yaml", 3, 1, "", "a tab cannot indent", "use spaces")) == (
        "site.yaml:3:1 a tab cannot indent; use spaces"
    )
    assert str(Fault("site.yaml", 0, 0, "", "cannot be read")) == "site.yaml: cannot be read"
    warning = Fault("s.yaml", 3, 1, "history", "is large", severity=WARNING)
    assert str(warning) == "s.yaml:3:1 history: warning: is large"


def test_the_error_lists_errors_and_keeps_warnings() -> None:
    warning = Fault("site.yaml", 1, 1, "site", "odd", severity=WARNING)
    error = SiteFileError([UNKNOWN_KEY, warning])
    assert isinstance(error, ConfigError)
    assert error.faults == (warning, UNKNOWN_KEY)
    assert str(error) == str(UNKNOWN_KEY)


def test_the_error_stays_readable_with_thousands_of_faults() -> None:
    error = SiteFileError(Fault("s.yaml", line, 1, "", "wrong") for line in range(1, 1001))
    assert len(error.faults) == 1000
    assert str(error).splitlines()[-1] == "and 800 more"


def test_faults_come_once_and_in_the_order_of_their_places() -> None:
    later, first = Fault("s.yaml", 9, 2, "", "x"), Fault("s.yaml", 9, 1, "", "y")
    assert in_order([later, first, later]) == (first, later)


def test_a_report_tells_errors_from_warnings() -> None:
    warning = Fault("s.yaml", 1, 1, "", "odd", severity=WARNING)
    report = Report("site", (warning, UNKNOWN_KEY))
    assert report.errors == (UNKNOWN_KEY,)
    assert report.warnings == (warning,)
    assert not report.ok
    assert Report("site", (warning,)).ok


def test_paths_are_written_as_people_do() -> None:
    assert key_path_text(("devices", "pump-1", "groups", "live", "points", 2)) == (
        "devices.pump-1.groups.live.points[2]"
    )
    assert key_path_text(()) == ""


def test_the_nearest_spelling_or_the_short_list() -> None:
    assert (
        nearest("responce_timeout", ["response_timeout", "connect_timeout"])
        == "did you mean 'response_timeout'?"
    )
    assert nearest("URL", ["url", "unit"]) == "did you mean 'url'?"
    assert nearest("zzz", ["url", "unit"]) == "known here: unit, url"
    assert nearest("zzz", [f"point_{number}" for number in range(50)]) == ""
    assert nearest("zzz", []) == ""
