"""The security page, in a real browser: who is connected, attacks and refusals, and the stop of all writes."""

from __future__ import annotations

import socket
import time

import httpx
import pytest
from playwright.async_api import Page, expect

from port502.site.certificates import CertificateStatus
from port502.site.status import SessionStatus
from port502.transport.tls import SOON
from port502.web.pages.security import DAY, certificate_row, client_row
from port502.web.pages.words import Mark
from tests.web.pages.conftest import Dashboard, Opening
from tests.web.serving import PASSWORD


def session(**more: object) -> SessionStatus:
    return SessionStatus("safe", "10.0.0.9", 50_000, "tcp", 12.0, 1200, **more)  # type: ignore[arg-type]


def test_clients_in_words() -> None:
    assert client_row(session(names=("scada",))) == (
        Mark("●", "scada"), "10.0.0.9:50000", "12 s", "1,200", "none",
    )  # fmt: skip
    assert client_row(session(expected=False))[0] == Mark("▲", "unexpected", "high")
    secured = client_row(session(subject="CN=ann", role="engineer"))
    assert secured[-1] == "CN=ann, role engineer"
    faulty = client_row(session(subject="CN=ann", role_fault="two roles"))
    assert (faulty[0], faulty[-1]) == (Mark("◆", "role does not count", "medium"), "CN=ann: two roles")


@pytest.mark.parametrize(
    ("left", "mark", "when"),
    [
        (SOON + 10 * DAY, Mark("●", "good"), "in 40 days"),
        (SOON - DAY, Mark("◆", "ends soon", "medium"), "in 29 days"),
        (DAY, Mark("◆", "ends soon", "medium"), "in 1 day"),
        (-3 * DAY, Mark("■", "ended", "critical"), "3 days ago"),
    ],
)
def test_certificates_in_words(left: float, mark: Mark, when: str) -> None:
    one = CertificateStatus("listener safe", "certificate", "a.pem", "CN=plc", ends=1.8e9 + left)
    row = certificate_row(one, 1.8e9)
    assert (row[0], row[1], row[2], row[4]) == (mark, "listener safe, certificate", "CN=plc", "a.pem")
    assert str(row[3]).endswith(when)


def test_a_certificate_that_cannot_be_read() -> None:
    row = certificate_row(
        CertificateStatus("dashboard", "certificate", "a.pem", fault="a.pem: gone"), time.time()
    )
    assert (row[0], row[2]) == (Mark("■", "cannot be read", "critical"), "a.pem: gone")


async def log_in(page: Page, dashboard: Dashboard, name: str) -> None:
    await page.goto(f"{dashboard.url}/login")
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{dashboard.url}/")
    await page.goto(f"{dashboard.url}/security")


def listener(dashboard: Dashboard, name: str) -> tuple[str, int]:
    listeners = httpx.get(f"{dashboard.url}/api/v1/listeners", trust_env=False).json()["listeners"]
    url = next(one["url"] for one in listeners if one["name"] == name)
    host, _, port = url.removeprefix("tcp://").rpartition(":")
    return host, int(port)


@pytest.mark.interop
@pytest.mark.slow
async def test_unexpected_clients_and_refusals_are_seen(opened: Opening, dashboard: Dashboard) -> None:
    async with opened("/security?kind=refusals") as page:
        with socket.create_connection(listener(dashboard, "safe")) as stranger:
            stranger.sendall(bytes.fromhex("0001 0000 0006 01 06 0000 0007"))
            assert stranger.recv(100)[7:] == bytes.fromhex("86 01")
            safe = page.get_by_role("region", name="safe")
            await expect(safe).to_contain_text("▲ 1 unexpected")
            await expect(safe.get_by_role("row").nth(1)).to_contain_text("▲ unexpected127.0.0.1:")
            refused = page.locator(".p5-decision").nth(1)
            await expect(refused).to_contain_text("■ refused")
            await expect(refused).to_contain_text("write single register holding:0 = 7 of unit 1")
            await expect(page.locator(".p5-decision", has_text="unexpected client")).to_have_count(0)
        await expect(safe).to_contain_text("Nobody is connected.")
        await page.get_by_label("Show").click()
        await page.get_by_text("clients: unexpected, refused, lost").click()
        await page.wait_for_url("**/security?kind=clients")
        await expect(page.locator(".p5-decision", has_text="▲ unexpected client").first).to_be_visible()


@pytest.mark.interop
@pytest.mark.slow
async def test_an_attack_is_seen_explained_and_told_of_on_the_overview(
    opened: Opening, dashboard: Dashboard
) -> None:
    async with opened("/security") as page:
        await expect(page.get_by_text("Nobody looks at station: ")).to_be_visible()
        with socket.create_connection(
            listener(dashboard, "safe"), source_address=("127.0.0.66", 0)
        ) as attacker:
            attacker.sendall(bytes.fromhex("0001 0000 0006 01 08 0004 0000"))  # listen only
            assert attacker.recv(100)[7:] == bytes.fromhex("88 01")
            found = page.locator(".p5-finding", has_text="a device is forced to listen only")
            await expect(found).to_contain_text("127.0.0.66 → safe, unit 1")
            attacker.sendall(bytes.fromhex("0002 0000 0006 01 08 000a 0000"))  # clear the counters
            assert attacker.recv(100)[7:] == bytes.fromhex("88 01")
        newest = page.locator(".p5-finding").nth(1)
        await expect(newest).to_contain_text("◆ medium")
        await expect(newest.get_by_role("link")).to_have_attribute(
            "href", "/tools/explain?topic=DIAGNOSTICS.CLEARED"
        )
        await expect(found).to_contain_text("⬣ critical")
        await expect(found).to_contain_text("127.0.0.66 forces unit 1 of 127.0.0.1")
        await expect(found).to_contain_text("To do: power-cycle the device")
        await expect(page.get_by_text("Nothing suspicious was seen")).to_be_hidden()
        await found.get_by_role("link", name="a device is forced to listen only").click()
        await page.wait_for_url("**/tools/explain?topic=DIAGNOSTICS.LISTEN_ONLY")
        await expect(page.locator(".p5-text")).to_contain_text("ATT&CK for ICS")
        await page.goto(dashboard.url)
        node = page.locator(".p5-node", has_text="safe")
        await expect(node).to_contain_text("⬣ critical finding")
        await expect(node).to_contain_text("a device is forced to listen only: 127.0.0.66")
        await expect(node).to_have_attribute("href", "/security")


@pytest.mark.interop
@pytest.mark.slow
async def test_all_writes_are_stopped_by_an_operator_and_freed_by_an_engineer(
    opened: Opening, dashboard: Dashboard
) -> None:
    async with opened("/security") as page:
        await expect(page.get_by_text("Who may stop them: operator or more.")).to_be_visible()
        await expect(page.get_by_text("Who may see it: operator or more.")).to_be_visible()
        await expect(page.get_by_role("button", name="Stop all writes")).to_be_hidden()
        await log_in(page, dashboard, "ann")
        await page.get_by_role("button", name="Stop all writes").click()
        await page.get_by_label("Why?").fill("<b>somebody</b> is in the pit")
        await page.keyboard.press("Enter")
        try:
            banner = page.locator(".p5-banner:not(.p5-lost)")
            await expect(banner).to_contain_text("stopped: <b>somebody</b> is in the pit, by ann")
            await expect(page.get_by_text("Who may free them: engineer or more.")).to_be_visible()
            await expect(page.locator(".p5-decision").nth(1)).to_contain_text("■ lockedsafe, stationann")
            await expect(page.locator(".p5-login", has_text="ann").first).to_contain_text("operator")
            await log_in(page, dashboard, "eve")
            await page.get_by_role("button", name="Free writes").click()
            await page.get_by_role("dialog").get_by_role("button", name="Free writes").click()
            await expect(page.get_by_role("button", name="Stop all writes")).to_be_visible()
            await expect(banner).to_be_hidden()
        finally:
            engineer = {"Authorization": f"Bearer {dashboard.tokens['engineer']}"}
            async with httpx.AsyncClient(trust_env=False) as client:
                await client.post(f"{dashboard.url}/api/v1/unlock", headers=engineer)


@pytest.mark.interop
@pytest.mark.slow
@pytest.mark.parametrize("size", ["desktop", "panel", "phone"])
async def test_nothing_is_cut_at_any_size(opened: Opening, dashboard: Dashboard, size: str) -> None:
    async with opened("/security", size=size, dark=size == "desktop") as page:
        with socket.create_connection(listener(dashboard, "safe")):
            await page.locator(".p5-client").nth(1).wait_for()
            wide = await page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        assert wide <= 0
