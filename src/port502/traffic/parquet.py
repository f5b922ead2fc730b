"""Records as a Parquet file, by way of DuckDB (extra ``history``): rows wait in a file beside it, not in memory."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

from port502.errors import UsageError
from port502.traffic.record import Record

_TEXTS: Final = frozenset(
    {
        "file",
        "src",
        "dst",
        "server",
        "func_name",
        "exception_name",
        "transport",
        "framing",
        "protocol",
        "tcp_flags",
        "ref",
        "name",
        "table",
        "type",
        "unit_of_measure",
        "quality",
        "reason",
        "value_text",
    }
)
_OTHERS: Final = {
    "time": "TIMESTAMPTZ",
    "is_response": "BOOLEAN",
    "retransmission": "BOOLEAN",
    "written": "BOOLEAN",
    "response_time_ms": "DOUBLE",
    "value": "DOUBLE",
    "values": "INTEGER[]",
    "vlan": "INTEGER[]",
    "problems": "VARCHAR[]",
}


class ParquetFile:
    """Takes records and writes them to ``path`` at ``close``; ``columns`` are those they may have.

    Bits are 0 and 1; a value that is no number stands in ``value_text``. Raises UsageError where DuckDB is
    missing or the file cannot be written.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        try:
            import duckdb
        except ImportError:
            raise UsageError("Parquet files need DuckDB: pip install 'port502[history]'") from None
        self._duckdb = duckdb
        self._path = path
        self._columns = [*columns, "value_text"] if "value" in columns else list(columns)
        try:
            self._rows: IO[str] = tempfile.NamedTemporaryFile(  # noqa: SIM115 (open until close)
                "w", dir=path.parent, prefix=f".{path.name}.", suffix=".jsonl", encoding="utf-8"
            )
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}") from error

    def add(self, records: Sequence[Record]) -> None:
        """Some records more."""
        for record in records:
            row = {name: _plain(value) for name, value in record.items()}
            value = row.get("value")
            if value is not None and not isinstance(value, int | float):
                row["value_text"], row["value"] = json.dumps(value), None
            self._rows.write(json.dumps(row) + "\n")

    def close(self) -> None:
        """Write the file."""
        self._rows.flush()
        types = ", ".join(f"{_text(name)}: {_text(_type(name))}" for name in self._columns)
        source = f"read_json({_text(self._rows.name)}, format='newline_delimited', columns={{{types}}})"
        try:
            with self._duckdb.connect(":memory:", config={"memory_limit": "200MB", "threads": "1"}) as base:
                base.execute(f"COPY (SELECT * FROM {source}) TO {_text(str(self._path))} (FORMAT parquet)")  # noqa: S608 (quoted)
        except self._duckdb.Error as error:
            raise UsageError(f"cannot write {self._path}: {error}") from error
        finally:
            self._rows.close()


def _type(name: str) -> str:
    return _OTHERS.get(name) or ("VARCHAR" if name in _TEXTS or name == "value_text" else "BIGINT")


def _text(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [int(one) if isinstance(one, bool) else one for one in value]
    return value
