from __future__ import annotations

from pathlib import Path

from port502.site.build import load_site
from port502.site.certificates import certificates_of
from port502.transport.tls import LISTS_SOON, SOON
from tests.certificates import DAY, Authority

SITE = """
site: test
history: {{path: data}}
web: {{listen: "127.0.0.1:0", certificate: {web}, key: {web_key}}}
connections:
  plc: {{url: "tls://127.0.0.1:1", certificate: {client}, key: {client_key}, authority: {authority}, crl: {crl}}}
devices: {{pump: {{connection: plc, points: {{x: {{ref: "40001"}}}}}}}}
listeners:
  safe:
    url: tls://127.0.0.1:0
    certificate: {server}
    key: {server_key}
    authority: {authority}
    serve: {{points: {{"holding:0": pump.x/uint16}}}}
"""


def test_all_that_a_site_uses_and_when_it_ends(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    server, client = authority.server(), authority.client("operator", days=2)
    web = authority.server("dashboard.local")
    crl = authority.crl()
    path = tmp_path / "site.yaml"
    path.write_text(
        SITE.format(
            web=web.certificate, web_key=web.key, client=client.certificate, client_key=client.key,
            server=server.certificate, server_key=server.key, authority=authority.certificate, crl=crl,
        )
    )  # fmt: skip
    site = load_site(path)
    found = certificates_of(site)
    assert sorted((one.used_by, one.what, Path(one.file).name) for one in found) == [
        ("connection plc", "authority", authority.certificate.name),
        ("connection plc", "certificate", client.certificate.name),
        ("connection plc", "revocation list", crl.name),
        ("dashboard", "certificate", web.certificate.name),
        ("listener safe", "authority", authority.certificate.name),
        ("listener safe", "certificate", server.certificate.name),
    ]
    assert all(one.ends is not None and not one.fault for one in found)
    ends = [one.ends for one in found]
    assert ends == sorted(ends, key=float)  # type: ignore[arg-type]
    by_use = {(one.used_by, one.what): one for one in found}
    mine = by_use["connection plc", "certificate"]
    assert mine.ends is not None
    assert mine.left(mine.ends - DAY.total_seconds()) == DAY.total_seconds()
    assert mine.soon == SOON
    assert by_use["connection plc", "revocation list"].soon == LISTS_SOON
    assert "CN=" in by_use["listener safe", "certificate"].subject
    crl.write_text("nothing")
    client.certificate.unlink()
    faulty = certificates_of(site)[:2]
    assert {one.what for one in faulty} == {"certificate", "revocation list"}
    assert all(one.fault and one.left(0.0) is None for one in faulty)
