"""libmodbus, the C library that the field calls the reference, through ctypes: client, server, TCP, RTU.

Known limits of version 3.1.6: the unit id of a TCP reply is not checked, and after one stale reply every
later call of that client fails. Its server answers any unit id on TCP and only its own on RTU, where it is
lost for good after a request for another unit: it takes the next message for that unit's answer.
"""

from __future__ import annotations

import ctypes
import os
import select
import socket
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from tests.peers import known, need_library
from tests.peers.ports import LOOPBACK

_ERROR_BASE = 112345678
"""libmodbus's errno for Modbus exception ``n`` is this plus ``n``."""

_MAX_ADU = 260


class LibmodbusError(Exception):
    """A call of libmodbus returned -1; ``exception`` is the Modbus exception code, where it was one."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.errno = code
        self.exception = code - _ERROR_BASE if 0 < code - _ERROR_BASE <= 11 else None


class _Mapping(ctypes.Structure):
    _fields_ = (
        ("nb_bits", ctypes.c_int),
        ("start_bits", ctypes.c_int),
        ("nb_input_bits", ctypes.c_int),
        ("start_input_bits", ctypes.c_int),
        ("nb_input_registers", ctypes.c_int),
        ("start_input_registers", ctypes.c_int),
        ("nb_registers", ctypes.c_int),
        ("start_registers", ctypes.c_int),
        ("tab_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_registers", ctypes.POINTER(ctypes.c_uint16)),
        ("tab_registers", ctypes.POINTER(ctypes.c_uint16)),
    )


def _library() -> ctypes.CDLL:
    library = need_library("libmodbus.so.5", "Debian package libmodbus5")
    library.modbus_new_tcp.restype = ctypes.c_void_p
    library.modbus_new_tcp.argtypes = (ctypes.c_char_p, ctypes.c_int)
    library.modbus_new_rtu.restype = ctypes.c_void_p
    library.modbus_new_rtu.argtypes = (
        ctypes.c_char_p, ctypes.c_int, ctypes.c_char, ctypes.c_int, ctypes.c_int,
    )  # fmt: skip
    library.modbus_strerror.restype = ctypes.c_char_p
    library.modbus_mapping_new_start_address.restype = ctypes.POINTER(_Mapping)
    return library


class _Context:
    """One ``modbus_t``, freed exactly once."""

    def __init__(self, library: ctypes.CDLL, pointer: int | None) -> None:
        self.library = library
        if not pointer:
            self._fail()
        self.pointer = ctypes.c_void_p(pointer)

    def call(self, name: str, *arguments: object) -> int:
        """Call a libmodbus function on this context; raises LibmodbusError when it returns -1."""
        result: int = getattr(self.library, name)(self.pointer, *arguments)
        if result == -1:
            self._fail()
        return result

    def free(self) -> None:
        self.library.modbus_free(self.pointer)

    def _fail(self) -> None:
        code = ctypes.get_errno()
        raise LibmodbusError(code, self.library.modbus_strerror(code).decode())


class Client:
    """libmodbus as a client: build it with ``Client.tcp`` or ``Client.rtu``, use it in a ``with`` block."""

    def __init__(self, context: _Context, unit: int, seconds: float) -> None:
        self._context = context
        context.call("modbus_set_slave", unit)
        context.call("modbus_set_response_timeout", int(seconds), int(seconds % 1 * 1_000_000))

    @classmethod
    def tcp(cls, port: int, *, host: str = LOOPBACK, unit: int = 1, seconds: float = 5.0) -> Self:
        library = _library()
        return cls(_Context(library, library.modbus_new_tcp(host.encode(), port)), unit, seconds)

    @classmethod
    def rtu(cls, device: str, *, baud: int = 19200, unit: int = 1, seconds: float = 5.0) -> Self:
        library = _library()
        return cls(
            _Context(library, library.modbus_new_rtu(device.encode(), baud, b"N", 8, 1)), unit, seconds
        )

    def __enter__(self) -> Self:
        try:
            self._context.call("modbus_connect")
        except LibmodbusError:
            self._context.free()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._context.library.modbus_close(self._context.pointer)
        self._context.free()

    def set_unit(self, unit: int) -> None:
        self._context.call("modbus_set_slave", unit)

    def read_coils(self, address: int, count: int) -> list[bool]:
        return self._read_bits("modbus_read_bits", address, count)

    def read_discrete_inputs(self, address: int, count: int) -> list[bool]:
        return self._read_bits("modbus_read_input_bits", address, count)

    def read_holding_registers(self, address: int, count: int) -> list[int]:
        return self._read_registers("modbus_read_registers", address, count)

    def read_input_registers(self, address: int, count: int) -> list[int]:
        return self._read_registers("modbus_read_input_registers", address, count)

    def write_coil(self, address: int, value: bool) -> None:
        self._context.call("modbus_write_bit", address, int(value))

    def write_register(self, address: int, value: int) -> None:
        self._context.call("modbus_write_register", address, value)

    def write_coils(self, address: int, values: Sequence[bool]) -> None:
        self._context.call("modbus_write_bits", address, len(values), _bytes(values))

    def write_registers(self, address: int, values: Sequence[int]) -> None:
        self._context.call("modbus_write_registers", address, len(values), _words(values))

    def mask_write_register(self, address: int, and_mask: int, or_mask: int) -> None:
        self._context.call("modbus_mask_write_register", address, and_mask, or_mask)

    def read_write_registers(
        self, read_address: int, count: int, write_address: int, values: Sequence[int]
    ) -> list[int]:
        words = (ctypes.c_uint16 * max(count, 1))()
        self._context.call(
            "modbus_write_and_read_registers",
            write_address, len(values), _words(values), read_address, count, words,
        )  # fmt: skip
        return list(words)[:count]

    def report_server_id(self) -> bytes:
        data = (ctypes.c_uint8 * _MAX_ADU)()
        return bytes(data[: self._context.call("modbus_report_slave_id", _MAX_ADU, data)])

    def raw(self, unit: int, pdu: bytes) -> bytes:
        """Send any PDU and return the reply's PDU, which may be an exception's."""
        request = _bytes(bytes((unit,)) + pdu)
        self._context.call("modbus_send_raw_request", request, len(pdu) + 1)
        reply = (ctypes.c_uint8 * _MAX_ADU)()
        length = self._context.call("modbus_receive_confirmation", reply)
        header = self._context.call("modbus_get_header_length")
        trailer = 2 if header == 1 else 0
        return bytes(reply[header : length - trailer])

    def _read_bits(self, name: str, address: int, count: int) -> list[bool]:
        bits = (ctypes.c_uint8 * max(count, 1))()
        self._context.call(name, address, count, bits)
        return [bool(bit) for bit in bits[:count]]

    def _read_registers(self, name: str, address: int, count: int) -> list[int]:
        words = (ctypes.c_uint16 * max(count, 1))()
        self._context.call(name, address, count, words)
        return list(words)[:count]


class Server:
    """libmodbus as a server in a thread of its own, serving the known values from address ``start`` on.

    ``Server.tcp()`` listens on a loopback port of the system's choice (``.port``) and takes any number of
    connections; ``Server.rtu(device)`` answers ``unit`` on one end of a serial line.
    """

    def __init__(self, context: _Context, listener: int | None, start: int) -> None:
        self._context = context
        self._listener = listener
        self.start = start
        self.port = 0
        self.requests: list[bytes] = []
        if listener is not None:
            with socket.socket(fileno=os.dup(listener)) as view:
                self.port = view.getsockname()[1]
        library = context.library
        bits, registers = (start, known.BITS), (start, known.REGISTERS)
        self._mapping = library.modbus_mapping_new_start_address(*bits, *bits, *registers, *registers)
        self.coils = self._fill("tab_bits", known.COILS)
        self.discrete_inputs = self._fill("tab_input_bits", known.DISCRETE_INPUTS)
        self.holding_registers = self._fill("tab_registers", known.HOLDING_REGISTERS)
        self.input_registers = self._fill("tab_input_registers", known.INPUT_REGISTERS)
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, name="libmodbus server")

    @classmethod
    def tcp(cls, *, host: str = LOOPBACK, port: int = 0, start: int = 0) -> Self:
        library = _library()
        context = _Context(library, library.modbus_new_tcp(host.encode(), port))
        return cls(context, context.call("modbus_tcp_listen", 64), start)

    @classmethod
    def rtu(cls, device: str, *, baud: int = 19200, unit: int = 1, start: int = 0) -> Self:
        library = _library()
        context = _Context(library, library.modbus_new_rtu(device.encode(), baud, b"N", 8, 1))
        context.call("modbus_set_slave", unit)
        context.call("modbus_connect")
        return cls(context, None, start)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wake.send(b"x")
        self._thread.join()
        self._wake.close()
        self._woken.close()
        self._context.library.modbus_mapping_free(self._mapping)
        self._context.free()

    def _fill(self, table: str, values: Sequence[int]) -> ctypes.Array[ctypes.c_uint8 | ctypes.c_uint16]:
        """Write the values into the mapping; the array returned is the server's live memory."""
        pointer = getattr(self._mapping.contents, table)
        memory = (pointer._type_ * len(values)).from_address(ctypes.addressof(pointer.contents))
        memory[:] = [int(value) for value in values]
        return memory

    def _serve(self) -> None:
        open_lines = set()
        if self._listener is None:
            open_lines.add(self._context.call("modbus_get_socket"))
        watched = [self._woken.fileno()] + ([self._listener] if self._listener is not None else [])
        while True:
            ready, _, _ = select.select([*watched, *open_lines], (), ())
            if self._woken.fileno() in ready:
                break
            for line in ready:
                if line == self._listener:
                    open_lines.add(self._accept())
                elif not self._answer(line):
                    os.close(line)
                    open_lines.discard(line)
        for line in open_lines:
            os.close(line)
        if self._listener is not None:
            os.close(self._listener)

    def _accept(self) -> int:
        listener = ctypes.c_int(self._listener)
        return self._context.call("modbus_tcp_accept", ctypes.byref(listener))

    def _answer(self, line: int) -> bool:
        """One request, one reply; False when the connection is over. A serial line is never over."""
        request = (ctypes.c_uint8 * _MAX_ADU)()
        try:
            self._context.call("modbus_set_socket", line)
            length = self._context.call("modbus_receive", request)
            if length > 0:
                self.requests.append(bytes(request[:length]))
                self._context.call("modbus_reply", request, length, self._mapping)
        except LibmodbusError:
            if self._listener is not None:
                return False
            self._context.call("modbus_flush")
        return True


def _bytes(values: Sequence[int]) -> ctypes.Array[ctypes.c_uint8]:
    return (ctypes.c_uint8 * len(values))(*[int(value) for value in values])


def _words(values: Sequence[int]) -> ctypes.Array[ctypes.c_uint16]:
    return (ctypes.c_uint16 * len(values))(*values)
