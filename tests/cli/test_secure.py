"""TLS on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.cli.secure import Secure
from port502.service.device import Device
from tests.cli.conftest import Run
from tests.secure import Plant
from tests.served import served


def test_the_key_stands_beside_its_certificate_unless_another_is_named() -> None:
    certs = Path("certs")
    found = Secure(certs / "a.pem", authority=certs / "ca.pem").arguments()
    assert found == {"certificate": certs / "a.pem", "key": certs / "a.key", "authority": certs / "ca.pem"}
    assert Secure(certs / "a.pem", certs / "b.key").arguments()["key"] == certs / "b.key"
    assert Secure().arguments() == {}


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return Plant(tmp_path)


def options(plant: Plant) -> list[str]:
    pair = plant.client
    return ["--certificate", str(pair.certificate), "--authority", str(plant.authority.certificate)]


def test_a_device_is_read_written_and_called_over_tls(run: Run, plant: Plant) -> None:
    with served(Device(holding={0: [42, 43]}), "tls://127.0.0.1:0", **plant.files(plant.server)) as server:
        done = run("read", server.url, "holding:0*2", *options(plant), "--quiet")
        assert (done.code, done.out.split()) == (0, ["42", "43"]), done.err
        assert run("write", server.url, "holding:1=7", "--yes", *options(plant)).code == 0
        assert run("call", server.url, "3", "1", "1", "--json", *options(plant)).code == 0
        wrong = run("read", server.url, "holding:0", "--name", "other.local", *options(plant))
        assert (wrong.code, "certificate was refused" in wrong.err) == (3, True)


def test_a_device_of_a_site_file_is_read_with_the_certificates_that_stand_there(
    run: Run, plant: Plant
) -> None:
    with served(Device(holding={0: [42]}), "tls://127.0.0.1:0", **plant.files(plant.server)) as server:
        files = ", ".join(f"{key}: {path}" for key, path in plant.files().items())
        Path("site.yaml").write_text(
            f"site: h\nconnections: {{c: {{url: {server.url}, {files}}}}}\n"
            "devices: {pump: {connection: c, points: {speed: {ref: 40001}}}}\n"
        )
        done = run("read", "@pump", "speed", "--quiet")
        assert (done.code, done.out.strip()) == (0, "42"), done.err
        done = run("read", "@pump", "speed", *options(plant))
        assert (done.code, "leave --certificate out" in done.err) == (2, True)


def test_tls_without_certificates_says_which_are_missing(run: Run) -> None:
    done = run("read", "tls://127.0.0.1", "holding:0")
    assert done.code == 2
    assert "certificate and key and authority are missing (`port502 pki` makes them)" in done.err
    done = run("read", "127.0.0.1", "holding:0", "--crl", "x.crl")
    assert (done.code, "tls:// only" in done.err) == (2, True)


def test_serve_wants_its_certificates_too(run: Run, tmp_path: Path) -> None:
    (tmp_path / "plc.yaml").write_text("device: plc\nholding: {0: [1]}\n")
    done = run("serve", "plc.yaml", "--listen", "tls://127.0.0.1:0")
    assert (done.code, "are missing" in done.err) == (2, True)
