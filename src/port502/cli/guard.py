"""``port502 guard``: lets through what the policy allows, and the tools around policies and audit logs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from port502.cli import guard_lock, guard_tools, options
from port502.cli.capture_options import DisplayFilter, Keys, Ports, read_captures
from port502.cli.exits import message
from port502.cli.expecting import baseline_of, policy_of
from port502.cli.lasting import seconds_of
from port502.cli.logs import logging_to
from port502.cli.loop import run
from port502.cli.output import put, put_json, say
from port502.cli.secure import Secure
from port502.cli.stopping import stoppable, wait
from port502.commission.learned.asked import Asked
from port502.commission.learned.roles import client_names
from port502.errors import Port502Error, UsageError
from port502.guard.auditor import WhenFull
from port502.guard.gate import Gate, Observer
from port502.guard.guard import Ears, Guard
from port502.guard.learn import propose
from port502.guard.policy import Policy
from port502.guard.seen import Recorder, read_seen
from port502.guard.settings import AuditSettings, GuardSettings
from port502.server import Limits, Networks
from port502.service.long_frames import USUAL_SIZE, LongFrames
from port502.site.guard_control import GuardControl
from port502.transport.tls import Tls
from port502.transport.url import parse_url

app = typer.Typer(rich_markup_mode=None, add_completion=False, invoke_without_command=True)

Listen: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--listen", metavar="URL", help="Where clients come in (tcp:// or tls://).", show_default=False
    ),
]
UpstreamUrl: TypeAlias = Annotated[
    str | None,
    typer.Option("--upstream", metavar="URL", help="The device that is guarded.", show_default=False),
]
Allow: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="NETWORK",
        help="Who may connect at all; else loopback, private and link-local addresses.",
        show_default=False,
    ),
]
Window: TypeAlias = Annotated[
    int,
    typer.Option("--window", min=1, max=64, metavar="N", help="Requests on their way to the device at once."),
]
UpstreamCertificate: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--upstream-certificate",
        metavar="FILE",
        help="tls://: the certificate shown to the device.",
        show_default=False,
    ),
]
UpstreamKey: TypeAlias = Annotated[
    Path | None,
    typer.Option("--upstream-key", metavar="FILE", help="tls://: its private key.", show_default=False),
]
UpstreamAuthority: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--upstream-authority",
        metavar="FILE",
        help="tls://: the authorities of the device.",
        show_default=False,
    ),
]
UpstreamName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--upstream-name",
        metavar="NAME",
        help="tls://: what the device's certificate names, if not the host.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class Doors:
    """Both sides of a guard, as the options name them."""

    listen: str
    upstream: str
    allow: list[str] | None
    window: int
    timeout: float
    connections: int
    tls: Tls | None
    upstream_tls: Tls | None
    long_frames: tuple[LongFrames, ...] = ()
    findings: bool = False
    baseline: Path | None = None


@app.callback()
def guard(
    context: typer.Context,
    listen: Listen = None,
    upstream: UpstreamUrl = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            "--policy", metavar="FILE", help="The policy file; SIGHUP reads it again.", show_default=False
        ),
    ] = None,
    audit: Annotated[
        Path | None,
        typer.Option(
            "--audit",
            metavar="FILE",
            help="Where the audit log goes; `lock --audit FILE` reaches this guard.",
            show_default=False,
        ),
    ] = None,
    when_full: Annotated[
        WhenFull, typer.Option("--when-full", help="While the audit log cannot be written.")
    ] = WhenFull.GO_ON,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Refuse nothing; record what would be refused.")
    ] = False,
    allow: Allow = None,
    window: Window = 1,
    timeout: Annotated[
        float,
        typer.Option("--timeout", min=0.01, max=60, metavar="S", help="Seconds to wait for the device."),
    ] = 1.0,
    connections: Annotated[
        int, typer.Option("--connections", min=1, metavar="N", help="Accept so many clients.")
    ] = 16,
    long_frame: Annotated[
        list[str] | None,
        typer.Option(
            "--long-frame",
            metavar="NETWORK=CODE",
            help="Who may send frames of 261 bytes, of which maker's function: 10.0.0.5=90.",
            show_default=False,
        ),
    ] = None,
    findings: Annotated[
        bool, typer.Option("--findings", help="Look for intruders: findings go to the log and the audit log.")
    ] = False,
    baseline: Annotated[
        Path | None,
        typer.Option(
            "--baseline", metavar="FILE", help="With --findings: what is usual.", show_default=False
        ),
    ] = None,
    certificate: options.Certificate = None,
    key: options.Key = None,
    authority: options.Authority = None,
    crl: options.Crl = None,
    upstream_certificate: UpstreamCertificate = None,
    upstream_key: UpstreamKey = None,
    upstream_authority: UpstreamAuthority = None,
    upstream_name: UpstreamName = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Stand before a device and let through what the policy allows.

    Only requests that were understood and allowed reach the device, in the guard's own words. Prints one line with
    the address as soon as clients can come. SIGHUP reads the policy again: a faulty one changes nothing.
    --certificate, --key and --authority are for tls:// on the clients' side, --upstream-... for the device's.

    Example:

    \b
        port502 guard --listen tcp://0.0.0.0:502 \\
            --upstream tcp://192.168.1.10 --policy policy.yaml

        port502 guard learn audit.jsonl > policy.yaml

        port502 guard explain 6 100 7 --from 192.168.1.20 --policy policy.yaml
    """
    if context.invoked_subcommand is not None:
        return
    if listen is None or upstream is None or policy is None:
        raise UsageError("a guard needs --listen, --upstream and --policy; see `port502 guard --help`")
    if baseline is not None and not findings:
        raise UsageError("--baseline goes with --findings")
    doors = Doors(
        listen,
        upstream,
        allow,
        window,
        timeout,
        connections,
        Secure(certificate, key, authority, crl).tls(listen, server_side=True),
        Secure(upstream_certificate, upstream_key, upstream_authority, None, upstream_name).tls(upstream),
        tuple(map(long_frames_of, long_frame or ())),
        findings=findings,
        baseline=baseline,
    )

    def current() -> Policy:
        found = policy_of(policy)
        return found.dry() if dry_run else found

    settings = AuditSettings(path=audit, when_full=when_full)
    with logging_to(verbosity=verbose, quiet=quiet):
        run(_guard(doors, current, settings, str(policy), json=json))


@app.command(short_help="Watch, and propose the smallest policy.")
def learn(
    logs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[LOG]...", help="Audit logs, or what --seen wrote.", show_default=False),
    ] = None,
    from_: Annotated[
        list[str] | None,
        typer.Option(
            "--from", metavar="CAPTURE", help="Read a capture (pcap, pcapng) instead.", show_default=False
        ),
    ] = None,
    port: Ports = None,
    keys: Keys = None,
    filter: DisplayFilter = None,  # noqa: A002
    listen: Listen = None,
    upstream: UpstreamUrl = None,
    for_: Annotated[
        str | None,
        typer.Option("--for", metavar="S", help="Watch for so long: 3600, 5m, 7d.", show_default=False),
    ] = None,
    seen: Annotated[
        Path | None,
        typer.Option(
            "--seen", metavar="FILE", help="Also keep what was seen, for `diff`.", show_default=False
        ),
    ] = None,
    values: Annotated[
        bool, typer.Option("--values", help="Allow only values between those that were written.")
    ] = False,
    allow: Allow = None,
    window: Window = 1,
    certificate: options.Certificate = None,
    key: options.Key = None,
    authority: options.Authority = None,
    crl: options.Crl = None,
    upstream_certificate: UpstreamCertificate = None,
    upstream_key: UpstreamKey = None,
    upstream_authority: UpstreamAuthority = None,
    upstream_name: UpstreamName = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Watch what is asked, and propose the smallest policy that allows it.

    With --listen and --upstream it stands before the device for a while, lets everything through and watches;
    else it reads audit logs, or captures of the traffic to that one device (--filter leaves out the rest). On tls://
    clients are known by their roles. The policy is printed: read it before you use it.

    Example:

    \b
        port502 guard learn --listen tcp://0.0.0.0:502 \\
            --upstream tcp://192.168.1.10 --for 1h > policy.yaml

        port502 guard learn audit.jsonl > policy.yaml

        port502 guard learn --from plant.pcap > policy.yaml
    """
    recorder = Recorder()
    names: dict[str, str] = {}
    if from_ and (logs or listen is not None or upstream is not None):
        raise UsageError("--from reads captures: give it without logs, --listen and --upstream")
    if listen is not None and upstream is not None and not logs:
        own = Secure(certificate, key, authority, crl)
        other = Secure(upstream_certificate, upstream_key, upstream_authority, None, upstream_name)
        doors = Doors(
            listen,
            upstream,
            allow,
            window,
            1.0,
            16,
            own.tls(listen, server_side=True),
            other.tls(upstream),
        )
        with logging_to(verbosity=verbose, quiet=quiet):
            run(_watch(doors, recorder, seconds_of(for_), quiet=quiet))
    elif from_:
        asked = Asked()
        read_captures(from_, asked.add, ports=port or (), keys=keys, filter=filter, quiet=quiet)
        recorder = asked.together()
        names = client_names(recorder.seen)
        if not recorder.seen:
            raise UsageError(f"no Modbus request in {', '.join(from_)}; other ports than 502 need --port")
    elif logs and listen is None and upstream is None:
        for log in logs:
            for one, tally in read_seen(log).seen.items():
                recorder.take_over(one, tally)
    else:
        raise UsageError("give logs, or --from CAPTURE, or --listen and --upstream to watch live")
    if seen is not None:
        seen.write_text("".join(f"{line}\n" for line in recorder.lines()))
    proposed = propose(recorder.seen, values=values, names=names)
    if json:
        requests = sum(tally.times for tally in recorder.seen.values())
        put_json(
            {"policy": proposed, "requests": requests, "kinds": len(recorder.seen), "missed": recorder.missed}
        )
    else:
        put(proposed.rstrip("\n"))


app.command()(guard_tools.explain)
app.command()(guard_tools.diff)
app.command()(guard_tools.verify)
app.command(short_help="Stop all writes at once.")(guard_lock.lock)
app.command(short_help="Let writes through again.")(guard_lock.unlock)


async def _guard(
    doors: Doors, current: Callable[[], Policy], settings: AuditSettings, name: str, *, json: bool
) -> None:
    auditor = settings.auditor()
    gate = Gate(current(), auditor)

    def reload() -> None:
        try:
            gate.replace(current(), name)
        except Port502Error as error:
            say(f"port502: nothing was changed: {message(error)}")
        else:
            say(f"port502: {name} was read again: {len(gate.policy.rules)} rules are in force")

    try:
        with stoppable(reload) as stopped:
            async with AsyncExitStack() as running:
                if settings.path is not None:
                    control = GuardControl(gate, settings.path, doors.listen)
                    running.push_async_callback(control.stop)
                    await control.start()
                standing = await running.enter_async_context(_made(doors, gate))
                if json:
                    put_json({"listening": standing.url, "upstream": doors.upstream, "policy": name})
                else:
                    put(f"listening on {standing.url}")
                await wait(stopped)
    finally:
        auditor.close()


async def _watch(doors: Doors, recorder: Observer, seconds: float | None, *, quiet: bool) -> None:
    gate = Gate(Policy(dry_run=True, read_before="never"), observe=recorder)
    with stoppable() as stopped:
        async with _made(doors, gate) as standing:
            if not quiet:
                say(f"listening on {standing.url}: everything is let through and watched; Ctrl-C ends")
            await wait(stopped, seconds)


def _made(doors: Doors, gate: Gate) -> Guard:
    if parse_url(doors.listen).is_serial:
        raise UsageError("a guard listens on a network address: tcp://, tls:// or rtu+tcp://")
    limits = Limits(connections=doors.connections, per_client=min(doors.connections, Limits().per_client))
    return Guard(
        doors.listen,
        doors.upstream,
        gate,
        settings=GuardSettings(window=doors.window, timeout=doors.timeout),
        limits=limits,
        allow=doors.allow,
        tls=doors.tls,
        upstream_tls=doors.upstream_tls,
        long_frames=doors.long_frames,
        ears=_ears(doors, gate) if doors.findings else None,
    )


def _ears(doors: Doors, gate: Gate) -> Ears:
    """What looks for intruders at the guard's door."""
    from port502.site.findings import ListenerFindings

    usual = baseline_of(doors.baseline) if doors.baseline is not None else None
    return ListenerFindings("guard", doors.listen, gate.auditor, usual)


def long_frames_of(text: str) -> LongFrames:
    """``10.0.0.5=90``, or ``10.0.0.5=90:265`` for frames of up to 265 bytes; raises UsageError."""
    network, _, rest = text.partition("=")
    code, _, size = rest.partition(":")
    try:
        return LongFrames(Networks([network]), int(code), int(size) if size else USUAL_SIZE)
    except ValueError as error:
        if isinstance(error, UsageError):
            raise
        raise UsageError(
            f"{text!r} is no exception for long frames; write NETWORK=CODE, such as 10.0.0.5=90"
        ) from None
