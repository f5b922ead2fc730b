"""What the repository keeps: locks that any machine can install from, no generated or heavy files, one version."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import port502

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
HEAVY = 200 * 1024


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def requirement_names(requirements: list[object]) -> set[str]:
    texts = [text for text in requirements if isinstance(text, str)]
    names = {re.split(r"[\s<>=!~;\[]", text, maxsplit=1)[0].lower().replace(".", "-") for text in texts}
    return names - {"port502"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_has_exact_versions_with_hashes_and_no_address(lock: Path) -> None:
    text = re.sub(r"\\\n\s*", "", lock.read_text())
    requirements = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert requirements
    for line in requirements:
        assert re.match(r"[a-z0-9-]+==[^\s;]+( ;[^-]+)?.*--hash=sha256:[0-9a-f]{64}", line), line
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_every_declared_requirement_is_locked() -> None:
    locked = {
        lock.stem: set(re.findall(r"^([a-z0-9-]+)==", lock.read_text(), re.MULTILINE)) for lock in LOCKS
    }
    extras = requirement_names(
        [text for texts in PROJECT["project"]["optional-dependencies"].values() for text in texts]
    )
    groups = PROJECT["dependency-groups"]
    assert extras | requirement_names(groups["build"]) <= locked["run"]
    assert requirement_names(groups["dev"]) <= locked["dev"]
    assert requirement_names(groups["docs"]) <= locked["docs"]


def test_the_locks_agree_with_each_other() -> None:
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        here: dict[str, set[str]] = {}
        for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)", lock.read_text(), re.MULTILINE):
            here.setdefault(name, set()).add(version)
        for name, found in here.items():
            assert found <= versions.setdefault(name, found), (lock.name, name)


def test_the_base_install_depends_on_nothing() -> None:
    assert PROJECT["project"]["dependencies"] == []


def test_nothing_generated_and_nothing_heavy_is_tracked() -> None:
    generated = {".pyc", ".so", ".db", ".sqlite", ".egg-info", ".whl"}
    for path in tracked():
        assert path.suffix not in generated, path
        assert not path.exists() or path.stat().st_size <= HEAVY, path


def test_the_version_is_the_same_everywhere_and_in_the_changelog() -> None:
    assert PROJECT["project"]["version"] == port502.__version__
    assert f"## {port502.__version__}" in (ROOT / "CHANGELOG.md").read_text()
