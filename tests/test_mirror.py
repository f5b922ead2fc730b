"""Every module has a test file of its own at the mirrored place."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "port502"
MODULES = sorted(
    path.relative_to(SOURCE)
    for path in SOURCE.rglob("*.py")
    if path.name not in {"__init__.py", "__main__.py"}
)


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_the_module_has_its_test_file(module: Path) -> None:
    mirror = ROOT / "tests" / module.with_name(f"test_{module.name}")
    assert mirror.is_file(), f"src/port502/{module} wants {mirror.relative_to(ROOT)}"
