"""What can be seen of this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from port502.commission.audit.host import free_in, mode_of, this_host


def test_a_folder_that_is_not_there_yet_has_the_room_of_the_one_above(tmp_path: Path) -> None:
    room = free_in(tmp_path / "data" / "history")
    assert room is not None
    assert room > 0


@pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")
def test_the_rights_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("")
    file.chmod(0o640)
    assert mode_of(file) == 0o640
    with pytest.raises(FileNotFoundError):
        mode_of(tmp_path / "none")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells all of it")
def test_this_machine_has_a_loopback_and_a_way_to_itself() -> None:
    from ipaddress import ip_address

    host = this_host()
    assert any(one.is_loopback for one in host.interfaces)
    way = host.route(ip_address("127.0.0.1"))
    assert way is not None
    assert way.is_local
    assert host.forwards in (True, False)
    assert host.is_root is (os.geteuid() == 0)
