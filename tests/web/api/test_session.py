from __future__ import annotations

import pytest

from port502.guard.chain import records
from port502.web.gate import COOKIE
from tests.web.serving import PASSWORD, Serving

pytestmark = pytest.mark.slow


async def test_a_login_gives_a_cookie_that_scripts_cannot_read_and_a_token_for_changes(
    served: Serving,
) -> None:
    async with served.client() as client:
        answer = await client.post("/api/v1/session", json={"name": "ann", "password": PASSWORD})
        assert answer.json()["role"] == "operator"
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        me = (await client.get("/api/v1/me")).json()
        assert (me["name"], me["way"]) == ("ann", "password")
        write = "/api/v1/points/pump.setpoint/write"
        assert (await client.post(write, json={"value": 3})).status_code == 403
        wrong = {"X-CSRF-Token": "guess"}
        assert (await client.post(write, json={"value": 3}, headers=wrong)).status_code == 403
        right = {"X-CSRF-Token": me["csrf"]}
        assert (await client.post(write, json={"value": 3}, headers=right)).status_code == 200
        elsewhere = {**right, "Origin": "http://evil.example"}
        assert (await client.post(write, json={"value": 4}, headers=elsewhere)).status_code == 403
        assert (await client.delete("/api/v1/session", headers=right)).status_code == 204
        assert (await client.get("/api/v1/me")).json()["way"] == "anonymous"


async def test_who_guesses_has_to_wait(served: Serving) -> None:
    async with served.client() as client:
        statuses = []
        for _ in range(6):
            answer = await client.post("/api/v1/session", json={"name": "ann", "password": "wrong password"})
            statuses.append(answer.status_code)
        assert statuses == [401, 401, 401, 401, 401, 429]
        assert int(answer.headers["Retry-After"]) >= 1
        answer = await client.post("/api/v1/session", json={"name": "ann", "password": PASSWORD})
        assert answer.status_code == 429


async def test_a_link_lets_in_once(served: Serving) -> None:
    path = served.web.link().removeprefix(served.web.url)
    async with served.client() as client:
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert client.cookies.get(COOKIE)
        me = (await client.get("/api/v1/me")).json()
        assert (me["name"], me["role"], me["way"]) == ("local", "admin", "link")
    async with served.client() as client:
        assert (await client.get(path)).status_code == 401


async def test_a_login_that_fails_is_written_down_with_its_name_and_address(served: Serving) -> None:
    async with served.client() as client:
        for _ in range(3):
            await client.post("/api/v1/session", json={"name": "mallory", "password": "guess"})
        found = (await client.get("/api/v1/refusals", params={"event": "login failed"})).json()["decisions"]
    (one,) = found
    assert (one["listener"], one["client"], one["subject"]) == ("web", "127.0.0.1", "mallory")
    assert "guess" not in str(found)
    log = served.running.site.history.path / "audit" / "web.jsonl"
    assert [said["subject"] for said in records(log)] == ["mallory"]
