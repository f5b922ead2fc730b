"""What is wrong with a filter, and where."""

from __future__ import annotations

from port502.errors import UsageError
from port502.traffic.filter.error import FilterError, nearest


def test_it_is_an_error_of_usage_that_names_the_column() -> None:
    error = FilterError(7, "there is no field 'x'")
    assert isinstance(error, UsageError)
    assert (str(error), error.column) == ("filter, column 7: there is no field 'x'", 7)


def test_near_words_are_named() -> None:
    assert nearest("modbus.fnc_code", ["modbus.func_code", "tcp.port"]) == "; did you mean modbus.func_code?"
    assert nearest("xyz", ["tcp.port"]) == ""
