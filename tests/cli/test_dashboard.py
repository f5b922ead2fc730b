from __future__ import annotations

import sys
from pathlib import Path

import pytest

from port502.cli.dashboard import dashboard, prepare
from port502.site.build import load_site
from port502.site.running import Running

SITE = """
site: test
history: {path: data}
web: {listen: "127.0.0.1:0", users: users.yaml}
connections: {plc: {url: "tcp://127.0.0.1:1"}}
devices: {pump: {connection: plc, points: {speed: {ref: 40001}}}}
"""


def test_without_its_packages_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "port502.web.server", None)
    assert not prepare(quiet=False)
    assert "pip install 'port502[web]'" in capsys.readouterr().err
    assert not prepare(quiet=True)
    assert capsys.readouterr().err == ""


async def test_what_is_in_its_way_is_said_and_the_site_runs_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(SITE)
    async with Running(load_site(path)) as running, dashboard(running, wanted=True, quiet=False) as place:
        assert place == ""
    assert "no dashboard: the users file" in capsys.readouterr().err


async def test_nobody_who_does_not_want_it_gets_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(SITE)
    async with Running(load_site(path)) as running, dashboard(running, wanted=False, quiet=False) as place:
        assert place == ""
    assert capsys.readouterr().err == ""
