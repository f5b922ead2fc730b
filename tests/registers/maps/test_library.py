"""The library: maps by name, compiled when they have to be."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

import pytest

from port502.errors import ConfigError, UsageError
from port502.registers.maps.library import INDEX_NAME, PACKAGED, Library, yaml_compiler
from port502.registers.maps.model import DeviceMap
from tests.registers.maps.samples import measured


class Sources:
    """A folder of sources, each holding the number of its points; counts how often one is compiled."""

    def __init__(self, root: Path) -> None:
        self.root = root / "library"
        self.cache = root / "cache"
        self.compiled: list[str] = []

    def write(self, name: str, content: str) -> None:
        path = self.root / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def compile(self, path: Path) -> DeviceMap:
        self.compiled.append(path.stem)
        if not path.read_text().isdecimal():
            raise ConfigError(f"{path.name} has a fault")
        points = [measured(f"v{index}", index) for index in range(int(path.read_text()))]
        return DeviceMap.of(
            f"{path.parent.name}/{path.stem}", points, category="plc", manufacturer=path.parent.name
        )

    def library(self, *, able: bool = True) -> Library:
        return Library(self.root, lambda: self.compile if able else None, self.cache)


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    made = Sources(tmp_path)
    made.write("acme/one", "1")
    made.write("acme/two", "2")
    made.write("other/three", "3")
    return made


def test_the_index_is_made_at_first_use_and_then_used(sources: Sources) -> None:
    assert sources.library().names() == ["acme/one", "acme/two", "other/three"]
    assert sorted(sources.compiled) == ["one", "three", "two"]
    assert (sources.root / INDEX_NAME).is_file()
    library = sources.library(able=False)
    assert len(library.load("acme/two").points) == 2
    assert library.load("acme/two") is library.load("acme/two")
    assert len(sources.compiled) == 3


def test_a_newer_source_is_compiled_again_and_only_that(sources: Sources) -> None:
    library = sources.library()
    library.list()
    sources.compiled.clear()
    sources.write("acme/two", "12")
    assert len(library.load("acme/two").points) == 12
    assert sources.compiled == ["two"]
    sources.write("acme/four", "4")
    assert "acme/four" in sources.library().names()
    (sources.root / "acme/one.yaml").unlink()
    assert "acme/one" not in sources.library().names()
    with pytest.raises(UsageError, match="no map is called 'acme/one'"):
        sources.library().load("acme/one")


def test_without_a_compiler_an_old_index_still_serves(sources: Sources) -> None:
    sources.library().list()
    sources.write("acme/two", "12")
    assert len(sources.library(able=False).load("acme/two").points) == 2
    assert len(sources.library(able=False).list()) == 3


def test_without_index_and_compiler_it_says_what_to_install(sources: Sources) -> None:
    with pytest.raises(ConfigError, match=r"pip install 'port502\[cli\]'"):
        sources.library(able=False).list()
    with pytest.raises(ConfigError, match=r"port502\[cli\]"):
        sources.library(able=False).load("mine/plc.yaml")


def test_a_folder_that_cannot_be_written_is_compiled_into_the_cache(sources: Sources) -> None:
    (sources.root / INDEX_NAME).mkdir()
    assert len(sources.library().list()) == 3
    assert [path.suffix for path in sources.cache.iterdir()] == [".jsonl"]
    sources.compiled.clear()
    assert len(sources.library().list()) == 3
    assert sources.compiled == []


def test_nowhere_to_write_is_told(sources: Sources) -> None:
    (sources.root / INDEX_NAME).mkdir()
    sources.cache.write_text("a file")
    with pytest.raises(ConfigError, match="can be written neither to"):
        sources.library().list()


def test_a_source_with_faults_is_in_no_list_and_loads_never(
    sources: Sources, caplog: pytest.LogCaptureFixture
) -> None:
    sources.write("acme/bad", "x")
    library = sources.library()
    with caplog.at_level(logging.WARNING):
        assert "acme/bad" not in library.names()
    assert "acme/bad is left out" in caplog.text
    assert library.faults() == {"acme/bad": "bad.yaml has a fault"}
    with pytest.raises(ConfigError, match="has a fault"):
        library.load("acme/bad")
    sources.write("acme/bad", "7")
    assert len(sources.library().load("acme/bad").points) == 7


def test_lists_by_category_maker_and_quantity(sources: Sources) -> None:
    library = sources.library()
    assert [one.name for one in library.list(manufacturer="ACM")] == ["acme/one", "acme/two"]
    assert library.list(category="inverter") == []
    assert len(library.list(category="plc", quantity="voltage")) == 3
    assert library.list(quantity="current") == []
    assert library.search("other three")[0].name == "other/three"


@pytest.mark.parametrize(
    "name",
    ["../../x", "/etc/passwd", "acme/one\0", "acme/../one", "../x.yaml", "/x.yaml", "x\0.yaml", "ACME/one"],
)
def test_names_that_lead_elsewhere_are_refused(sources: Sources, name: str) -> None:
    with pytest.raises(UsageError, match=r"no (name|path) of a map"):
        sources.library().load(name)
    assert sources.compiled == []


def test_a_map_of_ones_own_is_compiled_in_the_same_way(sources: Sources, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "plc.yaml").write_text("5")
    assert len(sources.library().load("mine/plc.yaml", tmp_path).points) == 5


def test_near_names_are_offered(sources: Sources) -> None:
    with pytest.raises(UsageError, match="did you mean acme/one"):
        sources.library().load("acme/onee")


def test_nobody_has_to_touch_the_folder_for_its_age(sources: Sources) -> None:
    sources.library().list()
    sources.compiled.clear()
    later = time.time() + 1000
    for path in sources.root.rglob("*.yaml"):
        os.utime(path, (later, later))
    assert len(sources.library().list()) == 3
    assert sources.compiled == []


class TestPackaged:
    """The library that comes with port502."""

    def test_it_has_three_hundred_families_and_none_with_faults(self) -> None:
        library = Library.default()
        assert len(library.list()) >= 300
        assert library.faults() == {}
        assert Library.default() is library

    def test_one_map_and_the_whole_list_come_quickly(self) -> None:
        largest = max(Library.default().list(), key=lambda one: one.points).name
        for name, limit in ((largest, 0.005), ("", 0.3)):
            best = 9.0
            for _ in range(5):
                library = Library(PACKAGED, yaml_compiler)
                start = time.perf_counter()
                if name:
                    library.load(name)
                else:
                    library.list()
                best = min(best, time.perf_counter() - start)
            assert best < limit

    def test_a_meter_is_found_and_read(self) -> None:
        found = Library.default().search("three phase meter eastron")
        assert "eastron/sdm630" in [one.name for one in found[:3]]
        meter = Library.default().load("eastron/sdm630")
        voltage = meter.point("voltage_l1")
        assert (voltage.point.address, voltage.point.type, voltage.unit) == (0, "float32", "V")
