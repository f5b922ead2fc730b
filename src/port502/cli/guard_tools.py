"""The commands of ``port502 guard`` that look at policies and logs: explain, diff, verify."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from port502.cli import options
from port502.cli.exits import DONE, FAULTS_FOUND
from port502.cli.expecting import policy_of
from port502.cli.output import printable, put, put_json
from port502.errors import Port502Error, UsageError
from port502.guard import explain as explaining
from port502.guard.chain import verify as verify_chain
from port502.guard.diff import changes, rule_changes
from port502.guard.engine import Engine, Moment
from port502.guard.gate import Gate
from port502.guard.parts import parts_of
from port502.guard.policy import Action, Decision
from port502.guard.seen import read_seen
from port502.guard.values import Present
from port502.protocol.compose import compose, hex_bytes
from port502.protocol.describe import describe
from port502.protocol.mbap import MbapFraming
from port502.protocol.message import RawRequest, Request
from port502.protocol.pdu import decode_request
from port502.service.call import Session

PolicyOption: TypeAlias = Annotated[Path, typer.Option("--policy", metavar="FILE", help="The policy file.")]
_SHORTEST_FRAME = 8


def explain(
    request: Annotated[
        list[str], typer.Argument(metavar="REQUEST", help="A frame in hex, or a function with its words.")
    ],
    policy: PolicyOption,
    unit: Annotated[
        int | None,
        typer.Option("--unit", min=0, max=255, metavar="N", help="Unit id; 1, or that of the frame."),
    ] = None,
    from_: Annotated[
        str, typer.Option("--from", metavar="ADDRESS", help="The client's address.")
    ] = "127.0.0.1",
    role: Annotated[
        str | None, typer.Option("--role", help="The role in its certificate.", show_default=False)
    ] = None,
    fingerprint: Annotated[
        str, typer.Option("--fingerprint", help="Its certificate's SHA-256.", show_default=False)
    ] = "",
    subject: Annotated[
        str, typer.Option("--subject", help="Its certificate's subject.", show_default=False)
    ] = "",
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="When: 2026-03-01T08:00+01:00.", show_default=False),
    ] = None,
    present: Annotated[
        list[str] | None,
        typer.Option(
            "--present", metavar="N", help="What is there now, register by register.", show_default=False
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Say which rule decides on a request, and why.

    Example:

        port502 guard explain 6 100 7 --from 192.168.1.20 --policy policy.yaml

    \b
        port502 guard explain 000100000006010600640007 \\
            --role engineer --policy policy.yaml
    """
    asked, of_frame = _request(request)
    unit = of_frame if unit is None else unit
    rules = policy_of(policy)
    session = Session(
        from_, transport="tcp", role=role, fingerprint=fingerprint.replace(":", ""), subject=subject
    )
    wall = _moment(at)
    there = _present(asked, present)
    decision = Engine(rules).decide(session, unit, asked, Moment(0.0, wall, there))
    outcome = Gate(rules).decide(session, unit, asked, Moment(0.0, wall, there))
    names = explaining.names_of(rules, session)
    parts = explaining.explain(rules, session, unit, asked, wall, there)
    if json:
        put_json(
            {
                "request": describe(asked),
                "unit": unit,
                "clients": names,
                "action": str(decision.action),
                "exception": decision.code or None,
                "rule": decision.rule,
                "reason": decision.reason,
                "would": outcome.would,
                "parts": [
                    {
                        "part": part.part,
                        "considered": [
                            {"rule": one.rule, "fits": one.fits, "why": one.why} for one in part.considered
                        ],
                    }
                    for part in parts
                ],
            }
        )
        return
    put(
        printable(
            f"{describe(asked)}, unit {unit}, from {session.host}" + (f", role {role!r}" if role else "")
        )
    )
    put(f"who asks is {', '.join(names) or 'nobody whom the policy describes'}")
    for part in parts:
        put(f"{part.part}:")
        for one in part.considered:
            put(printable(f"  {'fits' if one.fits else 'no  '}  {one.rule}: {one.why}"))
        if not any(one.fits for one in part.considered):
            put("  no rule fits")
    put(printable(_verdict(decision, outcome)))


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The policy as it is.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The policy as it is to be.")],
    traffic: Annotated[
        list[Path] | None,
        typer.Option(
            "--traffic", metavar="LOG", help="An audit log, or a file of `learn --seen`.", show_default=False
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Say what another policy would change, tried on recorded traffic.

    Example:

        port502 guard diff policy.yaml new.yaml --traffic audit.jsonl
    """
    before, after = policy_of(old), policy_of(new)
    rules = rule_changes(before, after)
    tried = [read_seen(log, refused=True) for log in traffic or ()]
    found = [change for one in tried for change in changes(before, after, one.seen, time.time())]
    requests = sum(tally.times for one in tried for tally in one.seen.values())
    if json:
        put_json(
            {
                "rules": {
                    "added": rules.added,
                    "removed": rules.removed,
                    "changed": rules.changed,
                    "moved": rules.moved,
                },
                "tried": requests,
                "changes": [
                    {
                        "client": change.seen.client,
                        "role": change.seen.role,
                        "unit": change.seen.unit,
                        "operation": change.seen.operation,
                        "table": change.seen.table,
                        "address": change.seen.address,
                        "quantity": change.seen.quantity,
                        "values": list(change.values) if change.values is not None else None,
                        "times": change.times,
                        "before": str(change.before.action),
                        "after": str(change.after.action),
                        "rule_before": change.before.rule,
                        "rule_after": change.after.rule,
                    }
                    for change in found
                ],
            }
        )
        return
    for what, names in (("new", rules.added), ("gone", rules.removed), ("changed", rules.changed)):
        for name in names:
            put(printable(f"{what} rule: {name}"))
    if rules.moved:
        put("rules stand in another order")
    if not (rules.added or rules.removed or rules.changed or rules.moved):
        put("the rules are the same")
    if traffic:
        for change in found:
            put(printable(f"{change.times} times: {change.text}"))
        put(
            f"tried on {requests} requests: {sum(change.times for change in found)} would be decided in another way"
        )


def verify(
    log: Annotated[Path, typer.Argument(metavar="LOG", help="The audit log; files put aside belong to it.")],
    key: Annotated[
        Path | None,
        typer.Option(
            "--key", metavar="FILE", help="The key of the chain, if it has one.", show_default=False
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Verify that nothing in an audit log was changed, cut or moved.

    Note number and hash of the last line elsewhere: who can write both the log and its .head file could cut its
    end. The exit code is 0 for a log that is whole, and 6 for one that is not.

    Example:

        port502 guard verify audit.jsonl
    """
    if not log.exists():
        raise UsageError(f"there is no log {log}")
    verdict = verify_chain(log, key.read_bytes().strip() if key is not None else b"")
    if json:
        put_json(
            {
                "log": str(log),
                "whole": verdict.whole,
                "lines": verdict.lines,
                "files": verdict.files,
                "first": verdict.first,
                "last": verdict.last.seq,
                "hash": verdict.last.hash,
                "faults": [
                    {"file": str(one.file), "line": one.line, "message": one.what} for one in verdict.breaks
                ],
            }
        )
    else:
        for one in verdict.breaks:
            put(printable(str(one)))
        state = "whole" if verdict.whole else "NOT as it was written"
        put(f"{log}: {verdict.lines} lines, {verdict.first} to {verdict.last.seq}: {state}")
        put(f"last hash {verdict.last.hash}")
    raise typer.Exit(DONE if verdict.whole else FAULTS_FOUND)


def _request(words: list[str]) -> tuple[Request[Any], int]:
    """The request that the words mean, and its unit; raises UsageError, also for what no server would decode."""
    try:
        data = hex_bytes("".join(words))
    except UsageError:
        data = b""
    unit, request = 1, None
    if (
        len(data) >= _SHORTEST_FRAME
        and data[2:4] == b"\0\0"
        and int.from_bytes(data[4:6], "big") == len(data) - 6
    ):
        [frame] = MbapFraming().receive(data)
        unit, pdu = frame.unit, frame.pdu
    else:
        request = compose(words[0], words[1:])
        pdu = request.encode()
    if request is not None and not isinstance(request, RawRequest):
        return request, unit
    try:
        return decode_request(pdu), unit
    except Port502Error as error:
        raise UsageError(f"that is no request that could be passed on: {error}") from None


def _present(request: Request[Any], values: list[str] | None) -> Present:
    if not values:
        return {}
    part = next((part for part in parts_of(request) if part.writes), None)
    if part is None:
        raise UsageError("--present is for writes")
    try:
        return {(part.table, part.first + index): int(value, 0) for index, value in enumerate(values)}
    except ValueError:
        raise UsageError("--present takes numbers") from None


def _moment(text: str | None) -> float:
    if text is None:
        return time.time()
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise UsageError(f"{text!r} is no time; write 2026-03-01T08:00+01:00") from None


def _verdict(decision: Decision, outcome: Decision) -> str:
    by = f" by rule {decision.rule!r}" if decision.rule else ""
    if decision.action is Action.ALLOW:
        return f"allowed{by}" + (f"; recorded as {decision.would}" if decision.would else "")
    how = {
        Action.REFUSE: f"refused with exception {decision.code:02d}",
        Action.DROP: "dropped without an answer",
        Action.CLOSE: "refused, and the connection closed",
    }[decision.action]
    dry = "; the policy is a dry run, so it passes and is recorded" if outcome.would else ""
    return f"{how}{by}: {decision.reason}{dry}"
