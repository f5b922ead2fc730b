"""Words for a port that cannot be listened on."""

from __future__ import annotations

import errno
import os
import socket

import pytest

from port502.transport.binding import bind_error, port_holder


def test_the_holder_of_a_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        holder = port_holder(port)
        assert f"(process {os.getpid()})" in holder
        said = str(bind_error("127.0.0.1", port, OSError(errno.EADDRINUSE, "in use")))
    assert holder in said
    assert "choose another port" in said


def test_a_free_port_has_no_holder() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert port_holder(port) == ""


def test_without_the_right_the_three_ways_to_get_it_are_named() -> None:
    said = str(bind_error("0.0.0.0", 502, OSError(errno.EACCES, "denied")))
    for way in ("cap_net_bind_service", "ip_unprivileged_port_start=502", "redirect to :1502"):
        assert way in said


def test_a_foreign_address_is_called_so() -> None:
    said = str(bind_error("192.0.2.1", 502, OSError(errno.EADDRNOTAVAIL, "no")))
    assert "192.0.2.1 is not an address of this machine" in said


def test_who_listens_on_the_port_of_another_address_is_not_to_blame() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert port_holder(port, "127.0.0.2") == ""
        for host in ("127.0.0.1", "0.0.0.0", "::", "plc.local", ""):
            assert port_holder(port, host), host


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="needs IPv6")
def test_a_listener_on_all_addresses_is_in_the_way_of_each() -> None:
    with socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listening:
        assert port_holder(listening.getsockname()[1], "127.0.0.1")


def test_a_name_that_nobody_knows_comes_with_an_example() -> None:
    said = str(bind_error("foo", 502, socket.gaierror(socket.EAI_NONAME, "Name or service not known")))
    assert said.startswith("cannot listen on foo:502: nobody knows the name foo; ")
    assert "such as tcp://127.0.0.1:1502" in said
