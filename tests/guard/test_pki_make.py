"""What certificates are made of."""

from __future__ import annotations

import builtins
from typing import Any

import pytest

from port502.errors import UsageError
from port502.guard import pki_make as make
from port502.transport.certificate import parse_certificate
from port502.transport.role import Role, role_of


def leaf(**options: Any) -> bytes:
    key = make.new_key(make.ECDSA)
    authority = make.authority_certificate("site CA", key, 10)
    settings: dict[str, Any] = {"hosts": (), "client": True, "role": None, "days": 5, **options}
    made = make.leaf_certificate("leaf", make.new_key(make.ECDSA), authority, key, **settings)
    from cryptography.hazmat.primitives.serialization import Encoding

    return made.public_bytes(Encoding.DER)


@pytest.mark.parametrize("role", ["operator", "Ä" * 64, "x" * 127, "x" * 128, "x" * 255])
def test_a_role_that_is_written_is_the_role_that_is_read(role: str) -> None:
    assert role_of(leaf(role=role)) == Role(role)


@pytest.mark.parametrize("role", ["", "x" * 256, "Ä" * 128, "two\nlines", "nul\0"])
def test_a_role_that_nobody_could_use_is_refused(role: str) -> None:
    with pytest.raises(UsageError, match="role"):
        make.role_value(role)


def test_keys_are_of_p256_or_of_rsa() -> None:
    assert make.new_key(make.ECDSA).curve.name == "secp256r1"  # type: ignore[union-attr]
    assert make.new_key(make.RSA).key_size == make.RSA_BITS
    with pytest.raises(UsageError, match="ecdsa or rsa"):
        make.new_key("dsa")


def test_a_certificate_is_for_a_server_a_client_or_both() -> None:
    server = parse_certificate(leaf(client=False, hosts=["plc.local", "10.0.0.1", "fd00::1", "*.hall"]))
    assert (server.purposes, server.names) == (("server",), ("plc.local", "10.0.0.1", "fd00::1", "*.hall"))
    assert parse_certificate(leaf()).purposes == ("client",)
    assert parse_certificate(leaf(hosts=["plc"])).purposes == ("server", "client")


@pytest.mark.parametrize("host", ["", "two words", "http://plc", "plc..local", "plc/1", "ä.local"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(UsageError, match="no host name"):
        leaf(hosts=[host])


@pytest.mark.parametrize("days", [0, -1, 40_000])
def test_a_lifetime_has_its_bounds(days: float) -> None:
    with pytest.raises(UsageError, match="days"):
        leaf(days=days)


@pytest.mark.parametrize("name", ["", "x" * 65, "two\nlines"])
def test_a_name_is_one_line(name: str) -> None:
    with pytest.raises(UsageError, match="name"):
        make.authority_certificate(name, make.new_key(make.ECDSA), 1)


def test_without_its_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name == "cryptography":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(UsageError, match=r"port502\[tls\]"):
        make.need_cryptography()
