from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from port502.errors import ConfigError, UsageError
from port502.site.build import load_site
from port502.site.difference import Difference
from port502.site.running import Running
from port502.web.tools.draft import MOST_DIFF, MOST_TEXT, apply, check, digest_of, read_text

SITE = """\
site: test
history: {path: data}
connections: {plc: {url: "tcp://127.0.0.1:1"}}
devices: {pump: {connection: plc, interval: 1s, points: {speed: {ref: 40001}}}}
"""
MORE = SITE.replace("ref: 40001}", "ref: 40001}, torque: {ref: 40002}")


@pytest_asyncio.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    path = tmp_path / "site.yaml"
    path.write_text(SITE)
    path.chmod(0o640)
    async with Running(load_site(path)) as one:
        yield one


async def test_a_draft_is_checked_planned_and_compared(running: Running) -> None:
    checked = await check(MORE, running, {"plc": 0.5})
    assert checked.valid
    assert [(one.name, one.rate, one.load, one.measured) for one in checked.plan] == [("plc", 1.0, 0.5, True)]
    assert str(checked.change) == "changed: plc"
    assert [line[0] for line in checked.diff] == ["@", " ", " ", "-", "+"]
    faulty = await check(SITE.replace("40001", "4000x"), running)
    assert not faulty.valid
    assert (faulty.faults[0].line, faulty.plan, faulty.change) == (4, (), None)
    assert (await check(SITE, running)).diff == ()
    with pytest.raises(UsageError, match="at most 512 KiB"):
        await check("#" * (MOST_TEXT + 1), running)
    assert len((await check("x\n" * 2000, running)).diff) == MOST_DIFF + 1


async def test_a_draft_without_a_site_looks_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT502_TEST_SECRET", "tcp://10.9.8.7:502")
    assert (await check(SITE)).valid
    told = await check(SITE.replace('"tcp://127.0.0.1:1"', "'${PORT502_TEST_SECRET}'"))
    assert "is not set" in told.faults[0].message
    assert (await check("")).faults


async def test_secrets_stay_names(running: Running, tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.yaml"
    secrets.write_text("place: hidden-word\n")
    secrets.chmod(0o600)
    text = SITE.replace('"tcp://127.0.0.1:1"', "!secret place")
    checked = await check(text, running)
    assert "hidden-word" not in repr(checked)
    running.site.path.write_text(text)
    assert "!secret place" in (await read_text(running)).text


@pytest.mark.parametrize(
    ("name", "content", "draft"),
    [
        ("private.csv", "name,ref\nhidden word,hidden-word\n", "sheet: private.csv"),
        ("private.yaml", "default: hidden-word\nhidden-word: 1\n", "writes: true"),
    ],
)
async def test_no_draft_reads_other_files_to_whoever_checks_it(
    running: Running, tmp_path: Path, name: str, content: str, draft: str
) -> None:
    (tmp_path / name).write_text(content)
    listeners = '{x: {url: "tcp://127.0.0.1:0", policy: private.yaml, guard: {connection: plc}}}'
    text = SITE.replace("interval: 1s", f"interval: 1s, {draft}") + f"listeners: {listeners}\n"
    checked = await check(text, running)
    assert not checked.valid
    assert any(name in one.message and "on the machine itself" in one.message for one in checked.faults)
    assert "hidden" not in repr(checked.faults)


async def test_applying_keeps_mode_and_the_old_file_and_reloads(running: Running) -> None:
    path = running.site.path
    found = await read_text(running)
    assert (found.name, found.text, found.digest) == ("site.yaml", SITE, digest_of(SITE))
    change = await apply(MORE, found.digest, running)
    assert change.changed == ("plc",)
    assert "pump.torque" in running.site.points
    assert path.read_text() == MORE
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    (kept,) = path.parent.glob("site.yaml.bak-*")
    assert kept.read_text() == SITE
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    with pytest.raises(UsageError, match="changed since you opened it"):
        await apply(SITE, found.digest, running)
    assert path.read_text() == MORE


async def test_a_link_to_the_file_stays_a_link(running: Running) -> None:
    path = running.site.path
    real = path.rename(path.with_name("real.yaml"))
    path.symlink_to(real)
    await apply(MORE, digest_of(SITE), running)
    assert path.is_symlink()
    assert real.read_text() == MORE


async def test_what_is_not_valid_or_does_not_run_changes_nothing(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = running.site.path
    with pytest.raises(ConfigError, match="4000x"):
        await apply(SITE.replace("40001", "4000x"), digest_of(SITE), running)
    assert list(path.parent.glob("*.bak-*")) == []
    reload, calls = running.reload, []

    async def failing() -> Difference:
        calls.append(path.read_text())
        if len(calls) == 1:
            raise UsageError("no")
        return await reload()

    monkeypatch.setattr(running, "reload", failing)
    with pytest.raises(UsageError, match="no"):
        await apply(MORE, digest_of(SITE), running)
    assert calls == [MORE, SITE]
    assert path.read_text() == SITE
    assert "pump.torque" not in running.site.points
    assert not [one for one in path.parent.iterdir() if one.name.startswith(".")]
