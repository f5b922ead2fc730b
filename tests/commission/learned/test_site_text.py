"""The site file that polls what was polled."""

from __future__ import annotations

import struct
from pathlib import Path

from port502.commission.learned.site_text import site_text
from port502.site.check import check_file
from tests.commission.learned.seen import lesson, polling
from tests.traffic.wire import Talk, adu


def checked(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "site.yaml"
    path.write_text(text)
    report = check_file(path)
    assert report.kind == "site"
    assert report.ok, [str(fault) for fault in report.faults]
    return [str(fault) for fault in report.faults]


def meter(port: int = 502) -> Talk:
    """A client that reads voltage and frequency of a meter, of which nobody knows the name, and the power."""
    talk = Talk(port=port, opened=True)
    for turn in range(20):
        talk.time = talk.time - talk.time % 1000_000_000 + 1000_000_000
        for number, (address, value) in enumerate(((0, 230.1 + turn / 10), (70, 49.98), (12, 1500.5))):
            data = struct.pack(">f", value).hex()
            talk.asks(adu(4 * turn + number, f"04 {address:04x} 0002"))
            talk.answers(adu(4 * turn + number, f"04 04 {data}"))
    return talk


def test_points_as_they_were_read(tmp_path: Path) -> None:
    found = lesson(*polling().records)
    text = site_text(found)
    assert checked(tmp_path, text) == []
    assert 'at-10-0-0-2: {url: "tcp://10.0.0.2:502", response_timeout: 400ms}' in text
    assert "    interval: 1s\n    points:\n      holding_100: {ref: holding:100}\n" in text


def test_points_of_a_likely_map_have_its_names(tmp_path: Path) -> None:
    text = site_text(lesson(*meter().records))
    assert checked(tmp_path, text) == []
    assert "map: eastron/" in text
    assert "points: [voltage, active_power_total, frequency]" in text
    assert "# likely: Eastron" in text


def test_the_replays_are_read_elsewhere_and_kept_elsewhere(tmp_path: Path) -> None:
    text = site_text(lesson(*polling().records, *polling(unit=9).records), replay=True)
    assert checked(tmp_path, text) == []
    assert 'url: "tcp://127.0.0.1:15020"' in text
    assert "10.0.0.2:502" not in text
    assert "gateway" not in text
    assert "history: {path: data-replay/}" in text


def test_nothing_is_read_that_was_not_read_before() -> None:
    assert "    unit: 1\n    gap: 0\n" in site_text(lesson(*polling().records))


def test_several_units_are_behind_a_gateway() -> None:
    assert "gateway: true" in site_text(lesson(*polling().records, *polling(unit=9).records))


def test_nothing_to_poll_is_a_site_too(tmp_path: Path) -> None:
    text = site_text(lesson(*Talk(opened=True).asks(adu(1, "11")).records))
    checked(tmp_path, text)
