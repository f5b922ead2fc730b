"""What a message says, as named fields and as one line of text: for people, logs and JSON."""

from __future__ import annotations

from typing import TypeAlias

from port502.protocol.codes import (
    DIAGNOSTIC_NAMES,
    ENCAPSULATED_INTERFACE,
    MEI_CANOPEN,
    MEI_DEVICE_IDENTIFICATION,
    REPORT_SERVER_ID,
    exception_name,
    function_name,
)
from port502.protocol.message import ExceptionResponse, Message

Field: TypeAlias = "bool | int | str | list[Field] | dict[str, Field]"

OBJECT_NAMES = {
    0: "vendor_name",
    1: "product_code",
    2: "revision",
    3: "vendor_url",
    4: "product_name",
    5: "model_name",
    6: "application_name",
}
"""The identification objects that the specification names (Application Protocol V1.1b3, clause 6.21)."""

MOST_LISTED = 125
_DECODED = ("registers", "bits")


def message_name(message: Message) -> str:
    """The name of the message's function, with its sub-function or interface where it has one."""
    if message.function == ENCAPSULATED_INTERFACE:
        match = message.encode()[1:2]
        names = {MEI_CANOPEN: "CANopen", MEI_DEVICE_IDENTIFICATION: "read device identification"}
        return (
            names.get(match[0], function_name(message.function)) if match else function_name(message.function)
        )
    sub_function = getattr(message, "sub_function", None)
    if sub_function is not None:
        return f"{function_name(message.function)}, {DIAGNOSTIC_NAMES.get(sub_function, sub_function)}"
    return function_name(message.function)


def fields_of(message: Message) -> dict[str, Field]:
    """The fields of a request or response by name; registers and bits as lists, other bytes as hexadecimal.

    Text of identification objects is the peer's own: escape it before it is shown.
    """
    if isinstance(message, ExceptionResponse):
        return {"exception": message.code, "exception_name": exception_name(message.code)}
    fields: dict[str, Field] = {}
    for name in message.__match_args__:
        if name == "function":
            continue
        value = getattr(message, name)
        if name == "data":
            fields |= _data(message, value)
        elif name == "objects":
            fields[name] = {
                OBJECT_NAMES.get(number, f"0x{number:02X}"): _text(content)
                for number, content in value.items()
            }
        elif name == "records":
            fields[name] = [_record(record) for record in value]
        else:
            fields[name] = value.hex(" ") if isinstance(value, bytes) else value
    return fields


def describe(message: Message) -> str:
    """One line: the function and its fields."""
    if isinstance(message, ExceptionResponse):
        return f"{function_name(message.function)} refused: exception {message.code}, {exception_name(message.code)}"
    said = ", ".join(
        f"{name.replace('_', ' ')} {field_text(name, value)}" for name, value in fields_of(message).items()
    )
    return f"{message_name(message)}: {said}" if said else message_name(message)


def field_text(name: str, value: Field) -> str:
    """A field's value for people: coils are on or off, other truths yes or no, long lists are cut."""
    if isinstance(value, bool) and name != "value":
        return "yes" if value else "no"
    return _shown(value)


def _data(message: Message, data: bytes) -> dict[str, Field]:
    for name in _DECODED:
        decoded = getattr(message, name, None)
        if isinstance(decoded, list):
            return {name: list(decoded)}
    if message.function == REPORT_SERVER_ID:
        return {"data": data.hex(" "), "text": "".join(map(_readable, data))}
    return {"data": data.hex(" ")}


def _readable(byte: int) -> str:
    return chr(byte) if 0x20 <= byte < 0x7F else "."


def _record(record: object) -> Field:
    """A group of file records: the bare data of a reply, or a place with what is to be read or written there."""
    if isinstance(record, bytes):
        return [int.from_bytes(record[at : at + 2], "big") for at in range(0, len(record), 2)]
    place: dict[str, Field] = {name: getattr(record, name) for name in ("file", "record", "length")}
    registers = getattr(record, "registers", None)
    return place if registers is None else place | {"registers": registers}


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _shown(value: Field) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        words = " ".join(_shown(one) for one in value[:MOST_LISTED])
        return f"{words} ..." if len(value) > MOST_LISTED else words or "none"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(one)!s}" for name, one in value.items()) or "none"
    return str(value) if value != "" else "none"
