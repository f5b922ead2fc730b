"""The numbers of Modbus: function codes, exception codes, sub-functions and limits, with their names.

Application Protocol V1.1b3, clauses 4.1 (sizes), 5.1 (public function codes), 6 (limits) and 7 (exceptions).
"""

from __future__ import annotations

READ_COILS = 1
READ_DISCRETE_INPUTS = 2
READ_HOLDING_REGISTERS = 3
READ_INPUT_REGISTERS = 4
WRITE_SINGLE_COIL = 5
WRITE_SINGLE_REGISTER = 6
READ_EXCEPTION_STATUS = 7
DIAGNOSTICS = 8
GET_COMM_EVENT_COUNTER = 11
GET_COMM_EVENT_LOG = 12
WRITE_MULTIPLE_COILS = 15
WRITE_MULTIPLE_REGISTERS = 16
REPORT_SERVER_ID = 17
READ_FILE_RECORD = 20
WRITE_FILE_RECORD = 21
MASK_WRITE_REGISTER = 22
READ_WRITE_MULTIPLE_REGISTERS = 23
READ_FIFO_QUEUE = 24
ENCAPSULATED_INTERFACE = 43

FUNCTION_NAMES: dict[int, str] = {
    READ_COILS: "read coils",
    READ_DISCRETE_INPUTS: "read discrete inputs",
    READ_HOLDING_REGISTERS: "read holding registers",
    READ_INPUT_REGISTERS: "read input registers",
    WRITE_SINGLE_COIL: "write single coil",
    WRITE_SINGLE_REGISTER: "write single register",
    READ_EXCEPTION_STATUS: "read exception status",
    DIAGNOSTICS: "diagnostics",
    GET_COMM_EVENT_COUNTER: "get comm event counter",
    GET_COMM_EVENT_LOG: "get comm event log",
    WRITE_MULTIPLE_COILS: "write multiple coils",
    WRITE_MULTIPLE_REGISTERS: "write multiple registers",
    REPORT_SERVER_ID: "report server id",
    READ_FILE_RECORD: "read file record",
    WRITE_FILE_RECORD: "write file record",
    MASK_WRITE_REGISTER: "mask write register",
    READ_WRITE_MULTIPLE_REGISTERS: "read/write multiple registers",
    READ_FIFO_QUEUE: "read fifo queue",
    ENCAPSULATED_INTERFACE: "encapsulated interface transport",
}

WRITE_FUNCTIONS = frozenset(
    {
        WRITE_SINGLE_COIL,
        WRITE_SINGLE_REGISTER,
        WRITE_MULTIPLE_COILS,
        WRITE_MULTIPLE_REGISTERS,
        WRITE_FILE_RECORD,
        MASK_WRITE_REGISTER,
        READ_WRITE_MULTIPLE_REGISTERS,
    }
)
"""The functions that always change something; for diagnostics it depends on the sub-function."""

EXCEPTION_BIT = 0x80
"""Added to the function code in an exception reply."""

ILLEGAL_FUNCTION = 1
ILLEGAL_DATA_ADDRESS = 2
ILLEGAL_DATA_VALUE = 3
SERVER_DEVICE_FAILURE = 4
ACKNOWLEDGE = 5
SERVER_DEVICE_BUSY = 6
NEGATIVE_ACKNOWLEDGE = 7
MEMORY_PARITY_ERROR = 8
GATEWAY_PATH_UNAVAILABLE = 10
GATEWAY_TARGET_FAILED = 11

EXCEPTION_NAMES: dict[int, str] = {
    ILLEGAL_FUNCTION: "illegal function",
    ILLEGAL_DATA_ADDRESS: "illegal data address",
    ILLEGAL_DATA_VALUE: "illegal data value",
    SERVER_DEVICE_FAILURE: "server device failure",
    ACKNOWLEDGE: "acknowledge",
    SERVER_DEVICE_BUSY: "server device busy",
    NEGATIVE_ACKNOWLEDGE: "negative acknowledge",
    MEMORY_PARITY_ERROR: "memory parity error",
    GATEWAY_PATH_UNAVAILABLE: "gateway path unavailable",
    GATEWAY_TARGET_FAILED: "gateway target device failed to respond",
}

RETURN_QUERY_DATA = 0
RESTART_COMMUNICATIONS = 1
RETURN_DIAGNOSTIC_REGISTER = 2
CHANGE_ASCII_DELIMITER = 3
FORCE_LISTEN_ONLY = 4
CLEAR_COUNTERS = 10
RETURN_BUS_MESSAGE_COUNT = 11
RETURN_BUS_ERROR_COUNT = 12
RETURN_BUS_EXCEPTION_COUNT = 13
RETURN_SERVER_MESSAGE_COUNT = 14
RETURN_SERVER_NO_RESPONSE_COUNT = 15
RETURN_SERVER_NAK_COUNT = 16
RETURN_SERVER_BUSY_COUNT = 17
RETURN_BUS_OVERRUN_COUNT = 18
CLEAR_OVERRUN = 20

DIAGNOSTIC_NAMES: dict[int, str] = {
    RETURN_QUERY_DATA: "return query data",
    RESTART_COMMUNICATIONS: "restart communications",
    RETURN_DIAGNOSTIC_REGISTER: "return diagnostic register",
    CHANGE_ASCII_DELIMITER: "change ascii input delimiter",
    FORCE_LISTEN_ONLY: "force listen only mode",
    CLEAR_COUNTERS: "clear counters and diagnostic register",
    RETURN_BUS_MESSAGE_COUNT: "return bus message count",
    RETURN_BUS_ERROR_COUNT: "return bus communication error count",
    RETURN_BUS_EXCEPTION_COUNT: "return bus exception error count",
    RETURN_SERVER_MESSAGE_COUNT: "return server message count",
    RETURN_SERVER_NO_RESPONSE_COUNT: "return server no response count",
    RETURN_SERVER_NAK_COUNT: "return server nak count",
    RETURN_SERVER_BUSY_COUNT: "return server busy count",
    RETURN_BUS_OVERRUN_COUNT: "return bus character overrun count",
    CLEAR_OVERRUN: "clear overrun counter and flag",
}

CHANGING_DIAGNOSTICS = frozenset(
    {RESTART_COMMUNICATIONS, CHANGE_ASCII_DELIMITER, FORCE_LISTEN_ONLY, CLEAR_COUNTERS, CLEAR_OVERRUN}
)
"""The diagnostics sub-functions that change the device; all others only return something."""

MEI_CANOPEN = 13
MEI_DEVICE_IDENTIFICATION = 14

READ_BASIC = 1
READ_REGULAR = 2
READ_EXTENDED = 3
READ_INDIVIDUAL = 4

ADDRESS_SPACE = 65536
MAX_PDU = 253
MAX_LONG_PDU = 293
"""The longest that is passed on where a maker's own function is named as an exception."""

MAX_READ_BITS = 2000
MAX_WRITE_BITS = 1968
MAX_READ_REGISTERS = 125
MAX_WRITE_REGISTERS = 123
MAX_RW_READ = 125
MAX_RW_WRITE = 121
MAX_FIFO = 31
MAX_EVENTS = 64
MAX_FILE_RECORD = 9999
FILE_REFERENCE_TYPE = 6


def function_name(code: int) -> str:
    """The name of a function code, with or without the exception bit; ``function 66`` when it has none."""
    return FUNCTION_NAMES.get(code & ~EXCEPTION_BIT, f"function {code}")


def exception_name(code: int) -> str:
    """The name of an exception code; ``exception 9`` when the specification has none."""
    return EXCEPTION_NAMES.get(code, f"exception {code}")
