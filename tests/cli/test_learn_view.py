"""What was learned as people read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.cli import learn_view
from port502.cli.learn_view import files_lines, put_lesson
from port502.commission.learned.files import files_of
from tests.commission.learned.seen import lesson, polling
from tests.traffic.wire import Talk, adu, ask


def test_units_of_several_servers(capsys: pytest.CaptureFixture[str]) -> None:
    put_lesson(lesson(*polling().records, *polling(unit=2).records, *polling(port=1502).records))
    out = capsys.readouterr().out
    assert [line.split()[2:4] for line in out.splitlines()[3:6]] == [
        ["10.0.0.2:502", "1"],
        ["10.0.0.2:502", "2"],
        ["10.0.0.2:1502", "1"],
    ]


def test_long_tables_are_cut(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learn_view, "MOST_ROWS", 2)
    talk = Talk(opened=True)
    for unit in range(5):
        for place in range(5):
            talk.asks(ask(unit, 10 * place, 2, unit))
    put_lesson(lesson(*talk.records))
    out = capsys.readouterr().out
    assert "and 3 more: see inventory.json" in out
    assert "holding:0*2, holding:10*2, holding:20*2, holding:30*2 and 1 more" in out


def test_files_are_named_with_their_use() -> None:
    found = lesson(*polling().records, *polling(port=1502).records)
    lines = files_lines(found, Path("out"), files_of(found))
    assert "out/policy.yaml  allows what was seen: port502 guard (one for each server in policies/)" in lines
    assert any("tcp://127.0.0.1:15020 to tcp://127.0.0.1:15021" in line for line in lines)
    silent = lesson(*Talk(opened=True).asks(adu(1, "11")).records)
    assert any("no values to replay" in line for line in files_lines(silent, Path("out"), files_of(silent)))
