"""The policy layer: every request is judged before it reaches the service, and what matters is written down.

Order of layers: limits and access stand outside of it, caches and devices inside.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from port502.errors import DeviceError
from port502.guard.engine import Moment
from port502.guard.gate import LOCK, Gate
from port502.guard.parts import FILE, Part, parts_of
from port502.guard.policy import Action, Decision
from port502.guard.record import MALFORMED, REFUSED, WOULD_REFUSE, WRITE, Record, values_text
from port502.guard.values import Present, result_of
from port502.protocol.bit_access import ReadCoilsRequest, ReadCoilsResponse
from port502.protocol.codes import SERVER_DEVICE_FAILURE
from port502.protocol.message import ExceptionResponse, Request
from port502.protocol.register_access import ReadHoldingRegistersRequest, ReadHoldingRegistersResponse
from port502.service.access import plain_host
from port502.service.call import Call, Layer, Reply, Service, Session
from port502.service.ending import EndConnection
from port502.service.maybe import Steps, drive, must_wait

_LONGEST_PDU = 64


def policy_layer(gate: Gate) -> Layer:
    """The layer that puts a service behind a gate."""
    return lambda service: PolicedService(gate, service)


class PolicedService:
    """A service behind a gate. It has no quick way: every request is decoded and judged."""

    def __init__(self, gate: Gate, service: Service) -> None:
        self.gate = gate
        self.service = service
        self._moment = Moment()

    def __call__(self, call: Call) -> Reply | Awaitable[Reply]:
        """Judge a request, and pass it on or turn it away; raises EndConnection where the policy closes."""
        request = call.request
        gate = self.gate
        if request.writes:
            return drive(self._write(call))
        if gate.auditor.strict and gate.auditor.stops(False):
            return ExceptionResponse(request.function, SERVER_DEVICE_FAILURE)
        decision = gate.engine.remembered(call.session, call.unit, request)
        if decision is None:
            moment = self._moment
            moment.now = gate.clock()
            moment.wall = gate.wall()
            decision = gate.decide(call.session, call.unit, request, moment)
        if gate.observe is not None:
            gate.observe(call.session, call.unit, request, decision)
        if decision.action is not Action.ALLOW:
            return self._turn_away(call, decision)
        if decision.would:
            self._note_would(call, decision)
        return self.service(call)

    def refuse_malformed(self, session: Session, unit: int, error: DeviceError) -> Reply:
        """Answer what could not be decoded; it goes nowhere else, whatever the policy says."""
        decision = self.gate.judge_malformed(session, unit, error)
        record = Record(
            event=MALFORMED,
            unit=unit,
            function=error.function,
            action=decision.action,
            exception=decision.code or None,
            reason=decision.reason,
        )
        record.about(session)
        self.gate.watch.turned_away(record)
        self.gate.auditor.take(record, (MALFORMED, record.client, unit, error.function))
        return _answer(decision, error.function)

    # Writes

    def _write(self, call: Call) -> Steps[Reply]:
        """Judge a write, if need be with what is there now, pass it on, and write down what came of it."""
        gate = self.gate
        began = gate.clock()
        decision = self._judged(call, None, commit=False)
        if decision.action not in (Action.ALLOW, Action.LOOK):
            return self._observed(call, decision, began)
        policy = gate.policy
        looks = policy.read_before == "always" or (
            decision.action is Action.LOOK and policy.read_before == "needed"
        )
        if not looks and not gate.turns.taken(call.unit):
            return (yield from self._pass_on(call, {}, began))
        turn = gate.turns.enter(call.unit)
        if turn is not None:
            try:
                yield turn
            except BaseException:
                gate.turns.give_up(call.unit, turn)
                raise
        try:
            present = (yield from self._look(call)) if looks else {}
            return (yield from self._pass_on(call, present, began))
        finally:
            gate.turns.leave(call.unit)

    def _pass_on(self, call: Call, present: Present, began: float) -> Steps[Reply]:
        """The last judgement, with all that can be known, and the write itself."""
        gate = self.gate
        decision = self._judged(call, present)
        if decision.action is not Action.ALLOW or gate.auditor.stops(True):
            if decision.action is Action.ALLOW:
                decision = Decision(
                    Action.REFUSE, "", "the audit log cannot be written", SERVER_DEVICE_FAILURE
                )
            return self._observed(call, decision, began)
        self._observe(call, decision)
        reply: Reply = None
        outcome = "unknown"
        try:
            reply = yield from self._carried_out(call)
            outcome = _outcome(reply)
        except DeviceError as error:
            reply = ExceptionResponse(call.request.function, error.code)
            outcome = _outcome(reply)
        finally:  # also where the client went away: whether it was carried out is unknown then, but it was sent
            self._note_write(call, decision, present, reply, outcome, began)
        return reply

    def _carried_out(self, call: Call) -> Steps[Reply]:
        waiting = self.service(call)
        if not must_wait(waiting):
            return waiting
        gate = self.gate
        waiting = asyncio.ensure_future(waiting)
        gate.waiting.add(waiting)
        try:
            reply: Reply = yield waiting
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not gate.locked or (task is not None and task.cancelling()):
                raise
            return ExceptionResponse(call.request.function, gate.policy.refusal.code)
        finally:
            gate.waiting.discard(waiting)
        return reply

    def _look(self, call: Call) -> Steps[Present]:
        """What is there where a request wants to write, as far as the device tells."""
        present: dict[tuple[str, int], int] = {}
        if call.broadcast:
            return present
        for part in parts_of(call.request):
            request = _read_of(part)
            if request is None:
                continue
            answer = self.service(Call(call.session, call.unit, request, call.received))
            try:
                reply: Reply = (yield answer) if must_wait(answer) else answer
            except DeviceError:
                continue
            values: list[int] = []
            if isinstance(reply, ReadHoldingRegistersResponse):
                values = reply.registers
            elif isinstance(reply, ReadCoilsResponse):
                values = [int(bit) for bit in reply.bits]
            present |= {(part.table, part.first + index): value for index, value in enumerate(values)}
        return present

    def _judged(self, call: Call, present: Present | None, *, commit: bool = True) -> Decision:
        gate = self.gate
        moment = Moment(gate.clock(), gate.wall(), present)
        return gate.decide(call.session, call.unit, call.request, moment, commit=commit)

    # What is written down

    def _observe(self, call: Call, decision: Decision) -> None:
        if self.gate.observe is not None:
            self.gate.observe(call.session, call.unit, call.request, decision)

    def _observed(self, call: Call, decision: Decision, began: float) -> Reply:
        self._observe(call, decision)
        return self._turn_away(call, decision, began)

    def _turn_away(self, call: Call, decision: Decision, began: float | None = None) -> Reply:
        gate = self.gate
        if not gate.engine.knows(call.session):
            gate.watch.stranger(call.session)
        record = self._record(REFUSED, call, decision)
        record.action = decision.action
        record.exception = decision.code or None
        if began is not None:
            record.latency_ms = round((gate.clock() - began) * 1000, 3)
        alike = (
            REFUSED,
            record.client,
            record.role,
            call.unit,
            record.operation,
            decision.rule,
            decision.action,
        )
        gate.auditor.take(record, alike)
        gate.watch.turned_away(record)
        return _answer(decision, call.request.function)

    def _note_would(self, call: Call, decision: Decision) -> None:
        """A dry run let something pass."""
        record = self._record(WOULD_REFUSE, call, decision)
        record.action = decision.action
        alike = (WOULD_REFUSE, plain_host(call.session.host), call.session.role, call.unit, record.operation)
        # Each place by itself: whoever learns a policy from the log has to hear of all of them.
        self.gate.auditor.take(
            record, (*alike, decision.would, record.table, record.address, record.quantity)
        )

    def _note_write(
        self, call: Call, decision: Decision, present: Present, reply: Reply, outcome: str, began: float
    ) -> None:
        gate = self.gate
        parts = [part for part in parts_of(call.request) if part.writes]
        if outcome == "done":
            for part in parts:
                gate.watch.wrote(call.session, call.unit, part)
        record = self._record(WRITE, call, decision)
        part = parts[0]
        record.before = values_text(_known(part, present), bits=part.bits is not None)
        record.after = values_text(result_of(part, present), bits=part.bits is not None)
        record.action = decision.action
        record.outcome = outcome
        if gate.locked and outcome != "done":
            record.rule = record.rule or LOCK
        record.exception = reply.code if isinstance(reply, ExceptionResponse) else None
        record.latency_ms = round((gate.clock() - began) * 1000, 3)
        gate.auditor.take(record)

    def _record(self, event: str, call: Call, decision: Decision) -> Record:
        request = call.request
        parts = parts_of(request)
        part = next((one for one in parts if one.writes), parts[0])
        whole = len(parts) == 1 and (part.table or len(request.encode()) == 1)
        record = Record(
            event=event,
            unit=call.unit,
            function=request.function,
            operation=part.operation,
            table=part.table,
            address=part.first if part.table else None,
            quantity=part.count if part.table else None,
            file=part.file if part.table == FILE else None,
            pdu="" if whole and part.masks is None else request.encode()[:_LONGEST_PDU].hex(),
            rule=decision.rule,
            reason=decision.would or decision.reason,
        )
        if event == REFUSED and part.writes:
            record.after = values_text(part.values(), bits=part.bits is not None)
        return record.about(call.session)


def _answer(decision: Decision, function: int) -> Reply:
    if decision.action is Action.REFUSE:
        return ExceptionResponse(function, decision.code)
    if decision.action is Action.CLOSE:
        raise EndConnection(f"{decision.reason} ({decision.rule or 'the policy'} closes)")
    return None


def _outcome(reply: Reply) -> str:
    if reply is None:
        return "silence"
    return f"exception {reply.code}" if isinstance(reply, ExceptionResponse) else "done"


def _read_of(part: Part) -> Request[Any] | None:
    if not part.writes or not part.count:
        return None
    if part.table == "holding":
        return ReadHoldingRegistersRequest(part.first, part.count)
    return ReadCoilsRequest(part.first, part.count) if part.table == "coil" else None


def _known(part: Part, present: Present) -> list[int] | None:
    found = [present.get((part.table, part.first + index)) for index in range(part.count)]
    known = [value for value in found if value is not None]
    return known if known and len(known) == len(found) else None
