"""The library of device maps, and maps of one's own beside it."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from port502.errors import ConfigError, UsageError
from port502.registers.maps.index import Compiler, Index, MapSummary, make_index, read_index
from port502.registers.maps.model import DeviceMap
from port502.registers.maps.naming import SUFFIXES, check_map_name, is_file_name, own_path
from port502.registers.maps.search import ranked

log = logging.getLogger("port502.maps")

INDEX_NAME = ".index.jsonl"
PACKAGED = Path(__file__).parents[1] / "library"
_KEPT = 64

Summaries: TypeAlias = list[MapSummary]
Names: TypeAlias = list[str]


class Library:
    """Device maps by name, read from a compiled index.

    ``root`` holds the sources, one ``maker/family.yaml`` each. The index is made at first use where none came with
    the package, and again when a source is newer; that needs a compiler, which the extra ``cli`` brings and
    ``find_compiler`` gives when it is needed.
    """

    def __init__(
        self,
        root: Path,
        find_compiler: Callable[[], Compiler | None] = lambda: None,
        cache_folder: Path | None = None,
    ) -> None:
        self._root = root
        self._find_compiler = find_compiler
        self._places = (root / INDEX_NAME, (cache_folder or _cache_folder()) / f"maps-{_mark(root)}.jsonl")
        self._index: Index | None = None
        self._looked = False
        self._loaded: dict[str, DeviceMap] = {}

    @classmethod
    def default(cls) -> Library:
        """The library that comes with port502."""
        return _default()

    def names(self) -> Names:
        """The names of all maps, in alphabetical order."""
        return [summary.name for summary in self.list()]

    def list(self, category: str = "", manufacturer: str = "", quantity: str = "") -> Summaries:
        """All maps, or those of a category, of a maker (any part of the name), with a quantity."""
        maker = manufacturer.lower()
        return [
            entry.summary
            for _, entry in sorted(self._current().entries.items())
            if not entry.fault
            and category in ("", entry.summary.category)
            and maker in f"{entry.summary.manufacturer.lower()} {entry.summary.name.split('/')[0]}"
            and (not quantity or quantity in entry.summary.quantities)
        ]

    def search(self, text: str) -> Summaries:
        """The maps that a few words mean, best first: "three phase meter eastron"."""
        return ranked(text, self.list())

    def faults(self) -> dict[str, str]:
        """The names whose sources have faults, and those; such maps are in no list."""
        return {name: entry.fault for name, entry in self._current().entries.items() if entry.fault}

    def load(self, name: str, base: Path | None = None) -> DeviceMap:
        """The map of a name, or of one's own file such as ``mine/plc.yaml`` below ``base`` (the current folder).

        Raises UsageError for a name that is none or is not known, ConfigError for a map with faults.
        """
        if is_file_name(name):
            return self._own(own_path(name, base or Path.cwd()), name)
        check_map_name(name)
        source = self._root / f"{name}.yaml"
        index = self._index or self._opened()
        if index is None or not index.is_current(name, source):
            self._loaded.clear()
            index = self._current(sure=True)
        if name not in index.entries:
            near = [one.name for one in self.search(name.replace("/", " "))[:3]]
            raise UsageError(
                f"no map is called {name!r}" + (f"; did you mean {' or '.join(near)}?" if near else "")
            )
        if name not in self._loaded:
            if len(self._loaded) >= _KEPT:
                self._loaded.clear()
            self._loaded[name] = index.load(name)
        return self._loaded[name]

    def _own(self, path: Path, name: str) -> DeviceMap:
        compiler = self._find_compiler()
        if compiler is None:
            raise ConfigError(f"{name}: maps of one's own need YAML: pip install 'port502[cli]'")
        return compiler(path)

    def _opened(self) -> Index | None:
        for place in self._places:
            found = read_index(place)
            if found is not None:
                self._index = found
                return found
        return None

    def _current(self, sure: bool = False) -> Index:
        """The index, made anew when a source changed since; looked at once, or again when asked to be ``sure``."""
        if self._index is not None and not sure and self._looked:
            return self._index
        self._looked = True
        index = self._index or self._opened()
        sources = dict(_sources(self._root))
        same = index is not None and index.entries.keys() == sources.keys()
        if index is not None and same and all(index.is_current(*one) for one in sources.items()):
            return index
        compiler = self._find_compiler()
        if compiler is not None:
            return self._made(sources, compiler, index)
        if index is None:
            raise ConfigError(
                "the library has no compiled index: pip install 'port502[cli]', which can make it"
            )
        return index

    def _made(self, sources: dict[str, Path], compiler: Compiler, before: Index | None) -> Index:
        content = make_index(sorted(sources.items()), compiler, before)
        for place in self._places:
            if _written(place, content):
                index = read_index(place)
                if index is not None:
                    self._index = index
                    for name, fault in self.faults().items():
                        log.warning("map %s is left out: %s", name, fault)
                    return index
        raise ConfigError(
            f"the index of the maps can be written neither to {self._places[0]} nor {self._places[1]}"
        )


def _sources(root: Path) -> Iterator[tuple[str, Path]]:
    """Every source by the name that its place gives it."""
    try:
        makers = [one for one in os.scandir(root) if one.is_dir()]
    except OSError:
        return
    for maker in makers:
        for file in os.scandir(maker.path):
            if file.name.endswith(SUFFIXES):
                yield f"{maker.name}/{file.name.rpartition('.')[0]}", Path(file.path)


def _written(place: Path, content: bytes) -> bool:
    """Write a file at once and whole; False where that is not allowed."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=".index-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(place)
    except OSError:
        return False
    return True


def _cache_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", "~/AppData/Local")).expanduser() / "port502"
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "port502"


def _mark(root: Path) -> str:
    return f"{zlib.crc32(str(root).encode()):08x}"


def yaml_compiler() -> Compiler | None:
    """What reads the sources, if its packages are installed: it lives where YAML is known, and is found by name."""
    try:
        compiler: Compiler = import_module("port502.site.map_file").load_map
    except ImportError:
        return None
    return compiler


@cache
def _default() -> Library:
    return Library(PACKAGED, yaml_compiler)
