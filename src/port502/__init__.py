"""port502: everything that happens on a Modbus TCP network."""

__version__ = "0.1.0"
