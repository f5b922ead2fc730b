"""Standing between clients and a device: policies, the layer that enforces them, and the audit log."""
