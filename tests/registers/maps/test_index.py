"""The compiled index of a library."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from port502.errors import ConfigError
from port502.registers.maps.index import Index, crc_of, make_index, read_index, summary_of
from port502.registers.maps.model import DeviceMap
from tests.registers.maps.samples import everything, measured


def compiler(path: Path) -> DeviceMap:
    """A source is the name of the map, and how many points it has."""
    name, _, count = path.read_text().partition(" ")
    if not count.isdecimal():
        raise ConfigError(f"{path.name}: no number")
    return DeviceMap.of(name, [measured(f"v{index}", index) for index in range(int(count))])


def made(tmp_path: Path, sources: dict[str, str], before: Index | None = None) -> Index:
    for name, text in sources.items():
        (tmp_path / name.replace("/", "-")).write_text(text)
    places = [(name, tmp_path / name.replace("/", "-")) for name in sources]
    (tmp_path / "index").write_bytes(make_index(places, compiler, before))
    found = read_index(tmp_path / "index")
    assert found is not None
    return found


def test_maps_are_found_by_their_place(tmp_path: Path) -> None:
    index = made(tmp_path, {"a/a": "a/a 2", "b/b": "b/b 5"})
    assert {name: entry.summary.points for name, entry in index.entries.items()} == {"a/a": 2, "b/b": 5}
    assert len(index.load("b/b").points) == 5
    assert index.load("a/a").name == "a/a"


def test_a_source_with_faults_or_another_name_gives_no_map(tmp_path: Path) -> None:
    index = made(tmp_path, {"a/a": "a/a many", "b/b": "c/c 1"})
    with pytest.raises(ConfigError, match="no number"):
        index.load("a/a")
    with pytest.raises(ConfigError, match="named 'c/c'"):
        index.load("b/b")
    assert not index.is_current("a/a", tmp_path / "a-a")


def test_what_has_not_changed_is_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = made(tmp_path, {"a/a": "a/a 2", "b/b": "b/b 5"})
    asked: list[str] = []

    def noting(path: Path) -> DeviceMap:
        asked.append(path.name)
        return compiler(path)

    (tmp_path / "b-b").write_text("b/b 6")
    content = make_index([("a/a", tmp_path / "a-a"), ("b/b", tmp_path / "b-b")], noting, before)
    assert asked == ["b-b"]
    (tmp_path / "index2").write_bytes(content)
    after = read_index(tmp_path / "index2")
    assert after is not None
    assert [len(after.load(name).points) for name in ("a/a", "b/b")] == [2, 6]


def test_an_index_that_another_process_made_anew_is_read_by_its_own_places(tmp_path: Path) -> None:
    index = made(tmp_path, {"a/a": "a/a 2", "b/b": "b/b 5"})
    (tmp_path / "index").unlink()
    made(tmp_path, {"a/a": "a/a 40", "b/b": "b/b 6"})
    assert len(index.load("b/b").points) == 6
    made(tmp_path, {"a/a": "a/a 40", "b/b": "b/b many"})
    with pytest.raises(ConfigError, match="no number"):
        index.load("b/b")
    made(tmp_path, {"a/a": "a/a 40"})
    with pytest.raises(ConfigError, match="not in the library's index any more"):
        index.load("b/b")


def test_a_source_that_was_touched_but_says_the_same_is_current(tmp_path: Path) -> None:
    index = made(tmp_path, {"a/a": "a/a 2"})
    source = tmp_path / "a-a"
    later = source.stat().st_mtime + 1000
    os.utime(source, (later, later))
    assert index.is_current("a/a", source)
    source.write_text("a/a 3")
    os.utime(source, (later, later))
    assert crc_of(source) != index.entries["a/a"].source_crc
    assert not index.is_current("a/a", source)
    assert not index.is_current("a/a", tmp_path / "gone")
    assert index.is_current("x/x", tmp_path / "gone")


@pytest.mark.parametrize(
    "content", [b"", b"{}\n", b'{"format": 0, "maps": {}}\n', b"\xff\n", b'{"format":1,"maps":[1]}\n']
)
def test_what_is_no_index_of_this_format(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "index").write_bytes(content)
    assert read_index(tmp_path / "index") is None
    assert read_index(tmp_path / "none") is None


def test_a_summary_says_what_a_list_shows() -> None:
    summary = summary_of(everything())
    assert (summary.name, summary.manufacturer, summary.models) == ("acme/m1", "Acme", ("M1", "M2"))
    assert summary.points == len(everything().points)
    assert summary.phases == 1
    assert "active_power" in summary.quantities
