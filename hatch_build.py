"""The build: compiles the library of device maps, so that an installed port502 loads a map without reading YAML."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledMaps(BuildHookInterface):  # type: ignore[type-arg]
    """Brings the compiled index into the wheel; a map with faults ends the build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the index beside the maps."""
        source = str(Path(self.root) / "src")
        sys.path.insert(0, source)
        try:
            from port502.registers.maps.library import PACKAGED, Library, yaml_compiler

            library = Library(PACKAGED, yaml_compiler)
            library.list()
            faults = library.faults()
        finally:
            sys.path.remove(source)
        if faults:
            raise RuntimeError("\n".join(faults.values()))
