"""Names of maps, and names that are none (H284)."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.errors import UsageError
from port502.registers.maps.naming import check_map_name, is_file_name, own_path


@pytest.mark.parametrize("name", ["eastron/sdm630", "carlo-gavazzi/em24_e1", "abb/b23", "3m/1.5"])
def test_names(name: str) -> None:
    assert check_map_name(name) == name
    assert not is_file_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "", "eastron", "Eastron/SDM630", "../../x", "/etc/passwd", "a/../b", "a/..", "a//b", "a/b/c", "a/b\0", "a\\b",
        ".a/b", "a/.b", "a b/c", "a/b\n", "C:/x", "~/x", "é/x", "a/" + "b" * 200,
    ],
)  # fmt: skip
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(UsageError, match="no name of a map"):
        check_map_name(name)


@pytest.mark.parametrize("name", ["mine/plc.yaml", "plc.yml", "./plc.YAML", "deep/er/plc.yaml"])
def test_files_of_ones_own(name: str) -> None:
    assert is_file_name(name)
    assert own_path(name, Path("/base")).is_relative_to("/base")


@pytest.mark.parametrize(
    "name",
    ["../plc.yaml", "a/../../plc.yaml", "/etc/x.yaml", "\\x.yaml", "a\\..\\x.yaml", "C:x.yaml", "a\0.yaml",
     "x" * 300 + ".yaml", "\n.yaml"],
)  # fmt: skip
def test_paths_that_lead_away(name: str) -> None:
    with pytest.raises(UsageError, match="no path of a map"):
        own_path(name, Path("/base"))
