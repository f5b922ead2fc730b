"""Map files for devices that describe themselves."""

from __future__ import annotations

from pathlib import Path

from port502.cli.own_maps import with_own_maps
from port502.cli.secure import Secure
from port502.commission.discovered import Addition
from port502.site.map_file import load_map
from tests.cli.served import refusing_port, served, solar


async def test_a_device_that_describes_itself_gets_a_map_of_its_own(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    with served(solar()) as url:
        own = Addition(url, 1, describes_itself=True, ref="holding:40000")
        plain = Addition(url, 2, map="eastron/sdm630")
        (first, second, third), files = await with_own_maps(site, [own, plain, own], Secure())
    assert (first.map, first.describes_itself) == ("sunspec/acme-gmbh-sun-5000.yaml", False)
    assert (second, third) == (plain, first)
    ((path, text),) = files.items()
    path.parent.mkdir()
    path.write_text(text)
    assert "active_power_total" in load_map(path).points


async def test_a_file_with_another_content_is_left_alone(tmp_path: Path) -> None:
    taken = tmp_path / "sunspec" / "acme-gmbh-sun-5000.yaml"
    taken.parent.mkdir()
    taken.write_text("somebody's own")
    with served(solar()) as url:
        (one,), files = await with_own_maps(
            tmp_path / "site.yaml", [Addition(url, 1, describes_itself=True)], Secure()
        )
    assert one.map == "sunspec/acme-gmbh-sun-5000-2.yaml"
    assert taken not in files


async def test_a_device_that_is_gone_stays_as_it_was(tmp_path: Path) -> None:
    with refusing_port() as port:
        own = Addition(f"tcp://127.0.0.1:{port}", 1, describes_itself=True)
        assert await with_own_maps(tmp_path / "site.yaml", [own], Secure()) == ([own], {})
