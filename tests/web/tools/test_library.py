from __future__ import annotations

import csv
import io

import pytest

from port502.errors import UsageError
from port502.web.tools.library import COLUMNS, csv_of, map_of, rows_of


def test_points_are_found_by_any_of_their_words() -> None:
    known = map_of("eastron/sdm630")
    assert len(rows_of(known)) == len(known.points)
    for words in ("voltage_l1", "30001", "input:0 V", "VOLTAGE l1"):
        assert rows_of(known, words)[0].point == "voltage_l1", words
    assert rows_of(known, "voltage nothing") == []


def test_csv_holds_every_point() -> None:
    known = map_of("eastron/sdm630")
    rows = list(csv.reader(io.StringIO(csv_of(known))))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(known.points) + 1
    assert rows[1][:4] == ["voltage_l1", "input:0", "30001", "float32"]


@pytest.mark.parametrize("name", ["mine/plc.yaml", "../x", "/etc/passwd", "no/such"])
def test_no_file_of_this_machine_is_opened(name: str) -> None:
    with pytest.raises(UsageError):
        map_of(name)
