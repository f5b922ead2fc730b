"""The dashboard in the site file, as a model: where it listens, and who may use it."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from port502.site.kinds import Line, Section, Text
from port502.site.policy_kinds import network_of

HOST = "127.0.0.1"
PORT = 8502


def web_place(text: str) -> tuple[str, int]:
    """Host and port of ``127.0.0.1:8502`` or ``[::1]:8502``; raises ValueError."""
    host, separator, port = text.rpartition(":")
    host = host.strip("[]")
    if not separator or not host or "/" in text or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError(f"{text!r} is no place to listen: write {HOST}:{PORT}")
    return host, int(port)


class Proxy(Section):
    """A reverse proxy that says in a header who somebody is, and the networks it is believed from."""

    header: Annotated[str, Text(60)]
    networks: Annotated[list[Annotated[str, Text(60, network_of)]], Field(min_length=1, alias="from")]


class Web(Section):
    """The dashboard and the HTTP API."""

    listen: Annotated[str, Text(200, web_place)] = f"{HOST}:{PORT}"
    users: Line | None = None
    names: list[Line] = Field(default_factory=list)
    certificate: Line | None = None
    key: Line | None = None
    authority: Line | None = None
    proxy: Proxy | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("'certificate' and 'key' belong together")
        if self.authority is not None and self.certificate is None:
            raise ValueError("'authority' checks clients' certificates, which needs 'certificate' and 'key'")
        if self.users is None and not is_loopback(web_place(self.listen)[0]):
            raise ValueError(
                "on an address that others can reach the dashboard does not start without 'users'; "
                "make the file with: port502 web --add-user NAME --users users.yaml"
            )
        return self


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where the dashboard listens, by which names it may be called, and who may use it.

    Without ``certificate`` it speaks plain HTTP. ``header`` is what a proxy in ``proxies`` says who somebody is with.
    """

    host: str = HOST
    port: int = PORT
    users: Path | None = None
    names: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None
    authority: Path | None = None
    header: str = ""
    proxies: tuple[str, ...] = ()

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)

    @property
    def scheme(self) -> str:
        """http or https."""
        return "http" if self.certificate is None else "https"


def web_settings(web: Web, folder: Path) -> WebSettings:
    """What a site file says of the dashboard, with its files beside the site file unless their paths are absolute."""
    host, port = web_place(web.listen)
    files = {
        name: None if (value := getattr(web, name)) is None else folder / value
        for name in ("users", "certificate", "key", "authority")
    }
    proxy = web.proxy
    return WebSettings(
        host,
        port,
        files["users"],
        tuple(web.names),
        files["certificate"],
        files["key"],
        files["authority"],
        proxy.header if proxy is not None else "",
        tuple(proxy.networks) if proxy is not None else (),
    )


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
