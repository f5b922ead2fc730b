"""Checks of who may call this site, how much, and what they may change."""

from __future__ import annotations

from collections.abc import Iterator

from port502.commission.audit.facts import Door, Facts
from port502.commission.audit.outcome import Seen, doubtful, failed, fine, unknown
from port502.commission.firewall.facts import named_networks
from port502.guard.auditor import WhenFull
from port502.guard.operations import NEVER_IMPLIED, WORDS, words_for
from port502.guard.policy import Policy, Rule
from port502.protocol.codes import FUNCTION_NAMES
from port502.site.durations import duration_text

PASSES_ON = ("gateway", "share", "guard")
"""Listeners whose clients reach a device behind them."""

_WHEN_FULL = {
    WhenFull.GO_ON: "requests go on",
    WhenFull.STOP_WRITES: "writes stop",
    WhenFull.STOP: "requests stop",
}
_WRITES = WORDS["write"]
_USUAL = frozenset(str(code) for code in FUNCTION_NAMES)


def open_where_meant(facts: Facts) -> Iterator[Seen]:
    """Modbus is open only where it is meant to be."""
    for door in facts.doors():
        listener, where = door.listener, f"listener {door.name} ({door.target})"
        named = named_networks(listener.policy)
        if door.is_here:
            yield fine(f"{where} is for this machine only")
        elif listener.allow is not None:
            yield fine(f"{where} is open to {', '.join(listener.allow)}")
        elif named is not None:
            yield fine(f"{where} is of use only to {', '.join(named) or 'nobody'}, by its policy")
        else:
            yield doubtful(f"{where} is open to every private address")
    if facts.inventory is None:
        return
    known = {(str(one), place.target.port) for place in facts.places() for one in place.addresses}
    planned = {(row.address, row.port) for row in facts.plan.rows} if facts.plan is not None else set()
    for device in facts.inventory.devices:
        if (device.address, device.port) not in known | planned:
            yield doubtful(f"{device.address}:{device.port} speaks Modbus, and nobody here knows it")


def allow_lists(facts: Facts) -> Iterator[Seen]:
    """Each listener lists its clients."""
    for door in facts.open_doors():
        allow = door.listener.allow
        if allow is None:
            yield doubtful(f"listener {door.name} has no `allow`: every private address may connect")
        elif any(entry.endswith("/0") for entry in allow):
            yield failed(f"listener {door.name} allows everybody: {', '.join(allow)}")
        else:
            yield fine(f"listener {door.name} allows {', '.join(allow)}")


def limits(facts: Facts) -> Iterator[Seen]:
    """Each listener has limits."""
    for door in facts.open_doors():
        own = door.listener.limits
        text = (
            f"listener {door.name}: {own.connections} connections, {own.per_client} of one client,"
            f" {own.in_flight} requests in flight"
        )
        if own.idle is not None:
            text += f", {duration_text(own.idle)} without a request"
        if own.requests_per_second is None:
            yield doubtful(f"{text}; any number of requests per second")
        else:
            yield fine(f"{text}, {own.requests_per_second:g} requests per second")


def writes(facts: Facts) -> Iterator[Seen]:
    """What may be written is bounded."""
    for door in facts.doors():
        yield from _listener_writes(door)
    for connection, device in facts.devices():
        del connection
        if device.writes:
            yield doubtful(f"device {device.name} has `writes: true`: any of its registers may be written")
        for point in device.points:
            if point.write is not None:
                rule = point.write
                bounded = rule.minimum is not None and rule.maximum is not None
                if bounded or point.point.table.is_bits:
                    yield fine(f"{device.name}.{point.name} may be written within its limits")
                else:
                    yield doubtful(
                        f"{device.name}.{point.name} may be written with any value: no min and max"
                    )


def _listener_writes(door: Door) -> Iterator[Seen]:
    listener, where = door.listener, f"listener {door.name}"
    policy = listener.policy
    if listener.answers not in PASSES_ON:
        return
    if policy is None:
        make = doubtful if door.is_here else failed
        yield make(f"{where} has no policy: whoever connects may write anything to what is behind it")
        return
    if policy.dry_run:
        yield failed(f"{where}: the policy is on a dry run and stops no write")
        return
    if policy.read_only:
        yield fine(f"{where} lets nobody write")
        return
    writing = [rule for rule in policy.rules if not rule.deny and rule.operations & _WRITES]
    for rule in writing:
        yield _rule_writes(where, rule)
    if not writing:
        yield fine(f"{where}: no rule lets anybody write")


def _rule_writes(where: str, rule: Rule) -> Seen:
    who = f"{where}, rule {rule.name!r}"
    if rule.dry_run:
        return doubtful(f"{who} is on a dry run")
    if not rule.clients:
        return failed(f"{who} lets anybody write")
    if not (rule.places or rule.files):
        return doubtful(f"{who} lets {', '.join(rule.clients)} write to any address")
    if rule.values is None and any(not place.table.is_bits for place in rule.places):
        return doubtful(f"{who} lets {', '.join(rule.clients)} write any value")
    return fine(f"{who} lets {', '.join(rule.clients)} write within limits")


def functions(facts: Facts) -> Iterator[Seen]:
    """Dangerous functions are refused, and what no rule allows is."""
    for door in facts.doors():
        listener, where = door.listener, f"listener {door.name}"
        if listener.answers not in PASSES_ON:
            continue
        if listener.policy is None:
            make = doubtful if door.is_here else failed
            yield make(f"{where} passes on every function: programming, restart, listen only")
            continue
        yield from _rule_functions(where, listener.policy)
        if listener.policy.dry_run:
            yield failed(f"{where}: the policy is on a dry run and refuses nothing")
        else:
            yield fine(f"{where} refuses what no rule allows")


def _rule_functions(where: str, policy: Policy) -> Iterator[Seen]:
    for rule in policy.rules:
        if rule.deny:
            continue
        dangerous = sorted(rule.operations & NEVER_IMPLIED)
        if dangerous:
            yield doubtful(f"{where}, rule {rule.name!r} lets through {', '.join(dangerous)}")
        strange = {one for one in rule.operations if "/" not in one and one.rstrip("rw") not in _USUAL}
        if strange:
            words = ", ".join(words_for(strange)) if len(strange) < 6 else f"{len(strange)} functions"
            yield doubtful(f"{where}, rule {rule.name!r} lets through functions of makers' own: {words}")


def roles(facts: Facts) -> Iterator[Seen]:
    """Behind TLS, rights come from the role of the certificate."""
    for door in facts.doors():
        if door.is_plain:
            continue
        policy, where = door.listener.policy, f"listener {door.name}"
        if policy is None:
            yield doubtful(
                f"{where} has no policy: every certificate of the authority has all rights, with any role"
            )
            continue
        anybody = [rule.name for rule in policy.rules if not rule.deny and not rule.clients]
        if anybody:
            yield doubtful(f"{where}: rules for anybody, with a role or without: {', '.join(anybody)}")
        if any(client.roles for client in policy.clients):
            yield fine(f"{where} knows clients by the roles of their certificates")
        elif not anybody:
            yield fine(f"{where} has rights only for clients that its policy describes")


def logs(facts: Facts) -> Iterator[Seen]:
    """Audit logs are kept, and cannot be rewritten unseen."""
    for door in facts.doors():
        listener, where = door.listener, f"listener {door.name}"
        if listener.answers not in PASSES_ON and listener.policy is None:
            continue
        kept = listener.audit
        if kept.path is None and kept.syslog is None:
            yield doubtful(f"{where} keeps no audit log")
            continue
        to = kept.path.name if kept.path is not None else ""
        size = f"{kept.keep} × {kept.max_bytes >> 20} MiB" if kept.path is not None else "a syslog server"
        text = f"{where} logs to {to} ({size})" if to else f"{where} logs to {size}"
        text += f"; when it cannot, {_WHEN_FULL[kept.when_full]}"
        if kept.key or kept.syslog is not None:
            yield fine(text)
        else:
            yield doubtful(f"{text}; without `key` or `syslog`, who may write here may rewrite it")


def trials(facts: Facts) -> Iterator[Seen]:
    """What only a trial on the spot shows."""
    if any(door.listener.answers in PASSES_ON for door in facts.doors()):
        yield unknown(
            "that every value limit holds at both edges, and read-only and dry run switch as they should"
        )
        yield unknown("that a flood, a slow client and broken frames leave your own clients served in time")
    if facts.site.listeners or facts.site.connections:
        yield unknown(
            "that a restart, a full disk, a jump of the clock and a renewed certificate stop no polling"
        )
