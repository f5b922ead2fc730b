"""Records as a Parquet file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from port502.errors import UsageError
from port502.traffic.parquet import ParquetFile
from port502.traffic.record import COLUMNS, record_of
from tests.traffic.files import messages_of, polling


def test_messages_read_back_as_they_were(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "it's.parquet"
    file = ParquetFile(path, COLUMNS)
    file.add([record_of(one) for one in messages_of(polling())])
    file.close()
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    with duckdb.connect(":memory:") as base:
        quoted = str(path).replace("'", "''")
        found = base.sql(
            f"SELECT frame, src, func_code, is_response, response_time_ms, values, epoch_us(time)"
            f" FROM '{quoted}' ORDER BY frame"
        ).fetchall()
    assert len(found) == 13
    assert found[1] == (4, "10.0.0.2", 3, True, 1.0, [555, 0, 100], 1_700_000_000_004_000)
    assert found[3][5] == [1, 0, 1]


def test_values_that_are_no_numbers(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "values.parquet"
    file = ParquetFile(path, ("frame", "value"))
    file.add([{"frame": 1, "value": 5}, {"frame": 2, "value": "on"}, {"frame": 3, "value": None}])
    file.close()
    with duckdb.connect(":memory:") as base:
        assert base.sql(f"SELECT * FROM '{path}'").fetchall() == [
            (1, 5.0, None),
            (2, None, '"on"'),
            (3, None, None),
        ]


def test_what_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="cannot write"):
        ParquetFile(tmp_path / "nowhere" / "a.parquet", COLUMNS)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(UsageError, match="pip install"):
        ParquetFile(tmp_path / "a.parquet", COLUMNS)
