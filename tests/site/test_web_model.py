from pathlib import Path

import pytest
from pydantic import ValidationError

from port502.site.web_model import Web, WebSettings, is_loopback, web_place, web_settings


def test_by_default_it_is_for_this_machine_alone() -> None:
    settings = web_settings(Web(), Path("/site"))
    assert settings == WebSettings("127.0.0.1", 8502)
    assert settings.is_local
    assert settings.scheme == "http"


def test_files_lie_beside_the_site_file() -> None:
    web = Web.model_validate(
        {
            "listen": "[::]:443",
            "users": "users.yaml",
            "certificate": "web.pem",
            "key": "/keys/web.key",
            "names": ["station.plant"],
            "proxy": {"header": "X-Remote-User", "from": ["10.0.0.1"]},
        }
    )
    settings = web_settings(web, Path("/site"))
    assert settings.users == Path("/site/users.yaml")
    assert settings.key == Path("/keys/web.key")
    assert (settings.host, settings.port, settings.scheme) == ("::", 443, "https")
    assert not settings.is_local
    assert (settings.header, settings.proxies) == ("X-Remote-User", ("10.0.0.1",))


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"listen": "0.0.0.0:8502"}, "does not start without 'users'"),
        ({"listen": "127.0.0.1"}, "no place to listen"),
        ({"listen": "http://127.0.0.1:8502"}, "write 127.0.0.1:8502"),
        ({"listen": "127.0.0.1:99999"}, "no place to listen"),
        ({"certificate": "a.pem"}, "belong together"),
        ({"authority": "ca.pem"}, "needs 'certificate'"),
        ({"proxy": {"header": "X-User", "from": ["nonsense"]}}, "nonsense"),
    ],
)
def test_what_cannot_be_is_said(written: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Web.model_validate(written)
    assert message in str(caught.value)


def test_places_and_loopback() -> None:
    assert web_place("[::1]:0") == ("::1", 0)
    assert is_loopback("127.3.2.1")
    assert is_loopback("localhost")
    assert not is_loopback("192.168.1.2")
    assert not is_loopback("plc.local")
