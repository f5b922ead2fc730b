"""Server: a listener in front of a service."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from port502.service.access import Networks, check_listener_address
from port502.service.admission import Limits
from port502.service.call import Service, Session
from port502.service.device import Device
from port502.service.long_frames import LongFrames
from port502.service.units import Units
from port502.transport.listener import Listener, ListenerCounters, Watch
from port502.transport.serial_listener import SerialListener
from port502.transport.sockets import Keepalive
from port502.transport.tls import Tls, tls_of
from port502.transport.url import Target, parse_url
from port502.transport.wire import Wire


class Server:
    """A Modbus server: ``async with Server(Device(holding={0: [1, 2, 3]})) as server``.

    ``service`` is a Device, Units of devices, or any service. ``url`` is where to listen: ``tcp://`` (port 0 lets the
    system choose), ``tls://``, ``rtu+tcp://``, ``rtu://`` or ``ascii://``. ``limits`` and the networks of ``allow`` are
    on by default: 16 connections, 4 per client, 60 s idle, 3 s per frame; loopback, private and link-local clients
    only. ``tls://`` wants ``certificate``, ``key`` and the ``authority`` of its clients (PEM files, read anew when they
    change, like ``crl``), or a context of your own as ``tls``; a client's role is in its ``Session``. ``wire``, for
    simulations, decides what becomes of each reply on TCP; ``watch`` hears of refused and closed connections.
    ``long_frames`` name who may send frames of more than 260 bytes, of which function and how long; ``name`` is what
    logs and audit records call the listener, its url by default. Raises ConnectError at the start when the port cannot
    be had, ConfigError for files that cannot be used.
    """

    def __init__(
        self,
        service: Service,
        url: str = "tcp://127.0.0.1:502",
        *,
        limits: Limits | None = None,
        allow: Iterable[str] | None = None,
        keepalive: Keepalive | None = Keepalive(),  # noqa: B008 (frozen)
        tls: Tls | None = None,
        certificate: str | Path | None = None,
        key: str | Path | None = None,
        authority: str | Path | None = None,
        crl: str | Path | None = None,
        answer_within: float = 10.0,
        wire: Wire | None = None,
        watch: Watch | None = None,
        long_frames: Iterable[LongFrames] = (),
        name: str = "",
    ) -> None:
        self.target = parse_url(url)
        if isinstance(service, Device):
            service = Units(service)
        networks = None if allow is None else Networks(allow)
        self._listener: Listener | SerialListener
        if self.target.is_serial:
            self._listener = SerialListener(service, self.target, answer_within=answer_within, name=name)
        else:
            check_listener_address(self.target.host, networks)
            self._listener = Listener(
                service,
                self.target,
                limits=limits,
                allow=networks,
                keepalive=keepalive,
                tls=tls_of(url, tls, certificate, key, authority, crl, server_side=True),
                answer_within=answer_within,
                wire=wire,
                watch=watch,
                long_frames=long_frames,
                name=name,
            )

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; raises ConnectError that names who holds the port, or which right is missing."""
        await self._listener.start()

    async def stop(self, grace: float = 5.0) -> None:
        """Accept nobody any more, answer what is in flight within ``grace`` seconds, then close."""
        await self._listener.stop(grace)

    @property
    def url(self) -> str:
        """Where it listens, with the port that the system chose."""
        if self.target.is_serial:
            return str(self.target)
        return str(Target(self.target.scheme, self.target.host, self._listener.port))

    @property
    def port(self) -> int:
        """The TCP port; 0 on a serial line."""
        return self._listener.port

    @property
    def sessions(self) -> list[Session]:
        """Who is connected now over the network, each with the number of its requests so far."""
        return self._listener.sessions if isinstance(self._listener, Listener) else []

    @property
    def requests(self) -> int:
        """Requests since the start, also of those who are connected now."""
        return self.counters.requests + sum(session.requests for session in self.sessions)

    @property
    def counters(self) -> ListenerCounters:
        """Connections and requests since the start."""
        return self._listener.counters


__all__ = ["Limits", "Networks", "Server", "Units"]
