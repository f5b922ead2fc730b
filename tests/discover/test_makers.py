"""Who made a network interface."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.discover import makers
from port502.discover.makers import maker_of, read_listing, read_own


@pytest.fixture(autouse=True)
def _only_our_own_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(makers, "LISTINGS", ())
    makers._makers.cache_clear()


def test_makers_of_what_stands_in_plants_are_known() -> None:
    assert "Schneider" in maker_of("00:00:54:01:02:03")
    assert "Siemens" in maker_of("00-0e-8c-01-02-03")
    assert "WAGO" in maker_of("00:30:DE:00:00:01")
    assert "Moxa" in maker_of("00:90:e8:00:00:01").title()


@pytest.mark.parametrize("mac", ["", "02:00:00:00:00:01", "00:80", "ff:ff:ff:ff:ff:ff", "ac:de:48:00:11:22"])
def test_an_address_that_says_nothing_has_no_maker(mac: str) -> None:
    assert maker_of(mac) == ""


def test_the_whole_listing_is_used_where_it_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    listing = tmp_path / "oui.csv"
    listing.write_text(
        'Registry,Assignment,Organization Name,Address\nMA-L,ACDE48,"Small  Maker, Inc.",Street\n'
    )
    monkeypatch.setattr(makers, "LISTINGS", (tmp_path / "missing.csv", listing))
    makers._makers.cache_clear()
    assert maker_of("ac:de:48:00:11:22") == "Small Maker, Inc."


def test_small_blocks_come_before_large_ones(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    listing = tmp_path / "oui36.csv"
    listing.write_text("MA-L,70B3D5,Registry,\nMA-S,70B3D5123,Tiny Works,\n")
    monkeypatch.setattr(makers, "LISTINGS", (listing,))
    makers._makers.cache_clear()
    assert maker_of("70:b3:d5:12:30:01") == "Tiny Works"
    assert maker_of("70:b3:d5:ff:f0:01") == "Registry"


def test_rows_of_both_lists() -> None:
    assert dict(read_own(["# note\n", "0080F4,Telemecanique\n", "broken\n"])) == {"0080F4": "Telemecanique"}
    assert dict(read_listing(["a,b\n", "MA-L,0080f4,X,Y\n", "MA-L,zz,X,Y\n"])) == {"0080F4": "X"}
