"""Finding the chain of models in a device and walking it to its end: a dialogue for either client.

SunSpec Device Information Model Specification, clauses 4.4 and 6: the marker "SunS" stands at one of three addresses
of the holding registers, and behind it one model after another, each with its id and length, until id 0xFFFF.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from port502.errors import DeviceError, NoReplyError, Port502Error, UsageError
from port502.protocol.codes import MAX_READ_REGISTERS
from port502.registers.reference import HIGHEST_ADDRESS
from port502.registers.sunspec.device import Common, FoundModel, SunSpecDevice, SunSpecPoint
from port502.registers.sunspec.image import NOT_THERE, Dialogue, Image, fill, read_registers
from port502.registers.sunspec.kinds import Role
from port502.registers.sunspec.layout import Field, lay_out
from port502.registers.sunspec.model import COMMON_ID, END_ID, HEADER, Model
from port502.registers.sunspec.reading import value_of
from port502.registers.sunspec.shelf import find_model

MARKER = b"SunS"

BASES = (40000, 50000, 0)
"""Where the marker stands."""

NEIGHBOURS = (39999, 40001, 49999, 50001, 1)
"""Where it stands in devices whose makers took a reference for an address, or the other way round."""

MAX_MODELS = 256
"""No chain is longer; one that is does not end."""


class NotSunSpecError(Port502Error):
    """The device answers, but there is no SunSpec marker at any of its places."""


def discover(max_registers: int = MAX_READ_REGISTERS, base: int | None = None) -> Dialogue[SunSpecDevice]:
    """The device's chain of models, with the common model read and every group counted.

    ``base`` is where the marker stands, if that is known. Blocks are of at most ``max_registers`` (2-125). A
    chain that is broken gives the models in front of the break, and ``faults`` say what is wrong. Raises
    NotSunSpecError where there is no marker, and NoReplyError from a device that answers at none of its places.
    """
    if not HEADER <= max_registers <= MAX_READ_REGISTERS:
        raise UsageError(f"max_registers is {HEADER}..{MAX_READ_REGISTERS}, got {max_registers}")
    found = yield from (_find(BASES, NEIGHBOURS) if base is None else _find((base,), ()))
    walk = _Walk(found + HEADER)
    yield from walk.run()
    models = []
    for model in walk.models:
        models.append((yield from _look_into(model, max_registers)))
    return SunSpecDevice(found, tuple(models), tuple(walk.faults))


def _find(bases: tuple[int, ...], neighbours: tuple[int, ...]) -> Dialogue[int]:
    silence: NoReplyError | None = None
    answered = False
    for address in (*bases, *neighbours):
        if address in neighbours and not answered and silence is not None:
            raise silence
        try:
            if (yield from read_registers(address, 2)) == MARKER:
                return address
            answered = True
        except DeviceError as refusal:
            if refusal.code not in NOT_THERE:
                raise
            answered = True
        except NoReplyError as error:
            # Some devices keep silent about addresses that they do not have.
            silence = error
    if silence is not None and not answered:
        raise silence
    places = ", ".join(str(address) for address in bases)
    raise NotSunSpecError(f"no SunSpec marker at {places}{' or beside them' if neighbours else ''}")


@dataclass(slots=True)
class _Walk:
    """From header to header, and what was found on the way."""

    address: int
    models: list[FoundModel] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seen: Counter[int] = field(default_factory=Counter)

    def run(self) -> Dialogue[None]:
        while True:
            if len(self.models) == MAX_MODELS:
                self.faults.append(f"the chain does not end within {MAX_MODELS} models")
                return
            header = yield from self._header()
            if header is None:
                return
            model_id, length = header
            if model_id == END_ID:
                break
            if model_id == 0 or self.address + HEADER + length > HIGHEST_ADDRESS + 1:
                self.faults.append(
                    f"at {self.address} stands model {model_id} with {length} registers, which cannot be:"
                    f" {self._before()}"
                )
                return
            self.seen[model_id] += 1
            self.models.append(
                FoundModel(model_id, self.address, length, find_model(model_id), self.seen[model_id])
            )
            self.address += HEADER + length
        if not self.models:
            self.faults.append("the chain has no models")
        elif self.models[0].id != COMMON_ID:
            self.faults.append(
                f"the chain begins with model {self.models[0].id} instead of the common model 1"
            )

    def _header(self) -> Dialogue[tuple[int, int] | None]:
        """Id and length at the current address; the end may be cut off behind its id, and then has no length."""
        if self.address >= HIGHEST_ADDRESS:
            self.faults.append(f"the chain has no end: {self._before()}")
            return None
        try:
            data = yield from read_registers(self.address, HEADER)
            return int.from_bytes(data[:2], "big"), int.from_bytes(data[2:], "big")
        except DeviceError as refusal:
            if refusal.code not in NOT_THERE:
                raise
            reason = f"exception {refusal.code}, {refusal.meaning}"
        try:
            if (yield from read_registers(self.address, 1)) == b"\xff\xff":
                return END_ID, 0
        except DeviceError as refusal:
            if refusal.code not in NOT_THERE:
                raise
        self.faults.append(f"the chain breaks off at {self.address} ({reason}): {self._before()}")
        return None

    def _before(self) -> str:
        if not self.models:
            return "nothing is in front of it"
        return f"perhaps the length of model {self.models[-1].tag} in front of it is wrong"


def _look_into(found: FoundModel, max_registers: int) -> Dialogue[FoundModel]:
    """The same model with its fields laid out, and what had to be read for that."""
    model = found.model
    if model is None:
        return found
    image = Image(found.start, found.size)
    yield from fill(image, _needed(model, found), max_registers)
    counts = {
        one.path: int.from_bytes(image.take(one.offset, 1), "big")
        for one in _outermost(model, found)
        if one.path in model.counting and image.has(one.offset, 1) and not _is_missing(one, image)
    }
    layout = lay_out(model, found.length, counts.get)
    exponents = {
        one.offset: int.from_bytes(image.take(one.offset, 1), "big", signed=True)
        for one in layout.fields
        if one.definition.kind.role is Role.SCALE and image.has(one.offset, 1) and not _is_missing(one, image)
    }
    looked = replace(found, layout=layout, exponents=exponents)
    return replace(looked, common=_common(looked, image)) if found.id == COMMON_ID else looked


def _outermost(model: Model, found: FoundModel) -> list[Field]:
    """The fields that are there whatever the counts are."""
    fields = lay_out(model, found.length, lambda _: 0).fields
    return fields[: len(model.group.points)]


def _needed(model: Model, found: FoundModel) -> list[tuple[int, int]]:
    """Where the common model's texts, the counts of groups, and scale factors that maps hold on to are."""
    outermost = _outermost(model, found)
    roles = {one.definition.kind.role for one in outermost}
    scales = model.group.groups or found.size > MAX_READ_REGISTERS or Role.COUNTER in roles
    return [
        (one.offset, one.definition.size)
        for one in outermost
        if found.id == COMMON_ID
        or one.path in model.counting
        or (scales and one.definition.kind.role is Role.SCALE)
    ]


def _is_missing(one: Field, image: Image) -> bool:
    return image.take(one.offset, one.definition.size) == one.definition.kind.missing


def _common(found: FoundModel, image: Image) -> Common:
    read = {
        one.path: value_of(SunSpecPoint(one.path, one.path, "", "", found, one), image).value
        for one in found.layout.fields
        if one.is_value
    }
    manufacturer, model, options, version, serial = (
        str(read.get(name) or "") for name in ("Mn", "Md", "Opt", "Vr", "SN")
    )
    address = read.get("DA")
    return Common(
        manufacturer, model, options, version, serial, address if isinstance(address, int) else None
    )
